// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The yardsticks: each kernel as one would write it by hand with AVX-512
// intrinsics, with plain loops where the machine has none. All are parallel
// over `threads`; tensors are contiguous and row-major.

#ifndef GYRE_BENCH_REFERENCES_REFERENCES_H
#define GYRE_BENCH_REFERENCES_REFERENCES_H

#include <cstdint>

namespace reference {

/// y[r, c] = exp(x[r, c] - max_c x[r]) / sum_c exp(x[r, c] - max).
void softmax(const float *x, float *y, int64_t rows, int64_t columns,
             int threads);

/// Turns pairs of x[heads, T, head] by the angles of tables [T, head / 2].
void rotaryInterleaved(const float *x, const float *cos, const float *sin,
                       float *y, int64_t heads, int64_t T, int64_t head,
                       int threads);
void rotaryHalves(const float *x, const float *cos, const float *sin, float *y,
                  int64_t heads, int64_t T, int64_t head, int threads);

/// h[n] = exp(dt[t, d] a[d, n]) h[n] + dt[t, d] b[t, n] x[t, d] from zero;
/// y[t, d] = sum_n c[t, n] h[n] + skip[d] x[t, d]. Sixteen states.
void selectiveScan(const float *x, const float *dt, const float *a,
                   const float *b, const float *c, const float *skip, float *y,
                   int64_t B, int64_t T, int64_t D, int threads);

/// index[i] = argmin_j |x[i] - codes[j]|^2, the lowest of equal ones.
void nearestCode(const float *x, const float *codes, int64_t *index,
                 int64_t rows, int64_t count, int64_t dim, int threads);

/// softmax(q k^T / sqrt(64)) v for each head, heads of 64; with `causal` row i
/// sees columns up to i.
void attention(const float *q, const float *k, const float *v, float *y,
               int64_t heads, int64_t T, bool causal, int threads);

/// The same for one query a head and S keys, heads of 64.
void attentionDecode(const float *q, const float *k, const float *v, float *y,
                     int64_t heads, int64_t S, int threads);

/// h[row, t] = a[row, t] h[row, t - 1] + b[row, t] from zero.
void linearRecurrence(const float *a, const float *b, float *h, int64_t rows,
                      int64_t T, int threads);

/// y = x + (next - sigma) (x - denoised) / sigma; y may be x.
void eulerStep(const float *x, const float *denoised, float *y, int64_t n,
               float sigma, float next, int threads);
/// y = x + (next - sigma) ((x - d) / sigma + (euler - again) / next) / 2.
void heunStep(const float *x, const float *d, const float *euler,
              const float *again, float *y, int64_t n, float sigma, float next,
              int threads);
/// y = x + (next - time) v.
void flowStep(const float *x, const float *v, float *y, int64_t n, float time,
              float next, int threads);

/// Finite scalar quantization of rows of six features with 8, 8, 8, 5, 5 and 5
/// levels. The results start on lines of the caches.
void fsqEncode(const float *z, float *codes, int32_t *index, int64_t n,
               int threads);

/// y[r, c] = ln(1 + exp(x[r, c] + bias[c])).
void softplusBias(const float *x, const float *bias, float *y, int64_t rows,
                  int64_t columns, int threads);
/// y = y silu(z).
void gate(const float *z, float *y, int64_t n, int threads);
/// y = gelu(y), the form with tanh.
void geluTanh(float *y, int64_t n, int threads);
/// Rows with mean 0 and variance 1, eps = 1e-5.
void layerNorm(const float *x, float *y, int64_t rows, int64_t columns,
               int threads);

} // namespace reference

#endif // GYRE_BENCH_REFERENCES_REFERENCES_H

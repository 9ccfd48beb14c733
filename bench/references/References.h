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

} // namespace reference

#endif // GYRE_BENCH_REFERENCES_REFERENCES_H

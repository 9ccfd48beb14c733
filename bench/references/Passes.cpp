// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What stands around products and scans, as passes over memory of their own.

#include "References.h"
#include "Simd.h"

#include <algorithm>
#include <cmath>

namespace {
/// Calls `vector(i)` for whole vectors of [0, n), `scalar(i)` for the rest.
template <typename Vector, typename Scalar>
void forAll(int64_t n, int threads, Vector vector, Scalar scalar) {
#ifdef __AVX512F__
  int64_t whole = n / 16 * 16;
#else
  int64_t whole = 0;
#endif
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t i = 0; i < whole; i += 16)
    vector(i);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t i = whole; i < n; ++i)
    scalar(i);
}

#ifdef __AVX512F__
using reference::log2e;

/// ln(1 + u) of u in [0, 1]: the mantissa's logarithm by 2 atanh(s), to 2e-7.
inline __m512 log1p(__m512 u) {
  // s = u / (2 + u) is at most 1/3.
  __m512 s = _mm512_div_ps(u, _mm512_add_ps(u, _mm512_set1_ps(2)));
  __m512 s2 = _mm512_mul_ps(s, s);
  __m512 p = _mm512_set1_ps(2.0f / 13);
  for (int k = 11; k >= 1; k -= 2)
    p = _mm512_fmadd_ps(p, s2, _mm512_set1_ps(2.0f / k));
  return _mm512_mul_ps(p, s);
}

inline __m512 sigmoid(__m512 x) {
  __m512 e = reference::exp2(_mm512_mul_ps(x, _mm512_set1_ps(-log2e)));
  return _mm512_div_ps(_mm512_set1_ps(1), _mm512_add_ps(e, _mm512_set1_ps(1)));
}
#endif
} // namespace

void reference::softplusBias(const float *x, const float *bias, float *y,
                             int64_t rows, int64_t columns, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t r = 0; r < rows; ++r)
    forAll(
        columns, 1,
        [=]([[maybe_unused]] int64_t c) {
#ifdef __AVX512F__
          __m512 v = _mm512_add_ps(_mm512_loadu_ps(x + r * columns + c),
                                   _mm512_loadu_ps(bias + c));
          __m512 size = _mm512_abs_ps(v);
          __m512 u = exp2(_mm512_mul_ps(size, _mm512_set1_ps(-log2e)));
          _mm512_storeu_ps(
              y + r * columns + c,
              _mm512_add_ps(log1p(u), _mm512_max_ps(v, _mm512_setzero_ps())));
#endif
        },
        [=](int64_t c) {
          float v = x[r * columns + c] + bias[c];
          y[r * columns + c] =
              std::max(v, 0.0f) + std::log1p(std::exp(-std::fabs(v)));
        });
}

void reference::gate(const float *z, float *y, int64_t n, int threads) {
  forAll(
      n, threads,
      [=]([[maybe_unused]] int64_t i) {
#ifdef __AVX512F__
        __m512 v = _mm512_loadu_ps(z + i);
        _mm512_storeu_ps(y + i, _mm512_mul_ps(_mm512_loadu_ps(y + i),
                                              _mm512_mul_ps(v, sigmoid(v))));
#endif
      },
      [=](int64_t i) { y[i] *= z[i] / (1 + std::exp(-z[i])); });
}

void reference::geluTanh(float *y, int64_t n, int threads) {
  // x (1 + tanh u) / 2 = x sigmoid(2 u).
  const float inner = 1.5957691216f, cubic = 0.044715f * inner;
  forAll(
      n, threads,
      [=]([[maybe_unused]] int64_t i) {
#ifdef __AVX512F__
        __m512 v = _mm512_loadu_ps(y + i);
        __m512 u = _mm512_fmadd_ps(_mm512_mul_ps(v, v), _mm512_set1_ps(cubic),
                                   _mm512_set1_ps(inner));
        _mm512_storeu_ps(y + i, _mm512_mul_ps(v, sigmoid(_mm512_mul_ps(u, v))));
#endif
      },
      [=](int64_t i) {
        float v = y[i];
        y[i] = v / (1 + std::exp(-v * (inner + cubic * v * v)));
      });
}

void reference::layerNorm(const float *x, float *y, int64_t rows,
                          int64_t columns, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t r = 0; r < rows; ++r) {
    const float *in = x + r * columns;
    float *out = y + r * columns;
    float sum = 0, squares = 0;
    int64_t c = 0;
#ifdef __AVX512F__
    __m512 sums[4] = {}, total[4] = {};
    for (; c + 64 <= columns; c += 64)
      for (int k = 0; k < 4; ++k)
        sums[k] = _mm512_add_ps(sums[k], _mm512_loadu_ps(in + c + 16 * k));
    for (__m512 part : sums)
      sum += sumOf(part);
#endif
    for (int64_t i = c; i < columns; ++i)
      sum += in[i];
    float mean = sum / columns;
    c = 0;
#ifdef __AVX512F__
    for (; c + 64 <= columns; c += 64)
      for (int k = 0; k < 4; ++k) {
        __m512 d = _mm512_sub_ps(_mm512_loadu_ps(in + c + 16 * k),
                                 _mm512_set1_ps(mean));
        total[k] = _mm512_fmadd_ps(d, d, total[k]);
      }
    for (__m512 part : total)
      squares += sumOf(part);
#endif
    for (int64_t i = c; i < columns; ++i)
      squares += (in[i] - mean) * (in[i] - mean);
    float scale = 1 / std::sqrt(squares / columns + 1e-5f);
    c = 0;
#ifdef __AVX512F__
    for (; c + 16 <= columns; c += 16)
      _mm512_storeu_ps(out + c,
                       _mm512_mul_ps(_mm512_sub_ps(_mm512_loadu_ps(in + c),
                                                   _mm512_set1_ps(mean)),
                                     _mm512_set1_ps(scale)));
#endif
    for (; c < columns; ++c)
      out[c] = (in[c] - mean) * scale;
  }
}

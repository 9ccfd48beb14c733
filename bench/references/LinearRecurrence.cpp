// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear recurrences by hand, time innermost: steps of a row composed in
// registers, results past the caches.

#include "References.h"
#include "Simd.h"

namespace {
#ifdef __AVX512F__
/// `v` with its lanes `by` steps later, those of `first` before them.
template <int by> __m512 delay(__m512 v, __m512 first) {
  return _mm512_castsi512_ps(_mm512_alignr_epi32(
      _mm512_castps_si512(v), _mm512_castps_si512(first), 16 - by));
}

/// (a, b) of each lane's step composed with those of the `by` lanes before.
template <int by> void compose(__m512 (&a)[4], __m512 (&b)[4]) {
  const __m512 zero = _mm512_setzero_ps(), one = _mm512_set1_ps(1);
  for (int u = 0; u < 4; ++u) {
    b[u] = _mm512_fmadd_ps(a[u], delay<by>(b[u], zero), b[u]);
    a[u] = _mm512_mul_ps(a[u], delay<by>(a[u], one));
  }
}

/// A row whose length is a multiple of 64. Squares of sixteen rows and steps
/// transposed in registers took 1.4 times as long: sixteen streams at one
/// distance meet in the same sets of the caches.
void composedRow(const float *a, const float *b, float *h, int64_t T) {
  __m512 state = _mm512_setzero_ps();
  const __m512i last = _mm512_set1_epi32(15);
  for (int64_t t = 0; t < T; t += 64) {
    __m512 decay[4], drive[4];
    for (int u = 0; u < 4; ++u) {
      decay[u] = _mm512_loadu_ps(a + t + 16 * u);
      drive[u] = _mm512_loadu_ps(b + t + 16 * u);
    }
    compose<1>(decay, drive);
    compose<2>(decay, drive);
    compose<4>(decay, drive);
    compose<8>(decay, drive);
    for (int u = 0; u < 4; ++u) {
      __m512 next = _mm512_fmadd_ps(decay[u], state, drive[u]);
      _mm512_stream_ps(h + t + 16 * u, next);
      state = _mm512_permutexvar_ps(last, next);
    }
  }
}
#endif

void plainRow(const float *a, const float *b, float *h, int64_t T) {
  float state = 0;
  for (int64_t t = 0; t < T; ++t)
    h[t] = state = a[t] * state + b[t];
}
} // namespace

void reference::linearRecurrence(const float *a, const float *b, float *h,
                                 int64_t rows, int64_t T, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t row = 0; row < rows; ++row) {
#ifdef __AVX512F__
    if (T % 64 == 0) {
      composedRow(a + row * T, b + row * T, h + row * T, T);
      _mm_sfence();
      continue;
    }
#endif
    plainRow(a + row * T, b + row * T, h + row * T, T);
  }
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear recurrences by hand, time innermost: sixteen rows at a time, squares
// of sixteen steps transposed in registers, results past the caches.

#include "References.h"
#include "Simd.h"

#include <algorithm>

namespace {
#ifdef __AVX512F__
/// Sixteen vectors as rows become columns.
inline void transpose(__m512 (&v)[16]) {
  __m512 t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(v[i], v[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
  }
  for (int i = 0; i < 16; i += 4)
    for (int k = 0; k < 2; ++k) {
      __m512d low = _mm512_castps_pd(t[i + k]);
      __m512d high = _mm512_castps_pd(t[i + k + 2]);
      v[i + 2 * k] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
      v[i + 2 * k + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
    }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_f32x4(v[i], v[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(v[i], v[i + 4], 0xDD);
    t[i + 8] = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0xDD);
  }
  for (int i = 0; i < 4; ++i) {
    v[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    v[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xDD);
    v[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
    v[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xDD);
  }
}

/// Sixteen rows of `T` elements, a multiple of sixteen.
void squares(const float *a, const float *b, float *h, int64_t T) {
  __m512 state = _mm512_setzero_ps();
  for (int64_t t = 0; t < T; t += 16) {
    __m512 decay[16], drive[16];
    for (int r = 0; r < 16; ++r) {
      decay[r] = _mm512_loadu_ps(a + r * T + t);
      drive[r] = _mm512_loadu_ps(b + r * T + t);
    }
    transpose(decay);
    transpose(drive);
    for (int k = 0; k < 16; ++k)
      drive[k] = state = _mm512_fmadd_ps(decay[k], state, drive[k]);
    transpose(drive);
    for (int r = 0; r < 16; ++r)
      _mm512_stream_ps(h + r * T + t, drive[r]);
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
  for (int64_t block = 0; block < (rows + 15) / 16; ++block) {
    int64_t first = block * 16, last = std::min(rows, first + 16);
#ifdef __AVX512F__
    if (last - first == 16 && T % 16 == 0) {
      squares(a + first * T, b + first * T, h + first * T, T);
      _mm_sfence();
      continue;
    }
#endif
    for (int64_t row = first; row < last; ++row)
      plainRow(a + row * T, b + row * T, h + row * T, T);
  }
}

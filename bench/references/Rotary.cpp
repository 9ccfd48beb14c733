// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rotary embedding by hand, both layouts of pairs, from tables. What no cache
// holds is stored past all of them.

#include "References.h"
#include "Simd.h"

#ifdef __AVX512F__
static void store(float *to, __m512 value, bool streams) {
  if (streams)
    _mm512_stream_ps(to, value);
  else
    _mm512_storeu_ps(to, value);
}
#endif

/// What one core may expect of the last cache.
constexpr int64_t lastCache = 32 << 20;

/// Whether an operand and a result of `count` floats exceed the last cache;
/// the result's rows have to start on its lines.
static bool isLarge(const float *y, int64_t count, int64_t head) {
  return 8 * count > lastCache && head % 32 == 0 &&
         reinterpret_cast<uintptr_t>(y) % 64 == 0;
}

void reference::rotaryInterleaved(const float *x, const float *cos,
                                  const float *sin, float *y, int64_t heads,
                                  int64_t T, int64_t head, int threads) {
  [[maybe_unused]] bool streams = isLarge(y, heads * T * head, head);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t row = 0; row < heads * T; ++row) {
    const float *in = x + row * head;
    const float *c = cos + row % T * (head / 2),
                *s = sin + row % T * (head / 2);
    float *out = y + row * head;
    int64_t i = 0;
#ifdef __AVX512F__
    const __m512i twice =
        _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    for (; i + 16 <= head; i += 16) {
      __m512 v = _mm512_loadu_ps(in + i);
      __m512 swapped = _mm512_permute_ps(v, 0xB1);
      __m512 cc = _mm512_permutexvar_ps(
          twice, _mm512_castps256_ps512(_mm256_loadu_ps(c + i / 2)));
      __m512 ss = _mm512_permutexvar_ps(
          twice, _mm512_castps256_ps512(_mm256_loadu_ps(s + i / 2)));
      store(out + i, _mm512_fmaddsub_ps(v, cc, _mm512_mul_ps(swapped, ss)),
            streams);
    }
#endif
    for (; i < head; i += 2) {
      out[i] = in[i] * c[i / 2] - in[i + 1] * s[i / 2];
      out[i + 1] = in[i + 1] * c[i / 2] + in[i] * s[i / 2];
    }
  }
}

void reference::rotaryHalves(const float *x, const float *cos, const float *sin,
                             float *y, int64_t heads, int64_t T, int64_t head,
                             int threads) {
  [[maybe_unused]] bool streams = isLarge(y, heads * T * head, head);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t row = 0; row < heads * T; ++row) {
    int64_t half = head / 2, i = 0;
    const float *first = x + row * head, *second = first + half;
    const float *c = cos + row % T * half, *s = sin + row % T * half;
    float *out = y + row * head;
#ifdef __AVX512F__
    for (; i + 16 <= half; i += 16) {
      __m512 a = _mm512_loadu_ps(first + i), b = _mm512_loadu_ps(second + i);
      __m512 cc = _mm512_loadu_ps(c + i), ss = _mm512_loadu_ps(s + i);
      store(out + i, _mm512_fmsub_ps(a, cc, _mm512_mul_ps(b, ss)), streams);
      store(out + half + i, _mm512_fmadd_ps(b, cc, _mm512_mul_ps(a, ss)),
            streams);
    }
#endif
    for (; i < half; ++i) {
      float a = first[i], b = second[i];
      out[i] = a * c[i] - b * s[i];
      out[half + i] = b * c[i] + a * s[i];
    }
  }
}

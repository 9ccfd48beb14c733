// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the hand-written kernels share: exp2 and lane reductions.

#ifndef GYRE_BENCH_REFERENCES_SIMD_H
#define GYRE_BENCH_REFERENCES_SIMD_H

#include <cstdint>

#ifdef __AVX512F__
#include <immintrin.h>

namespace reference {

inline constexpr float log2e = 1.44269504088896340736f;

/// 2^z to 1.5 units in the last place over the whole range: the fraction in
/// [-0.5, 0.5] by a polynomial of degree 6, the integer part by scalef.
inline __m512 exp2(__m512 z) {
  __m512 r =
      _mm512_roundscale_ps(z, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m512 f = _mm512_sub_ps(z, r);
  __m512 p = _mm512_set1_ps(1.5403530e-4f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.3333558e-3f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(9.6181291e-3f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(5.5504109e-2f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.4022651e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.9314718e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, r);
}

inline float maxOf(__m512 v) { return _mm512_reduce_max_ps(v); }
inline float sumOf(__m512 v) { return _mm512_reduce_add_ps(v); }

/// The first `count` lanes, all from 16 on, none below 0.
inline __mmask16 firstLanes(int64_t count) {
  return count >= 16 ? 0xFFFF : count <= 0 ? 0 : (__mmask16)((1u << count) - 1);
}

} // namespace reference
#endif // __AVX512F__

#endif // GYRE_BENCH_REFERENCES_SIMD_H

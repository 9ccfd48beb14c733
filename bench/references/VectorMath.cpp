// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of vector libraries over arrays.

#include "VectorMath.h"

#include <cmath>

#ifdef __x86_64__
#include <immintrin.h>
#endif
#ifdef GYRE_BENCH_SLEEF
#include <sleef.h>
#endif

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 35)
#define GYRE_BENCH_MVEC
#endif

#ifdef __AVX2__
template <auto f> static void over8(const float *x, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i += 8)
    _mm256_storeu_ps(y + i, f(_mm256_loadu_ps(x + i)));
}
#endif
#ifdef __AVX512F__
template <auto f> static void over16(const float *x, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i += 16)
    _mm512_storeu_ps(y + i, f(_mm512_loadu_ps(x + i)));
}
#endif

#if defined(__AVX2__) && defined(GYRE_BENCH_MVEC)
#define DECLARE8(name) extern "C" __m256 _ZGVdN8v_##name##f(__m256);
#define MVEC8(name) over8<_ZGVdN8v_##name##f>
#else
#define DECLARE8(name)
#define MVEC8(name) nullptr
#endif
#if defined(__AVX512F__) && defined(GYRE_BENCH_MVEC)
#define DECLARE16(name) extern "C" __m512 _ZGVeN16v_##name##f(__m512);
#define MVEC16(name) over16<_ZGVeN16v_##name##f>
#else
#define DECLARE16(name)
#define MVEC16(name) nullptr
#endif
#define DECLARE(name) DECLARE8(name) DECLARE16(name)
DECLARE(exp)
DECLARE(exp2)
DECLARE(log)
DECLARE(log2)
DECLARE(log1p)
DECLARE(tanh)
DECLARE(erf)
DECLARE(sin)
DECLARE(cos)
DECLARE(atan)

// Those of 1.0 ulp, which is what ours come near to.
#if defined(__AVX2__) && defined(GYRE_BENCH_SLEEF)
#define SLEEF8(name) over8<Sleef_##name##f8_u10avx2>
#else
#define SLEEF8(name) nullptr
#endif
#if defined(__AVX512F__) && defined(GYRE_BENCH_SLEEF)
#define SLEEF16(name) over16<Sleef_##name##f16_u10avx512f>
#else
#define SLEEF16(name) nullptr
#endif

std::vector<reference::VectorFunction> reference::vectorFunctions() {
#define ROW(name)                                                              \
  VectorFunction {                                                             \
    #name, MVEC8(name), MVEC16(name), SLEEF8(name), SLEEF16(name)              \
  }
  return {ROW(exp),  ROW(exp2), ROW(log), ROW(log2), ROW(log1p),
          ROW(tanh), ROW(erf),  ROW(sin), ROW(cos),  ROW(atan)};
}

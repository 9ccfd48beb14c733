// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions of MathTest in double precision, four numbers at a time: by
// glibc's vector library where there is one, so that all of f32 can be gone
// through in minutes, and otherwise by the scalar one.

#ifndef GYRE_TESTS_CODEGEN_CPU_MATHREFERENCE_H
#define GYRE_TESTS_CODEGEN_CPU_MATHREFERENCE_H

#include <cmath>
#include <cstdint>

#if defined(__x86_64__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 35)
#define GYRE_LIBMVEC
#endif
#endif

#ifdef GYRE_LIBMVEC
#define GYRE_WIDE __attribute__((target("avx2,fma")))
#else
#define GYRE_WIDE
#endif

namespace reference {

using Lanes = double __attribute__((vector_size(32)));

/// Whether this machine can run what is below.
inline bool isSupported() {
#ifdef GYRE_LIBMVEC
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

// Within 5 units of the last place of a double, as MathTest checks.
#ifdef GYRE_LIBMVEC
#define GYRE_LANES(name)                                                       \
  extern "C" GYRE_WIDE Lanes _ZGVdN4v_##name(Lanes);                           \
  GYRE_WIDE inline Lanes name(Lanes x) { return _ZGVdN4v_##name(x); }
#else
#define GYRE_LANES(name)                                                       \
  inline Lanes name(Lanes x) {                                                 \
    return Lanes{std::name(x[0]), std::name(x[1]), std::name(x[2]),            \
                 std::name(x[3])};                                             \
  }
#endif
GYRE_LANES(exp)
GYRE_LANES(exp2)
GYRE_LANES(expm1)
GYRE_LANES(log)
GYRE_LANES(log2)
GYRE_LANES(log10)
GYRE_LANES(log1p)
GYRE_LANES(tanh)
GYRE_LANES(sinh)
GYRE_LANES(cosh)
GYRE_LANES(atanh)
GYRE_LANES(erf)
GYRE_LANES(erfc)
GYRE_LANES(tan)
GYRE_LANES(atan)
GYRE_LANES(asin)
GYRE_LANES(acos)
#undef GYRE_LANES

/// Keeps x where exponentials are far beyond f32 but the library takes no slow
/// way. NaN stays.
GYRE_WIDE inline Lanes clamp(Lanes x) {
  Lanes limit = Lanes{} + 300.0;
  x = x < -limit ? -limit : x;
  return x > limit ? limit : x;
}

GYRE_WIDE inline Lanes expOf(Lanes x) { return exp(clamp(x)); }
GYRE_WIDE inline Lanes exp2Of(Lanes x) { return exp2(clamp(x)); }
GYRE_WIDE inline Lanes expm1Of(Lanes x) { return expm1(clamp(x)); }
GYRE_WIDE inline Lanes sinhOf(Lanes x) { return sinh(clamp(x)); }
GYRE_WIDE inline Lanes coshOf(Lanes x) { return cosh(clamp(x)); }

/// By the tangent of x / 2, since the library's own sine is slow for large x.
GYRE_WIDE inline Lanes sinOf(Lanes x) {
  Lanes t = tan(x * 0.5);
  return 2 * t / (1 + t * t);
}

GYRE_WIDE inline Lanes cosOf(Lanes x) {
  Lanes t = tan(x * 0.5);
  Lanes y = (1 - t) * (1 + t) / (1 + t * t);
  // The difference loses bits where little is left of it.
  for (int i = 0; i < 4; ++i)
    if (std::fabs(y[i]) < 1e-2)
      y[i] = std::cos(x[i]);
  return y;
}

GYRE_WIDE inline Lanes rsqrtOf(Lanes x) {
  return 1 / Lanes{std::sqrt(x[0]), std::sqrt(x[1]), std::sqrt(x[2]),
                   std::sqrt(x[3])};
}

GYRE_WIDE inline Lanes sigmoidOf(Lanes x) { return 1 / (1 + expOf(-x)); }

/// For -infinity the limit, as of those that follow.
GYRE_WIDE inline Lanes siluOf(Lanes x) {
  Lanes limit = Lanes{} - 300.0;
  x = x < limit ? limit : x;
  return x / (1 + expOf(-x));
}

GYRE_WIDE inline Lanes softplusOf(Lanes x) {
  Lanes zero = {};
  return (x < zero ? zero : x) + log1p(expOf(x < zero ? x : -x));
}

GYRE_WIDE inline Lanes geluErfOf(Lanes x) {
  Lanes limit = Lanes{} - 30.0;
  x = x < limit ? limit : x;
  return x * 0.5 * erfc(x * -0.70710678118654752440);
}

/// (1 + tanh u) / 2 = 1 / (1 + e^-2u), which keeps the small ones.
GYRE_WIDE inline Lanes geluTanhOf(Lanes x) {
  Lanes limit = Lanes{} - 30.0;
  x = x < limit ? limit : x;
  Lanes u = 0.79788456080286535588 * (x + 0.044715 * x * x * x);
  return x / (1 + expOf(-2 * u));
}

using Function = Lanes (*)(Lanes);

/// y[i] = f(x[i]) for a multiple of 4 numbers.
GYRE_WIDE inline void forAll(Function f, const float *x, double *y,
                             int64_t count) {
  for (int64_t i = 0; i < count; i += 4) {
    Lanes result = f(Lanes{x[i], x[i + 1], x[i + 2], x[i + 3]});
    for (int k = 0; k < 4; ++k)
      y[i + k] = result[k];
  }
}

} // namespace reference

#endif // GYRE_TESTS_CODEGEN_CPU_MATHREFERENCE_H

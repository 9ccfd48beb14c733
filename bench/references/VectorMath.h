// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of vector libraries over arrays, glibc's libmvec and SLEEF.

#ifndef GYRE_BENCH_REFERENCES_VECTORMATH_H
#define GYRE_BENCH_REFERENCES_VECTORMATH_H

#include <cstdint>
#include <vector>

namespace reference {

/// y[i] = f(x[i]) for a multiple of 16 numbers.
using Function = void (*)(const float *x, float *y, int64_t n);

/// One function by both libraries at both widths; null where there is none.
struct VectorFunction {
  const char *name;
  Function mvec8, mvec16, sleef8, sleef16;
};

/// exp, exp2, log, log2, log1p, tanh, erf, sin, cos, atan; none where this
/// machine is another one.
std::vector<VectorFunction> vectorFunctions();

} // namespace reference

#endif // GYRE_BENCH_REFERENCES_VECTORMATH_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Angles that grow with a position, reduced before they lose their last bits.

#ifndef GYRE_DIALECT_ANGLES_H
#define GYRE_DIALECT_ANGLES_H

#include "dialect/Scalar.h"

namespace mlir::gyre {

/// Position times frequency, in radians less whole turns. The frequency is in
/// turns a position, the sum of two numbers.
inline Scalar reducedAngle(Scalar position, Scalar high, Scalar low) {
  // Whole turns are taken off inside of one fma, which is exact but for the
  // rounding of the remainder: p f - round(p f), f = high + low.
  Scalar turns = roundeven(position * high);
  Scalar rest = fma(position, low, fma(position, high, -turns));
  return rest * (2 * std::numbers::pi);
}

/// What f32 leaves of a frequency, to be the low part; nothing for f64.
inline double lowPart(double frequency, Type real) {
  return real.isF32()
             ? frequency - static_cast<double>(static_cast<float>(frequency))
             : 0.0;
}

} // namespace mlir::gyre

#endif // GYRE_DIALECT_ANGLES_H

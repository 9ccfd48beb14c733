// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The special functions, which no target's library provides.

#ifndef GYRE_CODEGEN_COMMON_MATH_H
#define GYRE_CODEGEN_COMMON_MATH_H

namespace mlir {
class Operation;
}

namespace mlir::gyre {

/// Expands `math` on f32, scalars and vectors, into polynomials (Math.cpp), and
/// then conversions.
void expandMath(Operation *root);

/// Expands conversions between f32 and floats that few targets know, bf16 and
/// those of 8 bits (MathConversions.cpp).
void expandConversions(Operation *root);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_MATH_H

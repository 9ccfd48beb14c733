// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reduces angles of any size for the circular functions of Math.cpp.

#ifndef GYRE_CODEGEN_COMMON_MATHANGLES_H
#define GYRE_CODEGEN_COMMON_MATHANGLES_H

#include "codegen/common/MathExpr.h"

namespace mlir::gyre {

/// Some quarter or half turns and a rest.
struct Angle {
  Expr count; ///< i32, of which the low bits count
  Expr rest;
};

/// x in quarter turns and a rest in [-pi/4, pi/4] (a little more).
Angle reduceToQuarterTurn(Expr x);

/// x in half turns and a rest in [-pi/2, pi/2]: one that has the same sine, in
/// place of the rest itself. Needs fma.
Angle reduceToHalfTurn(Expr x);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_MATHANGLES_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes as values at the entry of a function.

#ifndef GYRE_PASSES_SIZEBOUNDS_H
#define GYRE_PASSES_SIZEBOUNDS_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::gyre {

/// Rebuilds index arithmetic at one place, from values that are known there.
class SizeBounds {
public:
  /// `known` are the values that may be used; new code goes to `b`.
  SizeBounds(OpBuilder &b, ValueRange known);

  /// `value` itself, or null where it depends on more than what is known.
  Value exact(Value value);
  /// A value that is never below `value`, or null. What depends on the
  /// position in a loop (the last tile is smaller) is bounded by what does not.
  Value upper(Value value);

private:
  Value exactExpr(AffineExpr expr, unsigned numDims, ValueRange operands);
  Value upperExpr(AffineExpr expr, unsigned numDims, ValueRange operands);
  Value makeUpper(Value value);

  OpBuilder &b;
  DenseMap<Value, Value> exacts, uppers;
};

} // namespace mlir::gyre

#endif // GYRE_PASSES_SIZEBOUNDS_H

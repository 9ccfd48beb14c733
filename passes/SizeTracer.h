// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dimensions of tensors as expressions of an entry point's named sizes.

#ifndef GYRE_PASSES_SIZETRACER_H
#define GYRE_PASSES_SIZETRACER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineExpr.h"
#include "passes/EntryPoint.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::gyre {

/// Follows tensors and index arithmetic back to the arguments of a function
/// that has gone through gyre-bind-sizes. Code that it makes on the way is
/// dead.
class SizeTracer {
public:
  SizeTracer(func::FuncOp func, const EntryPoint &entry)
      : func(func), entry(entry) {}

  /// Over symbols, one a named size; null where it does not follow from them.
  AffineExpr getSize(Value tensor, int64_t dim);
  AffineExpr getIndex(Value index);

  /// As parseSizeExpression reads it.
  std::string print(AffineExpr expr) const;

private:
  AffineExpr traceSize(Value tensor, int64_t dim);
  AffineExpr traceArgument(BlockArgument argument, int64_t dim);
  AffineExpr traceResult(OpResult result, int64_t dim);

  func::FuncOp func;
  const EntryPoint &entry;
  DenseMap<std::pair<Value, int64_t>, AffineExpr> known;
};

} // namespace mlir::gyre

#endif // GYRE_PASSES_SIZETRACER_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dimensions of tensors and index values as expressions.

#ifndef GYRE_PASSES_SIZETRACER_H
#define GYRE_PASSES_SIZETRACER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AffineExpr.h"
#include "passes/EntryPoint.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::gyre {

/// Follows tensors and index arithmetic back to the arguments of a function
/// that has gone through gyre-bind-sizes. Code that it makes on the way is
/// dead.
///
/// Expressions are over symbols: the named sizes, the integer scalar arguments
/// (EntryPoint::getSymbols), then *unknowns*, values that nothing is computed
/// from: positions in loops, what data decides, extents of which branch was
/// taken. They count in integers without bounds, so arithmetic that might wrap
/// is an unknown.
class SizeTracer {
public:
  SizeTracer(func::FuncOp func, const EntryPoint &entry)
      : func(func), entry(entry), numSymbols(entry.getSymbols().size()) {}

  AffineExpr express(Value tensor, int64_t dim);
  AffineExpr express(Value index);
  AffineExpr express(OpFoldResult index);

  /// As express, but over named sizes only; null for anything else.
  AffineExpr getSize(Value tensor, int64_t dim);
  AffineExpr getIndex(Value index);

  /// Whether the value of `expr` follows from what the function is called with.
  bool isKnownAtEntry(AffineExpr expr) const;
  bool isSize(unsigned symbol) const { return symbol < entry.sizes.size(); }
  /// The index value that a symbol stands for; null where that is an extent or
  /// known at entry.
  Value getUnknown(unsigned symbol) const;
  bool isUnknownExtent(unsigned symbol) const;
  unsigned getNumSymbols() const { return numSymbols + unknowns.size(); }

  /// As parseSizeExpression reads it where it is known at entry.
  std::string print(AffineExpr expr) const;

  /// Whether the positions of a loop lie between its bounds: its counter does
  /// not wrap.
  bool countsUp(scf::ForOp loop);

private:
  AffineExpr traceSize(Value tensor, int64_t dim);
  AffineExpr traceArgument(BlockArgument argument, int64_t dim);
  AffineExpr traceResult(OpResult result, int64_t dim);
  AffineExpr traceIndex(Value index);
  AffineExpr traceArithmetic(Operation *op);
  AffineExpr getUnknownSymbol(Value value, int64_t dim);
  bool isBounded(Value index, bool below, unsigned depth = 0);
  bool isNeverNegative(AffineExpr expr);
  bool isSmall(AffineExpr expr);

  func::FuncOp func;
  const EntryPoint &entry;
  unsigned numSymbols;
  /// The dimension is -1 for an index value.
  using Key = std::pair<Value, int64_t>;
  DenseMap<Key, AffineExpr> known;
  SmallVector<Key> unknowns;
};

} // namespace mlir::gyre

#endif // GYRE_PASSES_SIZETRACER_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Proofs about sizes and positions, and what is required of a call where there
// is none.

#ifndef GYRE_PASSES_SIZEPROVER_H
#define GYRE_PASSES_SIZEPROVER_H

#include "passes/SizeTracer.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::gyre {

class SizeProver {
public:
  SizeProver(func::FuncOp func, EntryPoint &entry)
      : context(func.getContext()), entry(entry), tracer(func, entry) {}

  SizeTracer &getTracer() { return tracer; }

  /// Whether `expr` is at least 0 in every call: by linear arithmetic on what
  /// is known of sizes, positions and minima.
  bool isNeverNegative(AffineExpr expr);

  enum class Answer { Holds, Required, Wrong, Unknown };
  /// Proves that `expr` is at least 0, or requires it of each call; a position
  /// in a loop then stands for the worst one that it takes. Wrong where it
  /// never holds, Unknown where it can't be said on entry.
  Answer requireNeverNegative(AffineExpr expr);
  /// The same for two expressions that have to be equal.
  Answer requireEqual(AffineExpr a, AffineExpr b);

  /// The least or the greatest value that `expr` takes while loops run, over
  /// what is known at entry, or null. Its dimensions run from 0 to below
  /// `extents`.
  AffineExpr getLeast(AffineExpr expr, ArrayRef<AffineExpr> extents = {});
  AffineExpr getGreatest(AffineExpr expr, ArrayRef<AffineExpr> extents = {});

private:
  /// Expressions that are never negative, and some that are 0.
  struct Facts {
    SmallVector<AffineExpr> natural, zero;
  };
  void addFacts(unsigned symbol, Facts &facts);
  bool prove(AffineExpr goal, Facts facts, llvm::DenseSet<unsigned> split);
  bool follows(AffineExpr goal, Facts facts);
  AffineExpr getExtreme(AffineExpr expr, bool least,
                        ArrayRef<AffineExpr> extents);
  AffineExpr simplify(AffineExpr expr);
  Answer require(Requirement requirement);

  MLIRContext *context;
  EntryPoint &entry;
  SizeTracer tracer;
};

} // namespace mlir::gyre

#endif // GYRE_PASSES_SIZEPROVER_H

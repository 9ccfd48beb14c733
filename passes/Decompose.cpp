// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the Decompose pass: named operators become structures.

#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_DECOMPOSE
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;

namespace {
struct Decompose : gyre::impl::DecomposeBase<Decompose> {
  using DecomposeBase::DecomposeBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // An operator may decompose into others, so walk until none is left.
    for (bool changed = true; changed;) {
      changed = false;
      SmallVector<linalg::AggregatedOpInterface> ops;
      getOperation().walk([&](linalg::AggregatedOpInterface op) {
        if (!callers || isa<SymbolUserOpInterface>(op.getOperation()))
          ops.push_back(op);
      });
      for (linalg::AggregatedOpInterface op : ops) {
        rewriter.setInsertionPoint(op);
        FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
        if (failed(results)) {
          op.emitError("failed to decompose operation ") << op->getName();
          // A mistake of the user's: the operator has said which.
          getOperation()->setAttr("gyre.refused", rewriter.getUnitAttr());
          return signalPassFailure();
        }
        // It may know less of its sizes than the operator's type says.
        for (auto [value, result] : llvm::zip(*results, op->getResults()))
          if (value.getType() != result.getType())
            value = tensor::CastOp::create(rewriter, op.getLoc(),
                                           result.getType(), value);
        rewriter.replaceOp(op, *results);
        changed = true;
      }
    }
  }
};
} // namespace

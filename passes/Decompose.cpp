// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the Decompose pass: named operators become structures.

#include "passes/EntryPoint.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_DECOMPOSE
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;

/// Whether tensors of f64 meet those of narrower floats.
static bool mixesPrecisions(Operation *op) {
  bool wide = false, narrow = false;
  for (Type type :
       llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      if (auto element = dyn_cast<FloatType>(tensor.getElementType()))
        (element.isF64() ? wide : narrow) = true;
  return wide && narrow;
}

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
          getOperation()->setAttr(gyre::refusedAttrName,
                                  rewriter.getUnitAttr());
          return signalPassFailure();
        }
        // It may know less of its sizes than the operator's type says.
        for (auto [value, result] : llvm::zip(*results, op->getResults()))
          if (value.getType() != result.getType())
            value = tensor::CastOp::create(rewriter, op.getLoc(),
                                           result.getType(), value);
        if (mixesPrecisions(op) && failed(checkMixture(*results))) {
          op.emitError("expected tensors of f64 or of narrower floats, and "
                       "not both");
          getOperation()->setAttr("gyre.refused", rewriter.getUnitAttr());
          return signalPassFailure();
        }
        rewriter.replaceOp(op, *results);
        changed = true;
      }
    }
  }

  /// Some operators convert what others compute with as it is.
  LogicalResult checkMixture(ArrayRef<Value> results) {
    ScopedDiagnosticHandler quiet(&getContext(),
                                  [](Diagnostic &) { return success(); });
    SetVector<Operation *> made;
    for (Value result : results)
      if (Operation *op = result.getDefiningOp())
        made.insert(op);
    for (size_t i = 0; i < made.size(); ++i) {
      if (failed(verify(made[i])))
        return failure();
      for (Value operand : made[i]->getOperands())
        if (Operation *op = operand.getDefiningOp())
          made.insert(op);
    }
    return success();
  }
};
} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the FuseMaps pass: chains of element-wise operations on
// tensors become one linalg.generic each.

#include "passes/CostModel.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_FUSEMAPS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// Whether the producer of `operand` may be evaluated where it is read.
static bool mayFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer ||
      producer.getNumLoops() != producer.getNumParallelLoops() ||
      consumer.getNumLoops() != consumer.getNumParallelLoops())
    return false;
  // A consumer that has loops of its own evaluates an element many times; one
  // of several consumers evaluates it once more.
  bool again = producer.getNumLoops() < consumer.getNumLoops() ||
               !llvm::all_of(
                   producer->getUsers(),
                   [&](Operation *user) { return user == consumer; });
  return !again || isCheap(producer.getBlock());
}

namespace {
/// Named element-wise operations have bodies like any other once they are
/// generic; products and the like keep their names, which say what they are.
struct GeneralizeMaps : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(linalg::LinalgOp op,
                                PatternRewriter &rewriter) const override {
    // A fill keeps its name: it is what a product starts from.
    if (isa<linalg::GenericOp, linalg::FillOp>(op) ||
        !op.hasPureTensorSemantics() ||
        op.getNumLoops() != op.getNumParallelLoops())
      return failure();
    return linalg::generalizeNamedOp(rewriter, op);
  }
};

/// What computes no element, or folds none into its elements, leaves its
/// destinations as they are. Upstream's tiling takes a tile of no elements for
/// a loop that is not tiled.
static void eraseWithoutElements(func::FuncOp func) {
  auto isEmpty = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && llvm::is_contained(tensor.getShape(), 0);
  };
  func.walk([&](DestinationStyleOpInterface op) {
    // A structure over no elements still has what its init and finish yield.
    auto linalg = dyn_cast<linalg::LinalgOp>(op.getOperation());
    bool foldsNone =
        linalg && llvm::is_contained(linalg.getStaticLoopRanges(), 0);
    if (op->getNumResults() == 0 ||
        (!foldsNone && !llvm::all_of(op->getResultTypes(), isEmpty)))
      return;
    op->replaceAllUsesWith(op.getDpsInits());
    op->erase();
  });
}

struct FuseMaps : gyre::impl::FuseMapsBase<FuseMaps> {
  void runOnOperation() override {
    eraseWithoutElements(getOperation());
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<GeneralizeMaps>(context);
    linalg::populateElementwiseOpsFusionPatterns(patterns, mayFuse);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    linalg::populateInlineConstantOperandsPatterns(patterns);
    tensor::populateFoldTensorEmptyPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

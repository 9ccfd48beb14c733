// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structures read what a tensor.cast that forgets sizes was made of. Upstream's
// own pattern for it crashes on operations with an empty region.

#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::gyre;

namespace {
struct FoldCasts : OpInterfaceRewritePattern<StructureOpInterface> {
  // Ahead of upstream's.
  explicit FoldCasts(MLIRContext *context)
      : OpInterfaceRewritePattern(context, /*benefit=*/2) {}

  LogicalResult matchAndRewrite(StructureOpInterface structure,
                                PatternRewriter &rewriter) const override {
    Operation *op = structure;
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      auto cast = operand.getDefiningOp<tensor::CastOp>();
      operands.push_back(cast && tensor::canFoldIntoConsumerOp(cast)
                             ? cast.getSource()
                             : operand);
    }
    if (llvm::equal(operands, op->getOperands()))
      return failure();
    // A result has the type of its destination.
    SmallVector<Type> types(op->getResultTypes());
    auto dps = cast<DestinationStyleOpInterface>(op);
    if (op->getNumResults())
      for (OpOperand &init : dps.getDpsInitsMutable())
        types[dps.getTiedOpResult(&init).getResultNumber()] =
            operands[init.getOperandNumber()].getType();
    OperationState state(op->getLoc(), op->getName(), operands, types,
                         op->getAttrs());
    for (unsigned i = 0; i < op->getNumRegions(); ++i)
      state.addRegion();
    Operation *folded = rewriter.create(state);
    for (auto [from, to] : llvm::zip(op->getRegions(), folded->getRegions()))
      rewriter.inlineRegionBefore(from, to, to.end());
    SmallVector<Value> results;
    for (auto [result, type] :
         llvm::zip(folded->getResults(), op->getResultTypes()))
      results.push_back(
          result.getType() == type
              ? Value(result)
              : tensor::CastOp::create(rewriter, op->getLoc(), type, result));
    rewriter.replaceOp(op, results);
    return success();
  }
};
} // namespace

void GyreDialect::getCanonicalizationPatterns(
    RewritePatternSet &patterns) const {
  patterns.add<FoldCasts>(getContext());
}

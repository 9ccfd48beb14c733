// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the ExpandTensors pass: what makes a tensor element by
// element becomes a map, so that it fuses and is shared by the threads.

#include "passes/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_EXPANDTENSORS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;

/// A map without inputs over a tensor of `type`.
static linalg::GenericOp
createMap(PatternRewriter &b, Location loc, RankedTensorType type,
          ValueRange sizes,
          function_ref<void(OpBuilder &, Location, ValueRange)> body) {
  Value empty = tensor::EmptyOp::create(b, loc, type, sizes);
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  return linalg::GenericOp::create(
      b, loc, type, ValueRange(), empty,
      ArrayRef<AffineMap>{b.getMultiDimIdentityMap(type.getRank())}, loops,
      body);
}

/// In a map: what `body`, a function of the position, yields.
static void yieldAtPosition(OpBuilder &b, Location loc, Block *body) {
  IRMapping mapping;
  for (BlockArgument argument : body->getArguments())
    mapping.map(argument,
                linalg::IndexOp::create(b, loc, argument.getArgNumber()));
  for (Operation &inner : body->without_terminator())
    b.clone(inner, mapping);
  auto yield = cast<tensor::YieldOp>(body->getTerminator());
  linalg::YieldOp::create(b, loc, mapping.lookupOrDefault(yield.getValue()));
}

namespace {
/// Operands go one behind the other. The first one says what the other sizes
/// are; gyre-check-sizes compares.
struct ExpandConcat : OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ConcatOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    unsigned dim = op.getDim();
    ReifiedRankedShapedTypeDims dims;
    if (failed(reifyResultShapes(rewriter, op, dims)))
      return failure();
    int64_t rank = op.getResultType().getRank();
    SmallVector<OpFoldResult> offsets(rank, rewriter.getIndexAttr(0)),
        strides(rank, rewriter.getIndexAttr(1)), sizes = dims.front();
    Value result = tensor::EmptyOp::create(rewriter, loc, sizes,
                                           op.getResultType().getElementType());
    for (Value operand : op.getInputs()) {
      sizes[dim] = tensor::getMixedSize(rewriter, loc, operand, dim);
      result = tensor::InsertSliceOp::create(rewriter, loc, operand, result,
                                             offsets, sizes, strides);
      offsets[dim] = affine::makeComposedFoldedAffineApply(
          rewriter, loc,
          rewriter.getAffineDimExpr(0) + rewriter.getAffineDimExpr(1),
          {offsets[dim], sizes[dim]});
    }
    if (result.getType() != op.getResultType())
      result =
          tensor::CastOp::create(rewriter, loc, op.getResultType(), result);
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct ExpandSplat : OpRewritePattern<tensor::SplatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::SplatOp op,
                                PatternRewriter &rewriter) const override {
    auto map =
        createMap(rewriter, op.getLoc(), op.getType(), op.getDynamicSizes(),
                  [&](OpBuilder &b, Location loc, ValueRange) {
                    linalg::YieldOp::create(b, loc, op.getInput());
                  });
    rewriter.replaceOp(op, map);
    return success();
  }
};

struct ExpandGenerate : OpRewritePattern<tensor::GenerateOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::GenerateOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    auto map = createMap(rewriter, op.getLoc(), type, op.getDynamicExtents(),
                         [&](OpBuilder &b, Location loc, ValueRange) {
                           yieldAtPosition(b, loc, &op.getBody().front());
                         });
    rewriter.replaceOp(op, map);
    return success();
  }
};

/// A pad is its values everywhere, then the source in its place.
struct ExpandPad : OpRewritePattern<tensor::PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::PadOp op,
                                PatternRewriter &rewriter) const override {
    ReifiedRankedShapedTypeDims dims;
    if (failed(reifyResultShapes(rewriter, op, dims)))
      return failure();
    SmallVector<Value> sizes;
    for (OpFoldResult size : dims.front())
      if (auto value = dyn_cast<Value>(size))
        sizes.push_back(value);
    auto map = createMap(rewriter, op.getLoc(), op.getResultType(), sizes,
                         [&](OpBuilder &b, Location loc, ValueRange) {
                           yieldAtPosition(b, loc, op.getBody());
                         });
    SmallVector<OpFoldResult> strides(op.getResultType().getRank(),
                                      rewriter.getIndexAttr(1));
    rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(
        op, op.getSource(), map.getResult(0), op.getMixedLowPad(),
        tensor::getMixedSizes(rewriter, op.getLoc(), op.getSource()), strides);
    return success();
  }
};

struct ExpandTensors : gyre::impl::ExpandTensorsBase<ExpandTensors> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandSplat, ExpandGenerate, ExpandPad, ExpandConcat>(
        &getContext());
    linalg::populateElementwiseToLinalgConversionPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the ResolveDims pass: dimensions of intermediate tensors
// become arithmetic on the named sizes.

#include "passes/EntryPoint.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_RESOLVEDIMS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

namespace {
/// tensor.dim of an argument of an entry point, by what `gyre.entry` says.
struct DimOfArgument : OpRewritePattern<tensor::DimOp> {
  DimOfArgument(MLIRContext *context, func::FuncOp func,
                const EntryPoint &entry)
      : OpRewritePattern(context), func(func), entry(entry) {}

  LogicalResult matchAndRewrite(tensor::DimOp dim,
                                PatternRewriter &rewriter) const override {
    auto argument = dyn_cast<BlockArgument>(dim.getSource());
    std::optional<int64_t> index = dim.getConstantIndex();
    if (!argument || argument.getOwner() != &func.getBody().front() || !index)
      return failure();
    SmallVector<OpFoldResult> sizes;
    for (BlockArgument size : func.getArguments().take_back(entry.sizes.size()))
      sizes.push_back(size);
    AffineExpr expr = entry.getDims(entry.arguments[argument.getArgNumber()],
                                    getContext())[*index];
    OpFoldResult size = affine::makeComposedFoldedAffineApply(
        rewriter, dim.getLoc(), AffineMap::get(0, sizes.size(), expr), sizes);
    rewriter.replaceOp(
        dim, getValueOrCreateConstantIndexOp(rewriter, dim.getLoc(), size));
    return success();
  }

  mutable func::FuncOp func;
  const EntryPoint &entry;
};

struct ResolveDims : gyre::impl::ResolveDimsBase<ResolveDims> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
    FailureOr<EntryPoint> entry = EntryPoint::of(getOperation());
    if (succeeded(entry))
      patterns.add<DimOfArgument>(&getContext(), getOperation(), *entry);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

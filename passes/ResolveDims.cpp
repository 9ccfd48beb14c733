// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the ResolveDims pass: dimensions of intermediate tensors
// become arithmetic on the named sizes.

#include "passes/EntryPoint.h"
#include "passes/Passes.h"
#include "passes/SizeTracer.h"

#include "mlir/Dialect/Affine/Transforms/Transforms.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_RESOLVEDIMS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// Dimension `index` of `value`, an argument of the entry point `func`, by what
/// `gyre.entry` says; null for any other value.
static Value dimOfArgument(OpBuilder &b, Location loc, func::FuncOp func,
                           const EntryPoint &entry, Value value,
                           int64_t index) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != &func.getBody().front())
    return {};
  SmallVector<OpFoldResult> sizes;
  for (BlockArgument size : func.getArguments().take_back(entry.sizes.size()))
    sizes.push_back(size);
  AffineExpr expr = entry.getDims(entry.arguments[argument.getArgNumber()],
                                  b.getContext())[index];
  OpFoldResult size = affine::makeComposedFoldedAffineApply(
      b, loc, AffineMap::get(0, sizes.size(), expr), sizes);
  return getValueOrCreateConstantIndexOp(b, loc, size);
}

namespace {
template <typename DimOp> struct DimOfArgument : OpRewritePattern<DimOp> {
  DimOfArgument(MLIRContext *context, func::FuncOp func,
                const EntryPoint &entry)
      : OpRewritePattern<DimOp>(context), func(func), entry(entry) {}

  LogicalResult matchAndRewrite(DimOp dim,
                                PatternRewriter &rewriter) const override {
    std::optional<int64_t> index = dim.getConstantIndex();
    if (!index)
      return failure();
    Value size = dimOfArgument(rewriter, dim.getLoc(), func, entry,
                               dim.getSource(), *index);
    if (!size)
      return failure();
    rewriter.replaceOp(dim, size);
    return success();
  }

  func::FuncOp func;
  const EntryPoint &entry;
};

struct ResolveDims : gyre::impl::ResolveDimsBase<ResolveDims> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    RewritePatternSet list(&getContext());
    memref::populateResolveRankedShapedTypeResultDimsPatterns(list);
    FailureOr<EntryPoint> entry = EntryPoint::of(func);
    if (succeeded(entry))
      list.add<DimOfArgument<tensor::DimOp>, DimOfArgument<memref::DimOp>>(
          &getContext(), func, *entry);
    FrozenRewritePatternSet patterns(std::move(list));
    if (succeeded(entry))
      resolveByTracing(func, *entry);
    do {
      resolveByBounds(func);
      if (failed(applyPatternsGreedily(func, patterns)))
        return signalPassFailure();
    } while (resolveLoops(func, entry));
  }

  /// Upstream does not see that a loop's value comes from a branch, or what
  /// these carry at all.
  static void resolveByTracing(func::FuncOp func, const EntryPoint &entry) {
    SizeTracer tracer(func, entry);
    SmallVector<OpFoldResult> sizes;
    for (BlockArgument size : func.getArguments().take_back(entry.sizes.size()))
      sizes.push_back(size);
    func.walk([&](tensor::DimOp dim) {
      Value source = dim.getSource();
      Operation *owner = source.getDefiningOp();
      if (auto argument = dyn_cast<BlockArgument>(source))
        owner = argument.getOwner()->getParentOp();
      std::optional<int64_t> index = dim.getConstantIndex();
      if (!index || !isa_and_nonnull<scf::ForOp, scf::WhileOp, scf::IfOp,
                                     scf::IndexSwitchOp>(owner))
        return;
      AffineExpr expr = tracer.getSize(source, *index);
      if (!expr)
        return;
      OpBuilder b(dim);
      OpFoldResult size = affine::makeComposedFoldedAffineApply(
          b, dim.getLoc(), AffineMap::get(0, sizes.size(), expr), sizes);
      dim.replaceAllUsesWith(
          getValueOrCreateConstantIndexOp(b, dim.getLoc(), size));
      dim.erase();
    });
  }

  /// Upstream asks whether a step keeps the extent it got. One that makes the
  /// extent of the initial value anew carries that as well.
  bool resolveLoops(func::FuncOp func, const FailureOr<EntryPoint> &entry) {
    bool changed = false;
    SmallVector<scf::ForOp> loops;
    func.walk([&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      for (auto [i, carried] : llvm::enumerate(loop.getRegionIterArgs())) {
        Value result = loop.getResult(i), init = loop.getInitArgs()[i];
        SmallVector<tensor::DimOp> dims;
        for (Value value : {Value(carried), result})
          for (Operation *user : value.getUsers())
            if (auto dim = dyn_cast<tensor::DimOp>(user))
              dims.push_back(dim);
        for (tensor::DimOp dim : dims) {
          std::optional<int64_t> index = dim.getConstantIndex();
          if (!index)
            continue;
          // The step speaks of named sizes, so the initial value has to, too.
          OpBuilder b(loop);
          Value size;
          if (succeeded(entry))
            size = dimOfArgument(b, dim.getLoc(), func, *entry, init, *index);
          bool isMade = !size;
          if (isMade)
            size = tensor::DimOp::create(b, dim.getLoc(), init, *index);
          FailureOr<bool> equal = ValueBoundsConstraintSet::areEqual(
              {loop.getYieldedValues()[i], *index}, {size});
          if (failed(equal) || !*equal) {
            // A question that stayed would be one about a loop around, whose
            // answer is no progress.
            if (isMade)
              size.getDefiningOp()->erase();
            continue;
          }
          dim.replaceAllUsesWith(size);
          dim.erase();
          changed = true;
        }
      }
    return changed;
  }

  /// Upstream's value bounds see through loops and branches: a carried tensor
  /// has the extent of its initial value where each step keeps it.
  void resolveByBounds(func::FuncOp func) {
    SmallVector<tensor::DimOp> dims;
    func.walk([&](tensor::DimOp dim) {
      if (dim.getConstantIndex())
        dims.push_back(dim);
    });
    DominanceInfo dominance(func);
    Block *entry = &func.getBody().front();
    for (tensor::DimOp dim : dims) {
      // In terms of arguments, and of values that nothing is known about.
      auto stop = [&](Value value, std::optional<int64_t> d,
                      ValueBoundsConstraintSet &) {
        if (value.getParentBlock() == entry && isa<BlockArgument>(value))
          return true;
        return !d && dominance.properlyDominates(value, dim) &&
               !isa_and_nonnull<ValueBoundsOpInterface>(value.getDefiningOp());
      };
      Value source = dim.getSource();
      if (isa<BlockArgument>(source) && source.getParentBlock() == entry)
        continue;
      OpBuilder b(dim);
      FailureOr<OpFoldResult> size = affine::reifyShapedValueDimBound(
          b, dim.getLoc(), presburger::BoundType::EQ, source,
          *dim.getConstantIndex(), stop);
      if (failed(size))
        continue;
      dim.replaceAllUsesWith(
          getValueOrCreateConstantIndexOp(b, dim.getLoc(), *size));
      dim.erase();
    }
  }
};
} // namespace

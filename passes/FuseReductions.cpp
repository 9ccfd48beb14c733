// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the FuseReductions pass: cheap maps on what a reduction
// reads, and maps on what it returns, go into its regions.

#include "passes/CostModel.h"
#include "passes/Passes.h"

#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_FUSEREDUCTIONS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// A map with one result on tensors whose elements regions see as they are.
static bool isPlainMap(linalg::GenericOp op) {
  return op && op.hasPureTensorSemantics() && op.getNumDpsInits() == 1 &&
         op.getNumLoops() == op.getNumParallelLoops() &&
         !op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)) &&
         llvm::all_of(op->getOperands(), [](Value operand) {
           auto type = dyn_cast<RankedTensorType>(operand.getType());
           return type &&
                  getRegionType(type.getElementType()) == type.getElementType();
         });
}

/// Clones the body of `map` with `arguments` for its inputs; its loop i is the
/// loop `loops[i]` of the structure around `b`. Returns the value it yields.
static Value inlineBody(OpBuilder &b, linalg::GenericOp map,
                        ValueRange arguments, ArrayRef<unsigned> loops) {
  IRMapping mapping;
  mapping.map(map.getBlock()->getArguments().drop_back(), arguments);
  for (Operation &op : map.getBlock()->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(op)) {
      mapping.map(index.getResult(),
                  IndexOp::create(b, op.getLoc(), b.getIndexType(),
                                  loops[index.getDim()]));
      continue;
    }
    b.clone(op, mapping);
  }
  return mapping.lookupOrDefault(
      map.getBlock()->getTerminator()->getOperand(0));
}

/// `map` in other loops: its dimension i is dimension `loops[i]` of `count`.
static AffineMap renameLoops(AffineMap map, ArrayRef<unsigned> loops,
                             unsigned count) {
  SmallVector<AffineExpr> dims;
  for (unsigned loop : loops)
    dims.push_back(getAffineDimExpr(loop, map.getContext()));
  return map.replaceDimsAndSymbols(dims, {}, count, 0);
}

/// For each loop of a map that has `own` for a tensor, the loop of a reduction
/// that has `other` for it. Both are permutations.
static SmallVector<unsigned> matchLoops(AffineMap own, AffineMap other) {
  SmallVector<unsigned> loops(own.getNumDims());
  for (auto [mine, theirs] : llvm::zip(own.getResults(), other.getResults()))
    loops[cast<AffineDimExpr>(mine).getPosition()] =
        cast<AffineDimExpr>(theirs).getPosition();
  return loops;
}

/// Whether the sizes of operands with these maps tell all extents.
static bool tellExtents(ArrayRef<AffineMap> maps) {
  for (unsigned dim = 0, e = maps.front().getNumDims(); dim < e; ++dim)
    if (llvm::none_of(maps, [&](AffineMap map) {
          return map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
        }))
      return false;
  return true;
}

static bool isReduced(ReduceOp op, AffineMap map) {
  for (auto [dim, kind] : llvm::enumerate(op.getIteratorKinds()))
    if (kind == IteratorKind::reduction && map.isFunctionOfDim(dim))
      return true;
  return false;
}

namespace {
/// Each pass over a row evaluates the producer again, which beats a pass that
/// writes its values to a buffer.
struct FuseProducer : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    for (auto [i, input] : llvm::enumerate(op.getInputs())) {
      auto map = input.getDefiningOp<linalg::GenericOp>();
      if (!isPlainMap(map) || !input.hasOneUse() || !isCheap(map.getBlock()) ||
          !maps[i].isPermutation() ||
          getElementTypeOrSelf(input.getType()) !=
              getRegionType(getElementTypeOrSelf(input.getType())))
        continue;
      AffineMap written = map.getIndexingMapsArray().back();
      if (!written.isPermutation())
        continue;
      SmallVector<unsigned> loops = matchLoops(written, maps[i]);
      // A splat reads nothing whose size could replace its own.
      SmallVector<AffineMap> remaining(maps);
      remaining.erase(remaining.begin() + i);
      for (AffineMap old : ArrayRef(map.getIndexingMapsArray()).drop_back())
        remaining.push_back(renameLoops(old, loops, maps[i].getNumDims()));
      if (remaining.empty() || !tellExtents(remaining))
        continue;
      rewriter.modifyOpInPlace(op, [&] { fuse(rewriter, op, i, map, loops); });
      return success();
    }
    return failure();
  }

  /// Input `at` makes way for those of `map`.
  static void fuse(PatternRewriter &rewriter, ReduceOp op, unsigned at,
                   linalg::GenericOp map, ArrayRef<unsigned> loops) {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<AffineMap> own;
    for (AffineMap old : ArrayRef(map.getIndexingMapsArray()).drop_back())
      own.push_back(renameLoops(old, loops, maps[at].getNumDims()));
    SmallVector<Value> inputs(op.getInputs());
    inputs.erase(inputs.begin() + at);
    inputs.insert(inputs.begin() + at, map.getInputs().begin(),
                  map.getInputs().end());
    maps.erase(maps.begin() + at);
    maps.insert(maps.begin() + at, own.begin(), own.end());
    for (Region *region : {&op.getStep(), &op.getApply()}) {
      if (region->empty())
        continue;
      Block &block = region->front();
      SmallVector<Value> arguments;
      for (auto [n, input] : llvm::enumerate(map.getInputs()))
        arguments.push_back(block.insertArgument(
            at + n, getElementTypeOrSelf(input.getType()), map.getLoc()));
      BlockArgument old = block.getArgument(at + arguments.size());
      if (!old.use_empty()) {
        OpBuilder b = OpBuilder::atBlockBegin(&block);
        old.replaceAllUsesWith(inlineBody(b, map, arguments, loops));
      }
      block.eraseArgument(at + arguments.size());
    }
    op.getInputsMutable().assign(inputs);
    op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  }
};

/// A map on a full result is the end of `apply`. What it reads besides must be
/// a value of the row: elements in `apply` would take the place where weights
/// wait.
struct FuseConsumer : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    unsigned numInputs = op.getInputs().size();
    for (unsigned i = op.getNumRowResults(); i < op->getNumResults(); ++i) {
      Value result = op->getResult(i);
      AffineMap made = maps[numInputs + i];
      if (!result.hasOneUse() || !made.isPermutation())
        continue;
      OpOperand &use = *result.use_begin();
      auto map = dyn_cast<linalg::GenericOp>(use.getOwner());
      if (!isPlainMap(map) || !map.isDpsInput(&use) ||
          map->getBlock() != op->getBlock() || !comesBefore(map, op, i))
        continue;
      AffineMap read = map.getMatchingIndexingMap(&use);
      if (!read.isPermutation())
        continue;
      SmallVector<unsigned> loops = matchLoops(read, made);
      SmallVector<Value> inputs;
      SmallVector<AffineMap> own;
      for (OpOperand *operand : map.getDpsInputOperands())
        if (operand != &use) {
          inputs.push_back(operand->get());
          own.push_back(renameLoops(map.getMatchingIndexingMap(operand), loops,
                                    made.getNumDims()));
        }
      if (llvm::any_of(own, [&](AffineMap m) { return isReduced(op, m); }))
        continue;
      rewriter.moveOpBefore(op, map);
      rewriter.modifyOpInPlace(op, [&] {
        // New elements stand behind the old ones.
        SmallVector<Value> seen;
        for (Region *region : {&op.getStep(), &op.getApply()}) {
          seen.clear();
          for (auto [n, input] : llvm::enumerate(inputs))
            seen.push_back(region->front().insertArgument(
                numInputs + n, getElementTypeOrSelf(input.getType()),
                map.getLoc()));
        }
        Operation *yield = op.getApply().front().getTerminator();
        OpOperand &yielded = yield->getOpOperand(i - op.getNumRowResults());
        seen.insert(seen.begin() + use.getOperandNumber(), yielded.get());
        OpBuilder b(yield);
        yielded.set(inlineBody(b, map, seen, loops));
        maps.insert(maps.begin() + numInputs, own.begin(), own.end());
        maps[numInputs + own.size() + i] = renameLoops(
            map.getIndexingMapsArray().back(), loops, made.getNumDims());
        op.getInitsMutable()[i].set(map.getDpsInits().front());
        op.getInputsMutable().append(inputs);
        op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
        result.setType(map->getResult(0).getType());
      });
      rewriter.replaceOp(map, result);
      return success();
    }
    return failure();
  }

  /// Whether all users of the other results stand behind `map`.
  static bool comesBefore(linalg::GenericOp map, ReduceOp op,
                          unsigned besides) {
    for (OpResult result : op->getResults()) {
      if (result.getResultNumber() == besides)
        continue;
      for (Operation *user : result.getUsers()) {
        Operation *here = op->getBlock()->findAncestorOpInBlock(*user);
        if (!here || !map->isBeforeInBlock(here))
          return false;
      }
    }
    return true;
  }
};

struct FuseReductions : gyre::impl::FuseReductionsBase<FuseReductions> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseProducer, FuseConsumer>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

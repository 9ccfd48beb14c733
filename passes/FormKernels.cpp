// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the FormKernels pass: the mechanism of kernels. It
// obeys `gyre.kernel` and `gyre.tiling` and decides nothing.

#include "passes/Passes.h"

#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_FORMKERNELS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

static constexpr StringLiteral kernelAttrName = "gyre.kernel";
static constexpr StringLiteral tilingAttrName = "gyre.tiling";

/// Tile sizes of `op` by the rule of `tiling`, 0 for loops that stay whole.
static SmallVector<OpFoldResult> computeTileSizes(OpBuilder &b, Operation *op,
                                                  TilingAttr tiling) {
  Location loc = op->getLoc();
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  auto atLeast = [&](Value value, int64_t bound) {
    return b.createOrFold<arith::MaxSIOp>(loc, value, constant(bound));
  };
  SmallVector<Range> domain = cast<TilingInterface>(op).getIterationDomain(b);
  auto extent = [&](int64_t loop) {
    return getValueOrCreateConstantIndexOp(b, loc, domain[loop].size);
  };
  Value volume = constant(1);
  for (int64_t loop : tiling.getWhole())
    volume = b.createOrFold<arith::MulIOp>(loc, volume, extent(loop));
  SmallVector<OpFoldResult> sizes(domain.size(), b.getIndexAttr(0));
  for (auto [loop, least, most] :
       llvm::zip(tiling.getCut(), tiling.getLeast(), tiling.getMost())) {
    if (most == 1) {
      sizes[loop] = b.getIndexAttr(1);
      continue;
    }
    Value size = b.createOrFold<arith::DivUIOp>(
        loc, constant(tiling.getPoints()), atLeast(volume, 1));
    size = atLeast(size, least);
    if (most != 0)
      size = b.createOrFold<arith::MinSIOp>(loc, size, constant(most));
    size = b.createOrFold<arith::MinSIOp>(loc, size, extent(loop));
    size = atLeast(size, 1);
    volume = b.createOrFold<arith::MulIOp>(loc, volume, size);
    sizes[loop] = getAsOpFoldResult(size);
  }
  return sizes;
}

namespace {
class KernelFormer {
public:
  KernelFormer(IRRewriter &rewriter, ArrayRef<Operation *> members)
      : rewriter(rewriter), members(members) {
    for (Operation *op : members)
      pending.insert(op);
  }
  LogicalResult run();

private:
  void hideOutsideUses();
  LogicalResult tileRoot(Operation *root);
  LogicalResult fuseConsumer(Operation *consumer);
  void showNestedUses();
  void replace(Operation *op, const llvm::DenseMap<Value, Value> &by);

  IRRewriter &rewriter;
  ArrayRef<Operation *> members;
  /// Members that are not in the loop yet.
  llvm::SmallPtrSet<Operation *, 8> pending;
  SmallVector<LoopLikeOpInterface> loops;
};
} // namespace

LogicalResult KernelFormer::run() {
  auto root = llvm::find_if(
      members, [](Operation *op) { return op->hasAttr(tilingAttrName); });
  if (root == members.end())
    return members.front()->emitError("expected one operation of kernel ")
           << members.front()->getAttr(kernelAttrName) << " to have "
           << tilingAttrName;
  hideOutsideUses();
  if (failed(tileRoot(*root)))
    return failure();
  // In program order: each finds what it reads already in the loop.
  for (Operation *op : members)
    if (pending.contains(op) && failed(fuseConsumer(op)))
      return failure();
  return success();
}

/// Upstream gives up on a loop that is used inside another region, so what
/// leaves the kernel goes through a cast that canonicalization removes.
void KernelFormer::hideOutsideUses() {
  rewriter.setInsertionPointAfter(members.back());
  for (Operation *op : members)
    for (Value result : op->getResults()) {
      auto outside = [&](OpOperand &use) {
        return !pending.contains(use.getOwner());
      };
      if (llvm::none_of(result.getUses(), outside))
        continue;
      Value cast = tensor::CastOp::create(rewriter, op->getLoc(),
                                          result.getType(), result);
      rewriter.replaceUsesWithIf(result, cast, [&](OpOperand &use) {
        return outside(use) && use.getOwner() != cast.getDefiningOp();
      });
    }
}

LogicalResult KernelFormer::tileRoot(Operation *root) {
  auto tiling = root->getAttrOfType<TilingAttr>(tilingAttrName);
  scf::SCFTileAndFuseOptions options;
  options.tilingOptions.setLoopType(scf::SCFTilingOptions::LoopType::ForallOp)
      .setTileSizeComputationFunction([&](OpBuilder &b, Operation *op) {
        return computeTileSizes(b, op, tiling);
      });
  options.setFusionControlFn(
      [&](tensor::ExtractSliceOp, OpResult producer,
          bool) -> std::optional<scf::SCFTileAndFuseOptions::ControlFnResult> {
        Operation *op = producer.getOwner();
        if (!pending.contains(op))
          return std::nullopt;
        // A member that is pushed down later reads it from the loop, and so
        // does what stands outside (through a cast).
        bool read = llvm::any_of(op->getUsers(), [&](Operation *user) {
          return user != root &&
                 (pending.contains(user) || isa<tensor::CastOp>(user));
        });
        return scf::SCFTileAndFuseOptions::ControlFnResult{read};
      });
  rewriter.setInsertionPoint(root);
  FailureOr<scf::SCFTileAndFuseResult> tiled =
      scf::tileConsumerAndFuseProducersUsingSCF(
          rewriter, cast<TilingInterface>(root), options);
  if (failed(tiled))
    return root->emitError("failed to tile operation ") << root->getName();
  loops = tiled->loops;
  for (Operation *producer : tiled->fusedProducers)
    pending.erase(producer);
  replace(root, tiled->replacements);
  for (Operation *producer : tiled->fusedProducers)
    replace(producer, tiled->replacements);
  return success();
}

/// Upstream gives up on a loop with users in other blocks (the body of a
/// sampler's loop): a cast in the loop's own block, which folds away later,
/// stands for them.
void KernelFormer::showNestedUses() {
  OpBuilder::InsertionGuard guard(rewriter);
  Operation *loop = loops.front();
  for (Value result : loop->getResults())
    for (OpOperand &use : llvm::make_early_inc_range(result.getUses())) {
      Operation *user = use.getOwner();
      Operation *outer = loop->getBlock()->findAncestorOpInBlock(*user);
      if (outer == user)
        continue;
      rewriter.setInsertionPoint(outer);
      Value cast = tensor::CastOp::create(rewriter, result.getLoc(),
                                          result.getType(), result);
      rewriter.modifyOpInPlace(user, [&] { use.set(cast); });
    }
}

LogicalResult KernelFormer::fuseConsumer(Operation *consumer) {
  // Nothing was cut: all of the kernel stays as it is.
  if (loops.empty())
    return success();
  // A producer that only consumers read is fused along their slices.
  bool reads = llvm::any_of(consumer->getOperands(), [&](Value operand) {
    return operand.getDefiningOp() == loops.front();
  });
  if (!reads)
    return success();
  showNestedUses();
  FailureOr<scf::SCFFuseConsumerOfSliceResult> fused =
      scf::tileAndFuseConsumer(rewriter, consumer, loops);
  if (failed(fused)) {
    // Right as it is, but nothing shares its work.
    consumer->emitWarning("operation ")
        << consumer->getName() << " is not fused with its producer";
    return success();
  }
  pending.erase(consumer);
  rewriter.eraseOp(consumer);
  SmallVector<Operation *> worklist(fused->tiledOps);
  while (!worklist.empty()) {
    Operation *tiled = worklist.pop_back_val();
    for (Value operand : tiled->getOperands()) {
      auto slice = operand.getDefiningOp<tensor::ExtractSliceOp>();
      Operation *producer = slice ? slice.getSource().getDefiningOp() : nullptr;
      if (!producer || !pending.contains(producer))
        continue;
      std::optional<scf::SCFFuseProducerOfSliceResult> pulled =
          scf::tileAndFuseProducerOfSlice(rewriter, slice, loops);
      if (!pulled)
        continue;
      llvm::append_range(worklist, pulled->tiledOps);
      if (producer->use_empty()) {
        pending.erase(producer);
        rewriter.eraseOp(producer);
      }
    }
  }
  return success();
}

/// Puts what the loop returns in the place of `op`, but for what stands before
/// the loop and asks for sizes alone.
void KernelFormer::replace(Operation *op,
                           const llvm::DenseMap<Value, Value> &by) {
  Operation *loop = loops.empty() ? op : loops.front();
  for (Value result : op->getResults())
    if (Value value = by.lookup(result))
      rewriter.replaceUsesWithIf(result, value, [&](OpOperand &use) {
        Operation *outer =
            loop->getBlock()->findAncestorOpInBlock(*use.getOwner());
        return pending.contains(use.getOwner()) || loop->isBeforeInBlock(outer);
      });
  pending.erase(op);
  if (op->use_empty())
    rewriter.eraseOp(op);
}

/// Sorts a block so that the members of a kernel stand side by side, behind
/// all that they need.
static void
sortBlock(Block &block,
          const llvm::MapVector<int64_t, SmallVector<Operation *>> &kernels) {
  DenseMap<Operation *, int64_t> kernelOf;
  for (auto &[number, ops] : kernels)
    for (Operation *op : ops)
      kernelOf[op] = number;
  SmallVector<Operation *> ops, sorted;
  for (Operation &op : block.without_terminator())
    ops.push_back(&op);
  llvm::SmallPtrSet<Operation *, 16> visited;
  std::function<void(Operation *)> visit = [&](Operation *op) {
    if (visited.contains(op))
      return;
    SmallVector<Operation *> unit = {op};
    if (auto it = kernelOf.find(op); it != kernelOf.end())
      unit = kernels.find(it->second)->second;
    visited.insert(unit.begin(), unit.end());
    for (Operation *member : unit)
      member->walk([&](Operation *inner) {
        for (Value operand : inner->getOperands())
          if (Operation *def = operand.getDefiningOp())
            if (Operation *here = block.findAncestorOpInBlock(*def))
              visit(here);
      });
    llvm::append_range(sorted, unit);
  };
  for (Operation *op : ops)
    visit(op);
  for (Operation *op : sorted)
    op->moveBefore(&block, block.without_terminator().end());
}

namespace {
struct FormKernels : gyre::impl::FormKernelsBase<FormKernels> {
  void runOnOperation() override {
    llvm::MapVector<Block *, llvm::MapVector<int64_t, SmallVector<Operation *>>>
        blocks;
    getOperation().walk([&](Operation *op) {
      if (auto number = op->getAttrOfType<IntegerAttr>(kernelAttrName))
        blocks[op->getBlock()][number.getInt()].push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (auto &[block, kernels] : blocks) {
      sortBlock(*block, kernels);
      for (auto &[number, members] : kernels)
        if (failed(KernelFormer(rewriter, members).run()))
          return signalPassFailure();
    }
    getOperation().walk([](Operation *op) {
      op->removeAttr(kernelAttrName);
      op->removeAttr(tilingAttrName);
    });
    // Results that were fused away leave their loop, and tiles of tensors that
    // hold nothing yet are such tensors themselves.
    RewritePatternSet patterns(&getContext());
    scf::ForallOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::CastOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::populateFoldTensorEmptyPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the EmitNvptx pass: it gives each tile to a block of
// threads, and each operation in it to the emitter of its structure.

#include "codegen/common/Access.h"
#include "codegen/common/Math.h"
#include "codegen/nvptx/Emitters.h"
#include "codegen/nvptx/Passes.h"
#include "codegen/nvptx/Threads.h"
#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/EntryPoint.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_EMITNVPTX
#include "codegen/nvptx/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// Any linalg operation in the one form that emitMap takes.
static FailureOr<linalg::GenericOp> generalize(RewriterBase &rewriter,
                                               linalg::LinalgOp op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op.getOperation()))
    return generic;
  return linalg::generalizeNamedOp(rewriter, op);
}

namespace {
struct EmitNvptx : gyre::impl::EmitNvptxBase<EmitNvptx> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      if (func.isExternal())
        continue;
      IRRewriter rewriter(&getContext());
      if (failed(checkHost(func)) || failed(tileTheRest(rewriter, func)))
        return signalPassFailure();
      SmallVector<scf::ForallOp> tiles;
      func.walk<WalkOrder::PreOrder>([&](scf::ForallOp forall) {
        tiles.push_back(forall);
        return WalkResult::skip();
      });
      for (scf::ForallOp forall : tiles) {
        sinkViews(forall);
        if (failed(emitTile(rewriter, forall)))
          return signalPassFailure();
      }
      expandLookups(func);
      expandMath(func);
      if (failed(checkMath(func)))
        return signalPassFailure();
    }
  }

  /// What stands in no tile runs on the host, which reads no memory of the
  /// device; it has its own copy of constants.
  /// Where it would have to, a user is told.
  static LogicalResult checkHost(func::FuncOp func) {
    WalkResult result = func.walk<WalkOrder::PreOrder>([](Operation *op) {
      if (isa<scf::ForallOp>(op) || isWork(op))
        return WalkResult::skip();
      Value memory;
      if (auto load = dyn_cast<memref::LoadOp>(op))
        memory = load.getMemRef();
      else if (auto lookup = dyn_cast<LookupOp>(op))
        memory = lookup.getSource();
      else
        return WalkResult::advance();
      while (auto view = memory.getDefiningOp<ViewLikeOpInterface>())
        memory = view.getViewSource();
      if (memory.getDefiningOp<memref::GetGlobalOp>())
        return WalkResult::advance();
      op->emitError("expected control that does not depend on the elements of "
                    "tensors, which a GPU holds");
      refuse(op->getParentOfType<func::FuncOp>());
      return WalkResult::interrupt();
    });
    if (!result.wasInterrupted())
      return success();
    func->setAttr(refusedAttrName, UnitAttr::get(func.getContext()));
    return failure();
  }

  /// Functions of f64 are a library's on CPUs; there is none on a GPU.
  static LogicalResult checkMath(func::FuncOp func) {
    WalkResult result = func.walk([&](Operation *op) {
      if (!isa<math::MathDialect>(op->getDialect()) ||
          isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
              math::FloorOp, math::FmaOp, math::RoundEvenOp, math::SqrtOp,
              math::TruncOp>(op) ||
          !getElementTypeOrSelf(op->getResult(0)).isF64())
        return WalkResult::advance();
      refuse(func);
      return WalkResult(op->emitError("unsupported operation ")
                        << op->getName() << " of f64 on a GPU");
    });
    return failure(result.wasInterrupted());
  }

  /// The failure is the user's, who has been told.
  static void refuse(func::FuncOp func) {
    func->setAttr("gyre.refused", UnitAttr::get(func.getContext()));
  }

  static bool isWork(Operation *op) {
    return isa<StructureOpInterface, linalg::LinalgOp, memref::CopyOp>(op);
  }

  /// What stands in no tile is cut into some, as large as those of a map.
  LogicalResult tileTheRest(IRRewriter &rewriter, func::FuncOp func) {
    SmallVector<Operation *> ops;
    func.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<scf::ForallOp>(op))
        return WalkResult::skip();
      if (!isWork(op))
        return WalkResult::advance();
      ops.push_back(op);
      return WalkResult::skip();
    });
    for (Operation *op : ops) {
      rewriter.setInsertionPoint(op);
      if (auto copy = dyn_cast<memref::CopyOp>(op)) {
        auto made = linalg::CopyOp::create(rewriter, op->getLoc(),
                                           copy.getSource(), copy.getTarget());
        rewriter.eraseOp(op);
        op = made;
        rewriter.setInsertionPoint(op);
      }
      // A structure that was not cut fits into one tile.
      auto linalg = dyn_cast<linalg::LinalgOp>(op);
      if (!linalg || linalg.getNumParallelLoops() == 0)
        wrap(rewriter, op);
      else if (failed(tile(rewriter, cast<TilingInterface>(op))))
        return op->emitError("failed to cut operation into tiles");
    }
    return success();
  }

  static LogicalResult tile(IRRewriter &rewriter, TilingInterface op) {
    Location loc = op.getLoc();
    int64_t points = TargetAttr::of(op).getMapPoints();
    SmallVector<OpFoldResult> sizes;
    bool cut = false;
    // The first parallel loop is cut so that a tile has that many points.
    SmallVector<Range> domain = op.getIterationDomain(rewriter);
    for (auto [kind, range] : llvm::zip(op.getLoopIteratorTypes(), domain)) {
      sizes.push_back(rewriter.getIndexAttr(0));
      if (kind != utils::IteratorType::parallel || cut)
        continue;
      cut = true;
      Value inner = arith::ConstantIndexOp::create(rewriter, loc, 1);
      for (Range other : ArrayRef(domain).drop_front(sizes.size()))
        inner = rewriter.createOrFold<arith::MulIOp>(
            loc, inner,
            getValueOrCreateConstantIndexOp(rewriter, loc, other.size));
      Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
      inner = rewriter.createOrFold<arith::MaxSIOp>(loc, inner, one);
      Value size = rewriter.createOrFold<arith::DivUIOp>(
          loc, arith::ConstantIndexOp::create(rewriter, loc, points), inner);
      sizes.back() = getAsOpFoldResult(
          rewriter.createOrFold<arith::MaxSIOp>(loc, size, one));
    }
    scf::SCFTilingOptions options;
    options.setTileSizes(sizes).setLoopType(
        scf::SCFTilingOptions::LoopType::ForallOp);
    FailureOr<scf::SCFTilingResult> tiled =
        scf::tileUsingSCF(rewriter, op, options);
    if (failed(tiled))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }

  /// One tile.
  static void wrap(IRRewriter &rewriter, Operation *op) {
    auto forall =
        scf::ForallOp::create(rewriter, op->getLoc(),
                              ArrayRef<OpFoldResult>{rewriter.getIndexAttr(1)},
                              ValueRange(), std::nullopt);
    rewriter.moveOpBefore(op, forall.getBody()->getTerminator());
  }

  /// A view of what the caller gave, or of a constant, is made in the tile: the
  /// host knows no addresses of the device's constants, and views would travel
  /// as arguments.
  static void sinkViews(scf::ForallOp forall) {
    Block *body = forall.getBody();
    for (bool changed = true; changed;) {
      changed = false;
      llvm::SetVector<Value> used;
      getUsedValuesDefinedAbove(forall.getRegion(), used);
      for (Value value : used) {
        Operation *op = value.getDefiningOp();
        if (!op || !isa<ViewLikeOpInterface, memref::GetGlobalOp>(op) ||
            op->getNumResults() != 1)
          continue;
        OpBuilder b = OpBuilder::atBlockBegin(body);
        Value inside = b.clone(*op)->getResult(0);
        value.replaceUsesWithIf(inside, [&](OpOperand &use) {
          return forall->isProperAncestor(use.getOwner());
        });
        changed = true;
        break;
      }
    }
  }

  LogicalResult emitTile(IRRewriter &rewriter, scf::ForallOp forall) {
    Location loc = forall.getLoc();
    rewriter.setInsertionPointToStart(forall.getBody());
    Value id = arith::IndexCastUIOp::create(
        rewriter, loc, rewriter.getIndexType(),
        NVVM::ThreadIdXOp::create(rewriter, loc, rewriter.getI32Type()));
    Threads threads(id, TargetAttr::of(forall).getThreads());
    SmallVector<Operation *> ops;
    forall.walk([&](Operation *op) {
      if (isWork(op))
        ops.push_back(op);
    });
    bool alone = ops.size() == 1 && ops.front()->getParentOp() == forall;
    for (Operation *op : ops) {
      OperationName name = op->getName();
      Location at = op->getLoc();
      rewriter.setInsertionPointAfter(op);
      // Others read what it writes, or reuse the memory.
      if (!alone)
        threads.barrier(rewriter, at);
      rewriter.setInsertionPoint(op);
      if (failed(emitOne(rewriter, op, threads)))
        return emitError(at, "failed to emit code for ") << name;
    }
    // A block has 128 threads, a multiprocessor 65536 registers. Without the
    // attribute ptxas keeps to limits of its own and spills a few.
    forall->setAttr(
        NVVM::NVVMDialect::getMinctasmAttrName(),
        rewriter.getI32IntegerAttr(threads.takesAllRegisters() ? 2 : 4));
    return success();
  }

  static LogicalResult emitOne(IRRewriter &rewriter, Operation *op,
                               Threads &threads) {
    auto emitLinalg = [&](linalg::LinalgOp op) -> LogicalResult {
      FailureOr<linalg::GenericOp> generic = generalize(rewriter, op);
      if (failed(generic))
        return failure();
      rewriter.setInsertionPoint(*generic);
      return emitMap(rewriter, *generic, threads);
    };
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](ReduceOp op) { return emitReduce(rewriter, op, threads); })
        .Case([&](ScanOp op) { return emitScan(rewriter, op, threads); })
        .Case([&](ContractReduceOp op) {
          return emitContract(rewriter, op, threads);
        })
        .Case([&](memref::CopyOp op) {
          auto copy = linalg::CopyOp::create(rewriter, op.getLoc(),
                                             op.getSource(), op.getTarget());
          rewriter.eraseOp(op);
          rewriter.setInsertionPoint(copy);
          return emitLinalg(cast<linalg::LinalgOp>(copy.getOperation()));
        })
        .Case([&](linalg::LinalgOp op) { return emitLinalg(op); });
  }
};
} // namespace

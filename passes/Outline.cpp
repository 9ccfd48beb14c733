// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the Outline pass: each scf.forall becomes a kernel
// function that walks a range of its tiles, and a gyre.launch.

#include "passes/Passes.h"

#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_OUTLINE
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

namespace {
struct Outline : gyre::impl::OutlineBase<Outline> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto func :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      SmallVector<scf::ForallOp> foralls;
      func.walk<WalkOrder::PreOrder>([&](scf::ForallOp forall) {
        foralls.push_back(forall);
        // One inside another shares its thread.
        return WalkResult::skip();
      });
      for (auto [i, forall] : llvm::enumerate(foralls))
        if (failed(outline(func, forall, i, symbols)))
          return signalPassFailure();
    }
  }

  /// The number of steps along each dimension, from what the caller knows.
  static SmallVector<Value> countSteps(OpBuilder &b, scf::ForallOp forall) {
    AffineExpr lb, ub, step;
    bindSymbols(b.getContext(), lb, ub, step);
    SmallVector<Value> counts;
    for (auto [from, to, by] :
         llvm::zip(forall.getMixedLowerBound(), forall.getMixedUpperBound(),
                   forall.getMixedStep()))
      counts.push_back(getValueOrCreateConstantIndexOp(
          b, forall.getLoc(),
          affine::makeComposedFoldedAffineApply(
              b, forall.getLoc(), AffineMap::get(0, 3, (ub - lb).ceilDiv(step)),
              {from, to, by})));
    return counts;
  }

  LogicalResult outline(func::FuncOp func, scf::ForallOp forall,
                        unsigned number, SymbolTable &symbols) {
    Location loc = forall.getLoc();
    if (forall.getNumResults() != 0)
      return forall.emitError("expected a loop on memrefs");
    OpBuilder b(forall);
    SmallVector<Value> counts = countSteps(b, forall);
    Value count = counts.front();
    for (Value other : ArrayRef(counts).drop_front())
      count = arith::MulIOp::create(b, loc, count, other);

    Value bytes;
    SmallVector<ScratchOp> scratches;
    forall.walk([&](ScratchOp op) { scratches.push_back(op); });
    if (scratches.size() > 1)
      return forall.emitError("expected one gyre.scratch, got ")
             << scratches.size();
    bytes = scratches.empty()
                ? arith::ConstantIndexOp::create(b, loc, 0).getResult()
                : scratches.front().getBytes();

    // What the body uses; constants are made again inside.
    llvm::SetVector<Value> used;
    getUsedValuesDefinedAbove(forall.getRegion(), used);
    for (Value step : counts)
      used.insert(step);
    for (OpFoldResult bound : llvm::concat<OpFoldResult>(
             forall.getMixedLowerBound(), forall.getMixedStep()))
      if (auto value = dyn_cast<Value>(bound))
        used.insert(value);
    SmallVector<Value> captured;
    SmallVector<Operation *> constants;
    for (Value value : used) {
      Operation *op = value.getDefiningOp();
      if (op && op->hasTrait<OpTrait::ConstantLike>())
        constants.push_back(op);
      else if (op && isa<memref::GetGlobalOp>(op))
        constants.push_back(op);
      else
        captured.push_back(value);
    }

    Type index = b.getIndexType();
    Type memory = MemRefType::get({ShapedType::kDynamic}, b.getIntegerType(8));
    SmallVector<Type> types = {index, index, memory};
    llvm::append_range(types, ValueRange(captured).getTypes());
    OpBuilder outside(func);
    auto kernel = func::FuncOp::create(
        outside, loc, (func.getName() + ".kernel" + Twine(number)).str(),
        outside.getFunctionType(types, {}));
    kernel.setPrivate();
    // What emitters say of the kernel.
    kernel->setDiscardableAttrs(forall->getDiscardableAttrDictionary());
    kernel->setAttr("gyre.kernel", b.getUnitAttr());
    symbols.insert(kernel);
    Block *entry = kernel.addEntryBlock();

    b.setInsertionPoint(forall);
    LaunchOp::create(b, loc, kernel.getName(), count, bytes, captured);

    OpBuilder inside = OpBuilder::atBlockBegin(entry);
    IRMapping mapping;
    mapping.map(captured, entry->getArguments().drop_front(3));
    for (Operation *op : constants)
      inside.clone(*op, mapping);
    for (ScratchOp op : scratches)
      mapping.map(op.getMemory(), entry->getArgument(2));
    auto loop = scf::ForOp::create(
        inside, loc, entry->getArgument(0), entry->getArgument(1),
        arith::ConstantIndexOp::create(inside, loc, 1));
    func::ReturnOp::create(inside, loc);

    inside.setInsertionPointToStart(loop.getBody());
    // The last dimension moves fastest.
    Value rest = loop.getInductionVar();
    auto lookUp = [&](OpFoldResult value) {
      return isa<Value>(value)
                 ? OpFoldResult(mapping.lookupOrDefault(cast<Value>(value)))
                 : value;
    };
    AffineExpr from, position, step;
    bindSymbols(b.getContext(), from, position, step);
    for (unsigned i = counts.size(); i-- > 0;) {
      Value at = rest;
      if (i > 0) {
        Value size = mapping.lookupOrDefault(counts[i]);
        at = arith::RemUIOp::create(inside, loc, rest, size);
        rest = arith::DivUIOp::create(inside, loc, rest, size);
      }
      OpFoldResult iv = affine::makeComposedFoldedAffineApply(
          inside, loc, AffineMap::get(0, 3, from + position * step),
          {lookUp(forall.getMixedLowerBound()[i]), at,
           lookUp(forall.getMixedStep()[i])});
      mapping.map(forall.getInductionVar(i),
                  getValueOrCreateConstantIndexOp(inside, loc, iv));
    }
    for (Operation &op : forall.getBody()->without_terminator()) {
      if (isa<ScratchOp>(op))
        continue;
      OpBuilder::InsertionGuard guard(inside);
      // The stack is taken once and not once a tile.
      if (isa<memref::AllocaOp>(op))
        inside.setInsertionPoint(loop);
      inside.clone(op, mapping);
    }
    forall.erase();
    return success();
  }
};
} // namespace

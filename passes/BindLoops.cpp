// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the BindLoops pass: a loop on tensors keeps each value
// that it carries in one buffer.

#include "passes/InPlace.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_BINDLOOPS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// Whether `value`, where branches meet, is made anew in each of them.
static bool isFresh(Value value) {
  auto result = dyn_cast<OpResult>(value);
  if (!result)
    return false;
  Operation *op = result.getOwner();
  if (isa<scf::IfOp, scf::IndexSwitchOp>(op))
    return llvm::all_of(op->getRegions(), [&](Region &region) {
      return isFresh(
          region.front().getTerminator()->getOperand(result.getResultNumber()));
    });
  if (auto forall = dyn_cast<scf::ForallOp>(op))
    return isFresh(forall.getTiedOpOperand(result)->get());
  if (auto structure = dyn_cast<DestinationStyleOpInterface>(op))
    return isFresh(structure.getTiedOpOperand(result)->get());
  return isa<tensor::EmptyOp>(op);
}

/// What a region hands on is made where the value is that it started with.
static void bind(OpOperand &value, Value into) {
  OpBuilder b(value.getOwner());
  Value made = value.get();
  if (!isa<RankedTensorType>(made.getType()) || made == into)
    return;
  if (scf::ForallOp forall = findWriteThrough(made, into))
    return writeThrough(forall, cast<OpResult>(made), into);
  // Of branches one may work in place where another makes something new;
  // bufferization wants to know which.
  if (isa_and_nonnull<scf::IfOp, scf::IndexSwitchOp>(made.getDefiningOp()) &&
      !isFresh(made)) {
    Value copy = tensor::EmptyOp::create(
        b, made.getLoc(), tensor::getMixedSizes(b, made.getLoc(), into),
        getElementTypeOrSelf(into));
    made = bufferization::MaterializeInDestinationOp::create(
               b, made.getLoc(), into.getType(), made, copy)
               .getResult();
  }
  value.set(bufferization::MaterializeInDestinationOp::create(
                b, made.getLoc(), into.getType(), made, into)
                .getResult());
}

static void bind(ValueRange carried, MutableArrayRef<OpOperand> values) {
  for (auto [value, into] : llvm::zip(values, carried))
    bind(value, into);
}

/// What is written over before it is handed on is saved.
static void saveWrittenOver(scf::ForOp loop) {
  MutableArrayRef<OpOperand> values = *loop.getYieldedValuesMutable();
  OpBuilder b(loop.getBody()->getTerminator());
  for (auto [i, into] : llvm::enumerate(loop.getRegionIterArgs()))
    for (OpOperand &later : values.drop_front(i + 1))
      if (isa<RankedTensorType>(into.getType()) && later.get() == into &&
          values[i].get() != into)
        // Two tensor.empty of one size would become one.
        later.set(bufferization::AllocTensorOp::create(
            b, loop.getLoc(), cast<RankedTensorType>(into.getType()),
            /*dynamicSizes=*/ValueRange(), /*copy=*/into));
}

/// Rewrites `loop` so that its condition passes on each carried value at its
/// place, or what takes its buffer; other scalars follow.
static scf::WhileOp alignCarried(RewriterBase &rewriter, scf::WhileOp loop) {
  rewriter.setInsertionPoint(loop);
  SmallVector<std::optional<unsigned>> carriers = getCarriers(loop);
  SmallVector<Value> passed(loop.getBeforeArguments());
  SmallVector<unsigned> places;
  for (auto [carrier, value] :
       llvm::zip(carriers, loop.getConditionOp().getArgs())) {
    places.push_back(carrier.value_or(passed.size()));
    if (carrier)
      passed[*carrier] = value;
    else
      passed.push_back(value);
  }
  SmallVector<Type> types =
      llvm::map_to_vector(passed, [](Value value) { return value.getType(); });
  auto aligned =
      scf::WhileOp::create(rewriter, loop.getLoc(), types, loop.getInits());
  rewriter.inlineRegionBefore(loop.getBefore(), aligned.getBefore(),
                              aligned.getBefore().end());
  rewriter.inlineRegionBefore(loop.getAfter(), aligned.getAfter(),
                              aligned.getAfter().end());
  rewriter.modifyOpInPlace(aligned.getConditionOp(), [&]() {
    aligned.getConditionOp().getArgsMutable().assign(passed);
  });
  Block *after = aligned.getAfterBody();
  unsigned count = after->getNumArguments();
  for (Type type : types)
    after->addArgument(type, loop.getLoc());
  for (unsigned i = 0; i < count; ++i) {
    rewriter.replaceAllUsesWith(after->getArgument(i),
                                after->getArgument(count + places[i]));
    rewriter.replaceAllUsesWith(loop.getResult(i),
                                aligned.getResult(places[i]));
  }
  after->eraseArguments(0, count);
  rewriter.eraseOp(loop);
  return aligned;
}

namespace {
struct BindLoops : gyre::impl::BindLoopsBase<BindLoops> {
  void runOnOperation() override {
    getOperation().walk([](scf::ForOp loop) {
      saveWrittenOver(loop);
      bind(loop.getRegionIterArgs(), *loop.getYieldedValuesMutable());
    });
    SmallVector<scf::WhileOp> loops;
    getOperation().walk([&](scf::WhileOp loop) { loops.push_back(loop); });
    IRRewriter rewriter(&getContext());
    for (scf::WhileOp loop : loops) {
      loop = alignCarried(rewriter, loop);
      bind(loop.getBeforeArguments(), loop.getConditionOp().getArgsMutable());
      bind(loop.getAfterArguments(), loop.getYieldOp().getResultsMutable());
    }
  }
};
} // namespace

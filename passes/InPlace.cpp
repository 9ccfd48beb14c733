// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which values may be made in the memory of others.

#include "passes/InPlace.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

/// Whether two slices cover the same part of their tensors.
static bool isSameSlice(OffsetSizeAndStrideOpInterface a,
                        OffsetSizeAndStrideOpInterface b) {
  return isEqualConstantIntOrValueArray(a.getMixedOffsets(),
                                        b.getMixedOffsets()) &&
         isEqualConstantIntOrValueArray(a.getMixedSizes(), b.getMixedSizes()) &&
         isEqualConstantIntOrValueArray(a.getMixedStrides(),
                                        b.getMixedStrides());
}

scf::ForallOp gyre::findWriteThrough(Value result, Value source) {
  auto forall = result.getDefiningOp<scf::ForallOp>();
  if (!forall || forall->getBlock() != source.getParentBlock() ||
      source.getType() != result.getType())
    return {};
  BlockArgument out = forall.getTiedBlockArgument(
      forall.getTiedOpOperand(cast<OpResult>(result)));
  SmallVector<Operation *> inserts = forall.getCombiningOps(out);
  if (inserts.size() != 1)
    return {};
  auto insert = dyn_cast<tensor::ParallelInsertSliceOp>(inserts.front());
  auto map = insert ? insert.getSource().getDefiningOp<linalg::GenericOp>()
                    : linalg::GenericOp();
  if (!map || map.getNumParallelLoops() != map.getNumLoops())
    return {};
  AffineMap written =
      map.getIndexingMapMatchingResult(cast<OpResult>(insert.getSource()));
  for (Operation *user : source.getUsers()) {
    Operation *here = forall->getBlock()->findAncestorOpInBlock(*user);
    if (!here)
      return {};
    if (here != forall) {
      if (here->isBeforeInBlock(forall))
        continue;
      return {};
    }
    auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
    if (!slice || slice->getParentOp() != forall ||
        !isSameSlice(slice, insert) ||
        !llvm::all_of(slice->getUses(), [&](OpOperand &use) {
          return use.getOwner() == map &&
                 map.getMatchingIndexingMap(&use) == written;
        }))
      return {};
  }
  return forall;
}

void gyre::writeThrough(scf::ForallOp forall, OpResult result, Value source) {
  OpOperand *init = forall.getTiedOpOperand(result);
  BlockArgument out = forall.getTiedBlockArgument(init);
  source.replaceUsesWithIf(out, [&](OpOperand &use) {
    return forall->isProperAncestor(use.getOwner());
  });
  init->set(source);
}

SmallVector<std::optional<unsigned>> gyre::getCarriers(scf::WhileOp loop) {
  ValueRange carried = loop.getBeforeArguments();
  ValueRange passed = loop.getConditionOp().getArgs();
  SmallVector<std::optional<unsigned>> carriers(passed.size());
  llvm::SmallBitVector taken(carried.size());
  auto take = [&](unsigned i, unsigned carrier) {
    carriers[i] = carrier;
    taken.set(carrier);
  };
  for (auto [i, value] : llvm::enumerate(passed)) {
    unsigned same = llvm::find(carried, value) - carried.begin();
    if (isa<RankedTensorType>(value.getType()) && same < carried.size() &&
        !taken.test(same))
      take(i, same);
  }
  for (auto [i, value] : llvm::enumerate(passed)) {
    if (carriers[i] || !isa<RankedTensorType>(value.getType()))
      continue;
    auto fits = [&](unsigned at) {
      return at < carried.size() && !taken.test(at) &&
             carried[at].getType() == value.getType();
    };
    // Its own place, or any other.
    unsigned at = i;
    for (unsigned other = 0; !fits(at) && other < carried.size(); ++other)
      at = fits(other) ? other : at;
    if (fits(at))
      take(i, at);
  }
  return carriers;
}

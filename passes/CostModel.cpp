// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What operations cost, read from their regions, maps and types.

#include "passes/CostModel.h"

#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/TilingInterface.h"

using namespace mlir;
using namespace mlir::gyre;

std::optional<LoopView> LoopView::of(Operation *op) {
  if (!isa<TilingInterface>(op))
    return std::nullopt;
  LoopView view;
  view.op = op;
  if (auto structure = dyn_cast<StructureOpInterface>(op)) {
    for (IteratorKind kind : structure.getIteratorKinds())
      view.parallel.push_back(kind == IteratorKind::parallel);
    SmallVector<AffineMap> maps = structure.getIndexingMapsArray();
    view.operandMaps.assign(op->getNumOperands(), AffineMap());
    for (auto [i, input] : llvm::enumerate(structure.getInputs()))
      view.operandMaps[structure.getInputs().getBeginOperandIndex() + i] =
          maps[i];
    unsigned numInputs = structure.getInputs().size();
    for (auto [i, init] : llvm::enumerate(structure.getDpsInitsMutable())) {
      view.operandMaps[init.getOperandNumber()] = maps[numInputs + i];
      if (op->getNumResults() != 0)
        view.resultMaps.push_back(maps[numInputs + i]);
    }
    return view;
  }
  if (auto linalg = dyn_cast<linalg::LinalgOp>(op)) {
    for (utils::IteratorType type : linalg.getIteratorTypesArray())
      view.parallel.push_back(type == utils::IteratorType::parallel);
    view.operandMaps = linalg.getIndexingMapsArray();
    for (OpResult result : op->getResults())
      view.resultMaps.push_back(linalg.getIndexingMapMatchingResult(result));
    return view;
  }
  return std::nullopt;
}

int64_t LoopView::getExtent(unsigned loop) const {
  for (auto [operand, map] : llvm::zip(op->getOperands(), operandMaps)) {
    if (!map)
      continue;
    for (auto [r, expr] : llvm::enumerate(map.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr);
          dim && dim.getPosition() == loop) {
        int64_t size = cast<ShapedType>(operand.getType()).getDimSize(r);
        if (ShapedType::isStatic(size))
          return size;
      }
  }
  return ShapedType::kDynamic;
}

int64_t gyre::getCost(Block *block) {
  int64_t cost = 0;
  for (Operation &op : *block) {
    if (op.hasTrait<OpTrait::IsTerminator>() ||
        op.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (isa<math::MathDialect>(op.getDialect()) &&
        !isa<math::AbsFOp, math::FmaOp, math::CopySignOp, math::FloorOp,
             math::CeilOp, math::RoundEvenOp>(op))
      cost += 12;
    else if (isa<arith::DivFOp, arith::DivSIOp, arith::DivUIOp, arith::RemSIOp,
                 arith::RemUIOp>(op))
      cost += 4;
    else if (isa<tensor::ExtractOp, LookupOp>(op))
      cost += 4;
    else
      cost += 1;
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        cost += getCost(&inner);
  }
  return cost;
}

bool gyre::isCheap(Block *block) {
  // A load from L2 costs some five additions at the same width.
  return getCost(block) <= 4;
}

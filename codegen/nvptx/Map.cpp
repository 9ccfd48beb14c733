// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of maps. Neighbouring threads take neighbouring elements, each as
// many as one access of 16 bytes moves where all rows are aligned to that, and
// one by one otherwise: the contract with callers promises no more than the
// alignment of elements.

#include "codegen/common/Access.h"
#include "codegen/common/Loops.h"
#include "codegen/common/Regions.h"
#include "codegen/nvptx/Emitters.h"
#include "codegen/nvptx/Threads.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::gyre;

namespace {
class MapEmitter {
public:
  MapEmitter(linalg::GenericOp op, const Threads &threads)
      : op(op), threads(threads), loc(op.getLoc()), region(op.getRegion()),
        operands(op->getOperands()), maps(op.getIndexingMapsArray()) {
    region.walk([&](linalg::IndexOp index) { indexed.insert(index.getDim()); });
    for (auto [dim, kind] : llvm::enumerate(op.getIteratorTypesArray()))
      (kind == utils::IteratorType::parallel ? parallels : reductions)
          .push_back(dim);
    indexType = laneIndexType(&region);
  }
  void emit(OpBuilder &b);

private:
  void chooseLane();
  void emitPoints(OpBuilder &b, int64_t width);
  void emitVector(OpBuilder &b, SmallVector<Value> positions, Value begin,
                  int64_t width);
  void emitPoint(OpBuilder &b, SmallVector<Value> positions);
  SmallVector<Value> fold(OpBuilder &b, ArrayRef<unsigned> dims,
                          SmallVector<Value> positions, ValueRange carried);
  bool isRead(unsigned operand) {
    return operand < op.getNumDpsInputs() ||
           !region.getArgument(operand).use_empty();
  }
  Value load(OpBuilder &b, unsigned operand, ValueRange positions) {
    if (!isa<MemRefType>(operands[operand].getType()))
      return operands[operand];
    return loadAt(b, loc, operands[operand],
                  accessIndices(b, loc, maps[operand], positions));
  }

  linalg::GenericOp op;
  const Threads &threads;
  Location loc;
  Region &region;
  SmallVector<Value> operands, extents;
  SmallVector<AffineMap> maps;
  SmallVector<unsigned> parallels, reductions;
  unsigned lane = 0;
  DimSet indexed;
  Type indexType;
};
} // namespace

/// The dimension along which most operands are contiguous; results count more.
void MapEmitter::chooseLane() {
  int64_t best = -1;
  for (unsigned dim : parallels) {
    int64_t score = 0;
    for (auto [i, operand] : llvm::enumerate(operands))
      if (classifyAccess(operand, maps[i], dim) == AccessKind::contiguous)
        score += i < op.getNumDpsInputs() ? 2 : 3;
    if (getConstantIntValue(extents[dim]) == 1)
      score = 0;
    if (score >= best) {
      best = score;
      lane = dim;
    }
  }
}

void MapEmitter::emit(OpBuilder &b) {
  extents = loopExtents(b, loc, operands, maps);
  if (parallels.empty()) {
    threads.forPoints(b, loc, {}, [&](OpBuilder &b, ValueRange) {
      emitPoint(b, SmallVector<Value>(extents.size()));
    });
    return;
  }
  chooseLane();
  SmallVector<unsigned> outer;
  for (unsigned dim = lane; dim-- > 0;)
    if (llvm::is_contained(parallels, dim))
      outer.push_back(dim);
  collapseInto(b, loc, operands, maps, indexed, lane, outer, extents);
  int64_t width = canWiden(region) && reductions.empty()
                      ? accessWidth(operands, maps, lane)
                      : 1;
  Value aligned =
      width > 1 ? accessesAlign(b, loc, operands, maps, lane, width, extents)
                : Value();
  if (!aligned)
    return emitPoints(b, 1);
  auto choice = scf::IfOp::create(b, loc, aligned, /*withElseRegion=*/true);
  OpBuilder wide = choice.getThenBodyBuilder();
  emitPoints(wide, width);
  markAligned(choice.getThenRegion());
  OpBuilder narrow = choice.getElseBodyBuilder();
  emitPoints(narrow, 1);
}

/// Deals vectors of `width` elements along the lane dimension to threads.
void MapEmitter::emitPoints(OpBuilder &b, int64_t width) {
  SmallVector<Value> counts;
  SmallVector<unsigned> dims;
  for (unsigned dim : parallels)
    if (dim != lane) {
      dims.push_back(dim);
      counts.push_back(extents[dim]);
    }
  dims.push_back(lane);
  Value by = arith::ConstantIndexOp::create(b, loc, width);
  counts.push_back(
      width == 1 ? extents[lane]
                 : b.createOrFold<arith::CeilDivUIOp>(loc, extents[lane], by));
  threads.forPoints(b, loc, counts, [&](OpBuilder &b, ValueRange at) {
    SmallVector<Value> positions(extents.size());
    for (auto [dim, position] : llvm::zip(dims, at))
      positions[dim] = position;
    if (width == 1)
      return emitPoint(b, positions);
    Value by = arith::ConstantIndexOp::create(b, loc, width);
    Value begin = b.createOrFold<arith::MulIOp>(loc, positions[lane], by);
    std::optional<int64_t> size = getConstantIntValue(extents[lane]);
    if (size && *size % width == 0)
      return emitVector(b, positions, begin, width);
    Value end = b.createOrFold<arith::AddIOp>(loc, begin, by);
    Value whole = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ule, end,
                                        extents[lane]);
    auto choice = scf::IfOp::create(b, loc, whole, /*withElseRegion=*/true);
    OpBuilder main = choice.getThenBodyBuilder();
    emitVector(main, positions, begin, width);
    OpBuilder tail = choice.getElseBodyBuilder();
    forLoop(tail, loc, begin, extents[lane], 1, {},
            [&](OpBuilder &b, Value position, ValueRange) {
              positions[lane] = position;
              emitPoint(b, positions);
              return SmallVector<Value>();
            });
  });
}

void MapEmitter::emitVector(OpBuilder &b, SmallVector<Value> positions,
                            Value begin, int64_t width) {
  positions[lane] = laneIndices(b, loc, begin, width, b.getIndexType());
  SmallVector<Value> arguments;
  for (unsigned operand = 0; operand < operands.size(); ++operand)
    arguments.push_back(isRead(operand) ? load(b, operand, positions)
                                        : Value());
  SmallVector<Value> values =
      cloneRegion(b, region, arguments, [&](unsigned dim) {
        return dim == lane ? laneIndices(b, loc, begin, width, indexType)
                           : positions[dim];
      });
  for (auto [i, value] : llvm::enumerate(values)) {
    unsigned operand = op.getNumDpsInputs() + i;
    storeAt(b, loc, value, operands[operand],
            accessIndices(b, loc, maps[operand], positions));
  }
}

/// The values of the results at one point, from those that they have had.
SmallVector<Value> MapEmitter::fold(OpBuilder &b, ArrayRef<unsigned> dims,
                                    SmallVector<Value> positions,
                                    ValueRange carried) {
  if (!dims.empty())
    return forLoop(b, loc, arith::ConstantIndexOp::create(b, loc, 0),
                   extents[dims.front()], 1, carried,
                   [&](OpBuilder &b, Value iv, ValueRange carried) {
                     positions[dims.front()] = iv;
                     return fold(b, dims.drop_front(), positions, carried);
                   });
  SmallVector<Value> arguments;
  for (unsigned operand = 0; operand < op.getNumDpsInputs(); ++operand)
    arguments.push_back(load(b, operand, positions));
  llvm::append_range(arguments, carried);
  return cloneRegion(b, region, arguments,
                     [&](unsigned dim) { return positions[dim]; });
}

void MapEmitter::emitPoint(OpBuilder &b, SmallVector<Value> positions) {
  unsigned inputs = op.getNumDpsInputs();
  SmallVector<Value> old;
  for (unsigned operand = inputs; operand < operands.size(); ++operand)
    old.push_back(isRead(operand) || !reductions.empty()
                      ? load(b, operand, positions)
                      : Value());
  SmallVector<Value> values = fold(b, reductions, positions, old);
  for (auto [i, value] : llvm::enumerate(values))
    storeAt(b, loc, value, operands[inputs + i],
            accessIndices(b, loc, maps[inputs + i], positions));
}

LogicalResult gyre::emitMap(RewriterBase &b, linalg::GenericOp op,
                            Threads &threads) {
  MapEmitter(op, threads).emit(b);
  b.eraseOp(op);
  return success();
}

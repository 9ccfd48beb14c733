// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops of maps: rows of vectors, rows that repeat a period, and both
// kinds of stores.

#include "codegen/cpu/Map.h"

#include "codegen/common/Regions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

/// Instructions a point beyond which computing takes longer than writing.
constexpr int64_t maxStreamedCost = 96;

void MapEmitter::emit() {
  chooseLane();
  chooseUnrolled();
  choosePeriod();
  if (lane) {
    SmallVector<Value> moving;
    SmallVector<AffineMap> movingMaps;
    for (unsigned i = 0; i < operands.size(); ++i)
      if (!isPeriodic(i)) {
        moving.push_back(operands[i]);
        movingMaps.push_back(maps[i]);
      }
    SmallVector<unsigned> outer;
    for (unsigned dim = *lane; dim-- > 0;)
      if (sizes[dim] != 1 && !llvm::is_contained(unrolled, dim))
        outer.push_back(dim);
    collapseInto(b, loc, moving, movingMaps, indexed, *lane, outer, extents);
  }
  std::optional<Streams> plan = planResults();
  if (!plan)
    return emitLoops(b, {});
  auto choice =
      scf::IfOp::create(b, loc, plan->condition, /*withElseRegion=*/true);
  for (bool past : {true, false}) {
    streams = past;
    OpBuilder branch =
        past ? choice.getThenBodyBuilder() : choice.getElseBodyBuilder();
    emitLoops(branch, past ? plan->head : Value());
  }
}

/// Whether results are streamed. Beside long regions the stores don't count.
std::optional<Streams> MapEmitter::planResults() {
  if (!lane || regionCost() > maxStreamedCost)
    return std::nullopt;
  unsigned inputs = op.getNumDpsInputs();
  SmallVector<int64_t> perLane;
  for (unsigned i = inputs; i < operands.size(); ++i) {
    int64_t count = storedTogether(i);
    bool neighbours =
        count > 1 ||
        classifyAccess(operands[i], maps[i], *lane) == AccessKind::contiguous;
    perLane.push_back(neighbours && !isRead(i) ? count : 0);
  }
  return planStreams(b, loc,
                     {op, ArrayRef(operands).take_front(inputs),
                      ArrayRef(operands).drop_front(inputs),
                      ArrayRef(maps).drop_front(inputs), *lane, extents,
                      perLane, /*mayPeel=*/period == 0});
}

/// With `head`, the first vector of each row has only so many lanes.
void MapEmitter::emitLoops(OpBuilder &b, Value head) {
  SmallVector<unsigned> loops;
  SmallVector<Value> bounds;
  for (unsigned dim = 0; dim < sizes.size(); ++dim)
    if (dim != lane && !llvm::is_contained(unrolled, dim)) {
      loops.push_back(dim);
      bounds.push_back(extents[dim]);
    }
  loopNest(b, loc, bounds, [&](OpBuilder &b, ValueRange at) {
    SmallVector<Value> outer(sizes.size());
    for (auto [dim, position] : llvm::zip(loops, at))
      outer[dim] = position;
    if (!lane)
      return emitStep(b, {Value(), 1, {}, {}}, outer);
    uniforms.clear();
    // What doesn't vary along the row is loaded before it.
    for (unsigned operand = 0; operand < op.getNumDpsInputs(); ++operand)
      if (isa<MemRefType>(operands[operand].getType()) &&
          !maps[operand].isFunctionOfDim(*lane))
        for (const Point &point : points) {
          AffineMap map = mapAt(operand, point);
          Value &value = uniforms[{operands[operand], map}];
          if (!value)
            value = loadAt(b, loc, operands[operand],
                           accessIndices(b, loc, map, outer));
        }
    if (period) {
      loadPeriod(b, outer);
      return emitPeriods(b, outer);
    }
    Value length = extents[*lane];
    if (head) {
      Value zero = arith::ConstantIndexOp::create(b, loc, 0);
      Value any =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, head, zero);
      auto branch = scf::IfOp::create(b, loc, any, /*withElseRegion=*/false);
      OpBuilder inside = branch.getThenBodyBuilder();
      Value mask = vector::CreateMaskOp::create(
          inside, loc, VectorType::get(width, b.getI1Type()), head);
      emitStep(inside, {zero, 1, mask, head}, outer);
      length = arith::SubIOp::create(b, loc, length, head);
    }
    forLanes(b, loc, length, width, vectorsPerStep(), {},
             [&](OpBuilder &b, LaneStep step, ValueRange) {
               if (head)
                 step.begin = arith::AddIOp::create(b, loc, step.begin, head);
               emitStep(b, step, outer);
               return SmallVector<Value>();
             });
  });
}

/// Loads what repeats, once for all rows.
void MapEmitter::loadPeriod(OpBuilder &b, ValueRange outer) {
  repeated.clear();
  auto type = VectorType::get(width, b.getIndexType());
  for (unsigned operand = 0; operand < op.getNumDpsInputs(); ++operand)
    for (unsigned k = 0; isPeriodic(operand) && k < period; ++k) {
      SmallVector<int64_t> columns;
      for (int64_t l = 0; l < width; ++l)
        columns.push_back((k * width + l) % sizes[*lane]);
      SmallVector<Value> at(outer);
      at[*lane] = arith::ConstantOp::create(
          b, loc, DenseIntElementsAttr::get(type, columns));
      repeated[{operand, k}] = loadAt(b, loc, operands[operand],
                                      accessIndices(b, loc, maps[operand], at));
    }
}

/// Whole periods, then vectors of the last one as far as they are there.
void MapEmitter::emitPeriods(OpBuilder &b, ValueRange outer) {
  Value length = extents[*lane];
  // Periods of one or two vectors are walked several at a time.
  int64_t vectors = period * std::max<int64_t>(1, vectorsPerStep() / period);
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  Value rest =
      b.createOrFold<arith::RemUIOp>(loc, length, constant(vectors * width));
  Value whole = b.createOrFold<arith::SubIOp>(loc, length, rest);
  phase = 0;
  forLoop(b, loc, constant(0), whole, vectors * width, {},
          [&](OpBuilder &b, Value begin, ValueRange) {
            phase = 0;
            emitStep(b, {begin, static_cast<unsigned>(vectors), {}, {}}, outer);
            return SmallVector<Value>();
          });
  for (int64_t k = 0; k < vectors; ++k) {
    Value before = constant(k * width);
    Value isThere =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ugt, rest, before);
    auto branch = scf::IfOp::create(b, loc, isThere, /*withElseRegion=*/false);
    OpBuilder inside = branch.getThenBodyBuilder();
    Value left = arith::SubIOp::create(inside, loc, rest, before);
    Value mask = vector::CreateMaskOp::create(
        inside, loc, VectorType::get(width, b.getI1Type()), left);
    phase = k % period;
    emitStep(inside, {addIndex(inside, loc, whole, k * width), 1, mask, left},
             outer);
  }
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements of maps in and out: alone, or as tuples that are taken apart and put
// together in registers.

#include "codegen/cpu/Map.h"

#include "codegen/common/Regions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

Value MapEmitter::tupleMask(OpBuilder &b, LaneStep step, int64_t count) const {
  if (!step.mask)
    return {};
  Value by = arith::ConstantIndexOp::create(b, loc, count);
  Value rest = b.createOrFold<arith::MulIOp>(loc, step.rest, by);
  return vector::CreateMaskOp::create(
      b, loc, VectorType::get(count * width, b.getI1Type()), rest);
}

/// The address of the tuples of all lanes.
static std::pair<Value, Value> tupleAddress(OpBuilder &b, Location loc,
                                            Value memref, AffineMap map,
                                            ValueRange positions, unsigned lane,
                                            int64_t lanes) {
  SmallVector<Value> scalars(positions);
  scalars[lane] = contiguousBase(b, loc, positions[lane]);
  auto [flat, at] =
      linearAddress(b, loc, memref, accessIndices(b, loc, map, scalars));
  return {flat, laneIndices(b, loc, at, lanes, b.getIndexType())};
}

static AffineMap withLastZero(AffineMap map) {
  SmallVector<AffineExpr> results(map.getResults());
  results.back() = getAffineConstantExpr(0, map.getContext());
  return AffineMap::get(map.getNumDims(), 0, results, map.getContext());
}

Value MapEmitter::load(OpBuilder &b, unsigned operand, const Point &point,
                       ValueRange positions, LaneStep step) {
  Value memref = operands[operand];
  if (!isa<MemRefType>(memref.getType()))
    return memref;
  AffineMap map = mapAt(operand, point);
  if (Value known = uniforms.lookup({memref, map}))
    return known;
  if (Value known = repeated.lookup({operand, phase}))
    return known;
  if (Value known = loaded.lookup({memref, map}))
    return known;
  Value result;
  int64_t count = lane ? tupleSize(operand, *lane) : 0;
  auto member = map.getNumResults()
                    ? dyn_cast<AffineConstantExpr>(map.getResults().back())
                    : AffineConstantExpr();
  if (count && member) {
    AffineMap first = withLastZero(map);
    SmallVector<Value> &members = tuples[{memref, first}];
    if (members.empty()) {
      auto [flat, at] =
          tupleAddress(b, loc, memref, first, positions, *lane, count * width);
      Value all = loadAt(b, loc, flat, at, tupleMask(b, step, count));
      for (int64_t i = 0; i < count; ++i) {
        SmallVector<int64_t> lanes;
        for (int64_t l = 0; l < width; ++l)
          lanes.push_back(l * count + i);
        members.push_back(vector::ShuffleOp::create(b, loc, all, all, lanes));
      }
    }
    result = members[member.getValue()];
  } else {
    result = loadAt(b, loc, memref, accessIndices(b, loc, map, positions),
                    step.mask);
  }
  loaded[{memref, map}] = result;
  return result;
}

/// `members` as one vector, an element of each in turn.
static Value interleave(OpBuilder &b, Location loc, ArrayRef<Value> members,
                        int64_t width) {
  int64_t count = members.size();
  // Shuffles take two vectors of one type: all of them end to end first.
  Value all = members.front();
  for (int64_t have = 1; have < count; ++have) {
    Value next = members[have];
    if (have > 1) {
      SmallVector<int64_t> widen;
      for (int64_t l = 0; l < have * width; ++l)
        widen.push_back(l < width ? l : 0);
      next = vector::ShuffleOp::create(b, loc, next, next, widen);
    }
    SmallVector<int64_t> lanes;
    for (int64_t l = 0; l < (have + 1) * width; ++l)
      lanes.push_back(l);
    all = vector::ShuffleOp::create(b, loc, all, next, lanes);
  }
  SmallVector<int64_t> lanes;
  for (int64_t l = 0; l < width; ++l)
    for (int64_t i = 0; i < count; ++i)
      lanes.push_back(i * width + l);
  return vector::ShuffleOp::create(b, loc, all, all, lanes);
}

int64_t MapEmitter::storedTogether(unsigned operand) {
  int64_t count = lane ? tupleSize(operand, *lane) : 0;
  // Points differ in the last unrolled dimension first.
  bool inTuples = count && !unrolled.empty() &&
                  maps[operand].getResults().back() ==
                      getAffineDimExpr(unrolled.back(), op.getContext());
  return inTuples ? count : 1;
}

/// Stores the values of one result at all points, of one vector.
void MapEmitter::storeResults(OpBuilder &b, unsigned operand,
                              ArrayRef<Value> values, ValueRange positions,
                              LaneStep step) {
  Value memref = operands[operand];
  int64_t count = storedTogether(operand);
  for (unsigned i = 0; i < points.size(); i += count) {
    AffineMap map = mapAt(operand, points[i]);
    if (count == 1) {
      storeAt(b, loc, values[i], memref, accessIndices(b, loc, map, positions),
              step.mask, streams);
      continue;
    }
    SmallVector<Value> members;
    for (Value value : values.slice(i, count))
      members.push_back(broadcastLanes(b, loc, value, width));
    auto [flat, at] =
        tupleAddress(b, loc, memref, map, positions, *lane, count * width);
    storeAt(b, loc, interleave(b, loc, members, width), flat, at,
            tupleMask(b, step, count), streams);
  }
}

void MapEmitter::emitStep(OpBuilder &b, LaneStep step, ValueRange outer) {
  unsigned inits = op.getNumDpsInits(), inputs = op.getNumDpsInputs();
  // results[vector][init][point]
  SmallVector<SmallVector<SmallVector<Value>>> results(
      step.count, SmallVector<SmallVector<Value>>(inits));
  SmallVector<SmallVector<Value>> positions(step.count);
  unsigned firstPhase = phase;
  for (unsigned k = 0; k < step.count; ++k) {
    phase = period ? (firstPhase + k) % period : 0;
    loaded.clear();
    tuples.clear();
    positions[k] = llvm::to_vector(outer);
    Value begin, regionLanes;
    if (lane) {
      begin = addIndex(b, loc, step.begin, k * width);
      positions[k][*lane] = laneIndices(b, loc, begin, width, b.getIndexType());
      if (indexed.contains(*lane))
        regionLanes = laneIndices(b, loc, begin, width, indexType);
    }
    for (const Point &point : points) {
      SmallVector<Value> at = positions[k];
      for (auto [dim, i] : llvm::zip(unrolled, point))
        at[dim] = arith::ConstantIndexOp::create(b, loc, i);
      SmallVector<Value> arguments;
      for (unsigned operand = 0; operand < operands.size(); ++operand)
        arguments.push_back(isRead(operand) ? load(b, operand, point, at, step)
                                            : Value());
      SmallVector<Value> values = cloneRegion(
          b, region, arguments,
          [&](unsigned dim) { return dim == lane ? regionLanes : at[dim]; },
          step.mask);
      for (unsigned i = 0; i < inits; ++i)
        results[k][i].push_back(values[i]);
    }
  }
  for (unsigned k = 0; k < step.count; ++k)
    for (unsigned i = 0; i < inits; ++i)
      storeResults(b, inputs + i, results[k][i], positions[k], step);
}

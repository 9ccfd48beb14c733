// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of maps: linalg.generic with parallel loops.
//
// One dimension is walked in vectors. Small static dimensions are unrolled
// wherever they stand; where such a dimension is innermost in memory, its
// elements are loaded together and taken apart in registers (interleaved
// pairs). The loads of a step come before its stores. Results larger than the
// caches are streamed.

#include "codegen/common/Access.h"
#include "codegen/common/Loops.h"
#include "codegen/common/Regions.h"
#include "codegen/common/Streaming.h"
#include "codegen/cpu/Emitters.h"
#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

/// Static dimensions up to this size are unrolled, at most `maxPoints` points
/// in all: beyond that code grows faster than it gains.
constexpr int64_t maxUnrolled = 4, maxPoints = 8;
/// Instructions a point beyond which computing takes longer than writing.
constexpr int64_t maxStreamedCost = 96;

namespace {
using Point = SmallVector<int64_t>;

class MapEmitter {
public:
  MapEmitter(OpBuilder &b, linalg::GenericOp op);
  void emit();

private:
  // Choices, made once.
  void chooseLane();
  void chooseUnrolled();
  int64_t contiguity(unsigned dim);
  int64_t regionCost();
  unsigned vectorsPerStep();
  int64_t tupleSize(unsigned operand, unsigned dim);

  // Code.
  bool isRead(unsigned operand);
  AffineMap mapAt(unsigned operand, const Point &point);
  Value load(OpBuilder &b, unsigned operand, const Point &point,
             ValueRange positions, LaneStep step);
  std::optional<Streams> planResults();
  void emitLoops(OpBuilder &b, Value head);
  void emitStep(OpBuilder &b, LaneStep step, ValueRange outer);
  void storeResults(OpBuilder &b, unsigned operand, ArrayRef<Value> values,
                    ValueRange positions, LaneStep step);
  Value tupleMask(OpBuilder &b, LaneStep step, int64_t count) const;
  /// How many elements of a result each lane stores at once.
  int64_t storedTogether(unsigned operand);

  OpBuilder &b;
  linalg::GenericOp op;
  Location loc;
  Region &region;
  int64_t width;
  SmallVector<Value> operands, extents;
  SmallVector<AffineMap> maps;
  SmallVector<int64_t> sizes; ///< static extents, or kDynamic
  std::optional<unsigned> lane;
  SmallVector<unsigned> unrolled;
  SmallVector<Point> points; ///< all positions along `unrolled`
  DimSet indexed;            ///< dimensions whose index is used
  Type indexType;
  bool streams = false; ///< whole vectors are stored past the caches
  /// What this step, and the loops around it, have loaded: by buffer and map
  /// at a point; tuples by the map with their last index 0.
  DenseMap<std::pair<Value, AffineMap>, Value> loaded, uniforms;
  DenseMap<std::pair<Value, AffineMap>, SmallVector<Value>> tuples;
};
} // namespace

MapEmitter::MapEmitter(OpBuilder &b, linalg::GenericOp op)
    : b(b), op(op), loc(op.getLoc()), region(op.getRegion()),
      width(TargetAttr::of(op).getLanes()), operands(op->getOperands()),
      maps(op.getIndexingMapsArray()), sizes(op.getStaticLoopRanges()) {
  extents = loopExtents(b, loc, operands, maps);
  region.walk([&](linalg::IndexOp index) { indexed.insert(index.getDim()); });
  indexType = laneIndexType(&region);
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

/// How many elements stand between neighbours along `dim` if `operand` holds
/// tuples of that many, innermost in memory, along another small dimension or
/// at a fixed position of it; 0 if not.
int64_t MapEmitter::tupleSize(unsigned operand, unsigned dim) {
  auto type = dyn_cast<MemRefType>(operands[operand].getType());
  if (!type)
    return 0;
  AffineMap map = maps[operand];
  int64_t rank = type.getRank();
  if (rank < 2 ||
      classifyAccess(operands[operand], map, dim) != AccessKind::strided)
    return 0;
  int64_t size = type.getDimSize(rank - 1);
  if (size < 2 || size > maxUnrolled || strideOf(type, rank - 1) != 1 ||
      strideOf(type, *map.getResultPosition(
                         getAffineDimExpr(dim, op.getContext()))) != size)
    return 0;
  AffineExpr last = map.getResult(rank - 1);
  return isa<AffineConstantExpr, AffineDimExpr>(last) ? size : 0;
}

/// How well lanes along `dim` suit memory.
int64_t MapEmitter::contiguity(unsigned dim) {
  int64_t score = 0;
  for (auto [i, operand, map] : llvm::enumerate(operands, maps)) {
    AccessKind kind = classifyAccess(operand, map, dim);
    int64_t weight = i < op.getNumDpsInputs() ? 2 : 3;
    if (kind == AccessKind::contiguous || tupleSize(i, dim))
      score += weight;
    else if (kind != AccessKind::uniform)
      score -= weight;
  }
  return score;
}

void MapEmitter::chooseLane() {
  if (!canWiden(region))
    return;
  int64_t best = 0;
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    if (size == 1)
      continue;
    int64_t score = 2 * contiguity(dim);
    // Lanes would idle, unless the rows are one after the other.
    if (ShapedType::isStatic(size) && size <= maxUnrolled &&
        llvm::none_of(llvm::seq<unsigned>(dim), [&](unsigned outer) {
          return sizes[outer] != 1 && areNeighbours(maps, outer, dim, indexed);
        }))
      score -= 20;
    if (!lane || score >= best) {
      lane = dim;
      best = score;
    }
  }
}

/// Unrolling pays where a dimension is innermost in memory, where its position
/// decides what is computed, and where operands don't depend on it.
void MapEmitter::chooseUnrolled() {
  points = {Point()};
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    if (dim == lane || ShapedType::isDynamic(size) || size < 2 ||
        size > maxUnrolled ||
        static_cast<int64_t>(points.size()) * size > maxPoints)
      continue;
    bool pays = indexed.contains(dim);
    for (auto [operand, map] : llvm::zip(operands, maps)) {
      AccessKind kind = classifyAccess(operand, map, dim);
      pays |= kind == AccessKind::uniform || kind == AccessKind::contiguous;
    }
    if (!pays)
      continue;
    unrolled.push_back(dim);
    SmallVector<Point> longer;
    for (const Point &point : points)
      for (int64_t i = 0; i < size; ++i) {
        longer.push_back(point);
        longer.back().push_back(i);
      }
    points = std::move(longer);
  }
}

int64_t MapEmitter::regionCost() {
  int64_t cost = 0;
  region.walk([&](Operation *op) {
    bool isMath = op->getName().getDialectNamespace() ==
                  math::MathDialect::getDialectNamespace();
    cost += isMath ? 12 : 1;
  });
  return cost * points.size();
}

/// Several vectors in flight where the region is short.
unsigned MapEmitter::vectorsPerStep() {
  int64_t cost = regionCost();
  return cost <= 8 ? 4 : cost <= 24 ? 2 : 1;
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

bool MapEmitter::isRead(unsigned operand) {
  return operand < op.getNumDpsInputs() ||
         !region.getArgument(operand).use_empty();
}

AffineMap MapEmitter::mapAt(unsigned operand, const Point &point) {
  AffineMap map = maps[operand];
  for (auto [dim, at] : llvm::zip(unrolled, point))
    map = map.replace(getAffineDimExpr(dim, op.getContext()),
                      getAffineConstantExpr(at, op.getContext()),
                      map.getNumDims(), 0);
  return map;
}

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
  for (unsigned k = 0; k < step.count; ++k) {
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

void MapEmitter::emit() {
  chooseLane();
  chooseUnrolled();
  if (lane) {
    SmallVector<unsigned> outer;
    for (unsigned dim = *lane; dim-- > 0;)
      if (sizes[dim] != 1 && !llvm::is_contained(unrolled, dim))
        outer.push_back(dim);
    collapseInto(b, loc, operands, maps, indexed, *lane, outer, extents);
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
                     {ArrayRef(operands).take_front(inputs),
                      ArrayRef(operands).drop_front(inputs),
                      ArrayRef(maps).drop_front(inputs), *lane, extents,
                      perLane});
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

LogicalResult gyre::emitMap(RewriterBase &rewriter, linalg::GenericOp op) {
  if (op.getNumReductionLoops() != 0) {
    emitFoldingMap(rewriter, op);
    return success();
  }
  MapEmitter(rewriter, op).emit();
  rewriter.eraseOp(op);
  return success();
}

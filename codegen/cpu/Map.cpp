// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of maps: linalg.generic with parallel loops.
//
// One dimension is walked in vectors. Small static dimensions are unrolled
// wherever they stand; where such a dimension is innermost in memory, its
// elements are loaded together and taken apart in registers (interleaved
// pairs). The loads of a step come before its stores. Results larger than the
// caches are streamed.
//
// Short rows that follow each other are one long row, along which what depends
// on the column alone repeats: after n vectors of a row of 6 (n = 3) or 20
// (n = 5), lanes meet the same columns again.

#include "codegen/cpu/Map.h"

#include "codegen/common/Regions.h"
#include "codegen/cpu/Emitters.h"
#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <numeric>

using namespace mlir;
using namespace mlir::gyre;

/// Static dimensions up to this size are unrolled, at most `maxPoints` points
/// in all: beyond that code grows faster than it gains.
constexpr int64_t maxUnrolled = 4, maxPoints = 8;
/// Vectors after which columns may repeat. Each holds what depends on the
/// column, in registers or close by.
constexpr int64_t maxPeriod = 8;

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

/// Rows that fill their vectors badly become one row, if all that depends on
/// the column alone does so in a short period.
void MapEmitter::choosePeriod() {
  int64_t size = lane ? sizes[*lane] : 0;
  if (!lane || *lane == 0 || ShapedType::isDynamic(size) || size < 2 ||
      size % width == 0 || !unrolled.empty() ||
      width / std::gcd(size, width) * size > maxPeriod * width)
    return;
  unsigned rows = *lane - 1;
  SmallVector<AffineMap> moving;
  for (auto [operand, map] : llvm::zip(operands, maps)) {
    bool alongRows = map.isFunctionOfDim(rows);
    bool alongLane = map.isFunctionOfDim(*lane);
    if (!isa<MemRefType>(operand.getType()) || !(alongRows || alongLane))
      continue;
    if (alongRows) {
      moving.push_back(map);
      auto at = map.getResultPosition(getAffineDimExpr(rows, op.getContext()));
      auto type = cast<MemRefType>(operand.getType());
      // Known when compiled: rows one after the other.
      if (!at || *at + 1 >= type.getRank() || strideOf(type, *at + 1) != 1 ||
          strideOf(type, *at) != size)
        return;
    } else if (classifyAccess(operand, map, *lane) == AccessKind::irregular) {
      return;
    }
  }
  bool repeats = llvm::any_of(maps, [&](AffineMap map) {
    return map.isFunctionOfDim(*lane) && !map.isFunctionOfDim(rows);
  });
  if (repeats && areNeighbours(moving, rows, *lane, indexed))
    period = size / std::gcd(size, width);
}

/// Several vectors in flight where the region is short.
unsigned MapEmitter::vectorsPerStep() {
  int64_t cost = regionCost();
  return cost <= 8 ? 4 : cost <= 24 ? 2 : 1;
}

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

LogicalResult gyre::emitMap(RewriterBase &rewriter, linalg::GenericOp op) {
  if (op.getNumReductionLoops() != 0) {
    emitFoldingMap(rewriter, op);
    return success();
  }
  MapEmitter(rewriter, op).emit();
  rewriter.eraseOp(op);
  return success();
}

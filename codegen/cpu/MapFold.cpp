// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of linalg.generic with reduction loops, as users write sums and
// small products: values of the results stay in registers while the reduction
// loops run inside.
//
// Lanes run along the dimension that suits memory best. If that is reduced,
// each result has to be folded by one operation with a neutral element; lanes
// and accumulators are then folded at the end, so sums are reordered.

#include "codegen/common/Access.h"
#include "codegen/common/Fold.h"
#include "codegen/common/Loops.h"
#include "codegen/common/Regions.h"
#include "codegen/cpu/Emitters.h"
#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::gyre;

/// Results held in registers at a time, along lanes: an FMA takes four cycles.
constexpr unsigned vectorsPerStep = 4;

namespace {
class FoldingMap {
public:
  FoldingMap(OpBuilder &b, linalg::GenericOp op);
  void emit();

private:
  bool matchCombiners();
  void chooseLane();
  void emitAlongParallel(OpBuilder &b, SmallVector<Value> positions);
  void emitAlongReduction(OpBuilder &b, SmallVector<Value> positions);

  /// The values of one step, from those that the results have had.
  SmallVector<Value> step(OpBuilder &b, ArrayRef<Value> positions, Value begin,
                          ValueRange results, Value mask);
  SmallVector<Value> merge(OpBuilder &b, ValueRange x, ValueRange y);
  SmallVector<Value> indices(OpBuilder &b, unsigned operand,
                             ArrayRef<Value> positions) {
    return accessIndices(b, loc, maps[operand], positions);
  }
  /// Runs the loops `dims` around `body`, innermost last.
  SmallVector<Value> loops(
      OpBuilder &b, ArrayRef<unsigned> dims, SmallVector<Value> positions,
      ValueRange carried,
      function_ref<SmallVector<Value>(OpBuilder &, ArrayRef<Value>, ValueRange)>
          body);

  OpBuilder &b;
  linalg::GenericOp op;
  Location loc;
  Region &region;
  int64_t width;
  unsigned inputs, results;
  SmallVector<Value> operands, extents;
  SmallVector<AffineMap> maps;
  SmallVector<unsigned> parallels, reductions;
  std::optional<unsigned> lane;
  bool laneIsReduced = false;
  Type indexType;
  /// For each result, the operation that folds it and its neutral element.
  SmallVector<Operation *> combiners;
  SmallVector<TypedAttr> neutrals;
};
} // namespace

FoldingMap::FoldingMap(OpBuilder &b, linalg::GenericOp op)
    : b(b), op(op), loc(op.getLoc()), region(op.getRegion()),
      width(TargetAttr::of(op).getLanes()), inputs(op.getNumDpsInputs()),
      results(op.getNumDpsInits()), operands(op->getOperands()),
      maps(op.getIndexingMapsArray()), indexType(laneIndexType(&region)) {
  extents = loopExtents(b, loc, operands, maps);
  for (auto [dim, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    (kind == utils::IteratorType::parallel ? parallels : reductions)
        .push_back(dim);
  chooseLane();
}

/// Whether each result is its old value combined with something that depends
/// on no result.
bool FoldingMap::matchCombiners() {
  Block &body = region.front();
  SmallVector<Value> old(body.getArguments().drop_front(inputs));
  for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands())) {
    Operation *combiner = value.getDefiningOp();
    if (!combiner || combiner->getBlock() != &body || !old[i].hasOneUse() ||
        llvm::count(combiner->getOperands(), old[i]) != 1)
      return false;
    std::optional<TypedAttr> neutral;
    if (auto fma = dyn_cast<math::FmaOp>(combiner)) {
      if (fma.getC() == old[i])
        neutral = cast<TypedAttr>(b.getZeroAttr(value.getType()));
    } else if (combiner->getNumOperands() == 2) {
      neutral = arith::getNeutralElement(combiner);
    }
    if (!neutral)
      return false;
    combiners.push_back(combiner);
    neutrals.push_back(*neutral);
  }
  return true;
}

void FoldingMap::chooseLane() {
  if (!canWiden(region))
    return;
  bool canReduce = matchCombiners();
  int64_t best = 0;
  for (bool reduced : {true, false}) {
    if (reduced && !canReduce)
      continue;
    for (unsigned dim : reduced ? reductions : parallels) {
      int64_t score = 0;
      for (auto [i, operand] : llvm::enumerate(operands)) {
        AccessKind kind = classifyAccess(operand, maps[i], dim);
        int64_t weight = i < inputs ? 2 : 3;
        if (kind != AccessKind::uniform)
          score += kind == AccessKind::contiguous ? weight : -weight;
      }
      if (getConstantIntValue(extents[dim]) == 1)
        score = -1;
      if (score > best) {
        best = score;
        lane = dim;
        laneIsReduced = reduced;
      }
    }
  }
}

SmallVector<Value> FoldingMap::step(OpBuilder &b, ArrayRef<Value> positions,
                                    Value begin, ValueRange results,
                                    Value mask) {
  SmallVector<Value> arguments;
  for (unsigned i = 0; i < inputs; ++i)
    arguments.push_back(
        isa<MemRefType>(operands[i].getType())
            ? loadAt(b, loc, operands[i], indices(b, i, positions), mask)
            : operands[i]);
  llvm::append_range(arguments, results);
  return cloneRegion(
      b, region, arguments,
      [&](unsigned dim) {
        return dim == lane ? laneIndices(b, loc, begin, width, indexType)
                           : positions[dim];
      },
      mask);
}

SmallVector<Value> FoldingMap::merge(OpBuilder &b, ValueRange x, ValueRange y) {
  SmallVector<Value> merged;
  for (auto [i, combiner] : llvm::enumerate(combiners)) {
    Value old = region.getArgument(inputs + i);
    if (isa<math::FmaOp>(combiner)) {
      merged.push_back(arith::AddFOp::create(b, loc, x[i], y[i]));
      continue;
    }
    IRMapping mapping;
    for (Value operand : combiner->getOperands())
      mapping.map(operand, operand == old ? x[i] : y[i]);
    merged.push_back(
        cloneSlice(b, region, combiner->getResults(), mapping, noIndex)
            .front());
  }
  return merged;
}

SmallVector<Value> FoldingMap::loops(
    OpBuilder &b, ArrayRef<unsigned> dims, SmallVector<Value> positions,
    ValueRange carried,
    function_ref<SmallVector<Value>(OpBuilder &, ArrayRef<Value>, ValueRange)>
        body) {
  if (dims.empty())
    return body(b, positions, carried);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  return forLoop(b, loc, zero, extents[dims.front()], 1, carried,
                 [&](OpBuilder &b, Value iv, ValueRange carried) {
                   positions[dims.front()] = iv;
                   return loops(b, dims.drop_front(), positions, carried, body);
                 });
}

/// Each lane has results of its own: the reduction loops run inside.
void FoldingMap::emitAlongParallel(OpBuilder &b, SmallVector<Value> positions) {
  auto emitStep = [&](OpBuilder &b, LaneStep at, ValueRange) {
    SmallVector<Value> begins, held;
    auto place = [&](OpBuilder &b, unsigned k, SmallVector<Value> positions) {
      if (lane)
        positions[*lane] =
            laneIndices(b, loc, begins[k], width, b.getIndexType());
      return positions;
    };
    for (unsigned k = 0; k < at.count; ++k) {
      begins.push_back(lane ? addIndex(b, loc, at.begin, k * width) : Value());
      for (unsigned i = inputs; i < operands.size(); ++i)
        held.push_back(loadAt(b, loc, operands[i],
                              indices(b, i, place(b, k, positions)), at.mask));
    }
    held =
        loops(b, reductions, positions, held,
              [&](OpBuilder &b, ArrayRef<Value> positions, ValueRange old) {
                SmallVector<Value> values;
                for (unsigned k = 0; k < at.count; ++k)
                  for (Value value : step(
                           b, place(b, k, SmallVector<Value>(positions)),
                           begins[k], old.slice(k * results, results), at.mask))
                    values.push_back(lane ? broadcastLanes(b, loc, value, width)
                                          : value);
                return values;
              });
    for (unsigned k = 0; k < at.count; ++k)
      for (unsigned i = 0; i < results; ++i)
        storeAt(b, loc, held[k * results + i], operands[inputs + i],
                indices(b, inputs + i, place(b, k, positions)), at.mask);
    return SmallVector<Value>();
  };
  if (lane)
    forLanes(b, loc, extents[*lane], width, results > 2 ? 1 : vectorsPerStep,
             {}, emitStep);
  else
    emitStep(b, {Value(), 1, {}, {}}, {});
}

/// Lanes and accumulators hold parts of one result.
void FoldingMap::emitAlongReduction(OpBuilder &b,
                                    SmallVector<Value> positions) {
  unsigned vectors = results > 2 ? 1 : vectorsPerStep;
  SmallVector<Value> parts;
  for (unsigned k = 0; k < vectors; ++k)
    for (TypedAttr neutral : neutrals)
      parts.push_back(broadcastLanes(
          b, loc, arith::ConstantOp::create(b, loc, neutral), width));
  SmallVector<unsigned> outer;
  for (unsigned dim : reductions)
    if (dim != *lane)
      outer.push_back(dim);
  parts =
      loops(b, outer, positions, parts,
            [&](OpBuilder &b, ArrayRef<Value> at, ValueRange old) {
              return forLanes(
                  b, loc, extents[*lane], width, vectors, old,
                  [&](OpBuilder &b, LaneStep chunk, ValueRange old) {
                    SmallVector<Value> values(old);
                    for (unsigned k = 0; k < chunk.count; ++k) {
                      SmallVector<Value> positions(at);
                      Value begin = addIndex(b, loc, chunk.begin, k * width);
                      positions[*lane] =
                          laneIndices(b, loc, begin, width, b.getIndexType());
                      auto mine =
                          MutableArrayRef(values).slice(k * results, results);
                      SmallVector<Value> next = selectLanes(
                          b, loc, chunk.mask,
                          step(b, positions, begin, mine, chunk.mask), mine);
                      for (auto [to, from] : llvm::zip(mine, next))
                        to = broadcastLanes(b, loc, from, width);
                    }
                    return values;
                  });
            });
  SmallVector<Value> all(ArrayRef(parts).take_front(results));
  for (unsigned k = 1; k < vectors; ++k)
    all = merge(b, all, ArrayRef(parts).slice(k * results, results));
  all = foldLanes(b, loc, all,
                  [&](ValueRange x, ValueRange y) { return merge(b, x, y); });
  SmallVector<Value> old;
  for (unsigned i = inputs; i < operands.size(); ++i)
    old.push_back(loadAt(b, loc, operands[i], indices(b, i, positions)));
  all = merge(b, old, all);
  for (unsigned i = 0; i < results; ++i)
    storeAt(b, loc, all[i], operands[inputs + i],
            indices(b, inputs + i, positions));
}

void FoldingMap::emit() {
  SmallVector<unsigned> outer;
  SmallVector<Value> bounds;
  for (unsigned dim : parallels)
    if (laneIsReduced || dim != lane) {
      outer.push_back(dim);
      bounds.push_back(extents[dim]);
    }
  loopNest(b, loc, bounds, [&](OpBuilder &b, ValueRange at) {
    SmallVector<Value> positions(extents.size());
    for (auto [dim, position] : llvm::zip(outer, at))
      positions[dim] = position;
    if (laneIsReduced)
      emitAlongReduction(b, positions);
    else
      emitAlongParallel(b, positions);
  });
}

void gyre::emitFoldingMap(RewriterBase &rewriter, linalg::GenericOp op) {
  FoldingMap(rewriter, op).emit();
  rewriter.eraseOp(op);
}

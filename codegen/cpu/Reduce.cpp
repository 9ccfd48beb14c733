// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of gyre.reduce.
//
// A row is walked up to three times: for the leads, for the sums weighted at
// the final leads, and for `apply`. Without leads the first two are one pass.
// So a softmax evaluates its exponential once an element: the weights wait in
// the result's own memory for `apply`.
//
// Lanes run along the row where it is contiguous. Long rows are folded one at
// a time into several accumulators; of short rows, a block is folded together
// so that one exchange of lanes serves all of them. Where the row is not
// contiguous, lanes run across rows.

#include "codegen/cpu/Reduce.h"

#include "codegen/cpu/Emitters.h"
#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::gyre;

/// Accumulators of a long row: an add takes four cycles.
constexpr unsigned longRowVectors = 4;
/// Rows of fewer elements than two vectors are folded in blocks, whose lanes
/// are exchanged for all rows at once. Softmax over 37 columns takes 1.18 of
/// the time of hand-written code in blocks, 0.94 row by row.
constexpr int64_t shortRow = 32;

ReduceEmitter::ReduceEmitter(OpBuilder &b, ReduceOp op, Fold fold)
    : b(b), op(op), loc(op.getLoc()), fold(fold),
      width(TargetAttr::of(op).getLanes()), maps(op.getIndexingMapsArray()),
      operands(op.getInputs()) {
  llvm::append_range(operands, op.getInits());
  extents = loopExtents(b, loc, operands, maps);
  for (auto [dim, kind] : llvm::enumerate(op.getIteratorKinds()))
    (kind == IteratorKind::reduction ? reductions : parallels).push_back(dim);
  SmallVector<Region *> regions;
  for (Region &region : op->getRegions())
    regions.push_back(&region);
  indexType = laneIndexType(regions);
  indexed = indexedDims(op, maps);
  chooseLanes();
  keepWeights();
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

int64_t ReduceEmitter::contiguity(unsigned dim) {
  int64_t score = 0;
  for (auto [operand, map] : llvm::zip(operands, maps)) {
    AccessKind kind = classifyAccess(operand, map, dim);
    if (isReduced(map) && kind != AccessKind::uniform)
      score += kind == AccessKind::contiguous ? 1 : -1;
  }
  return score;
}

void ReduceEmitter::chooseLanes() {
  if (!llvm::all_of(op->getRegions(), canWiden))
    return;
  int64_t best = std::numeric_limits<int64_t>::min();
  for (auto [kind, dims] : {std::pair(Lanes::acrossRows, &parallels),
                            std::pair(Lanes::alongRow, &reductions)})
    for (unsigned dim : *dims) {
      int64_t score = contiguity(dim);
      if (getConstantIntValue(extents[dim]) == 1)
        score -= operands.size();
      if (score >= best) {
        best = score;
        lanes = kind;
        lane = dim;
      }
    }
}

/// A weight may wait in a full result if `apply` needs no element, which might
/// have stood in that memory.
void ReduceEmitter::keepWeights() {
  unsigned inputs = op.getInputs().size(), rows = op.getNumRowResults();
  keptIn.resize(fold.getNumSums());
  if (op.getApply().empty())
    return;
  auto arguments = op.getApply().getArguments();
  for (unsigned i = 0; i < inputs; ++i)
    if (isReduced(maps[i]) && !arguments[i].use_empty())
      return;
  unsigned next = rows;
  for (unsigned sum = 0; sum < fold.getNumSums(); ++sum) {
    Type type = arguments[inputs + sum].getType();
    if (arguments[inputs + sum].use_empty())
      continue;
    while (next < op.getInits().size() &&
           getElementTypeOrSelf(op.getInits()[next].getType()) != type)
      ++next;
    if (next < op.getInits().size())
      keptIn[sum] = next++;
  }
}

//===----------------------------------------------------------------------===//
// Loops over rows
//===----------------------------------------------------------------------===//

void ReduceEmitter::emitParallel(
    OpBuilder &b, ArrayRef<unsigned> dims,
    function_ref<void(OpBuilder &, SmallVector<Value>)> body) {
  SmallVector<Value> bounds;
  for (unsigned dim : dims)
    bounds.push_back(extents[dim]);
  loopNest(b, loc, bounds, [&](OpBuilder &b, ValueRange at) {
    SmallVector<Value> positions(extents.size());
    for (auto [dim, position] : llvm::zip(dims, at))
      positions[dim] = position;
    body(b, positions);
  });
}

/// Rows along the last parallel dimension: blocks of them while they are
/// short, then one by one.
void ReduceEmitter::emitAlongRows(OpBuilder &b, SmallVector<Value> positions) {
  std::optional<int64_t> length = getConstantIntValue(extents[lane]);
  unsigned numStates = std::max(
      1u, fold.getNumLeads() ? std::max(fold.getNumLeads(), fold.getNumSums())
                             : fold.getNumStates());
  auto emitOne = [&](OpBuilder &b) {
    unsigned vectors = numStates > 4 ? 1 : numStates > 2 ? 2 : longRowVectors;
    while (length && vectors > 1 && vectors * width > *length)
      vectors /= 2;
    Rows rows{{}, vectors, {}};
    rows.rows.push_back(makeRow(b, positions, {}));
    emitRows(b, rows);
  };
  if (parallels.empty())
    return emitOne(b);
  unsigned dim = parallels.back();
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), start = zero;
  bool isShort = mayBeShort();
  if (isShort)
    start = emitShortRows(b, positions);
  Value blocked = start;
  int64_t block = width / llvm::PowerOf2Ceil(numStates);
  std::optional<int64_t> count = getConstantIntValue(extents[dim]);
  bool mayBlock = block >= 4 && reductions.size() == 1 &&
                  (length ? *length < shortRow && !isShort : true) &&
                  (!count || *count >= block);
  if (mayBlock) {
    Value by = arith::ConstantIndexOp::create(b, loc, block);
    Value rest = b.createOrFold<arith::RemUIOp>(loc, extents[dim], by);
    blocked = b.createOrFold<arith::SubIOp>(loc, extents[dim], rest);
    if (!length) {
      Value limit = arith::ConstantIndexOp::create(b, loc, shortRow);
      Value below = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                          extents[lane], limit);
      blocked = arith::SelectOp::create(b, loc, below, blocked, zero);
    }
    forLoop(b, loc, start, blocked, block, {},
            [&](OpBuilder &b, Value first, ValueRange) {
              // A constant length unrolls the loops along rows, and sixteen
              // interleaved ones would spill.
              Rows rows{{}, 1, {}, /*apart=*/length.has_value()};
              for (int64_t r = 0; r < block; ++r) {
                positions[dim] = addIndex(b, loc, first, r);
                rows.rows.push_back(makeRow(b, positions, {}));
              }
              emitRows(b, rows);
              return States();
            });
  }
  forLoop(b, loc, blocked, extents[dim], 1, {},
          [&](OpBuilder &b, Value row, ValueRange) {
            positions[dim] = row;
            emitOne(b);
            return States();
          });
}

void ReduceEmitter::emit() {
  auto without = [](ArrayRef<unsigned> dims, unsigned one) {
    SmallVector<unsigned> others;
    for (unsigned dim : llvm::reverse(dims))
      if (dim != one)
        others.push_back(dim);
    return others;
  };
  if (lanes == Lanes::alongRow) {
    collapseInto(b, loc, operands, maps, indexed, lane,
                 without(reductions, lane), extents);
    if (!parallels.empty())
      collapseInto(b, loc, operands, maps, indexed, parallels.back(),
                   without(parallels, parallels.back()), extents);
    return emitParallel(
        b, ArrayRef(parallels).drop_back(parallels.empty() ? 0 : 1),
        [&](OpBuilder &b, SmallVector<Value> positions) {
          emitAlongRows(b, positions);
        });
  }
  if (lanes == Lanes::none)
    return emitParallel(b, parallels,
                        [&](OpBuilder &b, SmallVector<Value> positions) {
                          Rows rows{{}, 1, {}};
                          rows.rows.push_back(makeRow(b, positions, {}));
                          emitRows(b, rows);
                        });
  collapseInto(b, loc, operands, maps, indexed, lane, without(parallels, lane),
               extents);
  SmallVector<unsigned> outer = without(parallels, lane);
  std::reverse(outer.begin(), outer.end());
  emitParallel(b, outer, [&](OpBuilder &b, SmallVector<Value> positions) {
    unsigned vectors = fold.getNumStates() > 2 ? 1 : longRowVectors;
    forLanes(b, loc, extents[lane], width, vectors, {},
             [&](OpBuilder &b, LaneStep step, ValueRange) {
               Rows rows{{}, 1, step.mask};
               for (unsigned k = 0; k < step.count; ++k) {
                 Value begin = addIndex(b, loc, step.begin, k * width);
                 positions[lane] =
                     laneIndices(b, loc, begin, width, b.getIndexType());
                 rows.rows.push_back(makeRow(b, positions, step.mask));
               }
               emitRows(b, rows);
               return States();
             });
  });
}

LogicalResult gyre::emitReduce(RewriterBase &rewriter, ReduceOp op) {
  FailureOr<Fold> fold =
      Fold::match(op, op.getInit(), op.getStep(), op.getMerge(), op.getFinish(),
                  op.getInputs().size(), op.getPivot());
  if (failed(fold))
    return failure();
  ReduceEmitter(rewriter, op, *fold).emit();
  rewriter.eraseOp(op);
  return success();
}

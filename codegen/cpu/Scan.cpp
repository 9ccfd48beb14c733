// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Emits gyre.scan: lanes run along one parallel dimension, states stay in
// registers across the carried loop where they fit, in memory where not. Rows
// along the carried dimension have their lanes there if steps compose.

#include "codegen/cpu/Emitters.h"
#include "codegen/cpu/ScanEmitter.h"

#include "codegen/common/Loops.h"
#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::gyre;

/// State vectors kept in registers. A machine with 32 needs the other eight
/// for sums, elements and the constants of exp2.
constexpr int64_t maxRegisterStates = 24;
/// Vectors side by side in one block of lanes. One state a lane is one chain of
/// dependent operations, and four chains hide their latency; with states in
/// memory they share the loads of what is the same for all lanes.
constexpr int64_t maxVectorsAcross = 4;
/// Operations of a step beyond which computing takes longer than writing.
constexpr int64_t maxStreamedCost = 24;

//===----------------------------------------------------------------------===//
// Roles
//===----------------------------------------------------------------------===//

ScanEmitter::ScanEmitter(RewriterBase &b, ScanOp op, int64_t vectorWidth)
    : b(b), op(op), loc(op.getLoc()), vectorWidth(vectorWidth),
      maps(op.getIndexingMapsArray()), operands(op.getInputs()),
      numInputs(op.getInputs().size()), numStates(op.getNumStates()),
      carried(op.getCarriedDim()) {
  llvm::append_range(operands, op.getInits());
  for (auto [dim, kind] : llvm::enumerate(op.getIteratorKinds())) {
    if (kind == IteratorKind::parallel)
      parallelDims.push_back(dim);
    if (kind == IteratorKind::state)
      stateDims.push_back(dim);
  }
  lane = chooseLaneDim();
  laneIndex = laneIndexType({&op.getProbe(), &op.getStep(), &op.getOutput()});
}

/// Concurrent points must not meet in one element of a result.
LogicalResult ScanEmitter::checkInits() {
  for (unsigned i = 0, e = op.getInits().size(); i < e; ++i) {
    auto missing = [&](unsigned dim) { return !usesDim(numInputs + i, dim); };
    if (llvm::any_of(parallelDims, missing) ||
        (i < numStates && llvm::any_of(stateDims, missing)))
      return op.emitOpError("expected the map of init ")
             << i << " to name every parallel dimension"
             << (i < numStates ? " and every state dimension" : "");
  }
  return success();
}

/// The parallel dimension along which most operands are contiguous; operands
/// that move with the carried dimension count more than hoisted ones. Among
/// equals, that of the largest extent, then the last.
std::optional<unsigned> ScanEmitter::chooseLaneDim() const {
  if (!llvm::all_of(op->getRegions(), canWiden))
    return std::nullopt;
  std::optional<unsigned> best;
  std::tuple<int64_t, int64_t> bestScore;
  for (unsigned dim : parallelDims) {
    int64_t contiguous = 0, extent = ShapedType::kDynamic;
    for (unsigned i = 0; i < operands.size(); ++i) {
      if (accessOf(i, dim) == AccessKind::contiguous)
        contiguous += usesDim(i, carried) ? 16 : 1;
      for (auto [r, expr] : llvm::enumerate(maps[i].getResults())) {
        int64_t size = cast<MemRefType>(operands[i].getType()).getDimSize(r);
        if (expr == b.getAffineDimExpr(dim) && ShapedType::isStatic(size))
          extent = size;
      }
    }
    // A tile's dynamic extent is at most that of a tile; one is certain.
    int64_t large = ShapedType::isDynamic(extent)
                        ? vectorWidth
                        : std::min(extent, vectorWidth);
    if (extent == 1)
      contiguous = 0;
    auto score = std::tuple(contiguous, large);
    if (!best || score >= bestScore) {
      best = dim;
      bestScore = score;
    }
  }
  return best;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

LogicalResult ScanEmitter::emit() {
  if (failed(checkInits()))
    return failure();
  b.setInsertionPoint(op);
  extents = loopExtents(b, loc, operands, maps);
  for (unsigned dim : stateDims) {
    auto extent = getConstantIntValue(extents[dim]);
    points = extent && points >= 0 ? points * *extent : ShapedType::kDynamic;
  }
  inRegisters = points >= 0 && points * numStates <= maxRegisterStates;
  positions.assign(maps.front().getNumDims(), index(0));
  bool isAlong = runsAlong();
  std::optional<Streams> plan;
  if (isAlong || lane)
    plan = planOutputs(isAlong ? carried : *lane);
  if (isAlong)
    lane.reset();
  if (!plan) {
    emitBlocks();
  } else {
    auto choice =
        scf::IfOp::create(b, loc, plan->condition, /*withElseRegion=*/true);
    std::optional<unsigned> chosen = lane;
    for (bool past : {true, false}) {
      streams = past;
      lane = chosen;
      b.setInsertionPointToStart(past ? choice.thenBlock()
                                      : choice.elseBlock());
      emitBlocks();
    }
  }
  b.eraseOp(op);
  return success();
}

/// Beside many states, or dear ones, stores don't count.
std::optional<Streams> ScanEmitter::planOutputs(unsigned dim) {
  unsigned first = numInputs + numStates;
  if (points != 1 || numStates != 1 || first == operands.size() ||
      llvm::range_size(op.getStep().front()) > maxStreamedCost)
    return std::nullopt;
  SmallVector<int64_t> perLane;
  for (unsigned i = first; i < operands.size(); ++i)
    perLane.push_back(accessOf(i, dim) == AccessKind::contiguous);
  return planStreams(b, loc,
                     {op, ArrayRef(operands).take_front(first),
                      ArrayRef(operands).drop_front(first),
                      ArrayRef(maps).drop_front(first), dim, extents, perLane,
                      /*mayPeel=*/false});
}

/// All of the tile.
void ScanEmitter::emitBlocks() {
  bool isAlong = runsAlong();
  SmallVector<unsigned> outer;
  SmallVector<Value> sizes;
  for (unsigned dim : parallelDims)
    if (lane != dim) {
      outer.push_back(dim);
      sizes.push_back(extents[dim]);
    }
  OpBuilder at(b);
  loopNest(at, loc, sizes, [&](OpBuilder &inner, ValueRange at) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
    for (auto [dim, position] : llvm::zip(outer, at))
      positions[dim] = position;
    if (isAlong)
      emitRow();
    else
      emitLanes();
  });
}

/// How many vectors of lanes one block computes.
int64_t ScanEmitter::vectorsAcross() const {
  if (inRegisters)
    return std::clamp<int64_t>(8 / std::max<int64_t>(points * numStates, 1), 1,
                               maxVectorsAcross);
  // What lies across the lanes has to fit a tile.
  bool strided = false;
  for (unsigned i = 0; i < operands.size(); ++i)
    strided |= usesStates(i) && !usesDim(i, carried) &&
               accessOf(i, *lane) == AccessKind::strided;
  if (!strided || points <= 0)
    return maxVectorsAcross;
  return std::clamp<int64_t>(maxTileElements / (points * vectorWidth), 1,
                             maxVectorsAcross);
}

void ScanEmitter::emitLanes() {
  if (!lane)
    return emitBlock({0, {}, {}});
  int64_t across = vectorsAcross();
  Value extent = extents[*lane];
  forLanes(b, loc, extent, vectorWidth, across, {},
           [&](OpBuilder &inner, LaneStep step, ValueRange) {
             OpBuilder::InsertionGuard guard(b);
             b.setInsertionPoint(inner.getInsertionBlock(),
                                 inner.getInsertionPoint());
             Value count;
             if (step.mask)
               count = arith::SubIOp::create(b, loc, extent, step.begin);
             mask = step.mask;
             emitBlock({step.count * vectorWidth, step.begin, count});
             return SmallVector<Value>();
           });
}

void ScanEmitter::emitBlock(Lanes block) {
  lanes = block;
  hoisted.clear();
  tiles.clear();
  if (lane)
    positions[*lane] =
        laneIndices(b, loc, lanes.start, lanes.width, b.getIndexType());

  for (unsigned i = 0; i < numInputs; ++i) {
    if (usesDim(i, carried))
      continue;
    if (!usesStates(i))
      hoisted[i] = {load(i)};
    else if (inRegisters)
      hoisted[i] = loadPoints(i);
    else if (lane && accessOf(i, *lane) == AccessKind::strided)
      makeStateTile(i);
  }
  SmallVector<Value> states;
  for (unsigned s = 0; s < numStates; ++s) {
    unsigned operand = numInputs + s;
    if (inRegisters)
      llvm::append_range(states, loadPoints(operand));
    else if (lane && accessOf(operand, *lane) != AccessKind::contiguous)
      makeStateTile(operand);
  }

  states = emitTime(states);

  for (unsigned s = 0; s < numStates; ++s) {
    unsigned operand = numInputs + s;
    if (inRegisters) {
      storePoints(operand, ValueRange(states).slice(s * points, points));
    } else if (tiles.contains(operand)) {
      moveTile(operand, Tile(tiles[operand]), /*toMemory=*/true);
    }
  }
}

SmallVector<Value>
ScanEmitter::loop(Value from, Value to, ValueRange carriedValues,
                  function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  return forLoop(b, loc, from, to, 1, carriedValues,
                 [&](OpBuilder &inner, Value at, ValueRange values) {
                   OpBuilder::InsertionGuard guard(b);
                   b.setInsertionPoint(inner.getInsertionBlock(),
                                       inner.getInsertionPoint());
                   return body(at, values);
                 });
}

/// Steps number `from` to `to`: positions of the carried dimension, mirrored
/// with `reverse`.
SmallVector<Value> ScanEmitter::emitSteps(Value from, Value to,
                                          ValueRange states) {
  return loop(from, to, states, [&](Value t, ValueRange now) {
    positions[carried] = t;
    if (op.getReverse()) {
      Value last = arith::SubIOp::create(b, loc, extents[carried], index(1));
      positions[carried] = arith::SubIOp::create(b, loc, last, t);
    }
    return emitStep(now);
  });
}

SmallVector<Value> ScanEmitter::emitTime(ValueRange states) {
  SmallVector<unsigned> across;
  for (unsigned i = 0; i < operands.size(); ++i)
    if (isAcross(i, carried) && !usesStates(i))
      across.push_back(i);
  if (!across.empty())
    return emitTransposedTime(across, states);
  return emitSteps(index(0), extents[carried], states);
}

/// Operands in `across` are contiguous along the carried dimension: they move
/// through tiles of `vectorWidth` steps that are transposed in registers. Steps
/// that don't fill a tile gather their lanes.
SmallVector<Value> ScanEmitter::emitTransposedTime(ArrayRef<unsigned> across,
                                                   ValueRange states) {
  Value T = extents[carried];
  Value blocks = arith::DivUIOp::create(b, loc, T, index(vectorWidth));
  DenseMap<unsigned, Tile> outer = tiles, inner = tiles;
  for (unsigned i : across)
    inner[i] = {
        allocate({vectorWidth, lanes.width},
                 getRegionType(getElementTypeOrSelf(operands[i].getType()))),
        {carried}};

  // Each of the `vectorWidth` rows of a tile.
  auto forRows = [&](function_ref<void(int64_t)> body) {
    for (int64_t row = 0; row < vectorWidth; ++row) {
      tilePosition = index(row);
      body(row);
    }
  };
  SmallVector<Value> now =
      loop(index(0), blocks, states, [&](Value block, ValueRange now) {
        Value start = arith::MulIOp::create(b, loc, block, index(vectorWidth));
        if (op.getReverse()) {
          Value end = arith::SubIOp::create(b, loc, T, start);
          start = arith::SubIOp::create(b, loc, end, index(vectorWidth));
        }
        tiles = outer;
        for (unsigned i : across)
          if (i < numInputs) {
            SmallVector<Value> columns = loadColumns(i, carried, start);
            tiles = inner;
            forRows([&](int64_t row) { store(i, columns[row]); });
            tiles = outer;
          }
        tiles = inner;
        SmallVector<Value> next = loop(
            index(0), index(vectorWidth), now, [&](Value t, ValueRange now) {
              tilePosition = t;
              if (op.getReverse())
                tilePosition =
                    arith::SubIOp::create(b, loc, index(vectorWidth - 1), t);
              positions[carried] =
                  arith::AddIOp::create(b, loc, start, tilePosition);
              return emitStep(now);
            });
        for (unsigned i : across)
          if (i >= numInputs) {
            SmallVector<Value> columns;
            forRows([&](int64_t) { columns.push_back(load(i)); });
            tiles = outer;
            storeColumns(i, carried, start, columns);
            tiles = inner;
          }
        tiles = outer;
        return next;
      });
  Value done = arith::MulIOp::create(b, loc, blocks, index(vectorWidth));
  return emitSteps(done, T, now);
}

/// One step of the carried dimension. `states` are those in registers, point by
/// point for each state; the new ones are returned.
SmallVector<Value> ScanEmitter::emitStep(ValueRange states) {
  DenseMap<unsigned, Value> rowElements;
  SmallVector<Value> rows;
  for (unsigned i = 0; i < numInputs; ++i)
    if (!usesStates(i)) {
      rowElements[i] = hoisted.contains(i) ? hoisted[i].front() : load(i);
      rows.push_back(rowElements[i]);
    }
  auto elementsAt = [&](int64_t point) {
    SmallVector<Value> elements;
    for (unsigned i = 0; i < numInputs; ++i)
      if (rowElements.contains(i))
        elements.push_back(rowElements[i]);
      else
        elements.push_back(hoisted.contains(i) ? hoisted[i][point] : load(i));
    return elements;
  };
  auto statesAt = [&](int64_t point, SmallVector<Value> &arguments) {
    for (unsigned s = 0; s < numStates; ++s)
      arguments.push_back(inRegisters ? states[s * points + point]
                                      : load(numInputs + s));
  };

  SmallVector<Value> probes;
  if (!op.getProbe().empty()) {
    Operation *yield = op.getProbe().front().getTerminator();
    probes = forEachPoint(yield->getOperandTypes(), [&](int64_t point) {
      SmallVector<Value> arguments = elementsAt(point);
      statesAt(point, arguments);
      return evaluate(op.getProbe(), arguments);
    });
  }
  SmallVector<Value> next(states.size());
  Operation *yield = op.getStep().front().getTerminator();
  SmallVector<Value> sums =
      forEachPoint(TypeRange(yield->getOperandTypes()).drop_front(numStates),
                   [&](int64_t point) {
                     SmallVector<Value> arguments = elementsAt(point);
                     llvm::append_range(arguments, probes);
                     statesAt(point, arguments);
                     SmallVector<Value> values =
                         evaluate(op.getStep(), arguments);
                     for (unsigned s = 0; s < numStates; ++s) {
                       if (inRegisters)
                         next[s * points + point] = widen(values[s]);
                       else
                         store(numInputs + s, values[s]);
                     }
                     values.erase(values.begin(), values.begin() + numStates);
                     return values;
                   });

  llvm::append_range(rows, sums);
  SmallVector<Value> outputs = evaluate(op.getOutput(), rows);
  for (auto [i, value] : llvm::enumerate(outputs))
    store(numInputs + numStates + i, value);
  return next;
}

LogicalResult gyre::emitScan(RewriterBase &b, ScanOp op) {
  return ScanEmitter(b, op, TargetAttr::of(op).getLanes()).emit();
}

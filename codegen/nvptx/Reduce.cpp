// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of gyre.reduce.
//
// A row that is contiguous is shared by a warp, or by the whole block if it is
// long; each thread takes as many neighbouring elements as one access moves.
// Other rows, and very short ones, have a thread each, neighbours next to each
// other.
//
// As on CPUs a row is walked up to three times: for the leads, for the sums
// weighted at the final leads, and for `apply`. A thread meets the same
// elements each time, so results may lie over elements.

#include "codegen/common/Access.h"
#include "codegen/common/Fold.h"
#include "codegen/common/Loops.h"
#include "codegen/nvptx/Emitters.h"
#include "codegen/nvptx/Threads.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

/// Rows of fewer elements would leave most of a warp idle.
constexpr int64_t shortRow = 16;
/// Rows of more have all threads of the block: each still has eight accesses.
constexpr int64_t longRow = 4096;

namespace {
using States = SmallVector<Value>;

class ReduceEmitter {
public:
  ReduceEmitter(OpBuilder &b, ReduceOp op, Fold fold, const Threads &threads);
  void emit(OpBuilder &b);

private:
  struct Row {
    /// Along the parallel dimensions.
    SmallVector<Value> positions;
    /// The inputs that lack the reduction.
    SmallVector<Value> inputs;
  };
  /// Neighbouring elements: positions of the first, and how many.
  struct Chunk {
    SmallVector<Value> positions;
    int64_t width;
  };
  using WalkBody = function_ref<States(OpBuilder &, const Chunk &, ValueRange)>;

  void chooseLane();
  void chooseGroups(OpBuilder &b);
  void emitRow(OpBuilder &b, SmallVector<Value> positions);
  States walk(OpBuilder &b, const Row &row, ValueRange carried, WalkBody body) {
    return walkFrom(b, 0, row.positions, carried, body);
  }
  States walkFrom(OpBuilder &b, unsigned next, SmallVector<Value> at,
                  ValueRange carried, WalkBody body);
  States walkGroup(OpBuilder &b, SmallVector<Value> at, int64_t width,
                   ValueRange carried, WalkBody body);
  States
  mergeGroup(OpBuilder &b, States states,
             function_ref<States(OpBuilder &, ValueRange, ValueRange)> merge);
  States foldSums(OpBuilder &b, const Row &row, ValueRange leads);
  void apply(OpBuilder &b, const Row &row, ValueRange leads,
             ValueRange finished);

  /// The inputs that the arguments of `usedBy` show to be used, for each
  /// element of a chunk.
  SmallVector<SmallVector<Value>> load(OpBuilder &b, const Row &row,
                                       const Chunk &chunk, Region &usedBy);
  void store(OpBuilder &b, unsigned init, const Chunk &chunk,
             ArrayRef<Value> values);
  Value loadOne(OpBuilder &b, unsigned operand, ArrayRef<Value> positions);
  SmallVector<Value> indices(OpBuilder &b, AffineMap map,
                             ArrayRef<Value> positions);
  Value position(OpBuilder &b, ArrayRef<Value> positions, unsigned dim);
  /// The positions of element `i` of a chunk.
  SmallVector<Value> elementAt(OpBuilder &b, const Chunk &chunk, int64_t i);
  bool isReduced(AffineMap map) {
    return llvm::any_of(reductions,
                        [&](unsigned d) { return map.isFunctionOfDim(d); });
  }
  bool isContiguous(unsigned operand) {
    return classifyAccess(operands[operand], maps[operand], lane) ==
           AccessKind::contiguous;
  }

  ReduceOp op;
  Location loc;
  Fold fold;
  const Threads &threads;
  SmallVector<AffineMap> maps;
  SmallVector<Value> operands, extents;
  SmallVector<unsigned> parallels, reductions;
  DimSet indexed;
  /// The dimension along which neighbouring threads go.
  unsigned lane = 0;
  /// Threads that share a row; null: each has its own.
  Value groupSize, inGroup;
  Value isLong;  ///< the group is the block; null: never
  Value aligned; ///< null: never
  int64_t width = 1;
  SmallVector<Value> exchange; ///< of warps: a place for each state and warp
};
} // namespace

ReduceEmitter::ReduceEmitter(OpBuilder &b, ReduceOp op, Fold fold,
                             const Threads &threads)
    : op(op), loc(op.getLoc()), fold(fold), threads(threads),
      maps(op.getIndexingMapsArray()), operands(op.getInputs()) {
  llvm::append_range(operands, op.getInits());
  extents = loopExtents(b, loc, operands, maps);
  for (auto [dim, kind] : llvm::enumerate(op.getIteratorKinds()))
    (kind == IteratorKind::reduction ? reductions : parallels).push_back(dim);
  indexed = indexedDims(op, maps);
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

void ReduceEmitter::chooseLane() {
  int64_t best = std::numeric_limits<int64_t>::min();
  for (ArrayRef<unsigned> dims : {ArrayRef(parallels), ArrayRef(reductions)})
    for (unsigned dim : dims) {
      int64_t score = 0;
      for (auto [operand, map] : llvm::zip(operands, maps)) {
        AccessKind kind = classifyAccess(operand, map, dim);
        if (isReduced(map) && kind != AccessKind::uniform)
          score += kind == AccessKind::contiguous ? 1 : -1;
      }
      if (getConstantIntValue(extents[dim]) == 1)
        score -= operands.size();
      if (score >= best) {
        best = score;
        lane = dim;
      }
    }
}

void ReduceEmitter::chooseGroups(OpBuilder &b) {
  std::optional<int64_t> length = getConstantIntValue(extents[lane]);
  if (!llvm::is_contained(reductions, lane) || (length && *length < shortRow))
    return;
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  if (!length)
    isLong = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ugt,
                                   extents[lane], index(longRow));
  else if (*length > longRow)
    isLong = arith::ConstantOp::create(b, loc, b.getBoolAttr(true));
  groupSize = index(warpThreads);
  if (isLong) {
    groupSize = b.createOrFold<arith::SelectOp>(
        loc, isLong, index(threads.getCount()), groupSize);
    for (Type type : fold.getStateTypes())
      exchange.push_back(
          threads.shared(b, loc, {threads.getCount() / warpThreads}, type));
  }
  inGroup = arith::RemUIOp::create(b, loc, threads.getId(), groupSize);
  width = accessWidth(operands, maps, lane);
  if (width > 1)
    aligned = accessesAlign(b, loc, operands, maps, lane, width, extents);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

SmallVector<Value> ReduceEmitter::indices(OpBuilder &b, AffineMap map,
                                          ArrayRef<Value> positions) {
  SmallVector<Value> globals;
  if (!llvm::all_of(map.getResults(), llvm::IsaPred<AffineDimExpr>))
    for (unsigned dim = 0; dim < positions.size(); ++dim)
      globals.push_back(positions[dim] ? position(b, positions, dim) : Value());
  return accessIndices(b, loc, map, positions, globals);
}

Value ReduceEmitter::position(OpBuilder &b, ArrayRef<Value> positions,
                              unsigned dim) {
  if (op.getOffsets().empty())
    return positions[dim];
  Value offset = op.getOffsets()[dim];
  if (auto vector = dyn_cast<VectorType>(positions[dim].getType()))
    offset = broadcastLanes(b, loc, offset, vector.getNumElements());
  return b.createOrFold<arith::AddIOp>(loc, positions[dim], offset);
}

SmallVector<Value> ReduceEmitter::elementAt(OpBuilder &b, const Chunk &chunk,
                                            int64_t i) {
  SmallVector<Value> positions = chunk.positions;
  if (i != 0)
    positions[lane] = addIndex(b, loc, positions[lane], i);
  return positions;
}

Value ReduceEmitter::loadOne(OpBuilder &b, unsigned operand,
                             ArrayRef<Value> positions) {
  return loadElement(b, loc, operands[operand],
                     indices(b, maps[operand], positions));
}

SmallVector<SmallVector<Value>> ReduceEmitter::load(OpBuilder &b,
                                                    const Row &row,
                                                    const Chunk &chunk,
                                                    Region &usedBy) {
  SmallVector<SmallVector<Value>> elements(chunk.width, row.inputs);
  for (unsigned i = 0; i < row.inputs.size(); ++i) {
    if (row.inputs[i] || usedBy.getArgument(i).use_empty())
      continue;
    if (chunk.width > 1 && isContiguous(i)) {
      SmallVector<Value> positions = chunk.positions;
      positions[lane] =
          laneIndices(b, loc, positions[lane], chunk.width, b.getIndexType());
      Value all = loadOne(b, i, positions);
      for (int64_t e = 0; e < chunk.width; ++e)
        elements[e][i] = vector::ExtractOp::create(b, loc, all, e);
      continue;
    }
    for (int64_t e = 0; e < chunk.width; ++e)
      elements[e][i] = loadOne(b, i, elementAt(b, chunk, e));
  }
  return elements;
}

void ReduceEmitter::store(OpBuilder &b, unsigned init, const Chunk &chunk,
                          ArrayRef<Value> values) {
  unsigned operand = op.getInputs().size() + init;
  if (chunk.width > 1 && isContiguous(operand)) {
    SmallVector<Value> positions = chunk.positions;
    positions[lane] =
        laneIndices(b, loc, positions[lane], chunk.width, b.getIndexType());
    Value all = vector::FromElementsOp::create(
        b, loc, VectorType::get(chunk.width, values.front().getType()), values);
    return storeElement(b, loc, all, operands[operand],
                        indices(b, maps[operand], positions));
  }
  for (auto [e, value] : llvm::enumerate(values))
    storeElement(b, loc, value, operands[operand],
                 indices(b, maps[operand], elementAt(b, chunk, e)));
}

//===----------------------------------------------------------------------===//
// Walking a row
//===----------------------------------------------------------------------===//

States ReduceEmitter::walkFrom(OpBuilder &b, unsigned next,
                               SmallVector<Value> at, ValueRange carried,
                               WalkBody body) {
  if (next < reductions.size() && groupSize && reductions[next] == lane)
    return walkFrom(b, next + 1, at, carried, body);
  if (next < reductions.size())
    return forLoop(b, loc, arith::ConstantIndexOp::create(b, loc, 0),
                   extents[reductions[next]], 1, carried,
                   [&](OpBuilder &b, Value iv, ValueRange carried) {
                     at[reductions[next]] = iv;
                     return walkFrom(b, next + 1, at, carried, body);
                   });
  if (!groupSize)
    return body(b, {at, 1}, carried);
  if (!aligned)
    return walkGroup(b, at, 1, carried, body);
  auto choice = scf::IfOp::create(
      b, loc, aligned,
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, walkGroup(b, at, width, carried, body));
      },
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, walkGroup(b, at, 1, carried, body));
      });
  markAligned(choice.getThenRegion());
  return choice.getResults();
}

/// Every thread of the group takes chunks in turn.
States ReduceEmitter::walkGroup(OpBuilder &b, SmallVector<Value> at,
                                int64_t width, ValueRange carried,
                                WalkBody body) {
  Value by = arith::ConstantIndexOp::create(b, loc, width);
  Value begin = b.createOrFold<arith::MulIOp>(loc, inGroup, by);
  Value stride = b.createOrFold<arith::MulIOp>(loc, groupSize, by);
  auto one = [&](OpBuilder &b, Value position, ValueRange carried) {
    at[lane] = position;
    return body(b, {at, 1}, carried);
  };
  std::optional<int64_t> size = getConstantIntValue(extents[lane]);
  auto loop = scf::ForOp::create(
      b, loc, begin, extents[lane], stride, carried,
      [&](OpBuilder &b, Location loc, Value first, ValueRange carried) {
        at[lane] = first;
        if (width == 1 || (size && *size % width == 0)) {
          scf::YieldOp::create(b, loc, body(b, {at, width}, carried));
          return;
        }
        Value end = arith::AddIOp::create(b, loc, first, by);
        Value whole = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ule,
                                            end, extents[lane]);
        auto choice = scf::IfOp::create(
            b, loc, whole,
            [&](OpBuilder &b, Location loc) {
              at[lane] = first;
              scf::YieldOp::create(b, loc, body(b, {at, width}, carried));
            },
            [&](OpBuilder &b, Location loc) {
              scf::YieldOp::create(
                  b, loc,
                  forLoop(b, loc, first, extents[lane], 1, carried, one));
            });
        scf::YieldOp::create(b, loc, choice.getResults());
      });
  return loop.getResults();
}

/// The states of all threads of the group, merged: the same in each of them.
States ReduceEmitter::mergeGroup(
    OpBuilder &b, States states,
    function_ref<States(OpBuilder &, ValueRange, ValueRange)> merge) {
  if (!groupSize)
    return states;
  for (int64_t distance = warpThreads / 2; distance >= 1; distance /= 2) {
    States others;
    for (Value state : states)
      others.push_back(threads.exchange(b, loc, state, distance));
    states = merge(b, states, others);
  }
  if (!isLong)
    return states;
  auto choice = scf::IfOp::create(
      b, loc, isLong,
      [&](OpBuilder &b, Location loc) {
        auto index = [&](int64_t value) -> Value {
          return arith::ConstantIndexOp::create(b, loc, value);
        };
        // All threads of a warp have the same to say.
        Value warp =
            arith::DivUIOp::create(b, loc, threads.getId(), index(warpThreads));
        for (auto [state, place] : llvm::zip(states, exchange))
          storeAt(b, loc, state, place, {warp});
        threads.barrier(b, loc);
        auto read = [&](int64_t warp) {
          States values;
          for (auto [state, place] : llvm::zip(states, exchange)) {
            Value value = loadAt(b, loc, place, {index(warp)});
            if (value.getType() != state.getType())
              value = arith::TruncIOp::create(b, loc, state.getType(), value);
            values.push_back(value);
          }
          return values;
        };
        States all = read(0);
        for (int64_t w = 1; w < threads.getCount() / warpThreads; ++w)
          all = merge(b, all, read(w));
        // Before the next exchange writes there.
        threads.barrier(b, loc);
        scf::YieldOp::create(b, loc, all);
      },
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, states);
      });
  return choice.getResults();
}

States ReduceEmitter::foldSums(OpBuilder &b, const Row &row, ValueRange leads) {
  States zeros;
  for (Type type : ArrayRef(fold.getStateTypes()).drop_front(leads.size()))
    zeros.push_back(arith::ConstantOp::create(b, loc, b.getZeroAttr(type)));
  States sums = walk(
      b, row, zeros, [&](OpBuilder &b, const Chunk &chunk, ValueRange old) {
        States next(old);
        for (auto [e, inputs] :
             llvm::enumerate(load(b, row, chunk, op.getStep()))) {
          SmallVector<Value> at = elementAt(b, chunk, e);
          for (auto [sum, value] : llvm::enumerate(next))
            value = arith::AddFOp::create(
                b, loc, value,
                fold.weight(b, sum, inputs, leads,
                            [&](unsigned dim) { return position(b, at, dim); }),
                arith::FastMathFlags::contract);
        }
        return next;
      });
  // With the leads settled, sums of parts just add up.
  return mergeGroup(b, sums, [&](OpBuilder &b, ValueRange x, ValueRange y) {
    States added;
    for (auto [a, o] : llvm::zip(x, y))
      added.push_back(arith::AddFOp::create(b, loc, a, o));
    return added;
  });
}

void ReduceEmitter::emitRow(OpBuilder &b, SmallVector<Value> positions) {
  Row row{std::move(positions), {}};
  for (unsigned i = 0; i < op.getInputs().size(); ++i)
    row.inputs.push_back(isReduced(maps[i]) ? Value()
                                            : loadOne(b, i, row.positions));
  unsigned numLeads = fold.getNumLeads();
  States initial = fold.init(b);
  if (numLeads)
    initial.resize(numLeads);
  States states = walk(
      b, row, initial, [&](OpBuilder &b, const Chunk &chunk, ValueRange old) {
        States next(old);
        for (auto [e, inputs] :
             llvm::enumerate(load(b, row, chunk, op.getStep()))) {
          SmallVector<Value> at = elementAt(b, chunk, e);
          auto index = [&](unsigned dim) { return position(b, at, dim); };
          next = numLeads ? fold.stepLeads(b, inputs, next, index)
                          : fold.step(b, inputs, next, index);
        }
        return next;
      });
  states = mergeGroup(b, states, [&](OpBuilder &b, ValueRange x, ValueRange y) {
    return numLeads ? fold.mergeLeads(b, x, y) : fold.merge(b, x, y);
  });
  States leads(ArrayRef(states).take_front(numLeads));
  if (numLeads)
    llvm::append_range(states, foldSums(b, row, leads));
  States finished = fold.finish(
      b, states, [&](unsigned dim) { return position(b, row.positions, dim); });
  if (op.getNumRowResults()) {
    auto storeRow = [&](OpBuilder &b) {
      unsigned inputs = op.getInputs().size();
      for (unsigned i = 0; i < op.getNumRowResults(); ++i)
        storeElement(b, loc, finished[i], op.getInits()[i],
                     indices(b, maps[inputs + i], row.positions));
    };
    if (groupSize) {
      Value first =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, inGroup,
                                arith::ConstantIndexOp::create(b, loc, 0));
      auto only = scf::IfOp::create(b, loc, first, /*withElseRegion=*/false);
      OpBuilder inside = only.getThenBodyBuilder();
      storeRow(inside);
    } else {
      storeRow(b);
    }
  }
  if (!op.getApply().empty())
    apply(b, row, leads, finished);
}

void ReduceEmitter::apply(OpBuilder &b, const Row &row, ValueRange leads,
                          ValueRange finished) {
  unsigned inputs = op.getInputs().size(), rowResults = op.getNumRowResults();
  Region &region = op.getApply();
  // What `apply` and the weights read of the elements.
  auto isUsed = [&](unsigned sum) {
    return !region.getArgument(inputs + sum).use_empty();
  };
  walk(b, row, {}, [&](OpBuilder &b, const Chunk &chunk, ValueRange) {
    auto own = load(b, row, chunk, region);
    SmallVector<SmallVector<Value>> weighed;
    for (unsigned sum = 0; sum < fold.getNumSums(); ++sum)
      if (isUsed(sum) && weighed.empty())
        weighed = load(b, row, chunk, op.getStep());
    SmallVector<SmallVector<Value>> results(op.getInits().size() - rowResults);
    for (int64_t e = 0; e < chunk.width; ++e) {
      SmallVector<Value> at = elementAt(b, chunk, e);
      auto index = [&](unsigned dim) { return position(b, at, dim); };
      SmallVector<Value> arguments = own[e];
      for (unsigned sum = 0; sum < fold.getNumSums(); ++sum)
        arguments.push_back(isUsed(sum)
                                ? fold.weight(b, sum, weighed[e], leads, index)
                                : Value());
      llvm::append_range(arguments, finished);
      for (auto [values, value] :
           llvm::zip(results, cloneRegion(b, region, arguments, index)))
        values.push_back(value);
    }
    for (auto [i, values] : llvm::enumerate(results))
      store(b, rowResults + i, chunk, values);
    return States();
  });
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void ReduceEmitter::emit(OpBuilder &b) {
  chooseLane();
  bool along = llvm::is_contained(reductions, lane);
  SmallVector<unsigned> outer;
  for (unsigned dim : llvm::reverse(along ? reductions : parallels))
    if (dim < lane)
      outer.push_back(dim);
  collapseInto(b, loc, operands, maps, indexed, lane, outer, extents);
  chooseGroups(b);
  SmallVector<unsigned> dims;
  for (unsigned dim : parallels)
    if (dim != lane)
      dims.push_back(dim);
  if (!along)
    dims.push_back(lane);
  SmallVector<Value> counts;
  for (unsigned dim : dims)
    counts.push_back(extents[dim]);
  auto body = [&](OpBuilder &b, ValueRange at) {
    SmallVector<Value> positions(extents.size());
    for (auto [dim, position] : llvm::zip(dims, at))
      positions[dim] = position;
    emitRow(b, positions);
  };
  if (!groupSize)
    return threads.forPoints(b, loc, counts, body);
  Value all = arith::ConstantIndexOp::create(b, loc, threads.getCount());
  threads.forPoints(b, loc, counts,
                    arith::DivUIOp::create(b, loc, threads.getId(), groupSize),
                    arith::DivUIOp::create(b, loc, all, groupSize), body);
}

LogicalResult gyre::emitReduce(RewriterBase &b, ReduceOp op, Threads &threads) {
  FailureOr<Fold> fold =
      Fold::match(op, op.getInit(), op.getStep(), op.getMerge(), op.getFinish(),
                  op.getInputs().size(), op.getPivot());
  if (failed(fold))
    return failure();
  ReduceEmitter(b, op, *fold, threads).emit(b);
  b.eraseOp(op);
  return success();
}

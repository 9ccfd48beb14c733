// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions of very short rows: lanes run across rows, and all elements of a
// row stay in registers from the only load to the only store.

#include "codegen/cpu/Reduce.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

/// A block of rows is turned into columns by length^2 exchanges of lanes; from
/// nine on, blocks of masked rows take fewer.
constexpr int64_t longestShortRow = 8;
/// A length known at run time only costs code for each that is tried.
constexpr int64_t longestTried = 5;

/// Whether `operand` has the elements of a row next to each other, and rows
/// along loop `rows` one after the other if its strides at run time say so.
bool ReduceEmitter::isPacked(unsigned operand, unsigned rows) {
  AffineMap map = maps[operand];
  unsigned rank = map.getNumResults();
  MLIRContext *context = op.getContext();
  return rank >= 2 &&
         map.getResult(rank - 1) == getAffineDimExpr(lane, context) &&
         map.getResult(rank - 2) == getAffineDimExpr(rows, context) &&
         strideOf(cast<MemRefType>(operands[operand].getType()), rank - 1) == 1;
}

bool ReduceEmitter::mayBeShort() {
  if (lanes != Lanes::alongRow || reductions.size() != 1 || parallels.empty())
    return false;
  std::optional<int64_t> length = getConstantIntValue(extents[lane]);
  std::optional<int64_t> rows = getConstantIntValue(extents[parallels.back()]);
  if ((length && (*length < 2 || *length > longestShortRow)) ||
      (rows && *rows < width))
    return false;
  for (unsigned i = 0; i < operands.size(); ++i)
    if (isReduced(maps[i]) && !isPacked(i, parallels.back()))
      return false;
  return true;
}

/// Folds blocks of rows of a static length; whole blocks only. Returns where
/// it stopped: 0 if rows don't follow each other in memory, or are long.
Value ReduceEmitter::emitShortRows(OpBuilder &b, SmallVector<Value> positions) {
  unsigned dim = parallels.back();
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value by = arith::ConstantIndexOp::create(b, loc, width);
  Value rest = b.createOrFold<arith::RemUIOp>(loc, extents[dim], by);
  Value whole = b.createOrFold<arith::SubIOp>(loc, extents[dim], rest);
  Value follow;
  for (auto [operand, map] : llvm::zip(operands, maps))
    if (isReduced(map))
      if (Value one = rowsFollow(b, loc, operand, map.getNumResults() - 2))
        follow = follow ? b.createOrFold<arith::AndIOp>(loc, follow, one) : one;
  Value end = follow ? b.createOrFold<arith::SelectOp>(loc, follow, whole, zero)
                     : whole;
  std::optional<int64_t> known = getConstantIntValue(extents[lane]);
  int64_t first = known.value_or(2), last = known.value_or(longestTried);
  Value done = known ? end : zero;
  for (int64_t length = first; length <= last; ++length) {
    Value upTo = end;
    if (!known) {
      Value size = arith::ConstantIndexOp::create(b, loc, length);
      Value isIt = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                         extents[lane], size);
      upTo = arith::SelectOp::create(b, loc, isIt, end, zero);
      done = arith::AddIOp::create(b, loc, done, upTo);
    }
    forLoop(b, loc, zero, upTo, width, {},
            [&](OpBuilder &b, Value begin, ValueRange) {
              emitColumns(b, positions, begin, length);
              return States();
            });
  }
  return done;
}

/// The elements of `width` rows that follow each other, as columns.
SmallVector<Value> ReduceEmitter::loadColumns(OpBuilder &b, unsigned operand,
                                              ArrayRef<Value> positions,
                                              int64_t length) {
  auto [flat, at] = linearAddress(b, loc, operands[operand],
                                  indices(b, maps[operand], positions));
  SmallVector<Value> memory, columns;
  for (int64_t k = 0; k < length; ++k)
    memory.push_back(
        loadElement(b, loc, flat,
                    laneIndices(b, loc, addIndex(b, loc, at, k * width), width,
                                b.getIndexType())));
  for (int64_t column = 0; column < length; ++column) {
    Value all = memory.front();
    for (int64_t k = 0; k < length; ++k) {
      // Lanes that vector k has; the others stay. At k = 0 none is placed.
      SmallVector<int64_t> lanes;
      for (int64_t row = 0; row < width; ++row) {
        int64_t from = row * length + column;
        bool isHere = from / width == k;
        lanes.push_back(isHere ? (k ? width : 0) + from % width : row);
      }
      all = vector::ShuffleOp::create(b, loc, all, k ? memory[k] : all, lanes);
    }
    columns.push_back(all);
  }
  return columns;
}

void ReduceEmitter::storeColumns(OpBuilder &b, unsigned operand,
                                 ArrayRef<Value> positions,
                                 ArrayRef<Value> columns) {
  int64_t length = columns.size();
  auto [flat, at] = linearAddress(b, loc, operands[operand],
                                  indices(b, maps[operand], positions));
  for (int64_t k = 0; k < length; ++k) {
    Value all = columns.front();
    for (int64_t column = 0; column < length; ++column) {
      SmallVector<int64_t> lanes;
      for (int64_t l = 0; l < width; ++l) {
        int64_t to = k * width + l;
        bool isHere = to % length == column;
        lanes.push_back(isHere ? (column ? width : 0) + to / length : l);
      }
      all = vector::ShuffleOp::create(b, loc, all,
                                      column ? columns[column] : all, lanes);
    }
    storeElement(b, loc, all, flat,
                 laneIndices(b, loc, addIndex(b, loc, at, k * width), width,
                             b.getIndexType()));
  }
}

/// All of a reduction for `width` rows from `begin` on.
void ReduceEmitter::emitColumns(OpBuilder &b, SmallVector<Value> positions,
                                Value begin, int64_t length) {
  unsigned dim = parallels.back(), inputs = op.getInputs().size();
  SmallVector<Value> first(positions);
  first[dim] = begin;
  first[lane] = arith::ConstantIndexOp::create(b, loc, 0);
  positions[dim] = laneIndices(b, loc, begin, width, b.getIndexType());

  Rows::Row row = makeRow(b, positions, {});
  SmallVector<SmallVector<Value>> elements(length, row.inputs);
  for (unsigned i = 0; i < inputs; ++i)
    if (isReduced(maps[i]))
      for (auto [j, column] : llvm::enumerate(loadColumns(b, i, first, length)))
        elements[j][i] = column;
  Value element;
  auto index = [&](unsigned d) -> Value {
    Value at = d == dim ? begin : d == lane ? element : positions[d];
    if (!op.getOffsets().empty())
      at = b.createOrFold<arith::AddIOp>(loc, at, op.getOffsets()[d]);
    return d == dim ? laneIndices(b, loc, at, width, indexType) : at;
  };

  unsigned numLeads = fold.getNumLeads();
  States states = fold.init(b, width);
  SmallVector<States> weights(length);
  auto forEach = [&](function_ref<void(int64_t)> body) {
    for (int64_t j = 0; j < length; ++j) {
      element = arith::ConstantIndexOp::create(b, loc, j);
      body(j);
    }
  };
  if (numLeads == 0) {
    forEach(
        [&](int64_t j) { states = fold.step(b, elements[j], states, index); });
  } else {
    States leads(ArrayRef(states).take_front(numLeads));
    forEach([&](int64_t j) {
      leads = fold.stepLeads(b, elements[j], leads, index);
    });
    States sums(fold.getNumSums());
    forEach([&](int64_t j) {
      for (auto [sum, total] : llvm::enumerate(sums)) {
        Value weight = broadcastLanes(
            b, loc, fold.weight(b, sum, elements[j], leads, index), width);
        weights[j].push_back(weight);
        total = total ? arith::AddFOp::create(b, loc, total, weight) : weight;
      }
    });
    states = leads;
    llvm::append_range(states, sums);
  }
  States finished = fold.finish(b, states, index);
  unsigned rowResults = op.getNumRowResults();
  for (unsigned i = 0; i < rowResults; ++i)
    storeElement(b, loc, finished[i], op.getInits()[i],
                 indices(b, initMap(i), positions));
  if (op.getApply().empty())
    return;
  SmallVector<SmallVector<Value>> results(op.getInits().size() - rowResults);
  forEach([&](int64_t j) {
    SmallVector<Value> arguments = elements[j];
    llvm::append_range(arguments, weights[j]);
    llvm::append_range(arguments, finished);
    for (auto [result, value] :
         llvm::zip(results, cloneRegion(b, op.getApply(), arguments, index)))
      result.push_back(broadcastLanes(b, loc, value, width));
  });
  for (auto [i, columns] : llvm::enumerate(results))
    storeColumns(b, inputs + rowResults + i, first, columns);
}

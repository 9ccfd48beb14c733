// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes of a reduction over the rows that are folded together.

#include "codegen/cpu/Reduce.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Positions and elements
//===----------------------------------------------------------------------===//

SmallVector<Value> ReduceEmitter::globals(OpBuilder &b,
                                          ArrayRef<Value> positions) {
  SmallVector<Value> all(positions);
  if (op.getOffsets().empty())
    return all;
  for (auto [position, offset] : llvm::zip(all, op.getOffsets())) {
    if (!position || getConstantIntValue(offset) == 0)
      continue;
    Value other = offset;
    if (isa<VectorType>(position.getType()))
      other = broadcastLanes(b, loc, other, width);
    position = arith::AddIOp::create(b, loc, position, other);
  }
  return all;
}

SmallVector<Value> ReduceEmitter::indices(OpBuilder &b, AffineMap map,
                                          ArrayRef<Value> positions) {
  if (llvm::all_of(map.getResults(), llvm::IsaPred<AffineDimExpr>))
    return accessIndices(b, loc, map, positions);
  return accessIndices(b, loc, map, positions, globals(b, positions));
}

/// What gyre.index gives along `dim`; `begin` is the first of the lanes.
Value ReduceEmitter::position(OpBuilder &b, ArrayRef<Value> positions,
                              Value begin, unsigned dim) {
  bool isLane = lanes != Lanes::none && dim == lane && begin;
  Value at = isLane ? begin : positions[dim];
  if (!op.getOffsets().empty())
    at = b.createOrFold<arith::AddIOp>(loc, at, op.getOffsets()[dim]);
  return isLane ? laneIndices(b, loc, at, width, indexType) : at;
}

Rows::Row ReduceEmitter::makeRow(OpBuilder &b, SmallVector<Value> positions,
                                 Value mask) {
  Rows::Row row{std::move(positions), {}};
  for (unsigned i = 0; i < op.getInputs().size(); ++i)
    row.inputs.push_back(isReduced(maps[i])
                             ? Value()
                             : loadElement(b, loc, operands[i],
                                           indices(b, maps[i], row.positions),
                                           mask));
  return row;
}

ReduceEmitter::Element
ReduceEmitter::elementAt(OpBuilder &b, const Rows::Row &row, ArrayRef<Value> at,
                         LaneStep step, unsigned vector, Value rowMask) {
  Element element{row.positions, {}, rowMask};
  for (unsigned dim : reductions)
    element.positions[dim] = at[dim];
  if (lanes == Lanes::alongRow) {
    element.begin = addIndex(b, loc, step.begin, vector * width);
    element.mask = step.mask;
    element.positions[lane] =
        laneIndices(b, loc, element.begin, width, b.getIndexType());
  } else if (lanes == Lanes::acrossRows) {
    element.begin = contiguousBase(b, loc, row.positions[lane]);
  }
  return element;
}

/// Inputs that the arguments of `usedBy` show to be used; null for others.
SmallVector<Value> ReduceEmitter::loadInputs(OpBuilder &b, const Rows::Row &row,
                                             const Element &element,
                                             Region &usedBy) {
  SmallVector<Value> inputs = row.inputs;
  for (unsigned i = 0; i < inputs.size(); ++i)
    if (!inputs[i] && !usedBy.getArgument(i).use_empty())
      inputs[i] =
          loadElement(b, loc, operands[i],
                      indices(b, maps[i], element.positions), element.mask);
  return inputs;
}

//===----------------------------------------------------------------------===//
// Walking rows
//===----------------------------------------------------------------------===//

States ReduceEmitter::walkFrom(OpBuilder &b, unsigned next,
                               SmallVector<Value> at, unsigned vectors,
                               ValueRange carried, WalkBody body) {
  while (next < reductions.size() && lanes == Lanes::alongRow &&
         reductions[next] == lane)
    ++next;
  if (next == reductions.size()) {
    if (lanes != Lanes::alongRow)
      return body(b, at, {Value(), 1, {}, {}}, carried);
    return forLanes(b, loc, extents[lane], width, vectors, carried,
                    [&](OpBuilder &b, LaneStep step, ValueRange carried) {
                      return body(b, at, step, carried);
                    });
  }
  unsigned dim = reductions[next];
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  if (getConstantIntValue(extents[dim]) == 1) {
    at[dim] = zero;
    return walkFrom(b, next + 1, at, vectors, carried, body);
  }
  return forLoop(b, loc, zero, extents[dim], 1, carried,
                 [&](OpBuilder &b, Value iv, ValueRange carried) {
                   at[dim] = iv;
                   return walkFrom(b, next + 1, at, vectors, carried, body);
                 });
}

States ReduceEmitter::walk(OpBuilder &b, unsigned vectors, ValueRange carried,
                           WalkBody body) {
  return walkFrom(b, 0, SmallVector<Value>(extents.size()), vectors, carried,
                  body);
}

/// Folds each row into `numStates` states, which start as `initial`: the
/// states of `step`, or its leads, or with `leads` given the sums at them.
/// Returns for each row the states of its accumulators, one after the other.
SmallVector<States> ReduceEmitter::foldRows(OpBuilder &b, Rows &rows,
                                            unsigned numStates,
                                            ValueRange initial,
                                            ArrayRef<States> leads) {
  if (rows.apart && rows.rows.size() > 1) {
    SmallVector<States> folded;
    for (auto [r, row] : llvm::enumerate(rows.rows)) {
      Rows one{{row}, rows.vectors, rows.mask};
      folded.push_back(foldRows(b, one, numStates, initial,
                                leads.empty() ? leads : leads.slice(r, 1))
                           .front());
    }
    return folded;
  }
  unsigned perRow = rows.vectors * numStates;
  States carried;
  for (unsigned i = 0; i < rows.rows.size() * rows.vectors; ++i)
    llvm::append_range(carried, initial);
  bool leadsOnly = leads.empty() && fold.getNumLeads() > 0;
  carried = walk(
      b, rows.vectors, carried,
      [&](OpBuilder &b, ArrayRef<Value> at, LaneStep step, ValueRange old) {
        States states(old);
        for (unsigned vector = 0; vector < step.count; ++vector)
          for (auto [r, row] : llvm::enumerate(rows.rows)) {
            Element element = elementAt(b, row, at, step, vector, rows.mask);
            SmallVector<Value> inputs =
                loadInputs(b, row, element, op.getStep());
            auto index = [&](unsigned dim) {
              return position(b, element.positions, element.begin, dim);
            };
            auto mine = MutableArrayRef(states).slice(
                r * perRow + vector * numStates, numStates);
            States next;
            if (!leads.empty()) {
              for (unsigned sum = 0; sum < numStates; ++sum) {
                Value weight =
                    fold.weight(b, sum, inputs, leads[r], index, element.mask);
                if (isKept(sum, element))
                  storeElement(
                      b, loc, weight, op.getInits()[*keptIn[sum]],
                      indices(b, initMap(*keptIn[sum]), element.positions),
                      element.mask);
                next.push_back(arith::AddFOp::create(
                    b, loc, mine[sum],
                    isa<VectorType>(mine[sum].getType())
                        ? broadcastLanes(b, loc, weight, width)
                        : weight));
              }
            } else if (leadsOnly) {
              next = fold.stepLeads(b, inputs, mine, index, element.mask);
            } else {
              next = fold.step(b, inputs, mine, index, element.mask);
            }
            // Lanes across rows don't meet: what absent rows hold is not used.
            Value mask = lanes == Lanes::alongRow ? step.mask : Value();
            next = selectLanes(b, loc, mask, next, mine);
            for (auto [to, from] : llvm::zip(mine, next))
              to = lanes == Lanes::none ? from
                                        : broadcastLanes(b, loc, from, width);
          }
        return states;
      });
  SmallVector<States> folded;
  for (unsigned r = 0; r < rows.rows.size(); ++r)
    folded.push_back(States(ArrayRef(carried).slice(r * perRow, perRow)));
  return folded;
}

/// Folds the lanes of each row's states at one go: two rows at a time are
/// merged into one vector that holds both. The result has row r in lane r, and
/// again in each lane that is a multiple of the number of rows further.
States
ReduceEmitter::mergeRows(OpBuilder &b, SmallVector<States> rows,
                         function_ref<States(ValueRange, ValueRange)> merge) {
  for (int64_t distance = 1; distance < width; distance *= 2) {
    SmallVector<States> merged;
    for (unsigned r = 0; r < rows.size(); r += 2) {
      States &even = rows[r], &odd = rows[rows.size() > 1 ? r + 1 : r];
      SmallVector<int64_t> own, partner;
      for (int64_t l = 0; l < width; ++l) {
        int64_t from = l & distance ? width : 0;
        own.push_back(from + l);
        partner.push_back(from + (l ^ distance));
      }
      States a, o;
      for (auto [x, y] : llvm::zip(even, odd)) {
        a.push_back(x == y ? x : vector::ShuffleOp::create(b, loc, x, y, own));
        o.push_back(vector::ShuffleOp::create(b, loc, x, y, partner));
      }
      merged.push_back(merge(a, o));
    }
    rows = std::move(merged);
  }
  return rows.front();
}

/// Lane `lane` in all lanes.
static Value splatLane(OpBuilder &b, Location loc, Value value, int64_t lane) {
  auto type = cast<VectorType>(value.getType());
  SmallVector<int64_t> lanes(type.getNumElements(), lane);
  return vector::ShuffleOp::create(b, loc, value, value, lanes);
}

void ReduceEmitter::emitRows(OpBuilder &b, Rows rows) {
  unsigned numLeads = fold.getNumLeads(), numRows = rows.rows.size();
  bool exchange = lanes == Lanes::alongRow;
  States initial = lanes == Lanes::none ? fold.init(b) : fold.init(b, width);

  // Merges accumulators, then lanes. The states of each row come back as they
  // are used further on, and with several rows in one vector also as that.
  States joint;
  auto finishFold = [&](SmallVector<States> folded, unsigned numStates,
                        function_ref<States(ValueRange, ValueRange)> merge) {
    for (States &states : folded)
      while (states.size() > numStates) {
        States merged;
        unsigned half = states.size() / 2;
        for (unsigned i = 0; i < half; i += numStates)
          llvm::append_range(
              merged, merge(ArrayRef(states).slice(i, numStates),
                            ArrayRef(states).slice(half + i, numStates)));
        states = merged;
      }
    if (!exchange)
      return folded;
    joint = mergeRows(b, folded, merge);
    for (auto [r, states] : llvm::enumerate(folded)) {
      states.clear();
      for (Value state : joint)
        states.push_back(
            numRows == 1 ? Value(vector::ExtractOp::create(b, loc, state, 0))
                         : splatLane(b, loc, state, r));
    }
    return folded;
  };

  SmallVector<States> leads, states;
  States jointLeads;
  if (numLeads) {
    leads = finishFold(
        foldRows(b, rows, numLeads, ArrayRef(initial).take_front(numLeads), {}),
        numLeads,
        [&](ValueRange x, ValueRange y) { return fold.mergeLeads(b, x, y); });
    jointLeads = joint;
    // With the leads settled, sums of parts just add up.
    States zeros;
    for (Value sum : ArrayRef(initial).drop_front(numLeads))
      zeros.push_back(
          arith::ConstantOp::create(b, loc, b.getZeroAttr(sum.getType())));
    SmallVector<States> sums =
        finishFold(foldRows(b, rows, zeros.size(), zeros, leads), zeros.size(),
                   [&](ValueRange x, ValueRange y) {
                     States added;
                     for (auto [a, o] : llvm::zip(x, y))
                       added.push_back(arith::AddFOp::create(b, loc, a, o));
                     return added;
                   });
    states = leads;
    for (auto [all, more] : llvm::zip(states, sums))
      llvm::append_range(all, more);
    llvm::append_range(jointLeads, joint);
    joint = jointLeads;
  } else {
    states = finishFold(
        foldRows(b, rows, initial.size(), initial, {}), initial.size(),
        [&](ValueRange x, ValueRange y) { return fold.merge(b, x, y); });
  }

  // Row results: once for all rows where one vector holds them.
  bool together = exchange && numRows > 1;
  SmallVector<States> finished;
  for (unsigned r = 0; r < (together ? 1 : numRows); ++r) {
    SmallVector<Value> at = rows.rows[r].positions;
    Value mask = rows.mask, begin;
    unsigned dim = lane;
    if (together) {
      dim = parallels.back();
      begin = at[dim];
      at[dim] = laneIndices(b, loc, begin, width, b.getIndexType());
      if (static_cast<int64_t>(numRows) < width) {
        Value count = arith::ConstantIndexOp::create(b, loc, numRows);
        mask = vector::CreateMaskOp::create(
            b, loc, VectorType::get(width, b.getI1Type()), count);
      }
    } else if (lanes == Lanes::acrossRows) {
      begin = contiguousBase(b, loc, at[lane]);
    }
    auto index = [&](unsigned d) -> Value {
      if (d != dim || !begin)
        return position(b, at, {}, d);
      Value first = begin;
      if (!op.getOffsets().empty())
        first = b.createOrFold<arith::AddIOp>(loc, first, op.getOffsets()[d]);
      return laneIndices(b, loc, first, width, indexType);
    };
    finished.push_back(fold.finish(b, together ? joint : states[r], index));
    for (unsigned i = 0; i < op.getNumRowResults(); ++i)
      storeElement(b, loc, finished.back()[i], op.getInits()[i],
                   indices(b, initMap(i), at), mask);
  }
  if (op.getApply().empty())
    return;
  if (together) {
    States all = finished.front();
    finished.clear();
    for (unsigned r = 0; r < numRows; ++r)
      finished.push_back(llvm::map_to_vector(all, [&](Value value) -> Value {
        return isa<VectorType>(value.getType()) ? splatLane(b, loc, value, r)
                                                : value;
      }));
  }
  applyRows(b, rows, leads, finished);
}

void ReduceEmitter::applyRows(OpBuilder &b, Rows &rows, ArrayRef<States> leads,
                              ArrayRef<States> finished) {
  if (rows.apart && rows.rows.size() > 1) {
    for (auto [r, row] : llvm::enumerate(rows.rows)) {
      Rows one{{row}, rows.vectors, rows.mask};
      applyRows(b, one, leads.empty() ? leads : leads.slice(r, 1),
                finished.slice(r, 1));
    }
    return;
  }
  unsigned inputs = op.getInputs().size(), rowResults = op.getNumRowResults();
  Region &apply = op.getApply();
  walk(b, rows.vectors, {},
       [&](OpBuilder &b, ArrayRef<Value> at, LaneStep step, ValueRange) {
         for (unsigned vector = 0; vector < step.count; ++vector)
           for (auto [r, row] : llvm::enumerate(rows.rows)) {
             Element element = elementAt(b, row, at, step, vector, rows.mask);
             auto index = [&](unsigned dim) {
               return position(b, element.positions, element.begin, dim);
             };
             SmallVector<Value> arguments = loadInputs(b, row, element, apply);
             for (unsigned sum = 0; sum < fold.getNumSums(); ++sum) {
               Value weight;
               if (isKept(sum, element))
                 weight = loadElement(
                     b, loc, op.getInits()[*keptIn[sum]],
                     indices(b, initMap(*keptIn[sum]), element.positions),
                     element.mask);
               else if (!apply.getArgument(inputs + sum).use_empty())
                 weight = fold.weight(b, sum,
                                      loadInputs(b, row, element, op.getStep()),
                                      leads[r], index, element.mask);
               arguments.push_back(weight);
             }
             llvm::append_range(arguments, finished[r]);
             SmallVector<Value> results =
                 cloneRegion(b, apply, arguments, index, element.mask);
             for (auto [i, result] : llvm::enumerate(results))
               storeElement(
                   b, loc, result, op.getInits()[rowResults + i],
                   indices(b, initMap(rowResults + i), element.positions),
                   element.mask);
           }
         return States();
       });
}

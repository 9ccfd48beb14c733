// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fold of contract_reduce: tiles of columns go by; each thread folds the
// scores that it has into states in its registers, and the threads of a line
// share rows. Weights go through shared memory to the payloads, whose sums are
// in registers too.

#include "codegen/nvptx/Contract.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::nvptx;

void ContractEmitter::planFold() {
  SmallVector<Type> types = fold->getStateTypes();
  weights.resize(types.size());
  ownWeights.resize(types.size());
  for (int64_t state : op.getRides()) {
    if (cores)
      ownWeights[state].resize(layout.rows * layout.columns);
    else if (!weights[state])
      weights[state] = threads.shared(
          b, loc, {layout.tileRows, layout.tileColumns + 1}, types[state]);
  }
  if (!op.getNumPayloads())
    return;
  // Two payloads on tensor cores share the registers.
  int64_t most = cores ? maxPayload / op.getNumPayloads() : maxPayload;
  int64_t size = getConstantIntValue(extents[payload]).value_or(most / 2);
  // Right operands come two by two.
  int64_t step = cores ? 2 * mmaColumns : layout.lineThreads;
  size = std::clamp(llvm::alignTo(size, step), uint64_t(step),
                    llvm::alignTo(most, step));
  threadPayload = size / layout.lineThreads;
  if (!cores)
    return;
  // Left operands that are held come by the same memory.
  bool alongDepth = isContiguous(payloadOperand(0), column);
  int64_t bytes =
      SharedTiles::countBytes(1, size, layout.tileColumns, alongDepth);
  for (int64_t depth : heldDepths)
    bytes = std::max(bytes, SharedTiles::countBytes(1, layout.tileRows, depth,
                                                    leftAlongDepth));
  Value memory = threads.shared(b, loc, {bytes}, b.getI8Type());
  payloadTiles = SharedTiles::over(b, loc, memory, 1, size, layout.tileColumns,
                                   alongDepth);
}

ColumnSpan ContractEmitter::spanOf(Value rowAt) {
  if (!op.getStart() && !op.getLimit())
    return {constant(0), extents[column]};
  Values local(at), globals, bounds;
  if (row >= 0)
    local[row] = rowAt;
  for (unsigned dim = 0; dim < kinds.size(); ++dim)
    globals.push_back(globalOf(dim, local[dim]));
  for (unsigned i = op.getFirstBound(); i < op.getFirstReading(); ++i)
    bounds.push_back(load(i, local));
  return columnsOfRow(b, op, extents[column], globals, bounds);
}

Value ContractEmitter::isIn(Span span, Value position) {
  Value below = isBelow(position, span.end);
  if (!op.getStart())
    return below;
  Value from = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge,
                                     position, span.begin);
  return arith::AndIOp::create(b, loc, below, from);
}

/// The same from this thread's first column in a tile on, in one register each.
ContractEmitter::Span ContractEmitter::nearSpan(const Tile &tile, Span span) {
  auto distance = [&](Value position) -> Value {
    Value d = arith::SubIOp::create(b, loc, position, columnOf(tile, 0));
    d = arith::MaxSIOp::create(b, loc, d, constant(0));
    return arith::IndexCastOp::create(b, loc, b.getI32Type(),
                                      least(d, constant(layout.tileColumns)));
  };
  return {op.getStart() ? distance(span.begin) : Value(), distance(span.end)};
}

Value ContractEmitter::isNear(Span span, int64_t j) {
  Value offset = arith::ConstantOp::create(
      b, loc, b.getI32IntegerAttr(int32_t(layout.columnOffset(j))));
  Value below = isBelow(offset, span.end);
  if (!op.getStart())
    return below;
  Value from = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, offset,
                                     span.begin);
  return arith::AndIOp::create(b, loc, below, from);
}

void ContractEmitter::emitFold() {
  Value rows = row < 0 ? constant(1) : extents[row];
  loop(constant(0), rows, layout.tileRows, {}, [&](Value first, ValueRange) {
    Tile tile{first, least(add(first, layout.tileRows), rows), {}, {}};
    if (!op.getNumPayloads()) {
      emitRows(tile, constant(0));
      return Values();
    }
    // Longer payloads form the scores again.
    loop(constant(0), extents[payload], threadPayload * layout.lineThreads, {},
         [&](Value begin, ValueRange) {
           emitRows(tile, begin);
           return Values();
         });
    return Values();
  });
}

void ContractEmitter::emitRows(Tile tile, Value payloadBegin) {
  unsigned numStates = fold->getNumStates(), payloads = op.getNumPayloads();
  SmallVector<Span> spans;
  Values carried;
  for (int64_t i = 0; i < layout.rows; ++i) {
    spans.push_back(spanOf(lastBelow(rowOf(tile, i), tile.rowEnd)));
    llvm::append_range(carried, fold->init(b));
  }
  for (unsigned p = 0; p < payloads; ++p)
    carried.append(layout.rows * threadPayload,
                   zero(op.getReadType(payloadOperand(p))));
  // Spans move forward with rows.
  tile.columnEnd = spanOf(add(tile.rowEnd, -1)).end;
  Value firstColumn = spanOf(tile.row).begin;
  if (holds()) {
    holdLeft(tile);
    copyColumns(tile, firstColumn);
  }
  carried = loop(firstColumn, tile.columnEnd, layout.tileColumns, carried,
                 [&](Value begin, ValueRange carried) {
                   tile.column = begin;
                   return foldTile(tile, spans, carried, payloadBegin);
                 });
  ArrayRef<Value> sums = ArrayRef(carried).drop_front(layout.rows * numStates);
  for (int64_t i = 0; i < layout.rows; ++i)
    finishRow(tile, i, ArrayRef(carried).slice(i * numStates, numStates), sums,
              payloadBegin);
}

/// `carried` holds the states row by row, then the sums of each payload row by
/// row.
SmallVector<Value> ContractEmitter::foldTile(const Tile &tile,
                                             ArrayRef<Span> spans,
                                             ValueRange carried,
                                             Value payloadBegin) {
  unsigned numStates = fold->getNumStates();
  Values next(carried);
  MutableArrayRef<Value> states =
      MutableArrayRef(next).take_front(layout.rows * numStates);
  MutableArrayRef<Value> sums =
      MutableArrayRef(next).drop_front(layout.rows * numStates);
  SmallVector<Values> products;
  if (holds())
    beginColumns(tile, payloadBegin);
  for (unsigned k = 0; k < op.getContractions(); ++k)
    products.push_back(holds() ? multiplyHeld(k) : multiply(k, tile));
  if (holds())
    endColumns(tile);
  for (int64_t i = 0; i < layout.rows; ++i) {
    SmallVector<Values> scores;
    Values masks;
    Span near = nearSpan(tile, spans[i]);
    for (int64_t j = 0; j < layout.columns; ++j) {
      scores.push_back(score(tile, products, i, j));
      masks.push_back(isNear(near, j));
    }
    MutableArrayRef<Value> mine = states.slice(i * numStates, numStates);
    if (op.getPivot() > 0)
      foldPivoted(tile, i, scores, masks, mine, sums);
    else
      foldPlain(tile, i, scores, masks, mine);
  }
  if (cores && op.getNumPayloads()) {
    llvm::copy(sumPayloadsOnTensorCores(tile, sums, payloadBegin),
               sums.begin());
  } else if (op.getNumPayloads()) {
    threads.barrier(b, loc);
    addPayloads(tile, spans, sums, payloadBegin);
    // Before the next tile's weights are written.
    threads.barrier(b, loc);
  }
  return next;
}

/// Leads first, over all columns of the tile; then each sum is rescaled once
/// and takes the weights at the new leads.
void ContractEmitter::foldPivoted(const Tile &tile, int64_t i,
                                  ArrayRef<Values> scores,
                                  ArrayRef<Value> masks,
                                  MutableArrayRef<Value> states,
                                  MutableArrayRef<Value> sums) {
  unsigned pivot = op.getPivot();
  auto indexAt = [&](int64_t j) {
    return [&, j](unsigned dim) {
      Value local = int(dim) == column ? columnOf(tile, j)
                    : int(dim) == row  ? rowOf(tile, i)
                                       : at[dim];
      return globalOf(dim, local);
    };
  };
  Values oldLeads(states.take_front(pivot)), leads(oldLeads);
  for (auto [j, values] : llvm::enumerate(scores)) {
    Values next = fold->stepLeads(b, values, leads, indexAt(j));
    for (auto [lead, value] : llvm::zip(leads, next))
      lead = select(masks[j], value, lead);
  }
  // Payload sums of a row are in all threads of its line.
  if (sharesLeads())
    leads = mergeLine(leads, [&](ValueRange x, ValueRange y) {
      return fold->mergeLeads(b, x, y);
    });
  for (unsigned s = 0; s < fold->getNumSums(); ++s) {
    unsigned state = pivot + s;
    Value factor = fold->factor(b, s, oldLeads, leads);
    if (factor) {
      states[state] = arith::MulFOp::create(b, loc, states[state], factor);
      for (unsigned p = 0; p < op.getNumPayloads(); ++p)
        if (op.getRides()[p] == state)
          for (int64_t q = 0; q < threadPayload; ++q) {
            Value &sum = sums[(p * layout.rows + i) * threadPayload + q];
            sum = arith::MulFOp::create(b, loc, sum, factor);
          }
    }
    for (auto [j, values] : llvm::enumerate(scores)) {
      Value weight = fold->weight(b, s, values, leads, indexAt(j));
      weight = select(masks[j], weight, zero(weight.getType()));
      states[state] = arith::AddFOp::create(b, loc, states[state], weight,
                                            arith::FastMathFlags::contract);
      keepWeight(state, i, j, weight, {});
    }
  }
  for (auto [state, lead] : llvm::zip(states, leads))
    state = lead;
}

/// Without leads each thread has states of its own, one column after another.
void ContractEmitter::foldPlain(const Tile &tile, int64_t i,
                                ArrayRef<Values> scores, ArrayRef<Value> masks,
                                MutableArrayRef<Value> states) {
  for (auto [j, values] : llvm::enumerate(scores)) {
    auto index = [&](unsigned dim) {
      Value local = int(dim) == column ? columnOf(tile, j)
                    : int(dim) == row  ? rowOf(tile, i)
                                       : at[dim];
      return globalOf(dim, local);
    };
    Values next = fold->step(b, values, states, index);
    for (unsigned state = 0; state < fold->getNumStates(); ++state)
      if (weights[state] || !ownWeights[state].empty())
        keepWeight(state, i, j, fold->weight(b, state, values, {}, index),
                   masks[j]);
    for (auto [state, value] : llvm::zip(states, next))
      state = select(masks[j], value, state);
  }
}

/// Hands a weight to the payloads that ride on `state`; 0 without `mask`.
void ContractEmitter::keepWeight(unsigned state, int64_t i, int64_t j,
                                 Value weight, Value mask) {
  if (!weights[state] && ownWeights[state].empty())
    return;
  if (mask)
    weight = select(mask, weight, zero(weight.getType()));
  if (cores) {
    ownWeights[state][i * layout.columns + j] = weight;
    return;
  }
  storeAt(b, loc, weight, weights[state],
          {add(layout.firstRow, i * layout.rowStep),
           add(layout.firstColumn, layout.columnOffset(j))});
}

/// Whether all columns of the tile lie in the spans of all its rows.
Value ContractEmitter::isWhole(const Tile &tile) {
  Value whole = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sle,
                                      add(tile.column, layout.tileColumns),
                                      spanOf(tile.row).end);
  if (op.getStart())
    whole = arith::AndIOp::create(
        b, loc, whole,
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sle,
                              spanOf(add(tile.rowEnd, -1)).begin, tile.column));
  return whole;
}

/// Weights of columns outside of a row's span are zero, but what they meet may
/// be NaN: tiles that lie in the spans of all rows need not ask.
void ContractEmitter::addPayloads(const Tile &tile, ArrayRef<Span> spans,
                                  MutableArrayRef<Value> sums,
                                  Value payloadBegin) {
  Values next;
  if (!op.getStart() && !op.getLimit()) {
    next = sumPayloads(tile, {}, sums, payloadBegin);
  } else {
    Value whole = isWhole(tile);
    auto branch = [&](ArrayRef<Span> spans) {
      return [&, spans](OpBuilder &inside, Location) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(inside.getInsertionBlock(),
                            inside.getInsertionPoint());
        scf::YieldOp::create(b, loc,
                             sumPayloads(tile, spans, sums, payloadBegin));
      };
    };
    next = scf::IfOp::create(b, loc, whole, branch({}), branch(spans))
               .getResults();
  }
  llvm::copy(next, sums.begin());
}

SmallVector<Value> ContractEmitter::loadPayload(unsigned p, Values position,
                                                Value payloadBegin) {
  Values elements;
  for (int64_t q = 0; q < threadPayload; ++q) {
    position[payload] = lastBelow(payloadOf(payloadBegin, q), extents[payload]);
    elements.push_back(load(payloadOperand(p), position));
  }
  return elements;
}

/// With `spans`, only where a row has the column.
SmallVector<Value> ContractEmitter::sumPayloads(const Tile &tile,
                                                ArrayRef<Span> spans,
                                                ValueRange sums,
                                                Value payloadBegin) {
  Value count =
      least(arith::SubIOp::create(b, loc, tile.columnEnd, tile.column),
            constant(layout.tileColumns));
  return loop(
      constant(0), count, 1, sums, [&](Value j, ValueRange sums) -> Values {
        Values next(sums), position(at);
        position[column] = add(tile.column, j);
        for (unsigned p = 0; p < op.getNumPayloads(); ++p) {
          Values elements;
          bool ownRows =
              row >= 0 && mapOf(payloadOperand(p)).isFunctionOfDim(row);
          for (int64_t i = 0; i < layout.rows; ++i) {
            if (ownRows)
              position[row] = lastBelow(rowOf(tile, i), tile.rowEnd);
            if (i == 0 || ownRows)
              elements = loadPayload(p, position, payloadBegin);
            Value weight =
                loadAt(b, loc, weights[op.getRides()[p]],
                       {add(layout.firstRow, i * layout.rowStep), j});
            Value counts =
                spans.empty() ? Value() : isIn(spans[i], position[column]);
            for (int64_t q = 0; q < threadPayload; ++q) {
              Value &sum = next[(p * layout.rows + i) * threadPayload + q];
              Value more =
                  math::FmaOp::create(b, loc, weight, elements[q], sum);
              sum = counts ? select(counts, more, sum) : more;
            }
          }
        }
        return next;
      });
}

void ContractEmitter::finishRow(const Tile &tile, int64_t i,
                                ArrayRef<Value> states, ArrayRef<Value> sums,
                                Value payloadBegin) {
  Values merged(states);
  unsigned pivot = op.getPivot();
  if (sharesLeads()) {
    // One set of leads for the line: what is left is to add.
    Values parts =
        mergeLine(Values(ArrayRef<Value>(merged).drop_front(pivot)),
                  [&](ValueRange x, ValueRange y) {
                    Values added;
                    for (auto [a, o] : llvm::zip(x, y))
                      added.push_back(arith::AddFOp::create(b, loc, a, o));
                    return added;
                  });
    llvm::copy(parts, merged.begin() + pivot);
  } else {
    merged = mergeLine(merged, [&](ValueRange x, ValueRange y) {
      return fold->merge(b, x, y);
    });
  }
  Values finished = fold->finish(b, merged), position(at);
  Value exists = isBelow(rowOf(tile, i), tile.rowEnd);
  if (row >= 0)
    position[row] = rowOf(tile, i);
  unsigned inputs = op.getInputs().size(), rowResults = op.getNumRowResults();
  ifThen(exists, [&] {
    Value first = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                        layout.firstColumn, constant(0));
    if (rowResults)
      ifThen(first, [&] {
        for (unsigned r = 0; r < rowResults; ++r)
          store(inputs + r, position, finished[r]);
      });
    if (op.getApply().empty())
      return;
    for (int64_t q = 0; q < threadPayload; ++q) {
      position[payload] = payloadOf(payloadBegin, q);
      ifThen(isBelow(position[payload], extents[payload]), [&] {
        Values arguments;
        for (unsigned p = 0; p < op.getNumPayloads(); ++p)
          arguments.push_back(sums[(p * layout.rows + i) * threadPayload + q]);
        llvm::append_range(arguments, finished);
        Values results =
            cloneRegion(b, op.getApply(), arguments, [&](unsigned dim) {
              return globalOf(dim, position[dim]);
            });
        for (auto [r, result] : llvm::enumerate(results))
          store(inputs + rowResults + r, position, result);
      });
    }
  });
}

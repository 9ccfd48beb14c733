// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fold of contract_reduce: for a chunk of rows, tiles of columns go by;
// each tile of scores is formed in a small buffer, folded row by row into
// states on the stack, and its weights are handed to the payloads.

#include "codegen/cpu/Contract.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

/// States of one chunk of rows take at most so many bytes of stack, and so many
/// rows: more of them gain nothing once a tile of columns is used often.
static constexpr int64_t chunkBytes = 24 << 10, maxChunkRows = 192;

//===----------------------------------------------------------------------===//
// Plan: buffers
//===----------------------------------------------------------------------===//

bool ContractEmitter::isKept(unsigned state) {
  if (op.getFinish().getArgument(state).use_empty() && fold->isSum(state)) {
    // Only its own sum may still read it.
    Region &step = op.getStep();
    unsigned scores = step.getNumArguments() - fold->getNumStates();
    return !step.getArgument(scores + state).hasOneUse();
  }
  return true;
}

static int64_t bytesOf(Type type) {
  return type.isIntOrFloat() ? static_cast<int64_t>(llvm::divideCeil(
                                   type.getIntOrFloatBitWidth(), 8))
                             : 8;
}

LogicalResult ContractEmitter::planFold() {
  if (auto columns = getConstantIntValue(extents[column]))
    tileColumns = std::clamp<int64_t>(llvm::alignTo(*columns, lanes), lanes,
                                      panelColumns);
  SmallVector<Type> types = fold->getStateTypes();
  int64_t bytes = 0;
  for (auto [i, type] : llvm::enumerate(types))
    if (isKept(i))
      bytes += bytesOf(type) * (sharesLeads() && i < op.getPivot() ? 1 : lanes);
  chunkRows = std::min(maxChunkRows, chunkBytes / std::max<int64_t>(bytes, 1));
  chunkRows = std::max(chunkRows - chunkRows % blockRows, blockRows);
  auto rows = row < 0 ? 1 : getConstantIntValue(extents[row]);
  if (rows && *rows <= chunkRows)
    chunkRows = std::max<int64_t>(*rows, 1);
  int64_t rowsOfTile = std::min(blockRows, chunkRows);

  for (auto [i, type] : llvm::enumerate(types)) {
    SmallVector<int64_t> shape = {chunkRows};
    if (!(sharesLeads() && i < op.getPivot()))
      shape.push_back(lanes);
    states.push_back(isKept(i) ? scratch(shape, type) : Value());
  }
  for (unsigned k = 0; k < op.getContractions(); ++k) {
    deep.push_back(isDeep(k));
    products.push_back(scratch({deep[k] ? chunkRows : rowsOfTile, tileColumns},
                               getRegionType(typeOf(2 * k).getElementType())));
  }
  weights.resize(types.size());
  factors.resize(types.size());
  for (int64_t state : op.getRides()) {
    if (weights[state])
      continue;
    weights[state] = scratch({rowsOfTile, tileColumns}, types[state]);
    factors[state] = scratch({rowsOfTile}, types[state]);
  }
  return planPayloads();
}

//===----------------------------------------------------------------------===//
// Limits and the walk over tiles
//===----------------------------------------------------------------------===//

bool ContractEmitter::spanVaries() {
  if (row < 0)
    return false;
  for (unsigned i = op.getFirstBound(); i < op.getFirstReading(); ++i)
    if (mapOf(i).isFunctionOfDim(row))
      return true;
  return (op.getStart() && op.getStart()->isFunctionOfDim(row)) ||
         (op.getLimit() && op.getLimit()->isFunctionOfDim(row));
}

ColumnSpan ContractEmitter::spanOf(Value rowAt) {
  if (!op.getStart() && !op.getLimit())
    return {constant(0), extents[column]};
  SmallVector<Value> globals, bounds;
  for (unsigned dim = 0; dim < kinds.size(); ++dim)
    globals.push_back(globalOf(dim, int(dim) == row ? rowAt : at[dim]));
  for (unsigned i = op.getFirstBound(); i < op.getFirstReading(); ++i)
    bounds.push_back(
        loadElement(b, loc, operandAt(i), indicesOf(i, {{row, rowAt}})));
  return columnsOfRow(b, op, extents[column], globals, bounds);
}

Value ContractEmitter::inTile(Tile tile, Value position) {
  Value local = arith::SubIOp::create(b, loc, position, tile.base);
  local = arith::MaxSIOp::create(b, loc, local, constant(0));
  return arith::MinSIOp::create(b, loc, local, constant(tileColumns));
}

void ContractEmitter::emitFold() {
  if (row < 0)
    return emitRows(constant(0), constant(1));
  Value rows = extents[row];
  loop(constant(0), rows, chunkRows, [&](Value begin) {
    Value end = add(begin, chunkRows);
    auto total = getConstantIntValue(rows);
    // One chunk, or several of equal size.
    if (total && *total <= chunkRows)
      end = rows;
    else if (!total || *total % chunkRows != 0)
      end = arith::MinSIOp::create(b, loc, end, rows);
    emitRows(begin, end);
  });
}

void ContractEmitter::emitRows(Value begin, Value end) {
  chunkBegin = begin;
  auto forRows = [&](function_ref<void(Value local)> body) {
    loop(begin, end, 1, [&](Value iv) {
      if (row >= 0)
        at[row] = iv;
      body(arith::SubIOp::create(b, loc, iv, begin));
    });
  };
  forRows([&](Value local) {
    SmallVector<Value> init = fold->init(b);
    storeStates(init, local);
    zeroPayloads(local);
  });

  auto columns = getConstantIntValue(extents[column]);
  bool allWhole = !op.getLimit() && !op.getStart() && columns &&
                  *columns % tileColumns == 0;
  // Spans move forward with rows: those of a chunk reach from the beginning of
  // the first to the end of the last. Tiles start at whole panels.
  Span all{constant(0), spanOf(add(end, -1)).end};
  if (op.getStart()) {
    all.begin = spanOf(begin).begin;
    all.begin = arith::SubIOp::create(
        b, loc, all.begin,
        arith::RemUIOp::create(b, loc, all.begin, constant(tileColumns)));
  }
  loop(all.begin, all.end, tileColumns, [&](Value base) {
    at[column] = base;
    for (unsigned k = 0; k < op.getContractions(); ++k)
      if (deep[k])
        formDeepProducts(k, begin, end);
      else if (wantsStaging(k, /*inBlocks=*/false))
        stageColumns(k, tileColumns, /*masked=*/true, /*inBlocks=*/false,
                     constant(0), extents[contractionDims(k).front()]);
    forRowBlocks(begin, end, [&](int64_t rows) {
      Tile tile{rows, false, base, {}, {}};
      if (allWhole)
        return emitTile(tile);
      tile.first = spanOf(row < 0 ? begin : at[row]);
      tile.last = spanVaries() ? spanOf(add(at[row], rows - 1)) : tile.first;
      SmallVector<Value> saved(at);
      auto compare = [&](arith::CmpIPredicate predicate, Value x, Value y) {
        return arith::CmpIOp::create(b, loc, predicate, x, y).getResult();
      };
      auto both = [&](Value x, Value y) {
        return arith::AndIOp::create(b, loc, x, y).getResult();
      };
      using Predicate = arith::CmpIPredicate;
      Value next = add(base, tileColumns);
      Value whole = compare(Predicate::sle, next, tile.first.end);
      Value some = compare(Predicate::slt, base, tile.last.end);
      if (op.getStart()) {
        whole = both(whole, compare(Predicate::sle, tile.last.begin, base));
        some = both(some, compare(Predicate::slt, tile.first.begin, next));
      }
      auto choice = scf::IfOp::create(b, loc, whole, /*withElse=*/true);
      {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(choice.thenYield());
        emitTile(tile);
        at = saved;
        b.setInsertionPoint(choice.elseYield());
        tile.cut = true;
        if (spanVaries()) {
          auto any = scf::IfOp::create(b, loc, some, /*withElse=*/false);
          b.setInsertionPoint(any.thenYield());
        }
        emitTile(tile);
        at = saved;
      }
    });
    llvm::fill(staged, Value());
  });
  forRows([&](Value local) { finishRow(local); });
}

//===----------------------------------------------------------------------===//
// One tile
//===----------------------------------------------------------------------===//

void ContractEmitter::emitTile(Tile tile) {
  SmallVector<Value> saved(at);
  // Where no row waits for its own leads, scores needn't leave the registers.
  if (!tile.cut && op.getContractions() == 1 && !deep[0] &&
      op.getNumPayloads() == 0 && tileColumns == blockVectors * lanes) {
    SmallVector<Value> formed =
        multiply(0, tile.rows, blockVectors, /*masked=*/false);
    for (int64_t r = 0; r < tile.rows; ++r) {
      if (row >= 0)
        at[row] = add(saved[row], r);
      foldRow(tile, constant(r),
              ArrayRef(formed).slice(r * blockVectors, blockVectors));
    }
    at = saved;
    return;
  }
  formScores(tile);
  loop(constant(0), constant(tile.rows), 1, [&](Value r) {
    if (row >= 0)
      at[row] = b.createOrFold<arith::AddIOp>(loc, saved[row], r);
    foldRow(tile, r);
  });
  at = saved;
  for (unsigned p = 0; p < op.getNumPayloads(); ++p)
    addPayload(p, tile);
  at = saved;
}

void ContractEmitter::formScores(Tile tile) {
  auto form = [&](Value offset, int64_t vectors) {
    at[column] = b.createOrFold<arith::AddIOp>(loc, tile.base, offset);
    for (unsigned k = 0; k < op.getContractions(); ++k) {
      if (deep[k])
        continue;
      SmallVector<Value> values = multiply(k, tile.rows, vectors, tile.cut);
      for (int64_t r = 0; r < tile.rows; ++r)
        for (int64_t v = 0; v < vectors; ++v)
          vector::StoreOp::create(
              b, loc, values[r * vectors + v], products[k],
              ValueRange{constant(r), add(offset, v * lanes)});
    }
    at[column] = tile.base;
  };
  if (!tile.cut) {
    for (int64_t at = 0, group; at < tileColumns; at += group * lanes) {
      group = std::min(blockVectors, (tileColumns - at) / lanes);
      form(constant(at), group);
    }
    return;
  }
  Value from = constant(0);
  if (op.getStart()) {
    from = inTile(tile, tile.first.begin);
    from = arith::SubIOp::create(
        b, loc, from, arith::RemUIOp::create(b, loc, from, constant(lanes)));
  }
  loop(from, inTile(tile, tile.last.end), lanes,
       [&](Value offset) { form(offset, 1); });
}

void ContractEmitter::formDeepProducts(unsigned k, Value begin, Value end) {
  Value depth = extents[contractionDims(k).front()], base = at[column];
  // One block at least, so that there are products.
  Value blocks = arith::MaxUIOp::create(b, loc, depth, constant(1));
  loop(constant(0), blocks, stagedDepthBlock, [&](Value from) {
    Value to =
        arith::MinUIOp::create(b, loc, add(from, stagedDepthBlock), depth);
    Value isFirst = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                          from, constant(0));
    stageColumns(k, tileColumns, /*masked=*/true, /*inBlocks=*/true, from, to);
    forRowBlocks(begin, end, [&](int64_t rows) {
      Value local = arith::SubIOp::create(b, loc, at[row], begin);
      int64_t group;
      for (int64_t first = 0; first < tileColumns; first += group * lanes) {
        group = std::min(blockVectors, (tileColumns - first) / lanes);
        at[column] = add(base, first);
        Type element = cast<MemRefType>(products[k].getType()).getElementType();
        auto place = [&](int64_t r, int64_t v) {
          return SmallVector<Value>{add(local, r), constant(first + v * lanes)};
        };
        SmallVector<Value> partial;
        for (int64_t r = 0; r < rows; ++r)
          for (int64_t v = 0; v < group; ++v)
            partial.push_back(arith::SelectOp::create(
                b, loc, isFirst, zeroVector(element),
                vector::LoadOp::create(b, loc, vectorOf(element), products[k],
                                       place(r, v))));
        partial =
            multiply(k, rows, group, /*masked=*/false, partial, {{from, to}});
        for (int64_t r = 0; r < rows; ++r)
          for (int64_t v = 0; v < group; ++v)
            vector::StoreOp::create(b, loc, partial[r * group + v], products[k],
                                    place(r, v));
      }
      at[column] = base;
    });
    staged[k] = {};
  });
}

void ContractEmitter::foldRow(Tile tile, Value r, ArrayRef<Value> formed) {
  Span span = tile.last;
  if (tile.cut && spanVaries())
    span = spanOf(at[row]);
  Value local = row < 0
                    ? constant(0)
                    : Value(arith::SubIOp::create(b, loc, at[row], chunkBegin));
  unsigned first = 2 * op.getContractions();
  int64_t vectors = tileColumns / lanes;
  RowTile line{r, local, {}, {}, {}};
  for (int64_t v = 0; v < vectors; ++v) {
    Value offset = constant(v * lanes), base = add(tile.base, v * lanes), mask;
    if (tile.cut)
      mask = maskOf(span, base);
    SmallVector<Value> arguments;
    for (unsigned k = 0; k < op.getContractions(); ++k) {
      if (!formed.empty()) {
        arguments.push_back(formed[v]);
        continue;
      }
      Type element = cast<MemRefType>(products[k].getType()).getElementType();
      arguments.push_back(
          vector::LoadOp::create(b, loc, vectorOf(element), products[k],
                                 ValueRange{deep[k] ? local : r, offset}));
    }
    for (unsigned i = 0; i < op.getNumElements(); ++i)
      arguments.push_back(loadLanes(first + i, column, base, mask));
    line.columns.push_back(
        laneIndices(b, loc, globalOf(column, base), lanes, laneType));
    line.masks.push_back(mask);
    auto index = [&](unsigned dim) { return indexOf(line, v, dim); };
    SmallVector<Value> scores =
        cloneRegion(b, op.getScore(), arguments, index, mask);
    for (Value &score : scores)
      score = splat(score);
    line.scores.push_back(scores);
  }
  if (op.getPivot() > 0)
    foldPivoted(line);
  else
    foldPlain(line);
}

Value ContractEmitter::indexOf(const RowTile &line, unsigned v, unsigned dim) {
  return int(dim) == column ? line.columns[v] : globalOf(dim, at[dim]);
}

/// Leads first, over all columns of the tile; then each sum is rescaled once
/// and takes the weights at the new leads.
void ContractEmitter::foldPivoted(const RowTile &line) {
  unsigned pivot = op.getPivot();
  SmallVector<Value> old = loadStates(line.local);
  SmallVector<Value> oldLeads(ArrayRef(old).take_front(pivot));
  SmallVector<Value> leads(oldLeads);
  for (auto [v, scores, mask] : llvm::enumerate(line.scores, line.masks)) {
    auto index = [&, v = v](unsigned dim) { return indexOf(line, v, dim); };
    SmallVector<Value> next = fold->stepLeads(b, scores, leads, index, mask);
    leads = selectLanes(b, loc, mask, next, leads);
    for (Value &lead : leads)
      lead = splat(lead);
  }
  if (sharesLeads()) {
    leads = fold->mergeLeadLanes(b, leads);
    for (Value &lead : leads)
      lead = splat(lead);
  }
  SmallVector<Value> next(leads);
  for (unsigned i = 0; i < fold->getNumSums(); ++i) {
    unsigned state = pivot + i;
    Value factor = fold->factor(b, i, oldLeads, leads), sum = old[state];
    if (factor)
      factor = splat(factor);
    if (factor && sum)
      sum = arith::MulFOp::create(b, loc, sum, factor);
    if (factors[state]) {
      Value one =
          factor
              ? Value(vector::ExtractOp::create(b, loc, factor, 0))
              : Value(arith::ConstantOp::create(
                    b, loc, b.getFloatAttr(fold->getStateTypes()[state], 1.0)));
      memref::StoreOp::create(b, loc, one, factors[state], line.r);
    }
    if (sum || weights[state])
      for (auto [v, scores, mask] : llvm::enumerate(line.scores, line.masks)) {
        auto index = [&, v = v](unsigned dim) { return indexOf(line, v, dim); };
        Value weight = fold->weight(b, i, scores, leads, index, mask);
        weight = storeWeights(state, weight, line, v);
        if (sum)
          sum = arith::AddFOp::create(b, loc, sum, weight);
      }
    next.push_back(sum);
  }
  storeStates(next, line.local);
}

/// Without leads each lane keeps states of its own, one column after another.
void ContractEmitter::foldPlain(const RowTile &line) {
  SmallVector<Value> current = loadStates(line.local);
  SmallVector<Value> neutral = fold->init(b, lanes);
  for (auto [state, start] : llvm::zip(current, neutral))
    if (!state)
      state = start;
  for (auto [v, scores, mask] : llvm::enumerate(line.scores, line.masks)) {
    auto index = [&, v = v](unsigned dim) { return indexOf(line, v, dim); };
    SmallVector<Value> next = fold->step(b, scores, current, index, mask);
    for (unsigned state = 0; state < fold->getNumStates(); ++state)
      if (weights[state])
        storeWeights(state, fold->weight(b, state, scores, {}, index, mask),
                     line, v);
    next = selectLanes(b, loc, mask, next, current);
    for (auto [state, kept, value] : llvm::zip(states, current, next))
      if (state)
        kept = splat(value);
  }
  storeStates(current, line.local);
}

Value ContractEmitter::storeWeights(unsigned state, Value weight,
                                    const RowTile &line, unsigned v) {
  weight = splat(weight);
  weight = selectLanes(b, loc, line.masks[v], weight,
                       zeroVector(getElementTypeOrSelf(weight.getType())))
               .front();
  if (weights[state])
    vector::StoreOp::create(b, loc, weight, weights[state],
                            ValueRange{line.r, constant(v * lanes)});
  return weight;
}

//===----------------------------------------------------------------------===//
// States
//===----------------------------------------------------------------------===//

SmallVector<Value> ContractEmitter::loadStates(Value local) {
  SmallVector<Value> values;
  for (Value buffer : states) {
    if (!buffer) {
      values.push_back({});
      continue;
    }
    auto type = cast<MemRefType>(buffer.getType());
    SmallVector<Value> indices = {local};
    if (type.getRank() == 2)
      indices.push_back(
          laneIndices(b, loc, constant(0), lanes, b.getIndexType()));
    values.push_back(splat(loadAt(b, loc, buffer, indices)));
  }
  return values;
}

void ContractEmitter::storeStates(ValueRange values, Value local) {
  for (auto [buffer, value] : llvm::zip(states, values)) {
    if (!buffer)
      continue;
    SmallVector<Value> indices = {local};
    if (cast<MemRefType>(buffer.getType()).getRank() == 2) {
      indices.push_back(
          laneIndices(b, loc, constant(0), lanes, b.getIndexType()));
      value = splat(value);
    } else if (isa<VectorType>(value.getType())) {
      value = vector::ExtractOp::create(b, loc, value, 0);
    }
    storeAt(b, loc, value, buffer, indices);
  }
}

void ContractEmitter::finishRow(Value local) {
  SmallVector<Value> values = loadStates(local);
  SmallVector<Value> neutral = fold->init(b, lanes);
  for (auto [value, start] : llvm::zip(values, neutral))
    if (!value)
      value = start;
  if (sharesLeads()) {
    // One set of leads for all lanes: what is left is to add.
    for (auto [i, value] : llvm::enumerate(values))
      if (i < op.getPivot())
        value = vector::ExtractOp::create(b, loc, value, 0);
      else
        value = foldLanes(b, loc, value, [&](ValueRange x, ValueRange y) {
                  return SmallVector<Value>{
                      arith::AddFOp::create(b, loc, x[0], y[0])};
                }).front();
  } else {
    values = fold->mergeLanes(b, values);
  }
  SmallVector<Value> finished = fold->finish(b, values);
  unsigned inputs = op.getInputs().size();
  for (unsigned i = 0; i < op.getNumRowResults(); ++i)
    storeElement(b, loc, finished[i], operandAt(inputs + i),
                 indicesOf(inputs + i));
  if (!op.getApply().empty())
    applyRow(local, finished);
}

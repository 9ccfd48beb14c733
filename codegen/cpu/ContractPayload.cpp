// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The payloads of contract_reduce: weights of a tile times rows of a payload,
// summed into the result's own memory where that holds f32.

#include "codegen/cpu/Contract.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

/// Payload sums that can't wait in a result take at most so much stack.
static constexpr int64_t maxSumBytes = 32 << 10;

LogicalResult ContractEmitter::planPayloads() {
  unsigned inputs = op.getInputs().size(), rows = op.getNumRowResults();
  sums.resize(op.getNumPayloads());
  for (unsigned p = 0; p < op.getNumPayloads(); ++p) {
    Type type = op.getReadType(payloadOperand(p));
    unsigned result = inputs + rows + p;
    if (rows + p < op.getInits().size() &&
        typeOf(result).getElementType() == type &&
        mapOf(result).isFunctionOfDim(payload))
      continue;
    auto size = getConstantIntValue(extents[payload]);
    int64_t line = size ? llvm::alignTo(*size, lanes) * 4 : maxSumBytes + 1;
    if (line * blockRows > maxSumBytes) {
      // The user's to mend, who is told.
      op->getParentOfType<func::FuncOp>()->setAttr(
          "gyre.refused", UnitAttr::get(op->getContext()));
      return op.emitOpError("expected payload sums of a narrower type than "
                            "their result to have a static size of at most ")
             << maxSumBytes / 4 / blockRows;
    }
    chunkRows = std::min(chunkRows, maxSumBytes / line);
    sums[p] = scratch({chunkRows, line / 4}, type);
  }
  return success();
}

Value ContractEmitter::loadSum(unsigned p, Value local, Value base,
                               Value mask) {
  if (!sums[p])
    return splat(loadLanes(op.getInputs().size() + op.getNumRowResults() + p,
                           payload, base, mask));
  auto type = cast<MemRefType>(sums[p].getType());
  return vector::LoadOp::create(b, loc, vectorOf(type.getElementType()),
                                sums[p], ValueRange{local, base});
}

void ContractEmitter::storeSum(unsigned p, Value sum, Value local, Value base,
                               Value mask) {
  if (!sums[p])
    return storeLanes(op.getInputs().size() + op.getNumRowResults() + p,
                      payload, base, sum, mask);
  vector::StoreOp::create(b, loc, sum, sums[p], ValueRange{local, base});
}

Value ContractEmitter::maskOfPayload(Value base, bool masked) {
  if (!masked)
    return {};
  return maskBelow(arith::SubIOp::create(b, loc, extents[payload], base));
}

void ContractEmitter::zeroPayloads(Value local) {
  for (unsigned p = 0; p < op.getNumPayloads(); ++p) {
    Type type = op.getReadType(payloadOperand(p));
    forVectors(extents[payload], [&](Value base, int64_t vectors, bool masked) {
      for (int64_t v = 0; v < vectors; ++v) {
        Value at = add(base, v * lanes);
        storeSum(p, zeroVector(type), local, at, maskOfPayload(at, masked));
      }
    });
  }
}

void ContractEmitter::addPayload(unsigned p, Tile tile) {
  unsigned operand = payloadOperand(p), state = op.getRides()[p];
  SmallVector<Value> saved(at);
  // Columns that all rows of the tile have, between each row's own: weights of
  // columns outside of a row's span are zero, but what they meet may be NaN.
  Span common{constant(0), constant(tileColumns)};
  if (tile.cut) {
    if (op.getStart())
      common.begin = inTile(tile, tile.last.begin);
    common.end = inTile(tile, tile.first.end);
    if (op.getStart())
      common.end = arith::MaxSIOp::create(b, loc, common.begin, common.end);
  }
  bool ownRows = row >= 0 && mapOf(operand).isFunctionOfDim(row);

  auto rowAt = [&](int64_t r) {
    return row < 0 ? Value() : add(saved[row], r);
  };
  auto localOf = [&](int64_t r) -> Value {
    if (row < 0)
      return constant(0);
    return arith::SubIOp::create(b, loc, rowAt(r), chunkBegin);
  };
  forVectors(extents[payload], [&](Value base, int64_t vectors, bool masked) {
    SmallVector<Value> masks, total;
    for (int64_t v = 0; v < vectors; ++v)
      masks.push_back(maskOfPayload(add(base, v * lanes), masked));
    auto loadLine = [&] {
      SmallVector<Value> line;
      for (int64_t v = 0; v < vectors; ++v)
        line.push_back(
            splat(loadLanes(operand, payload, add(base, v * lanes), masks[v])));
      return line;
    };
    // Adds columns begin..end of rows first..first + count.
    auto accumulate = [&](Value begin, Value end, int64_t first, int64_t count,
                          ValueRange init) {
      return loop(begin, end, 1, init, [&](Value j, ValueRange carried) {
        at[column] = b.createOrFold<arith::AddIOp>(loc, tile.base, j);
        SmallVector<Value> next, line;
        if (!ownRows)
          line = loadLine();
        for (int64_t r = 0; r < count; ++r) {
          if (ownRows) {
            at[row] = rowAt(first + r);
            line = loadLine();
          }
          Value weight = splat(memref::LoadOp::create(
              b, loc, weights[state], ValueRange{constant(first + r), j}));
          for (int64_t v = 0; v < vectors; ++v)
            next.push_back(
                multiplyAdd(weight, line[v], carried[r * vectors + v]));
        }
        at = saved;
        return next;
      });
    };
    for (int64_t r = 0; r < tile.rows; ++r) {
      Value factor;
      if (op.getPivot() > 0)
        factor = splat(memref::LoadOp::create(b, loc, factors[state],
                                              ValueRange{constant(r)}));
      if (row >= 0)
        at[row] = rowAt(r);
      for (int64_t v = 0; v < vectors; ++v) {
        Value sum = loadSum(p, localOf(r), add(base, v * lanes), masks[v]);
        if (factor)
          sum = arith::MulFOp::create(b, loc, sum, factor);
        total.push_back(sum);
      }
    }
    at = saved;
    total = accumulate(common.begin, common.end, 0, tile.rows, total);
    for (int64_t r = 0; r < tile.rows; ++r) {
      SmallVector<Value> own(ArrayRef(total).slice(r * vectors, vectors));
      if (tile.cut && spanVaries()) {
        Span span = spanOf(rowAt(r));
        Value end = inTile(tile, span.end);
        if (op.getStart() && r + 1 < tile.rows)
          own = accumulate(inTile(tile, span.begin),
                           arith::MinSIOp::create(b, loc, common.begin, end), r,
                           1, own);
        if (r > 0)
          own = accumulate(common.end, end, r, 1, own);
      }
      if (row >= 0)
        at[row] = rowAt(r);
      for (int64_t v = 0; v < vectors; ++v)
        storeSum(p, own[v], localOf(r), add(base, v * lanes), masks[v]);
      at = saved;
    }
  });
  at = saved;
}

void ContractEmitter::applyRow(Value local, ValueRange finished) {
  unsigned first = op.getInputs().size() + op.getNumRowResults();
  forVectors(extents[payload], [&](Value base, int64_t vectors, bool masked) {
    for (int64_t v = 0; v < vectors; ++v) {
      Value from = add(base, v * lanes), mask = maskOfPayload(from, masked);
      SmallVector<Value> arguments;
      for (unsigned p = 0; p < op.getNumPayloads(); ++p)
        arguments.push_back(loadSum(p, local, from, mask));
      llvm::append_range(arguments, finished);
      auto index = [&](unsigned dim) { return indexAt(dim, payload, from); };
      SmallVector<Value> values =
          cloneRegion(b, op.getApply(), arguments, index, mask);
      for (auto [i, value] : llvm::enumerate(values))
        storeLanes(first + i, payload, from, value, mask);
    }
  });
}

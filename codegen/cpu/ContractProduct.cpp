// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The product engine of contract_reduce on FMA units. A tile of products lives
// in registers; its lanes run across columns where neighbouring columns are
// neighbours in memory, else along the contraction.

#include "codegen/cpu/Contract.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

/// Vectors of a contraction that are read column by column.
constexpr int64_t maxShortDots = 8;

Value ContractEmitter::multiplyAdd(Value x, Value y, Value sum) {
  if (isa<IntegerType>(getElementTypeOrSelf(x.getType()))) {
    Value product = arith::MulIOp::create(b, loc, x, y);
    return arith::AddIOp::create(b, loc, product, sum);
  }
  if (hasFma)
    return math::FmaOp::create(b, loc, x, y, sum);
  Value product = arith::MulFOp::create(b, loc, x, y);
  return arith::AddFOp::create(b, loc, product, sum);
}

SmallVector<unsigned> ContractEmitter::contractionDims(unsigned k) {
  SmallVector<unsigned> dims;
  for (auto [dim, kind] : llvm::enumerate(kinds))
    if (kind == IteratorKind::contraction &&
        (mapOf(2 * k).isFunctionOfDim(dim) ||
         mapOf(2 * k + 1).isFunctionOfDim(dim)))
      dims.push_back(dim);
  return dims;
}

bool ContractEmitter::usesPanels(unsigned k) {
  if (staged[k] || contractionDims(k).empty())
    return true;
  AccessKind kind = accessOf(2 * k + 1, column);
  return kind == AccessKind::contiguous || kind == AccessKind::uniform;
}

SmallVector<Value> ContractEmitter::contractionNest(
    ArrayRef<unsigned> dims, ValueRange init,
    std::optional<std::pair<Value, Value>> depth,
    function_ref<SmallVector<Value>(ValueRange)> body) {
  if (dims.empty())
    return body(init);
  unsigned dim = dims.front();
  Value begin = constant(0), end = extents[dim];
  if (dims.size() == 1 && depth)
    std::tie(begin, end) = *depth;
  return loop(begin, end, 1, init, [&](Value iv, ValueRange carried) {
    at[dim] = iv;
    return contractionNest(dims.drop_front(), carried, depth, body);
  });
}

SmallVector<Value>
ContractEmitter::multiply(unsigned k, int64_t rows, int64_t vectors,
                          bool masked, ValueRange init,
                          std::optional<std::pair<Value, Value>> depth) {
  Type element = getRegionType(typeOf(2 * k).getElementType());
  SmallVector<Value> sums(init);
  if (sums.empty())
    sums.assign(rows * vectors, zeroVector(element));
  bool panels = usesPanels(k);
  bool shared = row < 0 || staged[k] || !mapOf(2 * k + 1).isFunctionOfDim(row);
  if (panels && shared)
    return multiplyPanel(k, rows, vectors, masked, sums, depth);

  // Each row has a right operand of its own, or columns lie across the lanes.
  SmallVector<Value> saved(at);
  for (int64_t r = 0; r < rows; ++r) {
    if (row >= 0)
      at[row] = add(saved[row], r);
    if (panels) {
      auto line =
          multiplyPanel(k, 1, vectors, masked,
                        ArrayRef(sums).slice(r * vectors, vectors), depth);
      llvm::copy(line, sums.begin() + r * vectors);
      continue;
    }
    for (int64_t v = 0; v < vectors; ++v) {
      at[column] = add(saved[column], v * lanes);
      sums[r * vectors + v] = multiplyDots(k, sums[r * vectors + v], depth);
    }
    at[column] = saved[column];
  }
  at = saved;
  return sums;
}

SmallVector<Value>
ContractEmitter::multiplyPanel(unsigned k, int64_t rows, int64_t vectors,
                               bool masked, ValueRange init,
                               std::optional<std::pair<Value, Value>> depth) {
  unsigned lhs = 2 * k, rhs = 2 * k + 1;
  SmallVector<unsigned> dims = contractionDims(k);
  SmallVector<Value> saved(at), masks(vectors), rowsAt(rows);
  for (int64_t v = 0; v < vectors; ++v)
    if (masked && !staged[k] && !isPacked(rhs))
      masks[v] = maskBelow(arith::SubIOp::create(b, loc, extents[column],
                                                 add(at[column], v * lanes)));
  for (int64_t r = 0; r < rows; ++r)
    rowsAt[r] = row >= 0 ? add(at[row], r) : Value();

  auto body = [&](ValueRange carried) {
    SmallVector<Value> right;
    for (int64_t v = 0; v < vectors; ++v) {
      Value base = add(at[column], v * lanes);
      if (staged[k])
        right.push_back(vector::LoadOp::create(
            b, loc, vectorOf(factorType(k)), staged[k],
            ValueRange{
                arith::SubIOp::create(b, loc, at[dims.back()], stagedDepth),
                arith::SubIOp::create(b, loc, base, stagedColumn)}));
      else
        right.push_back(splat(loadLanes(rhs, column, base, masks[v])));
    }
    SmallVector<Value> sums;
    for (int64_t r = 0; r < rows; ++r) {
      Value left = loadElement(b, loc, operandAt(lhs),
                               indicesOf(lhs, {{row, rowsAt[r]}}));
      left = splat(left);
      for (int64_t v = 0; v < vectors; ++v)
        sums.push_back(multiplyAdd(left, right[v], carried[r * vectors + v]));
    }
    return sums;
  };
  SmallVector<Value> sums = contractionNest(dims, init, depth, body);
  at = saved;
  return sums;
}

/// The sums of the lanes of each vector (as many as there are lanes), as one
/// vector: neighbours are added, and the two halves of what is left joined.
static Value sumEach(OpBuilder &b, Location loc, SmallVector<Value> vectors) {
  while (vectors.size() > 1) {
    SmallVector<Value> sums;
    int64_t lanes = cast<VectorType>(vectors[0].getType()).getNumElements();
    SmallVector<int64_t> even, odd;
    for (int64_t i = 0; i < lanes; ++i) {
      even.push_back(2 * i);
      odd.push_back(2 * i + 1);
    }
    for (unsigned i = 0; i < vectors.size(); i += 2) {
      Value x =
          vector::ShuffleOp::create(b, loc, vectors[i], vectors[i + 1], even);
      Value y =
          vector::ShuffleOp::create(b, loc, vectors[i], vectors[i + 1], odd);
      sums.push_back(isa<IntegerType>(getElementTypeOrSelf(x.getType()))
                         ? Value(arith::AddIOp::create(b, loc, x, y))
                         : Value(arith::AddFOp::create(b, loc, x, y)));
    }
    vectors = sums;
  }
  return vectors.front();
}

Value ContractEmitter::multiplyDots(
    unsigned k, Value init, std::optional<std::pair<Value, Value>> depth) {
  unsigned lhs = 2 * k, rhs = 2 * k + 1;
  SmallVector<Value> saved(at);
  SmallVector<unsigned> dims = contractionDims(k);
  // Lanes run along the contraction that the right operand stores together.
  auto along = llvm::find_if(dims, [&](unsigned dim) {
    return accessOf(rhs, dim) == AccessKind::contiguous;
  });
  if (along != dims.end() && !depth)
    std::swap(*along, dims.back());
  int inner = dims.back();

  // Columns beyond the last repeat it: what they give is masked later.
  SmallVector<Value> columns;
  Value last = add(extents[column], -1);
  for (int64_t l = 0; l < lanes; ++l)
    columns.push_back(
        arith::MinSIOp::create(b, loc, add(saved[column], l), last));

  // Masked loads give zeros; so has a value that is the same in all lanes.
  auto load = [&](unsigned operand, Value base, Value mask) {
    Value value = loadLanes(operand, inner, base, mask);
    if (!mask || isa<VectorType>(value.getType()))
      return splat(value);
    return Value(arith::SelectOp::create(b, loc, mask, splat(value),
                                         zeroVector(value.getType())));
  };
  auto step = [&](ValueRange sums, Value base, Value mask) {
    Value left = load(lhs, base, mask);
    SmallVector<Value> next;
    for (int64_t l = 0; l < lanes; ++l) {
      at[column] = columns[l];
      Value right = load(rhs, base, mask);
      next.push_back(multiplyAdd(left, right, sums[l]));
    }
    at[column] = saved[column];
    return next;
  };
  // A short contraction is read column by column, as it lies in memory.
  auto shortDots = [&](int64_t length) {
    SmallVector<Value> lefts, masks, sums;
    for (int64_t from = 0; from < length; from += lanes) {
      masks.push_back(from + lanes > length ? maskBelow(constant(length - from))
                                            : Value());
      lefts.push_back(load(lhs, constant(from), masks.back()));
    }
    for (int64_t l = 0; l < lanes; ++l) {
      at[column] = columns[l];
      Value sum;
      for (auto [i, left] : llvm::enumerate(lefts)) {
        Value right = load(rhs, constant(i * lanes), masks[i]);
        sum = multiplyAdd(
            left, right,
            sum ? sum : zeroVector(getElementTypeOrSelf(right.getType())));
      }
      sums.push_back(sum);
    }
    at[column] = saved[column];
    return sums;
  };
  Value begin = constant(0), end = extents[inner];
  if (depth)
    std::tie(begin, end) = *depth;
  Value length = arith::SubIOp::create(b, loc, end, begin);
  Value tail = arith::RemUIOp::create(b, loc, length, constant(lanes));
  Value whole = arith::SubIOp::create(b, loc, end, tail);
  Type element = getElementTypeOrSelf(init.getType());
  SmallVector<Value> zeros(lanes, zeroVector(element));
  auto known = getConstantIntValue(extents[inner]);
  SmallVector<Value> sums;
  if (known && *known > 0 && *known <= maxShortDots * lanes && !depth &&
      dims.size() == 1)
    sums = shortDots(*known);
  else
    sums = contractionNest(
        ArrayRef(dims).drop_back(), zeros, {}, [&](ValueRange carried) {
          SmallVector<Value> sums = loop(begin, whole, lanes, carried,
                                         [&](Value iv, ValueRange carried) {
                                           return step(carried, iv, {});
                                         });
          // At most one turn.
          return loop(whole, end, lanes, sums,
                      [&](Value iv, ValueRange carried) {
                        return step(carried, iv, maskBelow(tail));
                      });
        });
  at = saved;
  Value sum = sumEach(b, loc, sums);
  if (isa<IntegerType>(element))
    return arith::AddIOp::create(b, loc, sum, init);
  return arith::AddFOp::create(b, loc, sum, init);
}

//===----------------------------------------------------------------------===//
// Staging
//===----------------------------------------------------------------------===//

/// The transpose of as many vectors as they have lanes: blocks of 1, 2, 4, ...
/// lanes change places.
static void transpose(OpBuilder &b, Location loc,
                      MutableArrayRef<Value> vectors) {
  int64_t lanes = vectors.size();
  for (int64_t distance = 1; distance < lanes; distance *= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      bool second = lane & distance;
      low.push_back(second ? lanes + lane - distance : lane);
      high.push_back(second ? lanes + lane : lane + distance);
    }
    for (int64_t i = 0; i < lanes; ++i) {
      if (i & distance)
        continue;
      Value x = vectors[i], y = vectors[i + distance];
      vectors[i] = vector::ShuffleOp::create(b, loc, x, y, low);
      vectors[i + distance] = vector::ShuffleOp::create(b, loc, x, y, high);
    }
  }
}

bool ContractEmitter::wantsStaging(unsigned k, bool inBlocks) {
  unsigned rhs = 2 * k + 1;
  SmallVector<unsigned> dims = contractionDims(k);
  if (dims.size() != 1 || row < 0 || mapOf(rhs).isFunctionOfDim(row) ||
      !mapOf(rhs).isFunctionOfDim(column) ||
      !mapOf(rhs).isFunctionOfDim(dims[0]))
    return false;
  bool contiguous = accessOf(rhs, column) == AccessKind::contiguous;
  if (contiguous && isPacked(rhs))
    return false; // panels already
  auto rows = getConstantIntValue(extents[row]);
  auto depth = getConstantIntValue(extents[dims[0]]);
  auto columns = getConstantIntValue(extents[column]);
  if (!inBlocks && (!depth || *depth > stagedDepthBlock))
    return false;
  // As it is, each line of a block of rows comes from another page; that is
  // not so for a small operand.
  if (contiguous && depth && columns &&
      *depth * *columns <= stagedDepthBlock * panelColumns)
    return false;
  return !rows || *rows > (contiguous ? 4 * blockRows : blockRows);
}

bool ContractEmitter::isDeep(unsigned k) {
  return wantsStaging(k, /*inBlocks=*/true) &&
         !wantsStaging(k, /*inBlocks=*/false);
}

void ContractEmitter::stageColumns(unsigned k, int64_t columns, bool masked,
                                   bool inBlocks, Value from, Value to) {
  unsigned rhs = 2 * k + 1, dim = contractionDims(k).front();
  Type element = factorType(k);
  auto depthSize = getConstantIntValue(extents[dim]);
  int64_t capacity = inBlocks ? stagedDepthBlock : *depthSize;
  if (!stagedBuffers[k])
    stagedBuffers[k] = scratch(
        {static_cast<int64_t>(llvm::alignTo(capacity, lanes)), panelColumns},
        element);
  SmallVector<Value> saved(at);
  Value last = add(extents[column], -1);
  if (accessOf(rhs, column) == AccessKind::contiguous) {
    loop(from, to, 1, [&](Value depth) {
      at[dim] = depth;
      Value line = arith::SubIOp::create(b, loc, depth, from);
      for (int64_t offset = 0; offset < columns; offset += lanes) {
        Value base = add(saved[column], offset), mask;
        if (masked)
          mask =
              maskBelow(arith::SubIOp::create(b, loc, extents[column], base));
        vector::StoreOp::create(b, loc, loadLanes(rhs, column, base, mask),
                                stagedBuffers[k],
                                ValueRange{line, constant(offset)});
      }
    });
  } else {
    loop(from, to, lanes, [&](Value depth) {
      Value mask;
      if (!depthSize || *depthSize % lanes != 0)
        mask = maskBelow(arith::SubIOp::create(b, loc, to, depth));
      Value line = arith::SubIOp::create(b, loc, depth, from);
      loop(constant(0), constant(columns), lanes, [&](Value offset) {
        Value base = b.createOrFold<arith::AddIOp>(loc, saved[column], offset);
        SmallVector<Value> vectors;
        for (int64_t l = 0; l < lanes; ++l) {
          at[column] = add(base, l);
          if (masked)
            at[column] = arith::MinSIOp::create(b, loc, at[column], last);
          vectors.push_back(loadLanes(rhs, dim, depth, mask));
        }
        at[column] = saved[column];
        transpose(b, loc, vectors);
        for (int64_t l = 0; l < lanes; ++l)
          vector::StoreOp::create(b, loc, vectors[l], stagedBuffers[k],
                                  ValueRange{add(line, l), offset});
      });
    });
  }
  at = saved;
  staged[k] = stagedBuffers[k];
  stagedColumn = saved[column];
  stagedDepth = from;
}

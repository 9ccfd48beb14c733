// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gyre.scan's code does at one point: elements in and out, directly,
// through tile buffers or transposed; sums over the state points.

#include "codegen/cpu/ScanEmitter.h"

#include "codegen/common/Loops.h"
#include "codegen/common/Transpose.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

SmallVector<Value> ScanEmitter::indices(unsigned operand) {
  SmallVector<Value> globals;
  if (!maps[operand].isProjectedPermutation() && !op.getOffsets().empty())
    for (auto [dim, position, offset] :
         llvm::enumerate(positions, op.getOffsets())) {
      // Others may be positions of loops that are over.
      if (!usesDim(operand, dim)) {
        globals.push_back(index(0));
        continue;
      }
      Value start = offset;
      if (isa<VectorType>(position.getType()))
        start = widen(offset);
      globals.push_back(arith::AddIOp::create(b, loc, position, start));
    }
  return accessIndices(b, loc, maps[operand], positions, globals);
}

Value ScanEmitter::load(unsigned operand) {
  auto tile = tiles.find(operand);
  if (tile == tiles.end())
    return loadElement(b, loc, operands[operand], indices(operand),
                       usesDim(operand, lane.value_or(carried)) ? mask
                                                                : Value());
  SmallVector<Value> at;
  for (unsigned dim : tile->second.dims)
    at.push_back(dim == carried ? tilePosition : positions[dim]);
  at.push_back(index(0));
  auto type = cast<MemRefType>(tile->second.buffer.getType());
  return vector::LoadOp::create(
      b, loc, VectorType::get(lanes.width, type.getElementType()),
      tile->second.buffer, at);
}

void ScanEmitter::store(unsigned operand, Value value) {
  value = widen(value);
  auto tile = tiles.find(operand);
  if (tile == tiles.end())
    return storeElement(b, loc, value, operands[operand], indices(operand),
                        mask, streams && operand >= numInputs + numStates);
  SmallVector<Value> at;
  for (unsigned dim : tile->second.dims)
    at.push_back(dim == carried ? tilePosition : positions[dim]);
  at.push_back(index(0));
  vector::StoreOp::create(b, loc, value, tile->second.buffer, at);
}

/// Lanes of `operand`, contiguous along `dim`, at the `vectorWidth` positions
/// of `dim` from `from`: rows are loaded along `dim` and transposed. Lanes that
/// don't exist repeat the last one.
SmallVector<Value> ScanEmitter::loadColumns(unsigned operand, unsigned dim,
                                            Value from) {
  SmallVector<Value> saved = positions;
  positions[dim] = laneIndices(b, loc, from, vectorWidth, b.getIndexType());
  SmallVector<Value> columns(vectorWidth);
  for (int64_t first = 0; first < lanes.width; first += vectorWidth) {
    SmallVector<Value> rows;
    for (int64_t i = 0; i < vectorWidth; ++i) {
      Value row = index(first + i);
      if (lanes.count)
        row = arith::MinUIOp::create(
            b, loc, row, arith::SubIOp::create(b, loc, lanes.count, index(1)));
      positions[*lane] = arith::AddIOp::create(b, loc, lanes.start, row);
      rows.push_back(loadElement(b, loc, operands[operand], indices(operand)));
    }
    for (auto [column, part] :
         llvm::zip(columns, transposeSquare(b, loc, rows)))
      column = insertLanes(b, loc, part, column, first, lanes.width);
  }
  positions = saved;
  return columns;
}

/// The counterpart of `loadColumns`.
void ScanEmitter::storeColumns(unsigned operand, unsigned dim, Value from,
                               ArrayRef<Value> columns) {
  SmallVector<Value> saved = positions;
  positions[dim] = laneIndices(b, loc, from, vectorWidth, b.getIndexType());
  for (int64_t first = 0; first < lanes.width; first += vectorWidth) {
    SmallVector<Value> parts;
    for (Value column : columns)
      parts.push_back(extractLanes(b, loc, column, first, vectorWidth));
    for (auto [i, row] : llvm::enumerate(transposeSquare(b, loc, parts))) {
      OpBuilder::InsertionGuard guard(b);
      Value at = index(first + i);
      if (lanes.count) {
        Value exists = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                             at, lanes.count);
        auto branch = scf::IfOp::create(b, loc, exists, /*else=*/false);
        b.setInsertionPointToStart(branch.thenBlock());
      }
      positions[*lane] = arith::AddIOp::create(b, loc, lanes.start, at);
      storeElement(b, loc, row, operands[operand], indices(operand));
    }
  }
  positions = saved;
}

SmallVector<Value> ScanEmitter::evaluate(Region &region, ValueRange arguments) {
  return cloneRegion(b, region, arguments,
                     [&](unsigned dim) { return regionIndex(dim); });
}

Value ScanEmitter::regionIndex(unsigned dim) {
  bool isLane = lane == dim;
  Value position = isLane ? lanes.start : positions[dim];
  if (!op.getOffsets().empty())
    position = arith::AddIOp::create(b, loc, position, op.getOffsets()[dim]);
  return isLane ? laneIndices(b, loc, position, lanes.width, laneIndex)
                : position;
}

Value ScanEmitter::add(Value x, Value y) {
  if (!x)
    return y;
  if (isa<FloatType>(getElementTypeOrSelf(x.getType())))
    return arith::AddFOp::create(b, loc, x, y, arith::FastMathFlags::contract);
  return arith::AddIOp::create(b, loc, x, y);
}

Value ScanEmitter::zero(Type element) {
  Type type = element;
  if (lanes.width)
    type = VectorType::get(lanes.width, element);
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
}

//===----------------------------------------------------------------------===//
// State points
//===----------------------------------------------------------------------===//

/// Puts the state dimensions at point number `point`, the last one fastest.
void ScanEmitter::setPoint(int64_t point) {
  for (unsigned dim : llvm::reverse(stateDims)) {
    int64_t extent = *getConstantIntValue(extents[dim]);
    positions[dim] = index(point % extent);
    point /= extent;
  }
}

/// `operand` at all state points, of which there is a known number.
SmallVector<Value> ScanEmitter::loadPoints(unsigned operand) {
  SmallVector<Value> values;
  bool across = movesInSquares(operand);
  for (int64_t point = 0; point < points;) {
    setPoint(point);
    if (across) {
      unsigned dim = stateDims.back();
      llvm::append_range(values, loadColumns(operand, dim, positions[dim]));
      point += vectorWidth;
    } else {
      values.push_back(load(operand));
      ++point;
    }
  }
  return values;
}

void ScanEmitter::storePoints(unsigned operand, ValueRange values) {
  bool across = movesInSquares(operand);
  for (int64_t point = 0; point < points;) {
    setPoint(point);
    if (across) {
      unsigned dim = stateDims.back();
      storeColumns(operand, dim, positions[dim],
                   SmallVector<Value>(values.slice(point, vectorWidth)));
      point += vectorWidth;
    } else {
      store(operand, values[point]);
      ++point;
    }
  }
}

/// Loops over the state dimensions around `body`, the last one in steps of
/// `count`, which divides its extent.
void ScanEmitter::forStateLoops(int64_t count, function_ref<void()> body) {
  SmallVector<Value> sizes;
  for (unsigned dim : stateDims)
    sizes.push_back(extents[dim]);
  if (count != 1)
    sizes.back() = index(*getConstantIntValue(sizes.back()) / count);
  loopNest(b, loc, sizes, [&](OpBuilder &inner, ValueRange at) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
    for (auto [dim, position] : llvm::zip(stateDims, at))
      positions[dim] = position;
    if (count != 1) {
      Value &last = positions[stateDims.back()];
      last = arith::MulIOp::create(b, loc, last, index(count));
    }
    body();
  });
}

SmallVector<Value> ScanEmitter::forEachPoint(
    TypeRange elements, function_ref<SmallVector<Value>(int64_t point)> body) {
  SmallVector<Value> sums;
  if (inRegisters) {
    // Two sums each: one would be the longest chain of the step.
    SmallVector<Value> halves[2] = {SmallVector<Value>(elements.size()),
                                    SmallVector<Value>(elements.size())};
    for (int64_t point = 0; point < points; ++point) {
      setPoint(point);
      for (auto [sum, term] : llvm::zip(halves[point % 2], body(point)))
        sum = add(sum, widen(term));
    }
    for (auto [even, odd, element] :
         llvm::zip(halves[0], halves[1], elements)) {
      if (!even)
        even = zero(element);
      sums.push_back(odd ? add(even, odd) : even);
    }
    return sums;
  }
  for (Type element : elements)
    sums.push_back(zero(element));
  std::function<SmallVector<Value>(unsigned, ValueRange)> nest =
      [&](unsigned depth, ValueRange sums) -> SmallVector<Value> {
    if (depth < stateDims.size())
      return loop(index(0), extents[stateDims[depth]], sums,
                  [&](Value at, ValueRange sums) {
                    positions[stateDims[depth]] = at;
                    return nest(depth + 1, sums);
                  });
    SmallVector<Value> next;
    for (auto [sum, term] : llvm::zip(sums, body(0)))
      next.push_back(add(sum, widen(term)));
    return next;
  };
  return nest(0, sums);
}

//===----------------------------------------------------------------------===//
// Tile buffers
//===----------------------------------------------------------------------===//

/// A buffer on the stack, made once for each thread's walk over its tiles.
Value ScanEmitter::allocate(ArrayRef<int64_t> shape, Type element) {
  // The outermost forall is what becomes a thread's walk.
  Operation *scope = nullptr;
  for (Operation *parent = op->getParentOp(); parent;
       parent = parent->getParentOp()) {
    if (isa<scf::ForallOp>(parent) ||
        (!scope && isa<FunctionOpInterface>(parent)))
      scope = parent;
  }
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&scope->getRegion(0).front());
  return memref::AllocaOp::create(b, loc, MemRefType::get(shape, element),
                                  b.getI64IntegerAttr(64));
}

/// Moves the lanes of `operand` at all state points between memory and `tile`,
/// in transposed squares where its points fill them.
void ScanEmitter::moveTile(unsigned operand, const Tile &tile, bool toMemory) {
  if (!movesInSquares(operand))
    return forStateLoops(1, [&] {
      Value value;
      if (!toMemory)
        value = load(operand);
      tiles[operand] = tile;
      if (toMemory)
        value = load(operand);
      else
        store(operand, value);
      tiles.erase(operand);
      if (toMemory)
        store(operand, value);
    });
  unsigned last = stateDims.back();
  forStateLoops(vectorWidth, [&] {
    Value from = positions[last];
    SmallVector<Value> columns(vectorWidth);
    if (!toMemory)
      columns = loadColumns(operand, last, from);
    tiles[operand] = tile;
    for (auto [i, column] : llvm::enumerate(columns)) {
      positions[last] = addIndex(b, loc, from, i);
      if (toMemory)
        column = load(operand);
      else
        store(operand, column);
    }
    tiles.erase(operand);
    if (toMemory)
      storeColumns(operand, last, from, columns);
  });
}

/// Keeps the lanes of `operand`, which are strided, in a buffer of this block.
void ScanEmitter::makeStateTile(unsigned operand) {
  Tile tile;
  SmallVector<int64_t> shape;
  int64_t size = lanes.width;
  for (unsigned dim : stateDims)
    if (usesDim(operand, dim)) {
      auto extent = getConstantIntValue(extents[dim]);
      if (!extent || (size *= *extent) > maxTileElements)
        return;
      shape.push_back(*extent);
      tile.dims.push_back(dim);
    }
  shape.push_back(lanes.width);
  tile.buffer = allocate(
      shape, getRegionType(getElementTypeOrSelf(operands[operand].getType())));
  moveTile(operand, tile, /*toMemory=*/false);
  tiles[operand] = tile;
}

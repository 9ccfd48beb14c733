// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Emission of gyre.contract_reduce: the roles of its loops, products of tiles
// by multiply-adds from shared memory, and plain products with their epilogue.

#include "codegen/nvptx/Contract.h"

#include "codegen/nvptx/Emitters.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::nvptx;

/// Steps of a contraction that are in shared memory at a time.
constexpr int64_t pieceDepth = 16;
/// Threads that multiply-adds have along the columns, and columns of each.
constexpr int64_t fmaLineThreads = 16, fmaColumns = 4;

LogicalResult gyre::emitContract(RewriterBase &b, ContractReduceOp op,
                                 Threads &threads) {
  threads.takeAllRegisters();
  if (failed(ContractEmitter(b, op, threads).emit()))
    return failure();
  b.eraseOp(op);
  return success();
}

ContractEmitter::ContractEmitter(RewriterBase &b, ContractReduceOp op,
                                 const Threads &threads)
    : b(b), op(op), threads(threads), loc(op.getLoc()),
      kinds(op.getIteratorKinds()), maps(op.getIndexingMapsArray()) {
  Values operands(op.getInputs());
  llvm::append_range(operands, op.getInits());
  extents = loopExtents(b, loc, operands, maps);
  at.assign(kinds.size(), constant(0));
}

LogicalResult ContractEmitter::emit() {
  if (failed(findRoles()))
    return failure();
  Type element = getRegionType(elementOf(0));
  if (!isa<FloatType>(element))
    return op.emitOpError("expected contractions of floats, got ") << element;
  if (suitsTensorCores()) {
    planTensorCores();
  } else {
    layOut();
    // A line more than there are: neighbours are in different banks.
    leftPiece =
        threads.shared(b, loc, {pieceDepth, layout.tileRows + 1}, element);
    rightPiece =
        threads.shared(b, loc, {pieceDepth, layout.tileColumns + 1}, element);
  }
  if (!op.isPlainProduct()) {
    FailureOr<Fold> match = matchContractFold(op);
    if (failed(match))
      return failure();
    fold = *match;
    planFold();
  }
  emitOuterLoops(0);
  return success();
}

void ContractEmitter::layOut() {
  int64_t lines = threads.getCount() / fmaLineThreads;
  // Folds need registers for states and payloads.
  int64_t rows = op.isPlainProduct() ? 8 : 4;
  Value line = constant(fmaLineThreads);
  layout = {.rows = rows,
            .columns = fmaColumns,
            .tileRows = lines * rows,
            .tileColumns = fmaLineThreads * fmaColumns,
            .lineThreads = fmaLineThreads,
            .firstRow = arith::DivUIOp::create(b, loc, threads.getId(), line),
            .firstColumn =
                arith::RemUIOp::create(b, loc, threads.getId(), line),
            .rowStep = lines,
            .inPairs = false};
}

void ContractEmitter::emitOuterLoops(unsigned depth) {
  if (depth < outer.size()) {
    loop(constant(0), extents[outer[depth]], 1, {}, [&](Value iv, ValueRange) {
      at[outer[depth]] = iv;
      emitOuterLoops(depth + 1);
      return Values();
    });
    return;
  }
  if (op.isPlainProduct())
    emitPlainProduct();
  else
    emitFold();
}

LogicalResult ContractEmitter::findRoles() {
  FailureOr<ContractRoles> roles =
      findContractRoles(op, extents, [&](unsigned operand, unsigned dim) {
        return isContiguous(operand, dim);
      });
  if (failed(roles))
    return failure();
  row = roles->row;
  column = roles->column;
  payload = roles->payload;
  outer = roles->outer;
  return success();
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

Value ContractEmitter::constant(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}
Value ContractEmitter::add(Value x, Value y) {
  return b.createOrFold<arith::AddIOp>(loc, x, y);
}
Value ContractEmitter::add(Value x, int64_t y) {
  return y == 0 ? x : add(x, constant(y));
}
Value ContractEmitter::isBelow(Value x, Value y) {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, x, y);
}
Value ContractEmitter::select(Value condition, Value x, Value y) {
  return b.createOrFold<arith::SelectOp>(loc, condition, x, y);
}
Value ContractEmitter::least(Value x, Value y) {
  return b.createOrFold<arith::MinSIOp>(loc, x, y);
}
Value ContractEmitter::lastBelow(Value x, Value end) {
  return b.createOrFold<arith::MaxSIOp>(loc, least(x, add(end, -1)),
                                        constant(0));
}
Value ContractEmitter::zero(Type type) {
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
}

SmallVector<Value>
ContractEmitter::loop(Value begin, Value end, int64_t step, ValueRange carried,
                      function_ref<Values(Value, ValueRange)> body) {
  auto first = getConstantIntValue(begin), last = getConstantIntValue(end);
  if (first && last && *last - *first <= step && *first < *last)
    return body(begin, carried);
  auto op = scf::ForOp::create(
      b, loc, begin, end, constant(step), carried,
      [&](OpBuilder &inside, Location, Value iv, ValueRange carried) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(inside.getInsertionBlock(),
                            inside.getInsertionPoint());
        Values next = body(iv, carried);
        scf::YieldOp::create(b, loc, next);
      });
  return op.getResults();
}

void ContractEmitter::ifThen(Value condition, function_ref<void()> body) {
  auto op = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op.thenYield());
  body();
}

SmallVector<Value>
ContractEmitter::mergeLine(Values values,
                           function_ref<Values(ValueRange, ValueRange)> merge) {
  for (int64_t distance = layout.lineThreads / 2; distance >= 1;
       distance /= 2) {
    Values others;
    for (Value value : values)
      others.push_back(threads.exchange(b, loc, value, distance));
    values = merge(values, others);
  }
  return values;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Value ContractEmitter::globalOf(unsigned dim, Value local) {
  return op.getOffsets().empty() ? local : add(local, op.getOffsets()[dim]);
}

SmallVector<Value> ContractEmitter::indicesOf(unsigned operand,
                                              ArrayRef<Value> at) {
  Values globals;
  if (!mapOf(operand).isProjectedPermutation())
    for (auto [dim, local] : llvm::enumerate(at))
      globals.push_back(globalOf(dim, local));
  return accessIndices(b, loc, mapOf(operand), at, globals);
}

Value ContractEmitter::load(unsigned operand, ArrayRef<Value> at) {
  auto stored = [&](unsigned operand) {
    return loadElement(b, loc, operandAt(operand), indicesOf(operand, at));
  };
  auto [region, first, count] = op.getReading(operand);
  if (!region)
    return stored(operand);
  Values arguments = {stored(operand)};
  for (unsigned i = first; i < first + count; ++i)
    arguments.push_back(stored(i));
  return cloneRegion(b, *region, arguments,
                     [&](unsigned dim) { return globalOf(dim, at[dim]); })
      .front();
}

void ContractEmitter::store(unsigned operand, ArrayRef<Value> at, Value value) {
  storeElement(b, loc, value, operandAt(operand), indicesOf(operand, at));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Value ContractEmitter::rowOf(const Tile &tile, int64_t i) {
  return add(add(tile.row, layout.firstRow), i * layout.rowStep);
}
Value ContractEmitter::columnOf(const Tile &tile, int64_t j) {
  return add(add(tile.column, layout.firstColumn), layout.columnOffset(j));
}

SmallVector<unsigned> ContractEmitter::contractionDims(unsigned k) {
  SmallVector<unsigned> dims;
  for (auto [dim, kind] : llvm::enumerate(kinds))
    if (kind == IteratorKind::contraction && mapOf(2 * k).isFunctionOfDim(dim))
      dims.push_back(dim);
  return dims;
}

SmallVector<Value> ContractEmitter::multiply(unsigned k, const Tile &tile) {
  if (cores)
    return multiplyOnTensorCores(k, tile);
  Values sums(layout.rows * layout.columns,
              zero(getRegionType(elementOf(2 * k))));
  SmallVector<unsigned> dims = contractionDims(k);
  std::function<Values(unsigned, Values, ValueRange)> nest =
      [&](unsigned depth, Values position, ValueRange sums) -> Values {
    unsigned dim = dims[depth];
    bool last = depth + 1 == dims.size();
    return loop(constant(0), extents[dim], last ? pieceDepth : 1, sums,
                [&](Value iv, ValueRange sums) {
                  position[dim] = iv;
                  return last ? multiplyChunk(k, tile, position, iv, sums)
                              : nest(depth + 1, position, sums);
                });
  };
  return nest(0, at, sums);
}

/// Adds what `pieceDepth` steps of the innermost contraction loop give.
SmallVector<Value> ContractEmitter::multiplyChunk(unsigned k, const Tile &tile,
                                                  ArrayRef<Value> position,
                                                  Value from, ValueRange sums) {
  stage(2 * k, leftPiece, position, row, tile.row, tile.rowEnd, layout.tileRows,
        from);
  stage(2 * k + 1, rightPiece, position, column, tile.column, tile.columnEnd,
        layout.tileColumns, from);
  threads.barrier(b, loc);
  Values next = loop(
      constant(0), constant(pieceDepth), 1, sums,
      [&](Value c, ValueRange sums) {
        Values left, right, next;
        for (int64_t i = 0; i < layout.rows; ++i)
          left.push_back(loadAt(b, loc, leftPiece,
                                {c, add(layout.firstRow, i * layout.rowStep)}));
        for (int64_t j = 0; j < layout.columns; ++j)
          right.push_back(
              loadAt(b, loc, rightPiece,
                     {c, add(layout.firstColumn, layout.columnOffset(j))}));
        for (int64_t i = 0; i < layout.rows; ++i)
          for (int64_t j = 0; j < layout.columns; ++j)
            next.push_back(math::FmaOp::create(b, loc, left[i], right[j],
                                               sums[i * layout.columns + j]));
        return next;
      });
  // Before the next piece is written over this one.
  threads.barrier(b, loc);
  return next;
}

/// Copies `count` positions of loop `dim` from `first`, with zeros from `end`
/// on, and `pieceDepth` steps of the contraction from `from`, with zeros behind
/// its end, into `buffer`.
void ContractEmitter::stage(unsigned operand, Value buffer,
                            ArrayRef<Value> position, int dim, Value first,
                            Value end, int64_t count, Value from) {
  unsigned depth = contractionDims(operand / 2).back();
  // Neighbouring threads read neighbouring elements.
  bool alongDepth =
      dim < 0 || classifyAccess(operandAt(operand), mapOf(operand), dim) !=
                     AccessKind::contiguous;
  Values shape = {constant(count), constant(pieceDepth)};
  if (!alongDepth)
    std::swap(shape[0], shape[1]);
  OpBuilder::InsertionGuard guard(b);
  threads.forPoints(b, loc, shape, [&](OpBuilder &inside, ValueRange point) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(inside.getInsertionBlock(), inside.getInsertionPoint());
    Value place = point[alongDepth ? 0 : 1], step = point[alongDepth ? 1 : 0];
    Values from_(position);
    from_[depth] = add(from, step);
    Value exists = isBelow(from_[depth], extents[depth]);
    if (dim >= 0) {
      from_[dim] = add(first, place);
      exists =
          b.createOrFold<arith::AndIOp>(loc, exists, isBelow(from_[dim], end));
    }
    auto choice = scf::IfOp::create(
        b, loc, exists,
        [&](OpBuilder &inside, Location) {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPoint(inside.getInsertionBlock(),
                              inside.getInsertionPoint());
          scf::YieldOp::create(b, loc, load(operand, from_));
        },
        [&](OpBuilder &inside, Location) {
          Value nothing = arith::ConstantOp::create(
              inside, loc,
              inside.getZeroAttr(
                  cast<MemRefType>(buffer.getType()).getElementType()));
          scf::YieldOp::create(inside, loc, nothing);
        });
    storeAt(b, loc, choice.getResult(0), buffer, {step, place});
  });
}

SmallVector<Value> ContractEmitter::score(const Tile &tile,
                                          ArrayRef<Values> products, int64_t i,
                                          int64_t j) {
  Values mine;
  for (const Values &values : products)
    mine.push_back(values[i * layout.columns + j]);
  // What doesn't exist is not used, but has to be read from somewhere.
  return scoreAt(lastBelow(rowOf(tile, i), tile.rowEnd),
                 lastBelow(columnOf(tile, j), tile.columnEnd), mine);
}

SmallVector<Value> ContractEmitter::scoreAt(Value rowAt, Value columnAt,
                                            ValueRange products) {
  Values position(at);
  if (row >= 0)
    position[row] = rowAt;
  position[column] = columnAt;
  Values arguments(products);
  unsigned first = 2 * op.getContractions();
  for (unsigned e = 0; e < op.getNumElements(); ++e)
    arguments.push_back(
        op.getScore().getArgument(products.size() + e).use_empty()
            ? Value()
            : load(first + e, position));
  return cloneRegion(b, op.getScore(), arguments, [&](unsigned dim) {
    return globalOf(dim, position[dim]);
  });
}

//===----------------------------------------------------------------------===//
// Plain products
//===----------------------------------------------------------------------===//

void ContractEmitter::emitPlainProduct() {
  Value rows = row < 0 ? constant(1) : extents[row];
  loop(constant(0), rows, layout.tileRows, {}, [&](Value first, ValueRange) {
    loop(constant(0), extents[column], layout.tileColumns, {},
         [&](Value begin, ValueRange) {
           Tile tile{first, rows, begin, extents[column]};
           SmallVector<Values> products;
           for (unsigned k = 0; k < op.getContractions(); ++k)
             products.push_back(multiply(k, tile));
           if (cores)
             emitTensorEpilogue(tile, products);
           else
             emitEpilogue(tile, products);
           return Values();
         });
    return Values();
  });
}

void ContractEmitter::emitEpilogue(const Tile &tile,
                                   ArrayRef<Values> products) {
  for (int64_t i = 0; i < layout.rows; ++i)
    for (int64_t j = 0; j < layout.columns; ++j) {
      Values position(at);
      Value exists = isBelow(rowOf(tile, i), tile.rowEnd);
      if (row >= 0)
        position[row] = rowOf(tile, i);
      position[column] = columnOf(tile, j);
      exists = b.createOrFold<arith::AndIOp>(
          loc, exists, isBelow(position[column], tile.columnEnd));
      ifThen(exists, [&] {
        for (auto [r, value] : llvm::enumerate(score(tile, products, i, j)))
          store(op.getInputs().size() + r, position, value);
      });
    }
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of gyre.contract_reduce on tensor cores: operands of two bytes go to
// shared memory as they are, a piece ahead of the one that is multiplied, and
// sums are f32 in registers.

#include "codegen/nvptx/Contract.h"

#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::nvptx;

/// Steps of a contraction that are in shared memory at a time, in each of so
/// many pieces.
constexpr int64_t pieceDepth = 32, pieces = 2;
/// The warps of a plain product, and products of each along rows and columns:
/// 128 registers of sums.
constexpr int64_t warpsAlongRows = 2, warpsAlongColumns = 2, warpRows = 4,
                  warpColumns = 8;
/// Columns of a fold's tile, and of one beside whose payload sums there are no
/// registers for as many.
constexpr int64_t foldColumns = 64, fewColumns = 32;

/// Operands of one type of two bytes. In each contraction one is of rows and
/// the other of columns, and payloads are shared by all rows.
bool ContractEmitter::suitsTensorCores() {
  Type element = elementOf(0);
  if (TargetAttr::of(op).getMatrixRows() == 0 || row < 0 ||
      !(element.isF16() || element.isBF16()) || !op.getRight().empty() ||
      !op.getPayload().empty() ||
      threads.getCount() != warpsAlongRows * warpsAlongColumns * warpThreads)
    return false;
  for (unsigned k = 0; k < op.getContractions(); ++k) {
    unsigned left = 2 * k, right = left + 1;
    if (elementOf(left) != element || elementOf(right) != element ||
        !mapOf(left).isFunctionOfDim(row) ||
        mapOf(left).isFunctionOfDim(column) ||
        mapOf(right).isFunctionOfDim(row) ||
        !mapOf(right).isFunctionOfDim(column) || contractionDims(k).empty())
      return false;
    // They share memory, in which they lie as they do outside of it.
    unsigned depth = contractionDims(k).back(),
             first = contractionDims(0).back();
    if (isContiguous(left, depth) != isContiguous(0, first) ||
        isContiguous(right, depth) != isContiguous(1, first))
      return false;
  }
  if (op.isPlainProduct() && op.getContractions() > 1)
    return false;
  for (unsigned p = 0; p < op.getNumPayloads(); ++p) {
    AffineMap map = mapOf(payloadOperand(p));
    if (elementOf(payloadOperand(p)) != element || map.isFunctionOfDim(row) ||
        !map.isFunctionOfDim(column) || !map.isFunctionOfDim(payload) ||
        isContiguous(payloadOperand(p), column) !=
            isContiguous(payloadOperand(0), column))
      return false;
  }
  return true;
}

void ContractEmitter::planTensorCores() {
  cores.emplace(b, loc, threads, elementOf(0));
  bool plain = op.isPlainProduct();
  int64_t warps = threads.getCount() / warpThreads;
  // A fold's warps have rows of their own. Payloads, and the scores of several
  // contractions, leave registers for one product along rows.
  int64_t along = plain                                             ? warpRows
                  : op.getNumPayloads() || op.getContractions() > 1 ? 1
                                                                    : 2;
  int64_t columns = foldColumns;
  if (op.getNumPayloads() &&
      getConstantIntValue(extents[payload]).value_or(0) > maxPayload / 2)
    columns = fewColumns;
  Value lane = cores->getLane(), warp = cores->getWarp();
  Value inLine = constant(mmaRowThreads),
        sideways = constant(warpsAlongColumns);
  auto times = [&](Value x, int64_t y) {
    return b.createOrFold<arith::MulIOp>(loc, x, constant(y));
  };
  warpRow = warp;
  warpColumn = constant(0);
  if (plain) {
    warpRow = arith::DivUIOp::create(b, loc, warp, sideways);
    warpColumn = arith::RemUIOp::create(b, loc, warp, sideways);
  }
  warpRow = times(warpRow, along * mmaRows);
  warpColumn = times(warpColumn, warpColumns * mmaColumns);
  layout = {
      .rows = 2 * along,
      .columns = plain ? 2 * warpColumns : columns / mmaRowThreads,
      .tileRows = (plain ? warpsAlongRows : warps) * along * mmaRows,
      .tileColumns =
          plain ? warpsAlongColumns * warpColumns * mmaColumns : columns,
      .lineThreads = mmaRowThreads,
      .firstRow = add(warpRow, arith::DivUIOp::create(b, loc, lane, inLine)),
      .firstColumn = add(
          warpColumn, times(arith::RemUIOp::create(b, loc, lane, inLine), 2)),
      .rowStep = mmaRows / 2,
      .inPairs = true};
  for (unsigned k = 0; k < op.getContractions(); ++k) {
    planCopies(2 * k, row, contractionDims(k).back());
    planCopies(2 * k + 1, column, contractionDims(k).back());
  }
  for (unsigned p = 0; p < op.getNumPayloads(); ++p)
    planCopies(payloadOperand(p), payload, column);
  unsigned depth = contractionDims(0).back();
  leftAlongDepth = isContiguous(0, depth);
  rightAlongDepth = isContiguous(1, depth);
  if (!plain && planHeld(along))
    return;
  leftTiles = SharedTiles::make(b, loc, threads, pieces, layout.tileRows,
                                pieceDepth, leftAlongDepth);
  rightTiles = SharedTiles::make(b, loc, threads, pieces, layout.tileColumns,
                                 pieceDepth, rightAlongDepth);
}

//===----------------------------------------------------------------------===//
// Copies to shared memory
//===----------------------------------------------------------------------===//

void ContractEmitter::planCopies(unsigned operand, unsigned place,
                                 unsigned depth) {
  AffineMap map = mapOf(operand);
  if (map.isProjectedPermutation())
    aligned[operand] = accessesAlign(
        b, loc, operandAt(operand), map,
        isContiguous(operand, depth) ? depth : place, wideElements, extents);
}

void ContractEmitter::copyTile(unsigned operand, const SharedTiles &tiles,
                               Value stage, ArrayRef<Value> position,
                               Stretch places, Stretch depth) {
  Stretch rows = tiles.alongDepth ? places : depth;
  Stretch elements = tiles.alongDepth ? depth : places;
  Value wide = aligned.lookup(operand);
  if (!wide) {
    copySingly(operand, tiles, stage, position, rows, elements);
    return;
  }
  auto choice = scf::IfOp::create(b, loc, wide, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(choice.thenYield());
  copyWide(operand, tiles, stage, position, rows, elements);
  b.setInsertionPoint(choice.elseYield());
  copySingly(operand, tiles, stage, position, rows, elements);
}

void ContractEmitter::copyWide(unsigned operand, const SharedTiles &tiles,
                               Value stage, ArrayRef<Value> position,
                               Stretch rows, Stretch elements) {
  int64_t count = threads.getCount();
  int64_t inRow = elements.count / wideElements, total = rows.count * inRow;
  Value zero = constant(0), id = threads.getId(), perRow = constant(inRow);
  for (int64_t first = 0; first < total; first += count) {
    Value number = add(id, first);
    auto copyOne = [&] {
      // Whole rows a step leave the same element to a thread each time.
      bool whole = count % inRow == 0;
      Value from = whole ? id : number;
      Value r = arith::DivUIOp::create(b, loc, from, perRow);
      Value e = arith::RemUIOp::create(b, loc, from, perRow);
      if (whole)
        r = add(r, first / inRow);
      e = arith::MulIOp::create(b, loc, e, constant(wideElements));
      Values source(position);
      source[rows.dim] = add(rows.begin, r);
      source[elements.dim] = add(elements.begin, e);
      Value left =
          arith::SubIOp::create(b, loc, elements.end, source[elements.dim]);
      left = least(arith::MaxSIOp::create(b, loc, left, zero),
                   constant(wideElements));
      left = select(isBelow(source[rows.dim], rows.end), left, zero);
      Value bytes = arith::MulIOp::create(b, loc, left, constant(2));
      cores->copy(
          tiles, stage, r, e,
          byteAddress(b, loc, operandAt(operand), indicesOf(operand, source)),
          bytes);
    };
    if (first + count <= total)
      copyOne();
    else
      ifThen(isBelow(number, constant(total)), copyOne);
  }
}

void ContractEmitter::copySingly(unsigned operand, const SharedTiles &tiles,
                                 Value stage, ArrayRef<Value> position,
                                 Stretch rows, Stretch elements) {
  OpBuilder::InsertionGuard guard(b);
  threads.forPoints(
      b, loc, {constant(rows.count), constant(elements.count)},
      [&](OpBuilder &inside, ValueRange point) {
        b.setInsertionPoint(inside.getInsertionBlock(),
                            inside.getInsertionPoint());
        Values source(position);
        source[rows.dim] = add(rows.begin, point[0]);
        source[elements.dim] = add(elements.begin, point[1]);
        Value exists =
            arith::AndIOp::create(b, loc, isBelow(source[rows.dim], rows.end),
                                  isBelow(source[elements.dim], elements.end));
        auto choice = scf::IfOp::create(b, loc, TypeRange(b.getI16Type()),
                                        exists, /*withElseRegion=*/true);
        {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPointToEnd(choice.thenBlock());
          Value element =
              loadAt(b, loc, operandAt(operand), indicesOf(operand, source));
          Value bits =
              arith::BitcastOp::create(b, loc, b.getI16Type(), element);
          scf::YieldOp::create(b, loc, bits);
          b.setInsertionPointToEnd(choice.elseBlock());
          scf::YieldOp::create(b, loc, zero(b.getI16Type()));
        }
        storeAt(b, loc, choice.getResult(0), tiles.memory,
                {stage, point[0], point[1]});
      });
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

SmallVector<Value> ContractEmitter::multiplyOnTensorCores(unsigned k,
                                                          const Tile &tile) {
  SmallVector<unsigned> dims = contractionDims(k);
  std::function<Values(unsigned, Values, ValueRange)> nest =
      [&](unsigned depth, Values position, ValueRange sums) -> Values {
    unsigned dim = dims[depth];
    if (depth + 1 == dims.size())
      return multiplyPieces(k, tile, dim, position, sums);
    return loop(constant(0), extents[dim], 1, sums,
                [&](Value iv, ValueRange sums) {
                  position[dim] = iv;
                  return nest(depth + 1, position, sums);
                });
  };
  return nest(0, at,
              Values(layout.rows * layout.columns, zero(b.getF32Type())));
}

SmallVector<Value> ContractEmitter::multiplyPieces(unsigned k, const Tile &tile,
                                                   unsigned depth,
                                                   ArrayRef<Value> position,
                                                   ValueRange sums) {
  Value end = extents[depth];
  auto copyPiece = [&](Value from) {
    ifThen(isBelow(from, end), [&] {
      Stretch steps{int(depth), from, end, pieceDepth};
      Value stage = stageOf(from);
      copyTile(2 * k, leftTiles, stage, position,
               {row, tile.row, tile.rowEnd, layout.tileRows}, steps);
      copyTile(2 * k + 1, rightTiles, stage, position,
               {column, tile.column, tile.columnEnd, layout.tileColumns},
               steps);
      cores->commit();
    });
  };
  copyPiece(constant(0));
  Values next = loop(constant(0), end, pieceDepth, sums,
                     [&](Value from, ValueRange sums) {
                       // This piece has come, and nobody reads the one before
                       // any more.
                       cores->wait(0);
                       threads.barrier(b, loc);
                       copyPiece(add(from, pieceDepth));
                       return multiplyPiece(stageOf(from), sums);
                     });
  // Before something else is written over the last pieces.
  threads.barrier(b, loc);
  return next;
}

Value ContractEmitter::stageOf(Value from) {
  Value piece = b.createOrFold<arith::DivUIOp>(loc, from, constant(pieceDepth));
  return b.createOrFold<arith::RemUIOp>(loc, piece, constant(pieces));
}

SmallVector<Value> ContractEmitter::multiplyPiece(Value stage,
                                                  ValueRange sums) {
  Values next(sums);
  int64_t along = layout.rows / 2, across = layout.columns / 2;
  for (int64_t step = 0; step < pieceDepth; step += mmaDepth) {
    SmallVector<Values> left;
    for (int64_t m = 0; m < along; ++m)
      left.push_back(cores->loadLeft(
          leftTiles, stage, add(warpRow, m * mmaRows), constant(step)));
    for (int64_t n = 0; n < across; n += 2) {
      Values right = cores->loadRight(
          rightTiles, stage, add(warpColumn, n * mmaColumns), constant(step));
      for (int64_t m = 0; m < along; ++m)
        for (int64_t half : {0, 1})
          cores->multiplyInto(next, layout.columns, m, n + half, left[m],
                              ArrayRef(right).slice(2 * half, 2));
    }
  }
  return next;
}

/// Sums change hands through shared memory, so that neighbouring threads store
/// neighbouring elements, and the code of `score` is there once for each of
/// the products along rows.
void ContractEmitter::emitTensorEpilogue(const Tile &tile,
                                         ArrayRef<Values> products) {
  int64_t rows = warpsAlongRows * mmaRows;
  // Four banks from one row to the next.
  auto type = MemRefType::get(
      {rows, layout.tileColumns + 4}, b.getF32Type(), AffineMap(),
      cast<MemRefType>(leftTiles.bytes.getType()).getMemorySpace());
  Value sums = memref::ViewOp::create(b, loc, type, leftTiles.bytes,
                                      constant(0), ValueRange());
  Value perWarp = constant(layout.rows * layout.rowStep),
        high = constant(mmaRows);
  Value inWarp = arith::RemUIOp::create(b, loc, layout.firstRow, perWarp);
  Value mine =
      add(arith::MulIOp::create(
              b, loc, arith::DivUIOp::create(b, loc, layout.firstRow, perWarp),
              high),
          inWarp);
  for (int64_t m = 0; m < layout.rows / 2; ++m) {
    for (int64_t half : {0, 1})
      for (int64_t j = 0; j < layout.columns; ++j)
        storeAt(b, loc, products[0][(2 * m + half) * layout.columns + j], sums,
                {add(mine, half * layout.rowStep),
                 add(layout.firstColumn, layout.columnOffset(j))});
    threads.barrier(b, loc);
    OpBuilder::InsertionGuard guard(b);
    threads.forPoints(
        b, loc, {constant(rows), constant(layout.tileColumns)},
        [&](OpBuilder &inside, ValueRange point) {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPoint(inside.getInsertionBlock(),
                              inside.getInsertionPoint());
          Value ofWarp = arith::DivUIOp::create(b, loc, point[0], high);
          Value r = arith::RemUIOp::create(b, loc, point[0], high);
          Values position(at);
          position[row] =
              add(add(tile.row, arith::MulIOp::create(b, loc, ofWarp, perWarp)),
                  add(r, m * mmaRows));
          position[column] = add(tile.column, point[1]);
          Value exists =
              arith::AndIOp::create(b, loc, isBelow(position[row], tile.rowEnd),
                                    isBelow(position[column], tile.columnEnd));
          ifThen(exists, [&] {
            Value sum = loadAt(b, loc, sums, point);
            for (auto [r, value] :
                 llvm::enumerate(scoreAt(position[row], position[column], sum)))
              store(op.getInputs().size() + r, position, value);
          });
        });
    // Before the next sums, or pieces, are written over these.
    threads.barrier(b, loc);
  }
}

//===----------------------------------------------------------------------===//
// Payloads
//===----------------------------------------------------------------------===//

/// Sums of products with the payloads of a tile. Columns that a row does not
/// have weigh nothing, but zero times NaN or infinity is NaN: where a cut tile
/// has such numbers, each row is taken on its own with zeros for the columns
/// that it lacks.
SmallVector<Value>
ContractEmitter::sumPayloadsOnTensorCores(const Tile &tile, ValueRange sums,
                                          Value payloadBegin) {
  Values next;
  int64_t count = layout.rows * threadPayload;
  for (unsigned p = 0; p < op.getNumPayloads(); ++p) {
    // One that is on its way already has the next columns behind it.
    bool isComing = holds() && op.getNumPayloads() == 1;
    if (!isComing)
      copyPayload(p, tile, payloadBegin);
    cores->wait(isComing ? 1 : 0);
    threads.barrier(b, loc);
    Values mine(sums.slice(p * count, count));
    if (!op.getStart() && !op.getLimit()) {
      multiplyPayload(p, tile, mine, 0, threadPayload, nullptr);
    } else {
      auto choice = scf::IfOp::create(b, loc, TypeRange(ValueRange(mine)),
                                      needsRowsAlone(tile),
                                      /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(b);
      Values alone(mine);
      b.setInsertionPointToEnd(choice.thenBlock());
      multiplyRowsAlone(p, tile, alone);
      scf::YieldOp::create(b, loc, alone);
      b.setInsertionPointToEnd(choice.elseBlock());
      multiplyPayload(p, tile, mine, 0, threadPayload, nullptr);
      scf::YieldOp::create(b, loc, mine);
      mine.assign(choice.result_begin(), choice.result_end());
    }
    llvm::append_range(next, mine);
    // Before the next columns are written over these; where they are on their
    // way already, that was seen to.
    if (!isComing)
      threads.barrier(b, loc);
  }
  return next;
}

/// Whether the tile is cut, and its payload has a NaN or an infinity.
Value ContractEmitter::needsRowsAlone(const Tile &tile) {
  Type i1 = b.getI1Type(), i32 = b.getI32Type();
  auto choice = scf::IfOp::create(b, loc, TypeRange(i1), isWhole(tile),
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(choice.thenBlock());
  scf::YieldOp::create(b, loc, zero(i1));
  b.setInsertionPointToEnd(choice.elseBlock());
  auto look = [&](Value step, ValueRange found) {
    Value bad = found.front();
    // Their exponents are all ones.
    int32_t ones = elementOf(0).isF16() ? 0x7c00 : 0x7f80;
    for (int64_t q = 0; q < threadPayload; q += 4)
      for (Value pair :
           cores->loadRight(payloadTiles, constant(0),
                            constant(q * layout.lineThreads), step))
        for (int32_t mask : {ones, int32_t(uint32_t(ones) << 16)}) {
          Value bits =
              arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(mask));
          Value exponent = arith::AndIOp::create(b, loc, pair, bits);
          bad = arith::OrIOp::create(
              b, loc, bad,
              arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, exponent,
                                    bits));
        }
    return Values{bad};
  };
  Value bad =
      loop(constant(0), constant(layout.tileColumns), mmaDepth, zero(i1), look)
          .front();
  bad = arith::ExtUIOp::create(b, loc, i32, bad);
  for (int64_t d = warpThreads / 2; d >= 1; d /= 2)
    bad = arith::OrIOp::create(b, loc, bad, threads.exchange(b, loc, bad, d));
  scf::YieldOp::create(b, loc,
                       ValueRange{arith::TruncIOp::create(b, loc, i1, bad)});
  return choice.getResult(0);
}

void ContractEmitter::copyPayload(unsigned p, const Tile &tile,
                                  Value payloadBegin) {
  copyTile(payloadOperand(p), payloadTiles, constant(0), at,
           {payload, payloadBegin, extents[payload],
            threadPayload * layout.lineThreads},
           {column, tile.column, tile.columnEnd, layout.tileColumns});
  cores->commit();
}

/// A row's sums change when its turn comes, a few of them at a time: that
/// leaves registers to the others.
void ContractEmitter::multiplyRowsAlone(unsigned p, const Tile &tile,
                                        MutableArrayRef<Value> sums) {
  Value inWarp = arith::SubIOp::create(b, loc, layout.firstRow, warpRow);
  constexpr int64_t few = 4;
  auto takeRow = [&](Value r, ValueRange carried) {
    Value rowAt = add(add(tile.row, warpRow), r);
    Span span = spanOf(lastBelow(rowAt, tile.rowEnd));
    Values next(carried);
    for (int64_t q = 0; q < threadPayload; q += few) {
      Values added(next);
      multiplyPayload(p, tile, added, q, few, &span);
      for (int64_t i = 0; i < layout.rows; ++i) {
        Value isMine =
            arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                  add(inWarp, i * layout.rowStep), r);
        for (int64_t e = q; e < q + few; ++e) {
          Value &sum = next[i * threadPayload + e];
          sum = select(isMine, added[i * threadPayload + e], sum);
        }
      }
    }
    return next;
  };
  llvm::copy(loop(constant(0), constant(layout.rows * layout.rowStep), 1,
                  Values(sums), takeRow),
             sums.begin());
}

/// Adds products of `count` elements of the payload, from `begin`, of those
/// that a thread has in a row. The weights are where a left operand wants them.
/// With `span`, zeros stand for the columns outside of it.
void ContractEmitter::multiplyPayload(unsigned p, const Tile &tile,
                                      MutableArrayRef<Value> sums,
                                      int64_t begin, int64_t count,
                                      const Span *span) {
  Span near = span ? nearSpan(tile, *span) : Span();
  const Values &own = ownWeights[op.getRides()[p]];
  Type i32 = b.getI32Type();
  for (int64_t step = 0; step < layout.tileColumns; step += mmaDepth) {
    SmallVector<Values> left;
    int64_t first = step / mmaColumns * 2;
    for (int64_t m = 0; m < layout.rows / 2; ++m) {
      left.emplace_back();
      for (int64_t j : {first, first + 2})
        for (int64_t i : {2 * m, 2 * m + 1}) {
          int64_t at = i * layout.columns + j;
          left.back().push_back(cores->pack(own[at], own[at + 1]));
        }
    }
    // Which halves of a register count, in both groups of eight columns.
    Values masks;
    for (int64_t j = first; span && j < first + 4; j += 2) {
      Value mask = zero(i32);
      for (int64_t half : {0, 1}) {
        Value bits = arith::ConstantOp::create(
            b, loc, b.getI32IntegerAttr(half ? int32_t(0xffff0000) : 0xffff));
        mask = arith::OrIOp::create(
            b, loc, mask, select(isNear(near, j + half), bits, zero(i32)));
      }
      masks.push_back(mask);
    }
    for (int64_t q = begin; q < begin + count; q += 4) {
      Values right =
          cores->loadRight(payloadTiles, constant(0),
                           constant(q * layout.lineThreads), constant(step));
      for (unsigned i = 0; span && i < right.size(); ++i)
        right[i] = arith::AndIOp::create(b, loc, right[i], masks[i % 2]);
      for (int64_t m = 0; m < layout.rows / 2; ++m)
        for (int64_t half : {0, 1})
          cores->multiplyInto(sums, threadPayload, m, q / 2 + half, left[m],
                              ArrayRef(right).slice(2 * half, 2));
    }
  }
}

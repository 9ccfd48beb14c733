// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Folds of gyre.contract_reduce on tensor cores whose contractions are short:
// left operands stay in registers, columns come while others are multiplied.

#include "codegen/nvptx/Contract.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::nvptx;

/// Registers for left operands, and shared memory that a kernel may declare.
constexpr int64_t heldRegisters = 32, sharedBytes = 48 << 10;

/// Where contractions have one loop of known length, and all fits.
bool ContractEmitter::planHeld(int64_t along) {
  SmallVector<int64_t> depths;
  int64_t registers = 0, bytes = 0, left = 0;
  for (unsigned k = 0; k < op.getContractions(); ++k) {
    SmallVector<unsigned> dims = contractionDims(k);
    auto size = getConstantIntValue(extents[dims.back()]);
    if (dims.size() != 1 || !size || *size == 0)
      return false;
    int64_t depth = llvm::alignTo(*size, mmaDepth);
    depths.push_back(depth);
    // A product along rows has four registers.
    registers += along * 4 * (depth / mmaDepth);
    bytes +=
        SharedTiles::countBytes(1, layout.tileColumns, depth, rightAlongDepth);
    left = std::max(left, SharedTiles::countBytes(1, layout.tileRows, depth,
                                                  leftAlongDepth));
  }
  // A payload's columns take the memory of left operands, or more.
  if (op.getNumPayloads())
    left = std::max(left, SharedTiles::countBytes(1, maxPayload,
                                                  layout.tileColumns, false));
  if (registers > heldRegisters || bytes + left > sharedBytes)
    return false;
  heldDepths = depths;
  for (int64_t depth : depths)
    heldTiles.push_back(SharedTiles::make(
        b, loc, threads, 1, layout.tileColumns, depth, rightAlongDepth));
  if (!op.getNumPayloads())
    payloadTiles.bytes = threads.shared(b, loc, {left}, b.getI8Type());
  return true;
}

/// Loads the left operands of a tile of rows, by way of the payload's memory.
void ContractEmitter::holdLeft(const Tile &tile) {
  heldLeft.clear();
  for (auto [k, depth] : llvm::enumerate(heldDepths)) {
    // Those before are read, and so are the last columns of the rows before.
    threads.barrier(b, loc);
    SharedTiles tiles = SharedTiles::over(
        b, loc, payloadTiles.bytes, 1, layout.tileRows, depth, leftAlongDepth);
    unsigned dim = contractionDims(k).front();
    copyTile(2 * k, tiles, constant(0), at,
             {row, tile.row, tile.rowEnd, layout.tileRows},
             {int(dim), constant(0), extents[dim], depth});
    cores->commit();
    cores->wait(0);
    threads.barrier(b, loc);
    heldLeft.emplace_back();
    for (int64_t step = 0; step < depth; step += mmaDepth)
      for (int64_t m = 0; m < layout.rows / 2; ++m)
        llvm::append_range(heldLeft.back(),
                           cores->loadLeft(tiles, constant(0),
                                           add(warpRow, m * mmaRows),
                                           constant(step)));
  }
}

/// Starts copying the right operands of the columns from `begin`, if any.
void ContractEmitter::copyColumns(const Tile &tile, Value begin) {
  ifThen(isBelow(begin, tile.columnEnd), [&] {
    for (auto [k, depth] : llvm::enumerate(heldDepths)) {
      unsigned dim = contractionDims(k).front();
      copyTile(2 * k + 1, heldTiles[k], constant(0), at,
               {column, begin, tile.columnEnd, layout.tileColumns},
               {int(dim), constant(0), extents[dim], depth});
    }
  });
  cores->commit();
}

void ContractEmitter::beginColumns(const Tile &tile, Value payloadBegin) {
  // These columns have come, and nobody reads the payload's last ones any more.
  cores->wait(0);
  threads.barrier(b, loc);
  if (op.getNumPayloads() == 1)
    copyPayload(0, tile, payloadBegin);
}

void ContractEmitter::endColumns(const Tile &tile) {
  // Nobody reads these columns any more.
  threads.barrier(b, loc);
  copyColumns(tile, add(tile.column, layout.tileColumns));
}

SmallVector<Value> ContractEmitter::multiplyHeld(unsigned k) {
  Values sums(layout.rows * layout.columns, zero(b.getF32Type()));
  int64_t along = layout.rows / 2, across = layout.columns / 2;
  for (int64_t step = 0; step < heldDepths[k]; step += mmaDepth)
    for (int64_t n = 0; n < across; n += 2) {
      Values right = cores->loadRight(heldTiles[k], constant(0),
                                      constant(n * mmaColumns), constant(step));
      for (int64_t m = 0; m < along; ++m)
        for (int64_t half : {0, 1})
          cores->multiplyInto(
              sums, layout.columns, m, n + half,
              ArrayRef(heldLeft[k]).slice((step / mmaDepth * along + m) * 4, 4),
              ArrayRef(right).slice(2 * half, 2));
    }
  return sums;
}

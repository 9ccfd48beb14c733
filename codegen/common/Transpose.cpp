// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moving lanes between vectors: transposed squares, parts of wide vectors.

#include "codegen/common/Transpose.h"

#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

SmallVector<Value> gyre::transposeSquare(OpBuilder &b, Location loc,
                                         ArrayRef<Value> rows) {
  int64_t size = rows.size();
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i < size / 2; ++i) {
    low.append({i, size + i});
    high.append({size / 2 + i, size + size / 2 + i});
  }
  // Interleaving rows i and i + n/2 into rows 2i and 2i + 1 rotates the bits
  // of (row, column) by one; after log2(n) rounds these have changed places.
  SmallVector<Value> now(rows), next(size);
  for (int64_t round = 1; round < size; round *= 2) {
    for (int64_t i = 0; i < size / 2; ++i) {
      Value one = now[i], other = now[i + size / 2];
      next[2 * i] = vector::ShuffleOp::create(b, loc, one, other, low);
      next[2 * i + 1] = vector::ShuffleOp::create(b, loc, one, other, high);
    }
    std::swap(now, next);
  }
  return now;
}

Value gyre::insertLanes(OpBuilder &b, Location loc, Value part, Value wide,
                        int64_t at, int64_t width) {
  auto type = cast<VectorType>(part.getType());
  if (type.getNumElements() == width)
    return part;
  if (!wide)
    wide = ub::PoisonOp::create(b, loc,
                                VectorType::get(width, type.getElementType()));
  return vector::InsertStridedSliceOp::create(b, loc, part, wide, at, 1);
}

Value gyre::extractLanes(OpBuilder &b, Location loc, Value wide, int64_t at,
                         int64_t count) {
  if (cast<VectorType>(wide.getType()).getNumElements() == count)
    return wide;
  return vector::ExtractStridedSliceOp::create(b, loc, wide, at, count, 1);
}

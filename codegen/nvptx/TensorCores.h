// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The instructions around tensor cores, warp by warp: products of 16 x 16 by
// 16 x 8 elements of two bytes with sums in f32, the loads that bring operands
// into the lanes that they want, and copies into shared memory that a thread
// does not wait for.

#ifndef GYRE_CODEGEN_NVPTX_TENSORCORES_H
#define GYRE_CODEGEN_NVPTX_TENSORCORES_H

#include "codegen/nvptx/Threads.h"

namespace mlir::gyre::nvptx {

/// Elements of one product, which adds to `mmaRows` by `mmaColumns` sums.
constexpr int64_t mmaRows = 16, mmaColumns = 8, mmaDepth = 16;
/// Threads that have the sums of a row, two neighbours each.
constexpr int64_t mmaRowThreads = 4;
/// Elements of one access of a thread.
constexpr int64_t wideElements = accessBytes / 2;

/// Tiles of an operand in shared memory, as bits.
struct SharedTiles {
  /// All of it, and the same as stages x rows x elements of i16. Rows are 16
  /// bytes longer than what they hold, so that eight of them are in different
  /// banks.
  Value bytes, memory;
  /// Neighbours in memory are neighbours of the contraction.
  bool alongDepth;

  static SharedTiles make(OpBuilder &b, Location loc, const Threads &threads,
                          int64_t stages, int64_t places, int64_t depth,
                          bool alongDepth);
  /// In `bytes`, which others use before or after.
  static SharedTiles over(OpBuilder &b, Location loc, Value bytes,
                          int64_t stages, int64_t places, int64_t depth,
                          bool alongDepth);
  static int64_t countBytes(int64_t stages, int64_t places, int64_t depth,
                            bool alongDepth);
};

class TensorCores {
public:
  /// `element` is f16 or bf16.
  TensorCores(OpBuilder &b, Location loc, const Threads &threads, Type element);

  Value getLane() const { return lane; }
  Value getWarp() const { return warp; }

  /// The left operand of a product: 16 rows from `row`, 16 steps from `depth`.
  SmallVector<Value> loadLeft(const SharedTiles &tiles, Value stage, Value row,
                              Value depth);
  /// The right operands of two products: of 8 columns from `column` and, in the
  /// second half, of the 8 behind them.
  SmallVector<Value> loadRight(const SharedTiles &tiles, Value stage,
                               Value column, Value depth);
  /// A register of two elements, the first in the lower half.
  Value pack(Value first, Value second);
  /// This lane's sums: two neighbouring columns, then those 8 rows below.
  SmallVector<Value> multiply(ValueRange left, ValueRange right,
                              ValueRange sums);

  /// Adds to the sums of product (m, n) of those that a thread has, `columns`
  /// in a row.
  void multiplyInto(MutableArrayRef<Value> sums, int64_t columns, int64_t m,
                    int64_t n, ValueRange left, ValueRange right);

  /// Copies 16 bytes, of which all but the first `bytes` are zero, to a row of
  /// `tiles`.
  void copy(const SharedTiles &tiles, Value stage, Value row, Value element,
            Value source, Value bytes);
  /// What was copied since the last call is one group.
  void commit();
  /// Waits for all but the last `pending` groups of this thread.
  void wait(int64_t pending);

private:
  Value addressOf(const SharedTiles &tiles, Value stage, Value row,
                  Value element);
  SmallVector<Value> loadMatrices(const SharedTiles &tiles, Value stage,
                                  Value place, Value depth, bool placesFirst);
  Value constant(int64_t value);
  Value add(Value x, Value y);

  OpBuilder &b;
  Location loc;
  Type element;
  Value lane, warp;
};

/// The address of an element of global memory, in bytes, as an index.
Value byteAddress(OpBuilder &b, Location loc, Value memref, ValueRange indices);

} // namespace mlir::gyre::nvptx

#endif // GYRE_CODEGEN_NVPTX_TENSORCORES_H

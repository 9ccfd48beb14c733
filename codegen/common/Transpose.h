// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moving lanes between vectors: transposed squares, parts of wide vectors.

#ifndef GYRE_CODEGEN_COMMON_TRANSPOSE_H
#define GYRE_CODEGEN_COMMON_TRANSPOSE_H

#include "mlir/IR/Builders.h"

namespace mlir::gyre {

/// The columns of the square whose rows are given, n vectors of n lanes with n
/// a power of two, by n log2(n) shuffles of pairs.
SmallVector<Value> transposeSquare(OpBuilder &b, Location loc,
                                   ArrayRef<Value> rows);

/// `wide`, a vector of `width` lanes, with those from `at` replaced by `part`.
/// `wide` may be null; then lanes that no part is written to are undefined.
Value insertLanes(OpBuilder &b, Location loc, Value part, Value wide,
                  int64_t at, int64_t width);

/// The `count` lanes of `wide` from `at`.
Value extractLanes(OpBuilder &b, Location loc, Value wide, int64_t at,
                   int64_t count);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_TRANSPOSE_H

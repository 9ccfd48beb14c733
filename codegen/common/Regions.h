// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cloning the scalar code of a structure's region, for one element or for a
// vector of them.

#ifndef GYRE_CODEGEN_COMMON_REGIONS_H
#define GYRE_CODEGEN_COMMON_REGIONS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace mlir {
class AffineExpr;
}

namespace mlir::gyre {

/// The position along a loop dimension: an index, or a vector with a lane for
/// each element, of index or (where `laneIndexType` says so) of i32.
using IndexFn = function_ref<Value(unsigned dim)>;

/// Clones the body of `region` (one block) at the insertion point of `b`, with
/// `arguments` for its block arguments, and returns what its terminator yields.
///
/// Arguments are scalars or vectors of one shape. A scalar that meets a vector
/// is broadcast; types follow. Values from outside the region may be used.
/// Loads whose index varies by lane become (masked) vector loads or gathers;
/// `mask` says which lanes may touch memory, and all may without it.
///
/// Sums and products get the fast-math flag `contract`, and no other, unless
/// they have the attribute `gyre.exact`: draws of random numbers have to agree
/// bit for bit everywhere. maxnumf and minnumf become compare and select (one
/// instruction on x86): NaN never wins, and a state of a fold is taken to be a
/// number. maximumf and minimumf hand NaN on. None of them orders zeros by
/// their sign.
SmallVector<Value> cloneRegion(OpBuilder &b, Region &region,
                               ValueRange arguments, IndexFn index,
                               Value mask = {});

/// Clones what `roots`, values seen in `region`, need of it beyond what
/// `mapping` already holds. Putting a value in the middle of the region into
/// `mapping` beforehand cuts the slice there.
SmallVector<Value> cloneSlice(OpBuilder &b, Region &region, ValueRange roots,
                              IRMapping &mapping, IndexFn index,
                              Value mask = {});

/// Whether `cloneRegion` can turn the region into vector code. Any region can
/// be cloned for scalars.
bool canWiden(Region &region);

/// The type for lanes of positions in `region`: i32 where no result can tell
/// it from index (a vector<16xindex> takes two registers), index otherwise.
/// Loops are taken to have fewer than 2^30 iterations.
Type laneIndexType(ArrayRef<Region *> regions);

/// base, base + 1, ... of `type` (index or i32).
Value laneIndices(OpBuilder &b, Location loc, Value base, int64_t width,
                  Type type);

/// The first of the lanes, where these are known to count up by one; null
/// otherwise.
Value contiguousBase(OpBuilder &b, Location loc, Value lanes);

/// `value` as a vector of `width` lanes, if it isn't a vector.
Value broadcastLanes(OpBuilder &b, Location loc, Value value, int64_t width);

/// `expr` at dimensions and symbols that are indices or vectors of them.
Value expandExpr(OpBuilder &b, Location loc, AffineExpr expr, ValueRange dims,
                 ValueRange symbols = {});

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_REGIONS_H

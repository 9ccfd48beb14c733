// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops as emitters write them: nests of plain ones, and one that walks a
// dimension in vectors with a masked tail.

#ifndef GYRE_CODEGEN_COMMON_LOOPS_H
#define GYRE_CODEGEN_COMMON_LOOPS_H

#include "mlir/IR/Builders.h"

namespace mlir::gyre {

/// for (i = 0; i < extent; ++i) for each of `extents`, outermost first; `body`
/// gets all positions. A loop of constant extent 1 is not made.
void loopNest(OpBuilder &b, Location loc, ValueRange extents,
              function_ref<void(OpBuilder &, ValueRange positions)> body);

/// for (i = begin; i < end; i += step) with carried values.
SmallVector<Value>
forLoop(OpBuilder &b, Location loc, Value begin, Value end, int64_t step,
        ValueRange carried,
        function_ref<SmallVector<Value>(OpBuilder &, Value, ValueRange)> body);

/// What a step of `forLanes` works on: `count` vectors that start at `begin`,
/// of which the lanes of `mask` count, `rest` of them (all without a mask).
struct LaneStep {
  Value begin;
  unsigned count;
  Value mask, rest;
};

/// Walks [0, size) in vectors of `width`: `unroll` of them at a time, then one
/// by one, then a masked rest. `body` is asked for each of these three loops
/// as far as `size` needs them, and returns the next carried values.
SmallVector<Value> forLanes(
    OpBuilder &b, Location loc, Value size, int64_t width, unsigned unroll,
    ValueRange carried,
    function_ref<SmallVector<Value>(OpBuilder &, LaneStep, ValueRange)> body);

/// `begin` + `count`, folded where both are constants.
Value addIndex(OpBuilder &b, Location loc, Value begin, int64_t count);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_LOOPS_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the sampling loops share: the function that they call, their steps,
// fresh noise.

#ifndef GYRE_DIALECT_OPS_SCORE_SAMPLE_H
#define GYRE_DIALECT_OPS_SCORE_SAMPLE_H

#include "dialect/ops/score/Score.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::gyre {

/// The function takes (sample, f32, conditions..) and returns a sample.
LogicalResult verifySampledFunction(Operation *op, FlatSymbolRefAttr name,
                                    Type sample, ValueRange conditions,
                                    SymbolTableCollection &symbols);

/// for (i = 0; i < count; ++i) with carried values.
SmallVector<Value>
buildLoop(OpBuilder &b, Location loc, Value count, ValueRange carried,
          function_ref<SmallVector<Value>(Scalar, ValueRange)> body);

/// Normal numbers, as many as `like` has, from the counters of draw `i`.
Value drawNormal(OpBuilder &b, Location loc, Value like, Value seed, Scalar i);

/// A scalar from outside of a map in the type that `e` is computed in.
inline Scalar outer(Scalar e, Value value) {
  return e.with(value).to(e.getType());
}

inline bool isClip(double clip) { return clip >= 0 && std::isfinite(clip); }

/// x within [-clip, clip], or as it is where `clip` is 0; NaN stays.
inline Scalar clipped(Scalar x, double clip) {
  if (clip == 0)
    return x;
  x = select(greater(x, clip), clip, x);
  return select(less(x, -clip), -clip, x);
}

/// The number of steps of `op`, at least 1.
template <typename Op> Scalar stepCount(Op op, OpBuilder &b) {
  Location loc = op.getLoc();
  if (op.getSteps())
    return Scalar(b, loc,
                  arith::ConstantIndexOp::create(b, loc, *op.getSteps()));
  Scalar given(b, loc, op.getStepCount());
  return select(less(given, 1.0), 1.0, given);
}

template <typename Op>
Value callFunction(Op op, OpBuilder &b, FlatSymbolRefAttr name, Value x,
                   Value level) {
  SmallVector<Value> arguments = {x, level};
  llvm::append_range(arguments, op.getConditions());
  return func::CallOp::create(b, op.getLoc(), name.getValue(),
                              op.getNoise().getType(), arguments)
      .getResult(0);
}

} // namespace mlir::gyre

#endif // GYRE_DIALECT_OPS_SCORE_SAMPLE_H

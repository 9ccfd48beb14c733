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

/// The function takes (sample, f32, conditions..) and returns a sample, or
/// several of its type.
LogicalResult verifySampledFunction(Operation *op, FlatSymbolRefAttr name,
                                    Type sample, ValueRange conditions,
                                    SymbolTableCollection &symbols,
                                    unsigned results = 1);

/// for (i = 0; i < count; ++i) with carried values.
SmallVector<Value>
buildLoop(OpBuilder &b, Location loc, Value count, ValueRange carried,
          function_ref<SmallVector<Value>(Scalar, ValueRange)> body);

/// Normal numbers, as many as `like` has, from the counters of draw `i`; zeros,
/// without drawing, where `unless` is given and holds.
Value drawNormal(OpBuilder &b, Location loc, Value like, Value seed, Scalar i,
                 Value unless = {});

/// A scalar from outside of a map in the type that `e` is computed in.
inline Scalar outer(Scalar e, Value value) {
  return e.with(value).to(e.getType());
}

/// One step of DPM-Solver++, from a level to the next.
struct DpmStep {
  RankedTensorType type;
  int64_t order;
  double eta, clip;

  /// What a step does to x: next_sigma / sigma, next alpha and sigma.
  struct Levels {
    Scalar shrink, alpha, sigma;
  };
  /// The next x, then what the model said of the clean sample, in this step
  /// (`clean`) and before (`history`, the last one first), without the oldest.
  /// `ratios` are e^-h of this step and of those before, h being the growth of
  /// ln(alpha / sigma); the first `steps` of them, less one, are real. Where
  /// `lowers` holds the step is of the first order. `noise` is there with eta.
  SmallVector<Value> operator()(OpBuilder &b, Location loc, Value x,
                                Value clean, ValueRange history, Value noise,
                                const Levels &levels, ArrayRef<Scalar> ratios,
                                Scalar step, Value lowers) const;
};

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
SmallVector<Value> callFunction(Op op, OpBuilder &b, FlatSymbolRefAttr name,
                                Value x, Value level, unsigned results) {
  SmallVector<Value> arguments = {x, level};
  llvm::append_range(arguments, op.getConditions());
  SmallVector<Type> types(results, op.getNoise().getType());
  return llvm::to_vector_of<Value>(
      func::CallOp::create(b, op.getLoc(), name.getValue(), types, arguments)
          .getResults());
}
template <typename Op>
Value callFunction(Op op, OpBuilder &b, FlatSymbolRefAttr name, Value x,
                   Value level) {
  return callFunction(op, b, name, x, level, /*results=*/1).front();
}

} // namespace mlir::gyre

#endif // GYRE_DIALECT_OPS_SCORE_SAMPLE_H

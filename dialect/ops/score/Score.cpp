// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Preconditioning, schedules and steps. Sample.cpp has the loops.

#include "dialect/ops/score/Score.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// edm_coefficients
//===----------------------------------------------------------------------===//

LogicalResult EdmCoefficientsOp::verify() {
  double s = getSigmaData().convertToDouble();
  if (!(s > 0) || !std::isfinite(s)) // (C1)
    return emitOpError("expected a positive sigma_data, got ") << s;
  return success();
}

FailureOr<SmallVector<Value>>
EdmCoefficientsOp::decomposeOperation(OpBuilder &b) {
  double s = getSigmaData().convertToDouble();
  auto coefficients = [s](Scalar sigma) -> Scalars {
    Scalar variance = sigma * sigma + s * s;
    Scalar in = rsqrt(variance);
    return {s * s / variance, sigma * s * in, in, log2(sigma) * (ln2 / 4)};
  };
  Type type = getSigma().getType();
  if (!isa<RankedTensorType>(type)) {
    Scalars values = coefficients(Scalar(b, getLoc(), getSigma()));
    return SmallVector<Value>(values.begin(), values.end());
  }
  AffineMap identity = b.getMultiDimIdentityMap(tensorType(type).getRank());
  Output output = {tensorType(type).getElementType(), identity};
  return buildMap(
      b, getLoc(), {{getSigma(), identity}}, {output, output, output, output},
      [&](Body &, ArrayRef<Scalar> e) { return coefficients(e[0]); });
}

//===----------------------------------------------------------------------===//
// karras_sigmas
//===----------------------------------------------------------------------===//

LogicalResult KarrasSigmasOp::verify() {
  RankedTensorType type = cast<RankedTensorType>(getType());
  if (static_cast<bool>(getSteps()) != type.isDynamicDim(0)) // (C1)
    return emitOpError("expected steps if and only if the size of the result "
                       "is not known, got ")
           << type;
  if (!type.isDynamicDim(0) && type.getDimSize(0) < 2) // (C1)
    return emitOpError("expected a result of at least 2 elements, got ")
           << type;
  double min = getSigmaMin().convertToDouble();
  double max = getSigmaMax().convertToDouble();
  double rho = getRho().convertToDouble();
  if (!(min > 0) || !(min <= max) || !std::isfinite(max) || !(rho > 0)) // (C2)
    return emitOpError("expected 0 < sigma_min <= sigma_max and 0 < rho, got ")
           << min << ", " << max << " and " << rho;
  return success();
}

Scalar gyre::karrasSigma(Scalar i, Scalar steps, double min, double max,
                         double rho, Type real) {
  bool isExponential = std::isinf(rho);
  double from = isExponential ? std::log2(max) : std::pow(max, 1 / rho);
  double to = isExponential ? std::log2(min) : std::pow(min, 1 / rho);
  // A single step has no interval to divide.
  Scalar intervals = select(less(steps, 2.0), 1.0, steps - 1.0);
  Scalar root = i.to(real) * ((to - from) / intervals.to(real)) + from;
  return select(less(i, steps), exp2(isExponential ? root : log2(root) * rho),
                0.0);
}

FailureOr<SmallVector<Value>> KarrasSigmasOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  auto type = cast<RankedTensorType>(getType());
  Type element = type.getElementType();
  double min = getSigmaMin().convertToDouble();
  double max = getSigmaMax().convertToDouble();
  bool isExponential = getSchedule() == "exponential";
  double rho = isExponential ? std::numeric_limits<double>::infinity()
                             : getRho().convertToDouble();
  // What no sampler has is computed and not kept in the object.
  constexpr int64_t maxConstant = 1 << 16;
  if (!type.isDynamicDim(0) && type.getDimSize(0) <= maxConstant) {
    SmallVector<double> sigmas;
    int64_t steps = type.getDimSize(0) - 1;
    double from = isExponential ? std::log(max) : std::pow(max, 1 / rho);
    double to = isExponential ? std::log(min) : std::pow(min, 1 / rho);
    double width = (to - from) / std::max<int64_t>(steps - 1, 1);
    for (int64_t i = 0; i < steps; ++i)
      sigmas.push_back(isExponential ? std::exp(from + i * width)
                                     : std::pow(from + i * width, rho));
    sigmas.push_back(0);
    return SmallVector<Value>{constantVector(b, loc, sigmas, element)};
  }
  Value steps = getSteps();
  if (!steps)
    steps = arith::ConstantIndexOp::create(b, loc, type.getDimSize(0) - 1);
  Value count = Scalar(b, loc, steps) + 1.0;
  return buildMap(b, loc, {}, {{element, b.getMultiDimIdentityMap(1), {count}}},
                  [&](Body &body, ArrayRef<Scalar>) -> Scalars {
                    return {karrasSigma(body.position(0), body.outer(steps),
                                        min, max, rho, element)};
                  });
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

/// An element-wise map of `tensors`, computed with scalars from outside.
static SmallVector<Value> decomposeStep(
    Operation *op, OpBuilder &b, unsigned numTensors,
    function_ref<Scalar(ArrayRef<Scalar>, ArrayRef<Scalar>)> formula) {
  Type element = tensorType(op->getResult(0)).getElementType();
  return {buildElementwise(
      b, op->getLoc(), op->getOperands().take_front(numTensors), element,
      [&](ArrayRef<Scalar> e) {
        Scalars levels;
        for (Value level : op->getOperands().drop_front(numTensors))
          levels.push_back(e[0].with(level).to(e[0].getType()));
        return formula(e, levels);
      })};
}

FailureOr<SmallVector<Value>> EulerStepOp::decomposeOperation(OpBuilder &b) {
  return decomposeStep(*this, b, 2, [](ArrayRef<Scalar> e, ArrayRef<Scalar> t) {
    return e[0] + (t[1] - t[0]) * ((e[0] - e[1]) / t[0]);
  });
}

FailureOr<SmallVector<Value>> HeunStepOp::decomposeOperation(OpBuilder &b) {
  return decomposeStep(*this, b, 4, [](ArrayRef<Scalar> e, ArrayRef<Scalar> t) {
    Scalar first = (e[0] - e[1]) / t[0], second = (e[2] - e[3]) / t[1];
    return e[0] + (t[1] - t[0]) * ((first + second) * 0.5);
  });
}

FailureOr<SmallVector<Value>> FlowStepOp::decomposeOperation(OpBuilder &b) {
  return decomposeStep(*this, b, 2, [](ArrayRef<Scalar> e, ArrayRef<Scalar> t) {
    return e[0] + (t[1] - t[0]) * e[1];
  });
}

#define GET_OP_CLASSES
#include "dialect/ops/score/Score.cpp.inc"

namespace mlir::gyre {
void registerScore(GyreDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "dialect/ops/score/Score.cpp.inc"
      >();
}
} // namespace mlir::gyre

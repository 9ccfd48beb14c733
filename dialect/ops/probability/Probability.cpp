// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Probability maps as gyre.reduce.

#include "dialect/ops/probability/Probability.h"

#include "dialect/Builders.h"
#include "dialect/SoftmaxStates.h"

using namespace mlir;
using namespace mlir::gyre;

template <typename Op> static LogicalResult verifyRowMap(Op op) {
  int64_t rank = tensorType(op.getX()).getRank();
  if (!normalizeDim(op.getDim(), rank)) // (C1)
    return op.emitOpError("expected dim in [")
           << -rank << ", " << rank << "), got "
           << static_cast<int64_t>(op.getDim());
  double temperature = op.getTemperature().convertToDouble();
  if (!(temperature > 0) || !std::isfinite(temperature)) // (C2)
    return op.emitOpError("expected a positive temperature, got ")
           << temperature;
  return success();
}

LogicalResult SoftmaxOp::verify() { return verifyRowMap(*this); }
LogicalResult LogSoftmaxOp::verify() { return verifyRowMap(*this); }

/// One result with the shape of x: `apply` over the softmax states of a row,
/// finished by `finish`.
template <typename Op>
static SmallVector<Value>
decomposeRowMap(Op op, OpBuilder &b, const SoftmaxStates &states,
                const Fragment1 &finish, const Fragment3 &apply) {
  RankedTensorType type = tensorType(op.getX());
  int64_t rank = type.getRank();
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  SmallVector<IteratorKind> iterators(rank, IteratorKind::parallel);
  iterators[*normalizeDim(op.getDim(), rank)] = IteratorKind::reduction;
  return buildReduce(
      b, op.getLoc(),
      {.iterators = iterators,
       .inputs = {{op.getX(), identity}},
       .outputs = {{type.getElementType(), identity}},
       .pivot = 1,
       .init = [&](Body &body) { return states.init(body); },
       .step = [&](Body &, ArrayRef<Scalar> e,
                   ArrayRef<Scalar> s) { return states.step(e[0], s); },
       .merge = [&](Body &, ArrayRef<Scalar> x,
                    ArrayRef<Scalar> y) { return states.merge(x, y); },
       .finish = finish,
       .apply = apply});
}

FailureOr<SmallVector<Value>> SoftmaxOp::decomposeOperation(OpBuilder &b) {
  SoftmaxStates states{log2e / getTemperature().convertToDouble()};
  return decomposeRowMap(
      *this, b, states,
      [](Body &, ArrayRef<Scalar> s) -> Scalars {
        return {SoftmaxStates::reciprocal(s[1])};
      },
      [](Body &, ArrayRef<Scalar>, ArrayRef<Scalar> weights,
         ArrayRef<Scalar> finished) -> Scalars {
        return {weights[0] * finished[0]};
      });
}

FailureOr<SmallVector<Value>> LogSoftmaxOp::decomposeOperation(OpBuilder &b) {
  double scale = 1.0 / getTemperature().convertToDouble();
  SoftmaxStates states{log2e * scale};
  return decomposeRowMap(
      *this, b, states,
      [](Body &, ArrayRef<Scalar> s) -> Scalars {
        // A row of -infinity has the sum 0, and its elements stay -infinity.
        Scalar logarithm = select(equal(s[1], 0.0), 0.0, log2(s[1]) * ln2);
        return {SoftmaxStates::base(s[0]), logarithm};
      },
      [scale](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
              ArrayRef<Scalar> finished) -> Scalars {
        return {(e[0] - finished[0]) * scale - finished[1]};
      });
}

#define GET_OP_CLASSES
#include "dialect/ops/probability/Probability.cpp.inc"

namespace mlir::gyre {
void registerProbability(GyreDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "dialect/ops/probability/Probability.cpp.inc"
      >();
}
} // namespace mlir::gyre

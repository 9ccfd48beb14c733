// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Probability maps as gyre.reduce.

#include "dialect/ops/probability/Probability.h"

#include "dialect/Builders.h"
#include "dialect/SoftmaxStates.h"
#include "dialect/ops/random/Random.h"

using namespace mlir;
using namespace mlir::gyre;

template <typename Op> static LogicalResult verifyTemperature(Op op) {
  double temperature = op.getTemperature().convertToDouble();
  if (!(temperature > 0) || !std::isfinite(temperature)) // (C2)
    return op.emitOpError("expected a positive temperature, got ")
           << temperature;
  return success();
}

template <typename Op> static LogicalResult verifyRowMap(Op op) {
  int64_t rank = tensorType(op.getX()).getRank();
  if (!normalizeDim(op.getDim(), rank)) // (C1)
    return op.emitOpError("expected dim in [")
           << -rank << ", " << rank << "), got "
           << static_cast<int64_t>(op.getDim());
  return verifyTemperature(op);
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

//===----------------------------------------------------------------------===//
// Taylor softmax
//===----------------------------------------------------------------------===//

LogicalResult TaylorSoftmaxOp::verify() {
  int64_t rank = tensorType(getX()).getRank();
  if (!normalizeDim(getDim(), rank)) // (C1)
    return emitOpError("expected dim in [")
           << -rank << ", " << rank << "), got "
           << static_cast<int64_t>(getDim());
  int64_t order = getOrder();
  if (order < 2 || order > 16 || order % 2 != 0) // (C2)
    return emitOpError("expected an even order from 2 to 16, got ") << order;
  return success();
}

FailureOr<SmallVector<Value>>
TaylorSoftmaxOp::decomposeOperation(OpBuilder &b) {
  RankedTensorType type = tensorType(getX());
  int64_t rank = type.getRank();
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  SmallVector<IteratorKind> iterators(rank, IteratorKind::parallel);
  iterators[*normalizeDim(getDim(), rank)] = IteratorKind::reduction;
  auto polynomial = [order = getOrder()](Scalar z) {
    Scalar sum = z.number(1.0);
    for (int64_t n = order; n > 0; --n)
      sum = fma(sum, z * (1.0 / static_cast<double>(n)), z.number(1.0));
    return sum;
  };
  return buildReduce(
      b, getLoc(),
      {.iterators = iterators,
       .inputs = {{getX(), identity}},
       .outputs = {{type.getElementType(), identity}},
       .init = [](Body &body) -> Scalars { return {body.number(0.0)}; },
       .step = [&](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar> s) -> Scalars {
         return {s[0] + polynomial(e[0])};
       },
       .merge = [](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y) -> Scalars {
         return {x[0] + y[0]};
       },
       .finish = [](Body &, ArrayRef<Scalar> s) -> Scalars {
         return {1.0 / s[0]};
       },
       .apply = [&](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                    ArrayRef<Scalar> finished) -> Scalars {
         return {polynomial(e[0]) * finished[0]};
       }});
}

//===----------------------------------------------------------------------===//
// Draws
//===----------------------------------------------------------------------===//

/// x * scale with Gumbel noise of its shape, in the type computed in.
template <typename Op> static Value perturb(Op op, OpBuilder &b, double scale) {
  Location loc = op.getLoc();
  RankedTensorType type = tensorType(op.getX());
  SmallVector<Value> open;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      open.push_back(sizeValue(b, loc, sizeOf(b, loc, op.getX(), dim)));
  Value noise = RandomGumbelOp::create(
      b, loc, RankedTensorType::get(type.getShape(), b.getF32Type()),
      op.getSeed(), op.getOffset(), open);
  Type real = getRegionType(type.getElementType());
  return buildElementwise(
      b, loc, {op.getX(), noise}, real,
      [&](ArrayRef<Scalar> e) { return e[0] * scale + e[1].to(real); });
}

template <typename Op> static LogicalResult verifyRows(Op op) {
  if (tensorType(op.getX()).getRank() < 1) // (C1)
    return op.emitOpError("expected x of rank 1 or more, got ")
           << op.getX().getType();
  return verifyTemperature(op);
}

LogicalResult GumbelMaxOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location>,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  ArrayRef<int64_t> sizes = tensorType(adaptor.getX()).getShape();
  if (!sizes.empty()) // The verifier reports that.
    sizes = sizes.drop_back();
  results.push_back(
      RankedTensorType::get(sizes, IntegerType::get(context, 32)));
  return success();
}

LogicalResult GumbelMaxOp::verify() { return verifyRows(*this); }
LogicalResult GumbelSoftmaxOp::verify() { return verifyRows(*this); }

FailureOr<SmallVector<Value>> GumbelMaxOp::decomposeOperation(OpBuilder &b) {
  Value x = perturb(*this, b, 1.0 / getTemperature().convertToDouble());
  unsigned loops = tensorType(x).getRank();
  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators.back() = IteratorKind::reduction;
  Type integer = b.getI32Type();
  constexpr int64_t none = std::numeric_limits<int32_t>::max();
  return buildReduce(
      b, getLoc(),
      {.iterators = iterators,
       .inputs = {{x, b.getMultiDimIdentityMap(loops)}},
       .outputs = {{integer,
                    mapOf(b.getContext(), loops, dimRange(0, loops - 1))}},
       .init = [&](Body &body) -> Scalars {
         return {body.number(-std::numeric_limits<double>::infinity()),
                 body.integer(none, integer)};
       },
       // A state meets elements in increasing order and keeps what it has.
       .step = [&](Body &body, ArrayRef<Scalar> e,
                   ArrayRef<Scalar> s) -> Scalars {
         Scalar take = greater(e[0], s[0]);
         return {select(take, e[0], s[0]),
                 select(take, body.position32(loops - 1), s[1])};
       },
       .merge = [](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y) -> Scalars {
         Scalar takeX =
             greater(x[0], y[0]) | (equal(x[0], y[0]) & less(x[1], y[1]));
         return {select(takeX, x[0], y[0]), select(takeX, x[1], y[1])};
       },
       .finish = [&](Body &, ArrayRef<Scalar> s) -> Scalars {
         return {select(equal(s[1], none), 0.0, s[1])};
       }});
}

FailureOr<SmallVector<Value>>
GumbelSoftmaxOp::decomposeOperation(OpBuilder &b) {
  Value noisy = perturb(*this, b, 1.0);
  Value soft = SoftmaxOp::create(b, getLoc(), noisy.getType(), noisy,
                                 b.getI64IntegerAttr(-1), getTemperatureAttr());
  Type element = getType().getElementType();
  if (element == tensorType(soft).getElementType())
    return SmallVector<Value>{soft};
  return SmallVector<Value>{buildElementwise(
      b, getLoc(), soft, element, [](ArrayRef<Scalar> e) { return e[0]; })};
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

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layer, RMS and group norm: sums of rows by gyre.reduce.

#include "dialect/ops/nn/Nn.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::gyre;

static LogicalResult verifyEps(Operation *op, const APFloat &eps) {
  if (eps.isNegative() || !eps.isFinite()) // (C3) (C4)
    return op->emitOpError("expected eps of 0 or more, got ")
           << eps.convertToDouble();
  return success();
}

template <typename Op>
static LogicalResult inferNorm(std::optional<Location> loc,
                               typename Op::Adaptor adaptor,
                               SmallVectorImpl<Type> &results) {
  if (tensorType(adaptor.getX()).getRank() < 1) // (C1)
    return emitOptionalError(loc, "expected x of rank 1 or more, got ",
                             adaptor.getX().getType());
  results.push_back(adaptor.getX().getType());
  return success();
}

template <typename Op> static LogicalResult verifyNorm(Op op) {
  int64_t size = tensorType(op.getX()).getShape().back();
  if (failed(verifyShape(op, op.getWeight(), "weight", size)) || // (C2)
      failed(verifyShape(op, op.getBias(), "bias", size)))
    return failure();
  return verifyEps(op, op.getEps()); // (C3)
}

LogicalResult LayerNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  return inferNorm<LayerNormOp>(loc, adaptor, results);
}
LogicalResult RmsNormOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  return inferNorm<RmsNormOp>(loc, adaptor, results);
}
LogicalResult LayerNormOp::verify() { return verifyNorm(*this); }
LogicalResult RmsNormOp::verify() { return verifyNorm(*this); }

LogicalResult GroupNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  RankedTensorType x = tensorType(adaptor.getX());
  if (x.getRank() < 2 || x.isDynamicDim(1)) // (C1)
    return emitOptionalError(
        loc, "expected x of rank 2 or more with a known dimension 1, got ", x);
  results.push_back(x);
  return success();
}

LogicalResult GroupNormOp::verify() {
  int64_t channels = tensorType(getX()).getDimSize(1);
  int64_t groups = getGroups();
  if (groups < 1 || channels % groups != 0) // (C2)
    return emitOpError("expected groups to divide the ")
           << channels << " channels, got " << groups;
  if (failed(verifyShape(*this, getWeight(), "weight", channels)) || // (C3)
      failed(verifyShape(*this, getBias(), "bias", channels)))
    return failure();
  return verifyEps(*this, getEps()); // (C4)
}

namespace {
/// Rows along the last dimension of one tensor, which norms fold.
struct Rows {
  OpBuilder &b;
  Location loc;
  Value x;
  unsigned loops;
  SmallVector<IteratorKind> iterators;
  AffineMap identity, row, column;
  Type real;

  Rows(OpBuilder &b, Location loc, Value x)
      : b(b), loc(loc), x(x), loops(tensorType(x).getRank()),
        iterators(loops, IteratorKind::parallel),
        identity(b.getMultiDimIdentityMap(loops)),
        row(mapOf(b.getContext(), loops, dimRange(0, loops - 1))),
        column(mapOf(b.getContext(), loops, loops - 1)),
        real(getRegionType(tensorType(x).getElementType())) {
    iterators.back() = IteratorKind::reduction;
  }

  /// 1 / the number of columns, outside of any region.
  Value reciprocalCount() const {
    Value count = sizeValue(b, loc, sizeOf(b, loc, x, loops - 1));
    return 1.0 / Scalar(b, loc, count).to(b.getI64Type()).to(real);
  }

  /// finish(sum over a row of term(elements)); with `apply`, full results.
  Value sum(ArrayRef<Input> inputs, Output output,
            const std::function<Scalar(ArrayRef<Scalar>)> &term,
            const std::function<Scalar(Body &, Scalar)> &finish,
            const Fragment3 &apply = nullptr) const {
    return buildReduce(
               b, loc,
               {.iterators = iterators,
                .inputs = SmallVector<Input>(inputs),
                .outputs = {output},
                .init = [](Body &body) -> Scalars {
                  return {body.number(0.0)};
                },
                .step = [&](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar> s)
                    -> Scalars { return {s[0] + term(e)}; },
                .merge = [](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y)
                    -> Scalars { return {x[0] + y[0]}; },
                .finish = [&](Body &body, ArrayRef<Scalar> s) -> Scalars {
                  return {finish(body, s[0])};
                },
                .apply = apply})
        .front();
  }

  /// (x - mean) / sqrt(variance + eps), times weight, plus bias, where these
  /// are given, stored as `element`; with `center` false, about 0.
  Value normalize(Type element, bool center, double eps, Value weight,
                  Value bias) const {
    Value reciprocal = reciprocalCount();
    SmallVector<Input> inputs = {{x, identity}};
    if (center) {
      Value mean = sum(
          {{x, identity}}, {real, row}, [](ArrayRef<Scalar> e) { return e[0]; },
          [&](Body &body, Scalar s) { return s * body.outer(reciprocal); });
      inputs.push_back({mean, row});
    }
    auto centered = [center](ArrayRef<Scalar> e) {
      return center ? e[0] - e[1] : e[0];
    };
    if (weight)
      inputs.push_back({weight, column});
    if (bias)
      inputs.push_back({bias, column});
    unsigned first = center ? 2 : 1;
    return sum(
        inputs, {element, identity},
        [&](ArrayRef<Scalar> e) { return centered(e) * centered(e); },
        [&](Body &body, Scalar s) {
          return rsqrt(s * body.outer(reciprocal) + eps);
        },
        [&](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
            ArrayRef<Scalar> finished) -> Scalars {
          Scalar y = centered(e) * finished[0];
          if (weight)
            y = y * e[first];
          if (bias)
            y = y + e.back();
          return {y};
        });
  }
};
} // namespace

FailureOr<SmallVector<Value>> LayerNormOp::decomposeOperation(OpBuilder &b) {
  return SmallVector<Value>{Rows(b, getLoc(), getX())
                                .normalize(getType().getElementType(), true,
                                           getEps().convertToDouble(),
                                           getWeight(), getBias())};
}

FailureOr<SmallVector<Value>> RmsNormOp::decomposeOperation(OpBuilder &b) {
  return SmallVector<Value>{Rows(b, getLoc(), getX())
                                .normalize(getType().getElementType(), false,
                                           getEps().convertToDouble(),
                                           getWeight(), getBias())};
}

FailureOr<SmallVector<Value>> GroupNormOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  RankedTensorType type = getType();
  int64_t rank = type.getRank(), groups = getGroups();
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getX());
  // [B, C, ..] -> [B, G, C/G ..], whose rows are the groups, and back.
  int64_t inGroup = type.getDimSize(1) / groups;
  Value x = splitDim(b, loc, getX(), 1,
                     {b.getIndexAttr(groups), b.getIndexAttr(inGroup)});
  if (rank > 2)
    x = mergeDims(b, loc, x, 2, rank - 1);
  // Rounded once, behind weight and bias.
  bool isPlain = !getWeight() && !getBias();
  Type element =
      isPlain ? type.getElementType() : getRegionType(type.getElementType());
  Value y = Rows(b, loc, x).normalize(element, true, getEps().convertToDouble(),
                                      {}, {});
  if (rank > 2) {
    SmallVector<OpFoldResult> inner = {b.getIndexAttr(inGroup)};
    inner.append(sizes.begin() + 2, sizes.end());
    y = splitDim(b, loc, y, 2, inner);
  }
  y = mergeDims(b, loc, y, 1, 2);
  if (isPlain)
    return SmallVector<Value>{y};
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  AffineMap channel = mapOf(b.getContext(), rank, 1u);
  SmallVector<Input> inputs = {{y, identity}};
  if (getWeight())
    inputs.push_back({getWeight(), channel});
  if (getBias())
    inputs.push_back({getBias(), channel});
  return buildMap(b, loc, inputs, {{type.getElementType(), identity}},
                  [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                    Scalar scaled = getWeight() ? e[0] * e[1] : e[0];
                    return {getBias() ? scaled + e.back() : scaled};
                  });
}

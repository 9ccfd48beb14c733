// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear layers, activations, look-up and cross entropy. Norms.cpp has the
// norms.

#include "dialect/ops/nn/Nn.h"

#include "dialect/Builders.h"
#include "dialect/SoftmaxStates.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// linear
//===----------------------------------------------------------------------===//

LogicalResult LinearOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType weight = tensorType(adaptor.getWeight());
  if (x.getRank() < 1 || weight.getRank() != 2) // (C1)
    return emitOptionalError(
        loc, "expected x of rank 1 or more and weight of rank 2, got ",
        x.getRank(), " and ", weight.getRank());
  SmallVector<int64_t> sizes(x.getShape());
  sizes.back() = weight.getDimSize(1);
  results.push_back(RankedTensorType::get(sizes, x.getElementType()));
  return success();
}

LogicalResult LinearOp::verify() {
  int64_t x = tensorType(getX()).getShape().back();
  RankedTensorType weight = tensorType(getWeight());
  if (!sizesAgree(x, weight.getDimSize(0))) // (C2)
    return emitOpError("expected weight to have ")
           << x << " rows, as x has columns, got " << weight.getDimSize(0);
  return verifyShape(*this, getBias(), "bias", weight.getDimSize(1)); // (C3)
}

FailureOr<SmallVector<Value>> LinearOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = getType();
  // Loops: those of x without its last dimension, n, k.
  unsigned leading = type.getRank() - 1, n = leading, k = leading + 1;
  auto map = [&](ArrayRef<unsigned> dims) {
    return mapOf(context, leading + 2, dims);
  };
  Value product = buildContraction(
      b, loc, {getX(), map(concat(dimRange(0, leading), k))},
      {getWeight(), map({k, n})}, map(dimRange(0, leading + 1)));
  if (!getBias() && tensorType(product) == type)
    return SmallVector<Value>{product};
  AffineMap identity = b.getMultiDimIdentityMap(leading + 1);
  SmallVector<Input> inputs = {{product, identity}};
  if (getBias())
    inputs.push_back({getBias(), mapOf(context, leading + 1, n)});
  return buildMap(b, loc, inputs, {{type.getElementType(), identity}},
                  [](Body &, ArrayRef<Scalar> e) -> Scalars {
                    return {e.size() == 2 ? e[0] + e[1] : e[0]};
                  });
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

static SmallVector<Value>
decomposeActivation(Operation *op, OpBuilder &b,
                    function_ref<Scalar(Scalar)> formula) {
  Type element = tensorType(op->getResult(0)).getElementType();
  return {buildElementwise(b, op->getLoc(), op->getOperand(0), element,
                           [&](ArrayRef<Scalar> e) { return formula(e[0]); })};
}

FailureOr<SmallVector<Value>> SigmoidOp::decomposeOperation(OpBuilder &b) {
  return decomposeActivation(*this, b, sigmoid);
}
FailureOr<SmallVector<Value>> SiluOp::decomposeOperation(OpBuilder &b) {
  return decomposeActivation(*this, b, silu);
}
FailureOr<SmallVector<Value>> SoftplusOp::decomposeOperation(OpBuilder &b) {
  return decomposeActivation(*this, b, softplus);
}

/// c_0 + c_1 x + ..
static Scalar polynomial(Scalar x, ArrayRef<double> c) {
  Scalar sum = x.number(c.back());
  for (double coefficient : llvm::reverse(c.drop_back()))
    sum = sum * x + coefficient;
  return sum;
}

/// x times the normal distribution function. That is 1/2 + x Q(x^2) for small
/// x, and at -t otherwise e^(-t^2/2) R(t) with a slowly falling R, a polynomial
/// in (t - k) / (t + k).
static Scalar geluByErf(Scalar x) {
  // To 0.8: 2.8e-8.
  constexpr double q[] = {0.398942292f, -0.0664907396f, 0.00997506268f,
                          -0.00118667621f, 0.00010624151f};
  // (t + k) R(t) up to t = 13.6, where f32 ends: 5.3e-9.
  constexpr double k = 2.75;
  constexpr double w[] = {0.718986034f,   -0.474354118f,    0.182334483f,
                          -0.0165665615f, -0.0164454058f,   0.00321741053f,
                          0.00249670004f, -0.000326900365f, -0.000420528406f};
  // Below -16 the result is -0, above it is x; infinities would meet 0.
  Scalar clamped = select(less(x, -16.0), -16.0, x);
  clamped = select(greater(clamped, 16.0), 16.0, clamped);
  Scalar t = abs(clamped), square = product(t, t);
  Scalar near = clamped * (clamped * polynomial(square, q) + 0.5);
  Scalar power = exp(square * -0.5);
  Scalar sum = t + k, scale = 1.0 / sum;
  Scalar rest = polynomial((t - k) * scale, w) * scale;
  // What the square, the sum and the quotient have lost, relatively.
  Scalar lost = fma(t, t, -square) * -0.5 - (t - (sum - k)) * scale +
                fma(sum, -scale, scale.number(1.0));
  // In this order nothing is denormal before the result is.
  rest = clamped * rest;
  Scalar tail = product(power, rest);
  tail = tail + fma(tail, lost, fma(power, rest, -tail));
  Scalar far = select(less(x, 0.0), tail, x - tail);
  return select(less(t, 0.8), near, far);
}

/// (1 + tanh u) / 2 = 1 / (1 + e^-2u). Of the exponent the bits beyond f32
/// count too: it is t (A + B t^2) in two parts.
static Scalar geluByTanh(Scalar x) {
  constexpr double c = -2 * log2e * std::numbers::sqrt2 *
                       std::numbers::inv_sqrtpi,
                   b = c * 0.044715;
  // So many bits that A - (A + B t^2) is exact.
  const double high = std::round(c * 0x1p18) * 0x1p-18;
  // Below -11 the result is -0, above 11 it is x.
  x = select(less(x, -11.0), -11.0, x);
  Scalar t = select(greater(x, 11.0), 11.0, x);
  Scalar square = product(t, t);
  Scalar scale = t.number(static_cast<float>(b));
  Scalar sum = fma(square, scale, t.number(high));
  Scalar lost = fma(square, scale, high - sum);
  lost = fma(fma(t, t, -square), scale, lost) +
         (square * (b - static_cast<float>(b)) + (c - high));
  Scalar exponent = product(t, sum);
  lost = fma(t, lost, fma(t, sum, -exponent));
  // The power overflows before the result does.
  Scalar isFar = less(x, -9.0);
  exponent = select(isFar, exponent - 12.0, exponent);
  Scalar power = exp2(exponent) * (lost * ln2 + 1.0);
  return select(isFar, x * 0x1p-12, x) / (power + 1.0);
}

FailureOr<SmallVector<Value>> GeluOp::decomposeOperation(OpBuilder &b) {
  return decomposeActivation(*this, b,
                             getForm() == "tanh" ? geluByTanh : geluByErf);
}

//===----------------------------------------------------------------------===//
// Look-up
//===----------------------------------------------------------------------===//

LogicalResult EmbeddingOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  RankedTensorType table = tensorType(adaptor.getTable());
  if (table.getRank() != 2 || table.getDimSize(0) == 0) // (C1)
    return emitOptionalError(loc, "expected a table of rank 2 with rows, got ",
                             table);
  SmallVector<int64_t> sizes(tensorType(adaptor.getIds()).getShape());
  sizes.push_back(table.getDimSize(1));
  results.push_back(RankedTensorType::get(sizes, table.getElementType()));
  return success();
}

FailureOr<SmallVector<Value>> EmbeddingOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  unsigned leading = tensorType(getIds()).getRank();
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getIds());
  sizes.push_back(sizeOf(b, loc, getTable(), 1));
  Type element = getType().getElementType();
  AffineMap identity = b.getMultiDimIdentityMap(leading + 1);
  return buildMap(
      b, loc,
      {{getIds(), mapOf(b.getContext(), leading + 1, dimRange(0, leading))}},
      {{element, identity, sizes}},
      [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
        // The columns are those of the result.
        int64_t columns = 1;
        Value value = LookupOp::create(
            body.builder(), loc, element, getTable(),
            ValueRange{e[0].to(b.getIndexType()), body.position(leading)},
            columns);
        return {body.outer(value)};
      });
}

//===----------------------------------------------------------------------===//
// Cross entropy
//===----------------------------------------------------------------------===//

LogicalResult CrossEntropyOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &results) {
  RankedTensorType logits = tensorType(adaptor.getLogits());
  ArrayRef<int64_t> labels = tensorType(adaptor.getLabels()).getShape();
  bool agree = logits.getRank() == static_cast<int64_t>(labels.size()) + 1;
  SmallVector<int64_t> sizes;
  for (unsigned i = 0; agree && i < labels.size(); ++i) {
    agree = sizesAgree(logits.getDimSize(i), labels[i]);
    sizes.push_back(knownSize(logits.getDimSize(i), labels[i]));
  }
  if (!agree) // (C1)
    return emitOptionalError(loc,
                             "expected logits with one dimension more "
                             "than labels and else their sizes, got ",
                             logits, " and ", adaptor.getLabels().getType());
  results.push_back(RankedTensorType::get(sizes, logits.getElementType()));
  return success();
}

FailureOr<SmallVector<Value>> CrossEntropyOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = tensorType(getLogits());
  unsigned rows = type.getRank() - 1;
  Type real = getRegionType(type.getElementType());
  AffineMap identity = b.getMultiDimIdentityMap(rows + 1);
  AffineMap row = mapOf(context, rows + 1, dimRange(0, rows));
  SmallVector<IteratorKind> iterators(rows, IteratorKind::parallel);
  iterators.push_back(IteratorKind::reduction);

  SoftmaxStates states{log2e};
  Value logSum =
      buildReduce(
          b, loc,
          {.iterators = iterators,
           .inputs = {{getLogits(), identity}},
           .outputs = {{real, row}},
           .pivot = 1,
           .init = [&](Body &body) { return states.init(body); },
           .step = [&](Body &, ArrayRef<Scalar> e,
                       ArrayRef<Scalar> s) { return states.step(e[0], s); },
           .merge = [&](Body &, ArrayRef<Scalar> x,
                        ArrayRef<Scalar> y) { return states.merge(x, y); },
           .finish = [](Body &, ArrayRef<Scalar> s) -> Scalars {
             return {SoftmaxStates::base(s[0]) + log2(s[1]) * ln2};
           }})
          .front();
  // The label's own logit, picked by comparing positions.
  Value picked =
      buildReduce(
          b, loc,
          {.iterators = iterators,
           .inputs = {{getLogits(), identity}, {getLabels(), row}},
           .outputs = {{real, row}},
           .init = [](Body &body) -> Scalars { return {body.number(0.0)}; },
           .step = [&](Body &body, ArrayRef<Scalar> e,
                       ArrayRef<Scalar> s) -> Scalars {
             Scalar hit = equal(body.position32(rows), e[1].to(b.getI32Type()));
             return {s[0] + select(hit, e[0], 0.0)};
           },
           .merge = [](Body &, ArrayRef<Scalar> x,
                       ArrayRef<Scalar> y) -> Scalars { return {x[0] + y[0]}; },
           .finish = [](Body &, ArrayRef<Scalar> s) -> Scalars {
             return {s[0]};
           }})
          .front();
  Value classes = sizeValue(b, loc, sizeOf(b, loc, getLogits(), rows));
  AffineMap plain = b.getMultiDimIdentityMap(rows);
  return buildMap(
      b, loc, {{logSum, plain}, {picked, plain}, {getLabels(), plain}},
      {{type.getElementType(), plain}},
      [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
        Scalar label = e[2].to(b.getIndexType());
        Scalar valid = less(label, body.outer(classes)) &
                       less(body.integer(-1, label.getType()), label);
        return {select(valid, e[0] - e[1], 0.0)};
      });
}

#define GET_OP_CLASSES
#include "dialect/ops/nn/Nn.cpp.inc"

namespace mlir::gyre {
void registerNn(GyreDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "dialect/ops/nn/Nn.cpp.inc"
      >();
}
} // namespace mlir::gyre

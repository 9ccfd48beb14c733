// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// State spaces with complex rates that don't change along time: S4D as
// gyre.scan, the LRU as a complex recurrence between linear layers.

#include "dialect/ops/scan/Scan.h"

#include "dialect/Builders.h"
#include "dialect/ops/nn/Nn.h"

using namespace mlir;
using namespace mlir::gyre;

/// Both parts of a state or none, of sizes `shape`.
static LogicalResult verifyParts(Operation *op, ValueRange parts,
                                 ArrayRef<int64_t> shape) {
  if (parts.size() != 0 && parts.size() != 2) // (C4)
    return op->emitOpError("expected both parts of the initial state or none, "
                           "got ")
           << parts.size();
  for (Value part : parts)
    if (failed(verifyShape(op, part, "the initial state", shape)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Complex scalars
//===----------------------------------------------------------------------===//

namespace {
struct Complex {
  Scalar re, im;
};

Complex operator*(Complex x, Complex y) {
  return {x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
}

Complex operator/(Complex x, Complex y) {
  Scalar norm = y.re * y.re + y.im * y.im;
  return {(x.re * y.re + x.im * y.im) / norm,
          (x.im * y.re - x.re * y.im) / norm};
}

} // namespace

/// e^z - 1, to the last bits for small z too: steps are often 1e-3 and less.
static Complex expm1(Complex z) {
  Scalar grown = exp2(z.re * log2e);
  // e^x - 1 = tanh(x / 2) (e^x + 1), cos y - 1 = -2 sin(y / 2)^2.
  Scalar real = tanh(z.re * 0.5) * (grown + 1.0);
  Scalar half = sin(z.im * 0.5);
  return {real * cos(z.im) - 2.0 * (half * half), grown * sin(z.im)};
}

//===----------------------------------------------------------------------===//
// diagonal_ssm
//===----------------------------------------------------------------------===//

LogicalResult DiagonalSsmOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &results) {
  RankedTensorType u = tensorType(adaptor.getU());
  RankedTensorType a = tensorType(adaptor.getARe());
  if (u.getRank() < 2) // (C1)
    return emitOptionalError(loc, "expected u of rank 2 or more, got ", u);
  if (a.getRank() != 2 ||
      !sizesAgree(a.getDimSize(0), u.getShape().back())) // (C2)
    return emitOptionalError(loc, "expected a_re to have rank 2 and ",
                             spellSizes(u.getShape().back()),
                             " rows, as u has channels, got ", a);
  SmallVector<int64_t> state(u.getShape().drop_back(2));
  state.push_back(u.getShape().back());
  state.push_back(a.getDimSize(1));
  Value initial;
  if (!adaptor.getInitial().empty())
    initial = adaptor.getInitial().front();
  Type part =
      RankedTensorType::get(state, stateType(initial, u.getElementType()));
  results.append({u, part, part});
  return success();
}

LogicalResult DiagonalSsmOp::verify() {
  int64_t channels = tensorType(getU()).getShape().back();
  ArrayRef<int64_t> rates = tensorType(getARe()).getShape();
  if (failed(verifyShape(*this, getStep(), "step", channels)) || // (C1)
      failed(verifyShape(*this, getAIm(), "a_im", rates)) ||     // (C2)
      failed(verifyShape(*this, getCRe(), "c_re", rates)) ||
      failed(verifyShape(*this, getCIm(), "c_im", rates)) ||
      failed(verifyShape(*this, getSkip(), "skip", channels))) // (C3)
    return failure();
  return verifyParts(*this, getInitial(), // (C4)
                     tensorType(getLastRe()).getShape());
}

FailureOr<SmallVector<Value>> DiagonalSsmOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = tensorType(getU());
  Type real = getRegionType(type.getElementType());

  // Once a call: the factors of the state and of the input.
  AffineMap all = b.getMultiDimIdentityMap(2);
  Output part = {real, all};
  SmallVector<Value> factors = buildMap(
      b, loc,
      {{getARe(), all}, {getAIm(), all}, {getStep(), mapOf(context, 2, 0)}},
      {part, part, part, part}, [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
        Complex a = {e[0], e[1]}, z = {e[0] * e[2], e[1] * e[2]};
        if (getMethod() == "bilinear") {
          Complex below = {1.0 - z.re * 0.5, z.im * -0.5};
          Complex above = {1.0 + z.re * 0.5, z.im * 0.5};
          Complex r = above / below;
          Complex w = Complex{e[2], body.number(0)} / below;
          return {r.re, r.im, w.re, w.im};
        }
        Complex grown = expm1(z);
        Complex w = grown / a;
        // The limit where a is 0.
        Scalar none = equal(a.re * a.re + a.im * a.im, 0.0);
        return {grown.re + 1.0, grown.im, select(none, e[2], w.re),
                select(none, 0.0, w.im)};
      });

  // Loops: leading.., t, d, n.
  unsigned rank = type.getRank(), t = rank - 2, d = t + 1, n = d + 1,
           loops = n + 1;
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getU());
  sizes.erase(sizes.begin() + t);
  sizes.push_back(sizeOf(b, loc, getARe(), 1));
  SmallVector<Input> states;
  for (unsigned i : {0, 1})
    states.push_back(
        {statesOr(getInitial().empty() ? Value() : getInitial()[i], b, loc,
                  sizes, tensorType(getLastRe()).getElementType()),
         mapOf(context, loops, concat(dimRange(0, t), {d, n}))});
  AffineMap row = mapOf(context, loops, dimRange(0, n));
  AffineMap rate = mapOf(context, loops, {d, n});
  SmallVector<Input> inputs = {{getU(), row}};
  for (Value factor : factors)
    inputs.push_back({factor, rate});
  inputs.push_back({getCRe(), rate});
  inputs.push_back({getCIm(), rate});
  if (getSkip())
    inputs.push_back({getSkip(), mapOf(context, loops, d)});
  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators[t] = IteratorKind::carried;
  iterators[n] = IteratorKind::state;
  SmallVector<Value> results =
      buildScan(b, loc,
                {.iterators = iterators,
                 .inputs = inputs,
                 .states = states,
                 .outputs = {{type.getElementType(), row}},
                 .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                            ArrayRef<Scalar> h) -> Scalars {
                   Complex next = Complex{e[1], e[2]} * Complex{h[0], h[1]};
                   next = {next.re + e[3] * e[0], next.im + e[4] * e[0]};
                   return {next.re, next.im, e[5] * next.re - e[6] * next.im};
                 },
                 .output = [&](Body &, ArrayRef<Scalar> e,
                               ArrayRef<Scalar> sums) -> Scalars {
                   Scalar y = getPairs() ? sums[0] * 2.0 : sums[0];
                   return {getSkip() ? y + e[1] * e[0] : y};
                 }});
  return SmallVector<Value>{results[2], results[0], results[1]};
}

//===----------------------------------------------------------------------===//
// lru
//===----------------------------------------------------------------------===//

LogicalResult LruOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &results) {
  RankedTensorType u = tensorType(adaptor.getU());
  RankedTensorType nu = tensorType(adaptor.getNu());
  RankedTensorType c = tensorType(adaptor.getCRe());
  if (u.getRank() < 2) // (C1)
    return emitOptionalError(loc, "expected u of rank 2 or more, got ", u);
  if (nu.getRank() != 1) // (C2)
    return emitOptionalError(loc, "expected nu of rank 1, got ", nu);
  if (c.getRank() != 2 ||
      !sizesAgree(c.getDimSize(0), nu.getDimSize(0))) // (C3)
    return emitOptionalError(loc, "expected c_re to have rank 2 and ",
                             spellSizes(nu.getShape()), " rows, got ", c);
  SmallVector<int64_t> sizes(u.getShape().drop_back());
  sizes.push_back(c.getDimSize(1));
  results.push_back(RankedTensorType::get(sizes, u.getElementType()));
  sizes.assign(u.getShape().drop_back(2).begin(),
               u.getShape().drop_back(2).end());
  sizes.push_back(nu.getDimSize(0));
  Value initial;
  if (!adaptor.getInitial().empty())
    initial = adaptor.getInitial().front();
  Type part =
      RankedTensorType::get(sizes, stateType(initial, u.getElementType()));
  results.append({part, part});
  return success();
}

LogicalResult LruOp::verify() {
  int64_t features = tensorType(getU()).getShape().back();
  ArrayRef<int64_t> states = tensorType(getNu()).getShape();
  SmallVector<int64_t> in = {features, states[0]};
  if (failed(verifyShape(*this, getTheta(), "theta", states)) || // (C2)
      failed(verifyShape(*this, getGamma(), "gamma", states)) ||
      failed(verifyShape(*this, getBRe(), "b_re", in)) || // (C3)
      failed(verifyShape(*this, getBIm(), "b_im", in)) ||
      failed(verifyShape(*this, getCIm(), "c_im",
                         tensorType(getCRe()).getShape())))
    return failure();
  return verifyParts(*this, getInitial(), // (C4)
                     tensorType(getLastRe()).getShape());
}

FailureOr<SmallVector<Value>> LruOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  RankedTensorType type = tensorType(getU());
  Type real = getRegionType(type.getElementType());
  AffineMap all = b.getMultiDimIdentityMap(1);
  Output part = {real, all};
  SmallVector<Input> inputs = {{getNu(), all}, {getTheta(), all}};
  if (getGamma())
    inputs.push_back({getGamma(), all});
  SmallVector<Value> rates =
      buildMap(b, loc, inputs, {part, part, part},
               [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                 Scalar slow = exp2(e[0] * log2e); // -ln |r|
                 Scalar turn = exp2(e[1] * log2e);
                 Scalar radius = exp2(slow * -log2e);
                 // 1 - |r|^2 to the last bits where |r| is close to 1.
                 Scalar rest = tanh(slow) * (1.0 + radius * radius);
                 return {radius * cos(turn), radius * sin(turn),
                         e.size() == 3 ? e[2] : sqrt(rest)};
               });

  // gamma u B, in f32 between the layers whatever u is.
  unsigned rank = type.getRank();
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  auto widened = [&](Value x) {
    return tensorType(x).getElementType() == real
               ? x
               : buildElementwise(b, loc, x, real,
                                  [](ArrayRef<Scalar> e) { return e[0]; });
  };
  Value u = widened(getU());
  auto drive = [&](Value weight) -> Value {
    Value product = LinearOp::create(b, loc, u, weight, Value());
    return buildMap(b, loc,
                    {{product, identity},
                     {rates[2], mapOf(b.getContext(), rank, rank - 1)}},
                    {{real, identity}},
                    [](Body &, ArrayRef<Scalar> e) -> Scalars {
                      return {e[0] * e[1]};
                    })
        .front();
  };
  Value re = drive(getBRe()), im = drive(getBIm());
  auto states = ComplexRecurrenceOp::create(
      b, loc, rates[0], rates[1], re, im, getInitial(),
      /*dim=*/rank - 2, /*reverse=*/false);
  Value y = LinearOp::create(b, loc, states.getStatesRe(), getCRe(), Value());
  Value minus =
      LinearOp::create(b, loc, states.getStatesIm(), getCIm(), Value());
  Value result =
      buildElementwise(b, loc, {y, minus}, type.getElementType(),
                       [](ArrayRef<Scalar> e) { return e[0] - e[1]; });
  return SmallVector<Value>{result, states.getLastRe(), states.getLastIm()};
}

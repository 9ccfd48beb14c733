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

FailureOr<SmallVector<Value>> GeluOp::decomposeOperation(OpBuilder &b) {
  // Below -16 both forms are -0 in f32; the clamp keeps -infinity from being
  // multiplied with that 0.
  auto clamp = [](Scalar x) { return select(less(x, -16.0), -16.0, x); };
  auto byErf = [=](Scalar x) {
    x = clamp(x);
    return x * 0.5 * (erf(x * (1 / std::numbers::sqrt2)) + 1.0);
  };
  // (1 + tanh u) / 2 = sigmoid(2u).
  auto byTanh = [=](Scalar x) {
    x = clamp(x);
    double c = 2 * std::numbers::sqrt2 / std::sqrt(std::numbers::pi);
    return x * sigmoid(x * (x * x * (c * 0.044715) + c));
  };
  if (getForm() == "tanh")
    return decomposeActivation(*this, b, byTanh);
  return decomposeActivation(*this, b, byErf);
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

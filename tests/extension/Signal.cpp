// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operators of Signal.td as gyre's structures, and the plug-in.

#include "dialect/Builders.h"
#include "dialect/SoftmaxStates.h"
#include "dialect/ops/Operators.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"

#include "SignalDialect.h.inc"

#define GET_OP_CLASSES
#include "Signal.h.inc"

#include <cmath>

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::signal;

//===----------------------------------------------------------------------===//
// smooth_max
//===----------------------------------------------------------------------===//

LogicalResult SmoothMaxOp::verify() {
  RankedTensorType x = tensorType(getX());
  if (x.getRank() < 1) // (C1)
    return emitOpError("expected x of rank 1 or more, got ") << x;
  auto result =
      RankedTensorType::get(x.getShape().drop_back(), x.getElementType());
  if (getResult().getType() != result) // (C1)
    return emitOpError("expected a result of ")
           << result << ", got " << getResult().getType();
  double sharpness = getSharpness().convertToDouble();
  if (!(sharpness > 0) || !std::isfinite(sharpness)) // (C2)
    return emitOpError("expected a positive sharpness, got ") << sharpness;
  return success();
}

FailureOr<SmallVector<Value>> SmoothMaxOp::decomposeOperation(OpBuilder &b) {
  RankedTensorType type = tensorType(getX());
  unsigned rank = type.getRank();
  double scale = log2e * getSharpness().convertToDouble();
  SoftmaxStates softmax{scale};
  SmallVector<IteratorKind> iterators(rank, IteratorKind::parallel);
  iterators.back() = IteratorKind::reduction;
  // (maximum, sum of weights, weighted sum of elements), the maximum leads.
  return buildReduce(
      b, getLoc(),
      {.iterators = iterators,
       .inputs = {{getX(), b.getMultiDimIdentityMap(rank)}},
       .outputs = {{type.getElementType(),
                    mapOf(b.getContext(), rank, dimRange(0, rank - 1))}},
       .pivot = 1,
       .init = [](Body &body) -> Scalars {
         return {body.number(-INFINITY), body.number(0), body.number(0)};
       },
       .step = [=](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar> s) -> Scalars {
         Scalar lead = maximum(s[0], e[0]);
         Scalar against = SoftmaxStates::base(lead);
         Scalar factor = exp2((s[0] - against) * scale);
         Scalar weight = exp2((e[0] - against) * scale);
         Scalar finite = SoftmaxStates::base(e[0]);
         return {lead, s[1] * factor + weight, s[2] * factor + weight * finite};
       },
       .merge = [=](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y) -> Scalars {
         Scalar lead = maximum(x[0], y[0]);
         Scalar against = SoftmaxStates::base(lead);
         Scalar ofX = exp2((x[0] - against) * scale);
         Scalar ofY = exp2((y[0] - against) * scale);
         return {lead, x[1] * ofX + y[1] * ofY, x[2] * ofX + y[2] * ofY};
       },
       .finish = [](Body &, ArrayRef<Scalar> s) -> Scalars {
         return {s[2] * SoftmaxStates::reciprocal(s[1])};
       }});
}

//===----------------------------------------------------------------------===//
// leaky_integrator
//===----------------------------------------------------------------------===//

LogicalResult LeakyIntegratorOp::verify() {
  RankedTensorType x = tensorType(getX());
  if (x.getRank() < 2) // (C1)
    return emitOpError("expected x of rank 2 or more, got ") << x;
  return verifyShape(*this, getLeak(), "leak", x.getShape().back()); // (C2)
}

FailureOr<SmallVector<Value>>
LeakyIntegratorOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  unsigned rank = tensorType(getX()).getRank(), time = rank - 2;
  Type element = tensorType(getX()).getElementType();
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  AffineMap perState =
      mapOf(b.getContext(), rank, concat(dimRange(0, time), {rank - 1}));
  AffineMap perChannel = mapOf(b.getContext(), rank, {rank - 1});
  SmallVector<IteratorKind> iterators(rank, IteratorKind::parallel);
  iterators[time] = IteratorKind::carried;
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getX());
  sizes.erase(sizes.begin() + time);
  SmallVector<Value> results = buildScan(
      b, loc,
      {.iterators = iterators,
       .inputs = {{getX(), identity}, {getLeak(), perChannel}},
       .states = {{filledTensor(b, loc, sizes, b.getF32Type(), 0), perState}},
       .outputs = {{element, identity}},
       .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                  ArrayRef<Scalar> h) -> Scalars {
         Scalar next = e[1] * h[0] + (1.0 - e[1]) * e[0];
         return {next, next};
       },
       .output = [](Body &, ArrayRef<Scalar>,
                    ArrayRef<Scalar> sums) -> Scalars { return {sums[0]}; }});
  return SmallVector<Value>{results.back()};
}

//===----------------------------------------------------------------------===//
// Dialect and plug-in
//===----------------------------------------------------------------------===//

#include "SignalDialect.cpp.inc"

#define GET_OP_CLASSES
#include "Signal.cpp.inc"

void SignalDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "Signal.cpp.inc"
      >();
}

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "signal", "1",
          [](DialectRegistry *registry) { registry->insert<SignalDialect>(); }};
}

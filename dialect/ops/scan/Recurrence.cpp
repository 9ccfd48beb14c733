// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear recurrences, real and complex, as gyre.scan.

#include "dialect/ops/scan/Scan.h"

#include "dialect/Builders.h"

using namespace mlir;
using namespace mlir::gyre;

/// Whether the sizes of `a` are the last ones of `b`; what either of them
/// knows, where they are.
static std::optional<SmallVector<int64_t>> matchLast(RankedTensorType a,
                                                     RankedTensorType b) {
  SmallVector<int64_t> sizes(b.getShape());
  if (a.getRank() > b.getRank())
    return std::nullopt;
  int64_t missing = b.getRank() - a.getRank();
  for (auto [dim, size] : llvm::enumerate(a.getShape())) {
    int64_t &whole = sizes[missing + dim];
    if (!sizesAgree(size, whole))
      return std::nullopt;
    whole = knownSize(whole, size);
  }
  return sizes;
}

/// The map of a tensor that has the last dimensions of the loops.
static AffineMap mapOfLast(Value tensor, unsigned loops) {
  unsigned rank = tensorType(tensor).getRank();
  return mapOf(tensor.getContext(), loops, dimRange(loops - rank, loops));
}

/// The types of all states and of the last one, for `a` and `b`, real or one
/// part of complex numbers.
template <typename Adaptor>
static LogicalResult inferStates(std::optional<Location> loc, Adaptor adaptor,
                                 RankedTensorType a, RankedTensorType b,
                                 SmallVectorImpl<int64_t> &sizes,
                                 SmallVectorImpl<int64_t> &last) {
  auto agreed = matchLast(a, b);
  if (!agreed) // (C1)
    return emitOptionalError(
        loc, "expected a to have the last sizes of b, got ",
        spellSizes(a.getShape()), " and ", spellSizes(b.getShape()));
  auto attr = inferenceAttr<IntegerAttr>(adaptor, "dim",
                                         adaptor.getProperties().getDim());
  int64_t given = attr ? attr.getInt() : -1;
  auto dim = normalizeDim(given, b.getRank());
  if (!dim) // (C2)
    return emitOptionalError(loc, "expected dim in [", -b.getRank(), ", ",
                             b.getRank(), "), got ", given);
  sizes.assign(*agreed);
  last.assign(*agreed);
  last.erase(last.begin() + *dim);
  return success();
}

namespace {
/// The loops of a recurrence along dimension `dim` of `b`.
struct RecurrenceLoops {
  SmallVector<IteratorKind> iterators;
  SmallVector<OpFoldResult> stateSizes;
  AffineMap all, state;

  RecurrenceLoops(OpBuilder &builder, Location loc, Value b, int64_t given) {
    unsigned loops = tensorType(b).getRank();
    unsigned dim = *normalizeDim(given, loops);
    iterators.assign(loops, IteratorKind::parallel);
    iterators[dim] = IteratorKind::carried;
    stateSizes = sizesOf(builder, loc, b);
    stateSizes.erase(stateSizes.begin() + dim);
    all = builder.getMultiDimIdentityMap(loops);
    state = mapOf(builder.getContext(), loops,
                  concat(dimRange(0, dim), dimRange(dim + 1, loops)));
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// linear_recurrence
//===----------------------------------------------------------------------===//

LogicalResult
LinearRecurrenceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                     Adaptor adaptor,
                                     SmallVectorImpl<Type> &results) {
  RankedTensorType b = tensorType(adaptor.getB());
  SmallVector<int64_t> sizes, last;
  if (failed(inferStates(loc, adaptor, tensorType(adaptor.getA()), b, sizes,
                         last)))
    return failure();
  results.push_back(RankedTensorType::get(sizes, b.getElementType()));
  results.push_back(RankedTensorType::get(
      last, stateType(adaptor.getInitial(), b.getElementType())));
  return success();
}

LogicalResult LinearRecurrenceOp::verify() {
  return verifyShape(*this, getInitial(), "the initial state", // (C3)
                     tensorType(getLast()).getShape());
}

FailureOr<SmallVector<Value>>
LinearRecurrenceOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  RecurrenceLoops loops(b, loc, getB(), getDim());
  Value states = statesOr(getInitial(), b, loc, loops.stateSizes,
                          tensorType(getLast()).getElementType());
  AffineMap rates = mapOfLast(getA(), loops.iterators.size());
  SmallVector<Value> results = buildScan(
      b, loc,
      {.iterators = loops.iterators,
       .inputs = {{getA(), rates}, {getB(), loops.all}},
       .states = {{states, loops.state}},
       .outputs = {{tensorType(getStates()).getElementType(), loops.all}},
       .reverse = getReverse(),
       .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                  ArrayRef<Scalar> h) -> Scalars {
         Scalar next = e[0] * h[0] + e[1];
         return {next, next};
       },
       .output = [](Body &, ArrayRef<Scalar>,
                    ArrayRef<Scalar> sums) -> Scalars { return {sums[0]}; }});
  return SmallVector<Value>{results[1], results[0]};
}

//===----------------------------------------------------------------------===//
// complex_recurrence
//===----------------------------------------------------------------------===//

LogicalResult ComplexRecurrenceOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &results) {
  RankedTensorType b = tensorType(adaptor.getBRe());
  SmallVector<int64_t> sizes, last;
  if (failed(inferStates(loc, adaptor, tensorType(adaptor.getARe()), b, sizes,
                         last)))
    return failure();
  Value initial;
  if (!adaptor.getInitial().empty())
    initial = adaptor.getInitial().front();
  Type all = RankedTensorType::get(sizes, b.getElementType());
  Type one =
      RankedTensorType::get(last, stateType(initial, b.getElementType()));
  results.append({all, all, one, one});
  return success();
}

LogicalResult ComplexRecurrenceOp::verify() {
  if (failed(verifyShape(*this, getAIm(), "a_im", // (C1)
                         tensorType(getARe()).getShape())) ||
      failed(verifyShape(*this, getBIm(), "b_im",
                         tensorType(getBRe()).getShape())))
    return failure();
  size_t parts = getInitial().size();
  if (parts != 0 && parts != 2) // (C3)
    return emitOpError("expected both parts of the initial state or none, got ")
           << parts;
  for (Value part : getInitial())
    if (failed(verifyShape(*this, part, "the initial state",
                           tensorType(getLastRe()).getShape())))
      return failure();
  return success();
}

FailureOr<SmallVector<Value>>
ComplexRecurrenceOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  RecurrenceLoops loops(b, loc, getBRe(), getDim());
  AffineMap rates = mapOfLast(getARe(), loops.iterators.size());
  SmallVector<Input> states;
  for (unsigned part : {0, 1})
    states.push_back(
        {statesOr(getInitial().empty() ? Value() : getInitial()[part], b, loc,
                  loops.stateSizes, tensorType(getLastRe()).getElementType()),
         loops.state});
  Output output = {tensorType(getStatesRe()).getElementType(), loops.all};
  SmallVector<Value> results =
      buildScan(b, loc,
                {.iterators = loops.iterators,
                 .inputs = {{getARe(), rates},
                            {getAIm(), rates},
                            {getBRe(), loops.all},
                            {getBIm(), loops.all}},
                 .states = states,
                 .outputs = {output, output},
                 .reverse = getReverse(),
                 .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                            ArrayRef<Scalar> h) -> Scalars {
                   Scalar re = e[0] * h[0] - e[1] * h[1] + e[2];
                   Scalar im = e[0] * h[1] + e[1] * h[0] + e[3];
                   return {re, im, re, im};
                 },
                 .output = [](Body &, ArrayRef<Scalar>, ArrayRef<Scalar> sums)
                     -> Scalars { return {sums[0], sums[1]}; }});
  return SmallVector<Value>{results[2], results[3], results[0], results[1]};
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mamba's selective scan as gyre.scan.

#include "dialect/ops/scan/Scan.h"

#include "dialect/Builders.h"

using namespace mlir;
using namespace mlir::gyre;

LogicalResult
SelectiveScanOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                  Adaptor adaptor,
                                  SmallVectorImpl<Type> &results) {
  RankedTensorType u = tensorType(adaptor.getU());
  RankedTensorType a = tensorType(adaptor.getA());
  if (u.getRank() < 2) // (C1)
    return emitOptionalError(loc, "expected u of rank 2 or more, got ", u);
  if (a.getRank() != 2 ||
      !sizesAgree(a.getDimSize(0), u.getShape().back())) // (C2)
    return emitOptionalError(loc, "expected A to have rank 2 and ",
                             spellSizes(u.getShape().back()),
                             " rows, as u has channels, got ", a);
  SmallVector<int64_t> state(u.getShape().drop_back(2));
  state.push_back(u.getShape().back());
  state.push_back(a.getDimSize(1));
  results.push_back(u);
  results.push_back(RankedTensorType::get(
      state, stateType(adaptor.getInitial(), u.getElementType())));
  return success();
}

LogicalResult SelectiveScanOp::verify() {
  ArrayRef<int64_t> u = tensorType(getU()).getShape();
  if (failed(verifyShape(*this, getDelta(), "delta", u))) // (C1)
    return failure();
  RankedTensorType input = tensorType(getB());
  SmallVector<int64_t> sizes(u.drop_back());
  int64_t channels = u.back();
  if (input.getRank() == static_cast<int64_t>(u.size()) + 1) { // (C3)
    int64_t groups = input.getDimSize(input.getRank() - 2);
    if (ShapedType::isDynamic(groups) || ShapedType::isDynamic(channels) ||
        groups == 0 || channels % groups != 0)
      return emitOpError("expected groups that divide the channels, got ")
             << spellSizes(groups) << " and " << spellSizes(channels);
    sizes.push_back(groups);
  }
  sizes.push_back(tensorType(getA()).getDimSize(1));
  if (failed(verifyShape(*this, getB(), "B", sizes)) ||
      failed(verifyShape(*this, getC(), "C", sizes)) ||
      failed(verifyShape(*this, getSkip(), "skip", channels)) || // (C4)
      failed(verifyShape(*this, getBias(), "bias", channels)) ||
      failed(verifyShape(*this, getGate(), "gate", u)))
    return failure();
  return verifyShape(*this, getInitial(), "the initial state", // (C5)
                     tensorType(getLast()).getShape());
}

FailureOr<SmallVector<Value>>
SelectiveScanOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = tensorType(getU());
  unsigned rank = type.getRank(), leading = rank - 2, t = leading;

  // The step has a long latency, so it is not part of the recurrence.
  Value step = getDelta();
  if (getBias() || getSoftplus()) {
    AffineMap identity = b.getMultiDimIdentityMap(rank);
    SmallVector<Input> inputs = {{step, identity}};
    if (getBias())
      inputs.push_back({getBias(), mapOf(context, rank, rank - 1)});
    Type real = getRegionType(type.getElementType());
    step = buildMap(b, loc, inputs, {{real, identity}},
                    [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                      return {stepOf(e, getSoftplus())};
                    })
               .front();
  }
  Value states = statesOr(
      getInitial(), b, loc,
      [&] {
        SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getU());
        sizes.erase(sizes.begin() + t);
        sizes.push_back(sizeOf(b, loc, getA(), 1));
        return sizes;
      }(),
      tensorType(getLast()).getElementType());

  // Channels of one group share B and C: (group, member) instead of d.
  bool grouped = tensorType(getB()).getRank() > static_cast<int64_t>(rank);
  SmallVector<OpFoldResult> groups;
  if (grouped) {
    int64_t count = tensorType(getB()).getDimSize(rank - 1);
    groups = {b.getIndexAttr(count),
              b.getIndexAttr(type.getShape().back() / count)};
  }
  auto split = [&](Value tensor, unsigned dim) {
    return grouped ? splitDim(b, loc, tensor, dim, groups) : tensor;
  };

  // Loops: leading.., t, d (or group, member), n.
  unsigned first = t + 1, n = first + (grouped ? 2 : 1), loops = n + 1;
  SmallVector<unsigned> channel = dimRange(first, n);
  AffineMap row = mapOf(context, loops, dimRange(0, n));
  AffineMap perChannel = mapOf(context, loops, channel);
  SmallVector<unsigned> shared = dimRange(0, grouped ? first + 1 : first);
  AffineMap perState = mapOf(context, loops, concat(shared, n));

  SmallVector<Input> inputs = {
      {split(getU(), rank - 1), row},
      {split(step, rank - 1), row},
      {split(getA(), 0), mapOf(context, loops, concat(channel, n))},
      {getB(), perState},
      {getC(), perState}};
  if (getSkip())
    inputs.push_back({split(getSkip(), 0), perChannel});
  if (getGate())
    inputs.push_back({split(getGate(), rank - 1), row});

  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators[t] = IteratorKind::carried;
  iterators[n] = IteratorKind::state;
  SmallVector<Value> results = buildScan(
      b, loc,
      {.iterators = iterators,
       .inputs = inputs,
       .states = {{split(states, leading),
                   mapOf(context, loops,
                         concat(dimRange(0, t), dimRange(first, loops)))}},
       .outputs = {{type.getElementType(), row}},
       .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                  ArrayRef<Scalar> h) -> Scalars {
         // A log2(e) does not change along t, so it leaves the loop.
         Scalar decay = exp2(e[1] * (e[2] * log2e));
         Scalar next = decay * h[0] + (e[1] * e[0]) * e[3];
         return {next, next * e[4]};
       },
       .output = [&](Body &, ArrayRef<Scalar> e,
                     ArrayRef<Scalar> sums) -> Scalars {
         Scalar y = sums[0];
         if (getSkip())
           y = y + e[2] * e[0];
         if (getGate())
           y = y * silu(e.back());
         return {y};
       }});
  if (grouped) {
    results[0] = mergeDims(b, loc, results[0], leading, 2);
    results[1] = mergeDims(b, loc, results[1], rank - 1, 2);
  }
  return SmallVector<Value>{results[1], results[0]};
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The short causal convolution as gyre.scan: its states are the latest rows.

#include "dialect/ops/scan/Scan.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

LogicalResult CausalConvOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType weight = tensorType(adaptor.getWeight());
  if (x.getRank() < 2) // (C1)
    return emitOptionalError(loc, "expected x of rank 2 or more, got ", x);
  // Each tap is a state in registers.
  if (weight.getRank() != 2 ||
      !sizesAgree(weight.getDimSize(0), x.getShape().back()) ||
      weight.isDynamicDim(1) || weight.getDimSize(1) < 2 ||
      weight.getDimSize(1) > 64) // (C2)
    return emitOptionalError(loc, "expected weight to have sizes ",
                             spellSizes(x.getShape().back()),
                             " and K in [2, 64], got ", weight);
  results.push_back(x);
  SmallVector<int64_t> rows(x.getShape());
  rows[x.getRank() - 2] = weight.getDimSize(1) - 1;
  Value initial = adaptor.getInitial();
  results.push_back(
      RankedTensorType::get(rows, initial ? tensorType(initial).getElementType()
                                          : x.getElementType()));
  return success();
}

LogicalResult CausalConvOp::verify() {
  if (failed(verifyShape(*this, getBias(), "bias", // (C3)
                         tensorType(getX()).getShape().back())))
    return failure();
  return verifyShape(*this, getInitial(), "the initial rows", // (C4)
                     tensorType(getLast()).getShape());
}

namespace {
/// Row `row` along dimension `dim` of a tensor of `sizes`.
struct RowSlice {
  SmallVector<OpFoldResult> offsets, sizes, strides;

  RowSlice(OpBuilder &b, ArrayRef<OpFoldResult> all, unsigned dim, unsigned row)
      : offsets(all.size(), b.getIndexAttr(0)), sizes(all),
        strides(all.size(), b.getIndexAttr(1)) {
    offsets[dim] = b.getIndexAttr(row);
    sizes[dim] = b.getIndexAttr(1);
  }
};
} // namespace

FailureOr<SmallVector<Value>> CausalConvOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = tensorType(getX()), rows = tensorType(getLast());
  unsigned loops = type.getRank(), t = loops - 2, d = loops - 1;
  unsigned taps = tensorType(getWeight()).getDimSize(1);
  AffineMap identity = b.getMultiDimIdentityMap(loops);
  AffineMap perRow = mapOf(context, loops, concat(dimRange(0, t), d));

  // The states are the latest rows, the oldest one first.
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getX()), rowSizes = sizes;
  // A size may be known of whoever made x and not of its type, which is what
  // slices have to agree with.
  for (auto [size, extent] : llvm::zip(sizes, type.getShape()))
    if (ShapedType::isDynamic(extent))
      size = getValueOrCreateConstantIndexOp(b, loc, size);
  rowSizes.erase(rowSizes.begin() + t);
  sizes[t] = b.getIndexAttr(taps - 1);
  SmallVector<int64_t> rowShape(rows.getShape());
  rowShape.erase(rowShape.begin() + t);
  auto rowType = RankedTensorType::get(rowShape, rows.getElementType());
  SmallVector<Input> states;
  for (unsigned k = 0; k + 1 < taps; ++k) {
    Value row;
    RowSlice at(b, sizes, t, k);
    if (getInitial())
      row = tensor::ExtractSliceOp::create(b, loc, rowType, getInitial(),
                                           at.offsets, at.sizes, at.strides);
    states.push_back(
        {statesOr(row, b, loc, rowSizes, rows.getElementType()), perRow});
  }

  SmallVector<Input> inputs = {{getX(), identity}};
  for (unsigned k = 0; k < taps; ++k)
    inputs.push_back({getWeight(), AffineMap::get(loops, 0,
                                                  {b.getAffineDimExpr(d),
                                                   b.getAffineConstantExpr(k)},
                                                  context)});
  if (getBias())
    inputs.push_back({getBias(), mapOf(context, loops, d)});
  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators[t] = IteratorKind::carried;
  SmallVector<Value> results =
      buildScan(b, loc,
                {.iterators = iterators,
                 .inputs = inputs,
                 .states = states,
                 .outputs = {{type.getElementType(), identity}},
                 .step = [&](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                             ArrayRef<Scalar> h) -> Scalars {
                   Scalars window(h);
                   window.push_back(e[0]);
                   Scalar sum = e[1] * window[0];
                   for (unsigned k = 1; k < taps; ++k)
                     sum = sum + e[1 + k] * window[k];
                   if (getBias())
                     sum = sum + e.back();
                   Scalars next(ArrayRef<Scalar>(window).drop_front());
                   next.push_back(sum);
                   return next;
                 },
                 .output = [&](Body &, ArrayRef<Scalar>,
                               ArrayRef<Scalar> sums) -> Scalars {
                   return {getSilu() ? gyre::silu(sums[0]) : sums[0]};
                 }});
  Value last = emptyTensor(b, loc, sizes, rows.getElementType());
  for (unsigned k = 0; k + 1 < taps; ++k) {
    RowSlice at(b, sizes, t, k);
    last = tensor::InsertSliceOp::create(b, loc, results[k], last, at.offsets,
                                         at.sizes, at.strides);
  }
  return SmallVector<Value>{results[taps - 1], last};
}

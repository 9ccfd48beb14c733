// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Maps, sizes and shapes for decompositions.

#include "dialect/Builders.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <numeric>

using namespace mlir;
using namespace mlir::gyre;

AffineMap gyre::mapOf(MLIRContext *context, unsigned loops,
                      ArrayRef<unsigned> dims) {
  return AffineMap::getMultiDimMapWithTargets(loops, dims, context);
}

SmallVector<unsigned> gyre::dimRange(unsigned begin, unsigned end) {
  SmallVector<unsigned> dims(end - begin);
  std::iota(dims.begin(), dims.end(), begin);
  return dims;
}

SmallVector<unsigned> gyre::concat(ArrayRef<unsigned> first,
                                   ArrayRef<unsigned> second) {
  SmallVector<unsigned> all(first);
  llvm::append_range(all, second);
  return all;
}

OpFoldResult gyre::sizeOf(OpBuilder &b, Location loc, Value value,
                          unsigned dim) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.isDynamicDim(dim))
    return b.getIndexAttr(type.getDimSize(dim));
  Operation *def = value.getDefiningOp();
  if (auto dps = dyn_cast_or_null<DestinationStyleOpInterface>(def))
    return sizeOf(b, loc, dps.getTiedOpOperand(cast<OpResult>(value))->get(),
                  dim);
  if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(def))
    return empty.getMixedSizes()[dim];
  if (auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(def))
    return expand.getMixedOutputShape()[dim];
  if (auto cast = dyn_cast_or_null<tensor::CastOp>(def))
    return sizeOf(b, loc, cast.getSource(), dim);
  if (auto slice = dyn_cast_or_null<tensor::ExtractSliceOp>(def);
      slice && slice.getSourceType().getRank() == type.getRank())
    return slice.getMixedSizes()[dim];
  if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(def)) {
    SmallVector<OpFoldResult> sizes;
    ReassociationIndices group = collapse.getReassociationIndices()[dim];
    for (int64_t source : group)
      sizes.push_back(sizeOf(b, loc, collapse.getSrc(), source));
    return productOf(b, loc, sizes);
  }
  if (def && OpTrait::hasElementwiseMappableTraits(def))
    for (Value operand : def->getOperands())
      if (isa<RankedTensorType>(operand.getType()))
        return sizeOf(b, loc, operand, dim);
  return tensor::getMixedSize(b, loc, value, dim);
}

SmallVector<OpFoldResult> gyre::sizesOf(OpBuilder &b, Location loc,
                                        Value tensor) {
  SmallVector<OpFoldResult> sizes;
  for (unsigned dim :
       dimRange(0, cast<RankedTensorType>(tensor.getType()).getRank()))
    sizes.push_back(sizeOf(b, loc, tensor, dim));
  return sizes;
}

OpFoldResult gyre::productOf(OpBuilder &b, Location loc,
                             ArrayRef<OpFoldResult> sizes) {
  int64_t known = 1;
  Value product;
  for (OpFoldResult size : sizes) {
    if (std::optional<int64_t> constant = getConstantIntValue(size)) {
      known *= *constant;
      continue;
    }
    Value value = cast<Value>(size);
    product = product ? arith::MulIOp::create(b, loc, product, value) : value;
  }
  if (!product)
    return b.getIndexAttr(known);
  if (known != 1)
    product = arith::MulIOp::create(
        b, loc, product, arith::ConstantIndexOp::create(b, loc, known));
  return product;
}

Value gyre::sizeValue(OpBuilder &b, Location loc, OpFoldResult size) {
  return getValueOrCreateConstantIndexOp(b, loc, size);
}

Value gyre::emptyTensor(OpBuilder &b, Location loc,
                        ArrayRef<OpFoldResult> sizes, Type element) {
  return tensor::EmptyOp::create(b, loc, sizes, element);
}

Value gyre::filledTensor(OpBuilder &b, Location loc,
                         ArrayRef<OpFoldResult> sizes, Type element,
                         double value) {
  Value number =
      arith::ConstantOp::create(b, loc, b.getFloatAttr(element, value));
  return linalg::FillOp::create(b, loc, number,
                                emptyTensor(b, loc, sizes, element))
      .getResult(0);
}

Value gyre::constantVector(OpBuilder &b, Location loc, ArrayRef<double> values,
                           Type element) {
  auto type = RankedTensorType::get(values.size(), element);
  SmallVector<Attribute> elements;
  for (double value : values)
    elements.push_back(
        isa<FloatType>(element)
            ? Attribute(b.getFloatAttr(element, value))
            : b.getIntegerAttr(element, static_cast<int64_t>(value)));
  return arith::ConstantOp::create(b, loc,
                                   DenseElementsAttr::get(type, elements));
}

Value gyre::splitDim(OpBuilder &b, Location loc, Value tensor, unsigned dim,
                     ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> all = sizesOf(b, loc, tensor);
  // The sizes may say more or less of a dimension than its type does.
  SmallVector<int64_t> shape = decomposeMixedValues(all).first;
  shape[dim] = 1;
  for (OpFoldResult size : sizes) {
    // A value is unknown to types, even if it is a constant.
    bool known = isa<Attribute>(size) && ShapedType::isStatic(shape[dim]);
    shape[dim] = known ? shape[dim] * *getConstantIntValue(size)
                       : ShapedType::kDynamic;
  }
  if (type.getShape() != ArrayRef(shape)) {
    type = type.clone(shape);
    tensor = tensor::CastOp::create(b, loc, type, tensor);
  }
  SmallVector<ReassociationIndices> groups;
  int64_t next = 0;
  for (int64_t d = 0; d < type.getRank(); ++d) {
    groups.emplace_back();
    for (unsigned i = 0; i < (d == dim ? sizes.size() : 1); ++i)
      groups.back().push_back(next++);
  }
  all.erase(all.begin() + dim);
  all.insert(all.begin() + dim, sizes.begin(), sizes.end());
  auto [expanded, values] = decomposeMixedValues(all);
  return tensor::ExpandShapeOp::create(
      b, loc, RankedTensorType::get(expanded, type.getElementType()), tensor,
      groups, all);
}

Value gyre::mergeDims(OpBuilder &b, Location loc, Value tensor, unsigned dim,
                      unsigned count) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  SmallVector<ReassociationIndices> groups;
  for (int64_t d = 0; d < rank; ++d)
    if (d > dim && d < dim + count)
      groups.back().push_back(d);
    else
      groups.push_back({d});
  return tensor::CollapseShapeOp::create(b, loc, tensor, groups);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks that many operators make.

#include "dialect/ops/Operators.h"

using namespace mlir;

std::optional<unsigned> gyre::normalizeDim(int64_t dim, int64_t rank) {
  if (dim < 0)
    dim += rank;
  if (dim < 0 || dim >= rank)
    return std::nullopt;
  return dim;
}

RankedTensorType gyre::tensorType(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return tensor;
  return RankedTensorType::get({}, RankedTensorType::isValidElementType(type)
                                       ? type
                                       : Float32Type::get(type.getContext()));
}

std::string gyre::spellSizes(ArrayRef<int64_t> sizes) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(
      sizes, os,
      [&](int64_t size) {
        if (ShapedType::isDynamic(size))
          os << '?';
        else
          os << size;
      },
      "x");
  return text;
}

LogicalResult gyre::verifyShape(Operation *op, Value operand, StringRef name,
                                ArrayRef<int64_t> shape) {
  if (!operand)
    return success();
  ArrayRef<int64_t> sizes =
      cast<RankedTensorType>(operand.getType()).getShape();
  bool agree = sizes.size() == shape.size();
  for (unsigned i = 0; agree && i < shape.size(); ++i)
    agree = sizesAgree(sizes[i], shape[i]);
  if (agree)
    return success();
  return op->emitOpError("expected ")
         << name << " to have sizes " << spellSizes(shape) << ", got "
         << spellSizes(sizes);
}

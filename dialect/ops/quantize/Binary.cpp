// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Look-up free quantization: signs and the number that they spell.

#include "dialect/ops/quantize/Quantize.h"

#include "dialect/Builders.h"

using namespace mlir;
using namespace mlir::gyre;

/// Bits are summed in f32, which is exact to this many.
static constexpr int64_t maxBits = 24;

template <typename Adaptor> static double scaleOf(Adaptor op, int64_t bits) {
  return op.getSpherical() ? 1 / std::sqrt(static_cast<double>(bits))
                           : op.getScale().convertToDouble();
}

/// 2^(bits - 1), .., 2, 1.
static Value powersOfTwo(OpBuilder &b, Location loc, int64_t bits, Type real) {
  SmallVector<double> powers;
  for (int64_t j = bits; j-- > 0;)
    powers.push_back(static_cast<double>(int64_t(1) << j));
  return constantVector(b, loc, powers, real);
}

LogicalResult LfqEncodeOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  RankedTensorType z = tensorType(adaptor.getZ());
  int64_t bits = z.getRank() == 0 ? 0 : z.getShape().back();
  if (ShapedType::isDynamic(bits) || bits < 1 || bits > maxBits) // (C1)
    return emitOptionalError(loc, "expected a known last dimension of 1 to ",
                             maxBits, ", got ", z);
  results.push_back(z);
  results.push_back(RankedTensorType::get(z.getShape().drop_back(),
                                          IntegerType::get(context, 32)));
  return success();
}

FailureOr<SmallVector<Value>> LfqEncodeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  RankedTensorType type = tensorType(getZ());
  unsigned loops = type.getRank();
  int64_t bits = type.getShape().back();
  double scale = scaleOf(*this, bits);
  Value codes = buildElementwise(
      b, loc, getZ(), type.getElementType(), [&](ArrayRef<Scalar> e) {
        return select(greater(e[0], 0.0), e[0].number(scale),
                      e[0].number(-scale));
      });
  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators.back() = IteratorKind::reduction;
  Type real = getRegionType(type.getElementType());
  Value indices =
      buildReduce(
          b, loc,
          {.iterators = iterators,
           .inputs = {{getZ(), b.getMultiDimIdentityMap(loops)},
                      {powersOfTwo(b, loc, bits, real),
                       mapOf(b.getContext(), loops, loops - 1)}},
           .outputs = {{b.getI32Type(),
                        mapOf(b.getContext(), loops, dimRange(0, loops - 1))}},
           .init = [](Body &body) -> Scalars { return {body.number(0.0)}; },
           .step = [](Body &, ArrayRef<Scalar> e,
                      ArrayRef<Scalar> s) -> Scalars {
             return {s[0] + select(greater(e[0], 0.0), e[1], 0.0)};
           },
           .merge = [](Body &, ArrayRef<Scalar> x,
                       ArrayRef<Scalar> y) -> Scalars { return {x[0] + y[0]}; },
           .finish = [](Body &body, ArrayRef<Scalar> s) -> Scalars {
             return {s[0].to(body.builder().getI32Type())};
           }})
          .front();
  return SmallVector<Value>{codes, indices};
}

LogicalResult LfqDecodeOp::verify() {
  ArrayRef<int64_t> sizes = getType().getShape();
  int64_t bits = sizes.empty() ? 0 : sizes.back();
  if (ShapedType::isDynamic(bits) || bits < 1 || bits > maxBits) // (C1)
    return emitOpError("expected a known last dimension of 1 to ")
           << maxBits << ", got " << getType();
  return verifyShape(*this, getIndices(), "indices",
                     sizes.drop_back()); // (C2)
}

OpFoldResult LfqDecodeOp::fold(FoldAdaptor) {
  auto encode = getIndices().getDefiningOp<LfqEncodeOp>();
  if (encode && encode.getScale() == getScale() &&
      encode.getSpherical() == getSpherical() &&
      encode.getCodes().getType() == getType())
    return encode.getCodes();
  return {};
}

FailureOr<SmallVector<Value>> LfqDecodeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  unsigned loops = getType().getRank();
  int64_t bits = getType().getShape().back(), codes = int64_t(1) << bits;
  double scale = scaleOf(*this, bits);
  Type real = b.getF32Type();
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getIndices());
  sizes.push_back(b.getIndexAttr(bits));
  return buildMap(
      b, loc,
      {{getIndices(), mapOf(b.getContext(), loops, dimRange(0, loops - 1))},
       {powersOfTwo(b, loc, bits, real),
        mapOf(b.getContext(), loops, loops - 1)}},
      {{getType().getElementType(), b.getMultiDimIdentityMap(loops), sizes}},
      [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
        Scalar valid =
            less(e[0], codes) & less(body.integer(-1, e[0].getType()), e[0]);
        // Exact: quotients by powers of two of integers below 2^24.
        Scalar rest = floor(select(valid, e[0], 0.0).to(real) / e[1]);
        Scalar isOdd = greater(rest - floor(rest * 0.5) * 2.0, 0.5);
        Scalar code = select(isOdd, rest.number(scale), rest.number(-scale));
        return {select(valid, code, 0.0)};
      });
}

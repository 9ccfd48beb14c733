// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Narrow number formats: scales, quantizing and dequantizing by blocks. A
// dimension in groups becomes two, so that all maps name loops.

#include "dialect/ops/quantize/Quantize.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

namespace {
/// The largest number of a format, and what its elements are.
struct Format {
  double largest, smallest;
  bool packed;
  Type element;

  Format(MLIRContext *context, StringRef name)
      : packed(name == "int4"), element(IntegerType::get(context, 8)) {
    if (name == "e4m3") {
      largest = 448;
      element = Float8E4M3FNType::get(context);
    } else if (name == "e5m2") {
      largest = 57344;
      element = Float8E5M2Type::get(context);
    } else {
      largest = packed ? 7 : 127;
    }
    smallest = isInteger() ? -largest - 1 : -largest;
  }
  bool isInteger() const { return isa<IntegerType>(element); }
};
} // namespace

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The sizes of the scales of `x`, or a failure that is reported.
static LogicalResult scaleSizes(std::optional<Location> loc, RankedTensorType x,
                                ArrayRef<int64_t> block,
                                SmallVectorImpl<int64_t> &sizes) {
  bool fits = static_cast<int64_t>(block.size()) == x.getRank() &&
              llvm::all_of(block, [](int64_t b) { return b >= 0; });
  if (!fits) // (C1)
    return emitOptionalError(loc,
                             "expected a block with an entry of 0 or more "
                             "for each dimension of ",
                             x, ", got [", block, "]");
  for (auto [size, b] : llvm::zip(x.getShape(), block)) {
    if (b > 1 && (ShapedType::isDynamic(size) || size % b != 0)) // (C2)
      return emitOptionalError(loc, "expected blocks of ", b,
                               " to divide a known size, got ", x);
    if (b > 0)
      sizes.push_back(ShapedType::isDynamic(size) ? size : size / b);
  }
  return success();
}

static LogicalResult checkScale(std::optional<Location> loc, Value scale,
                                ArrayRef<int64_t> sizes) {
  ArrayRef<int64_t> given = tensorType(scale).getShape();
  bool agree = given.size() == sizes.size() &&
               llvm::all_of(llvm::zip(given, sizes), [](auto pair) {
                 return sizesAgree(std::get<0>(pair), std::get<1>(pair));
               });
  if (agree)
    return success();
  return emitOptionalError(loc, "expected a scale of sizes ", spellSizes(sizes),
                           ", got ", scale.getType()); // (C3)
}

/// The sizes of `x` in memory, or a failure that is reported.
static LogicalResult storedSizes(std::optional<Location> loc,
                                 RankedTensorType x, bool packed,
                                 ArrayRef<int64_t> block, int64_t axis,
                                 SmallVectorImpl<int64_t> &sizes) {
  llvm::append_range(sizes, x.getShape());
  if (!packed)
    return success();
  std::optional<unsigned> dim = normalizeDim(axis, x.getRank());
  // A byte has one scale.
  if (!dim || x.isDynamicDim(*dim) || x.getDimSize(*dim) % 2 != 0 ||
      block[*dim] % 2 != 0) // (C4)
    return emitOptionalError(loc, "expected axis ", axis,
                             " to have a known even size and even blocks, got ",
                             x, " and [", block, "]");
  sizes[*dim] /= 2;
  return success();
}

template <typename Adaptor> static ArrayRef<int64_t> blockOf(Adaptor adaptor) {
  auto block = inferenceAttr<DenseI64ArrayAttr>(
      adaptor, "block", adaptor.getProperties().getBlock());
  return block ? block.asArrayRef() : ArrayRef<int64_t>();
}

template <typename Adaptor> static StringRef formatOf(Adaptor adaptor) {
  auto format = inferenceAttr<StringAttr>(adaptor, "format",
                                          adaptor.getProperties().getFormat());
  return format ? format.getValue() : "int8";
}

LogicalResult
QuantizeScaleOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                  Adaptor adaptor,
                                  SmallVectorImpl<Type> &results) {
  RankedTensorType x = tensorType(adaptor.getX());
  SmallVector<int64_t> sizes;
  if (failed(scaleSizes(loc, x, blockOf(adaptor), sizes)))
    return failure();
  results.push_back(
      RankedTensorType::get(sizes, getRegionType(x.getElementType())));
  return success();
}

LogicalResult QuantizeOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &results) {
  RankedTensorType x = tensorType(adaptor.getX());
  Format format(context, formatOf(adaptor));
  auto axis = inferenceAttr<IntegerAttr>(adaptor, "axis",
                                         adaptor.getProperties().getAxis());
  SmallVector<int64_t> scale, sizes;
  if (failed(scaleSizes(loc, x, blockOf(adaptor), scale)) ||
      failed(checkScale(loc, adaptor.getScale(), scale)) ||
      failed(storedSizes(loc, x, format.packed, blockOf(adaptor),
                         axis ? axis.getInt() : -1, sizes)))
    return failure();
  results.push_back(RankedTensorType::get(sizes, format.element));
  return success();
}

LogicalResult DequantizeOp::verify() {
  Format format(getContext(), getFormat());
  SmallVector<int64_t> scale, sizes;
  std::optional<Location> loc = getLoc();
  if (failed(scaleSizes(loc, getType(), getBlock(), scale)) ||
      failed(checkScale(loc, getScale(), scale)) ||
      failed(storedSizes(loc, getType(), format.packed, getBlock(), getAxis(),
                         sizes)))
    return failure();
  auto expected = RankedTensorType::get(sizes, format.element);
  if (getQ().getType() != expected) // (C5)
    return emitOpError("expected q to be ")
           << expected << ", got " << getQ().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Laws
//===----------------------------------------------------------------------===//

OpFoldResult QuantizeOp::fold(FoldAdaptor) {
  auto wide = getX().getDefiningOp<DequantizeOp>();
  if (wide && wide.getScale() == getScale() &&
      wide.getFormat() == getFormat() && wide.getBlock() == getBlock() &&
      wide.getAxis() == getAxis() && wide.getQ().getType() == getType())
    return wide.getQ();
  return {};
}

//===----------------------------------------------------------------------===//
// Decompositions
//===----------------------------------------------------------------------===//

namespace {
/// The loops of a tensor in blocks: a dimension in groups has two, the packed
/// one has one more, of size 2, behind the others it has.
struct Loops {
  MLIRContext *context;
  /// For each dimension its loops; which of them scales follow.
  SmallVector<SmallVector<unsigned>> dims;
  SmallVector<unsigned> scale;
  SmallVector<OpFoldResult> sizes;
  int pair = -1, packedDim = -1;

  Loops(OpBuilder &b, ArrayRef<OpFoldResult> full, ArrayRef<int64_t> block,
        int packedDim = -1)
      : context(b.getContext()), packedDim(packedDim) {
    for (auto [dim, size] : llvm::enumerate(full)) {
      SmallVector<OpFoldResult> parts = {size};
      if (block[dim] > 1)
        parts = {b.getIndexAttr(*getConstantIntValue(size) / block[dim]),
                 b.getIndexAttr(block[dim])};
      if (block[dim] > 0)
        scale.push_back(sizes.size());
      if (static_cast<int>(dim) == packedDim) {
        int64_t last = *getConstantIntValue(parts.back());
        parts.back() = b.getIndexAttr(last / 2);
        parts.push_back(b.getIndexAttr(2));
        pair = sizes.size() + parts.size() - 1;
      }
      dims.push_back(dimRange(sizes.size(), sizes.size() + parts.size()));
      llvm::append_range(sizes, parts);
    }
  }

  unsigned count() const { return sizes.size(); }
  AffineMap map(ArrayRef<unsigned> loops) const {
    return mapOf(context, count(), loops);
  }
  AffineMap identity() const { return map(dimRange(0, count())); }
  /// All loops but that of the pair: bytes.
  AffineMap bytes() const {
    SmallVector<unsigned> loops;
    for (unsigned loop = 0; loop < count(); ++loop)
      if (static_cast<int>(loop) != pair)
        loops.push_back(loop);
    return map(loops);
  }

  /// `tensor` with a dimension for each loop, of bytes without the pair's.
  Value split(OpBuilder &b, Location loc, Value tensor, bool isBytes) const {
    for (int dim = dims.size() - 1; dim >= 0; --dim) {
      SmallVector<OpFoldResult> parts;
      for (unsigned loop : dims[dim])
        if (!isBytes || static_cast<int>(loop) != pair)
          parts.push_back(sizes[loop]);
      if (parts.size() > 1)
        tensor = splitDim(b, loc, tensor, dim, parts);
    }
    return tensor;
  }
  Value merge(OpBuilder &b, Location loc, Value tensor, bool isBytes) const {
    for (unsigned dim = 0; dim < dims.size(); ++dim) {
      unsigned parts = dims[dim].size();
      if (isBytes && static_cast<int>(dim) == packedDim)
        --parts;
      if (parts > 1)
        tensor = mergeDims(b, loc, tensor, dim, parts);
    }
    return tensor;
  }
};
} // namespace

FailureOr<SmallVector<Value>>
QuantizeScaleOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  Format format(getContext(), getFormat());
  Loops loops(b, sizesOf(b, loc, getX()), getBlock());
  Type element = tensorType(getType()).getElementType();
  SmallVector<IteratorKind> iterators(loops.count(), IteratorKind::reduction);
  for (unsigned loop : loops.scale)
    iterators[loop] = IteratorKind::parallel;
  Value x = loops.split(b, loc, getX(), /*isBytes=*/false);
  if (loops.scale.size() == loops.count())
    return buildMap(
        b, loc, {{x, loops.identity()}}, {{element, loops.identity()}},
        [&](Body &, ArrayRef<Scalar> e) -> Scalars {
          Scalar size = abs(e[0]);
          return {select(greater(size, 0.0), size, 0.0) * (1 / format.largest)};
        });
  return buildReduce(
      b, loc,
      {.iterators = iterators,
       .inputs = {{x, loops.identity()}},
       .outputs = {{element, loops.map(loops.scale)}},
       .init = [](Body &body) -> Scalars { return {body.number(0.0)}; },
       .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar> s) -> Scalars {
         return {maximum(abs(e[0]), s[0])};
       },
       .merge = [](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y) -> Scalars {
         return {maximum(x[0], y[0])};
       },
       .finish = [&](Body &, ArrayRef<Scalar> s) -> Scalars {
         return {s[0] / format.largest};
       }});
}

/// x / scale as a number of the format that is still wide.
static Scalar rounded(Scalar x, Scalar scale, const Format &format,
                      bool saturates) {
  Scalar y = select(equal(scale, 0.0), 0.0, x / scale);
  if (format.isInteger()) {
    y = roundeven(y);
    y = select(equal(y, y), y, 0.0);
  } else if (!saturates) {
    return y;
  }
  y = select(greater(y, format.largest), format.largest, y);
  return select(less(y, format.smallest), format.smallest, y);
}

FailureOr<SmallVector<Value>> QuantizeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  Format format(getContext(), getFormat());
  int packed = -1;
  if (format.packed)
    packed = *normalizeDim(getAxis(), tensorType(getX()).getRank());
  Loops loops(b, sizesOf(b, loc, getX()), getBlock(), packed);
  Value x = loops.split(b, loc, getX(), /*isBytes=*/false);
  Input scale = {getScale(), loops.map(loops.scale)};
  bool saturates = getFormat() == "e4m3" && getOverflow() == "saturate";
  if (!format.packed) {
    Value q = buildMap(b, loc, {{x, loops.identity()}, scale},
                       {{format.element, loops.identity()}},
                       [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                         return {rounded(e[0], e[1].to(e[0].getType()), format,
                                         saturates)};
                       })
                  .front();
    return SmallVector<Value>{loops.merge(b, loc, q, /*isBytes=*/false)};
  }
  // A byte is the sum of its two digits to the base 16.
  SmallVector<IteratorKind> iterators(loops.count(), IteratorKind::parallel);
  iterators[loops.pair] = IteratorKind::reduction;
  Value bytes =
      buildReduce(
          b, loc,
          {.iterators = iterators,
           .inputs = {{x, loops.identity()}, scale},
           .outputs = {{format.element, loops.bytes()}},
           .init = [](Body &body) -> Scalars { return {body.number(0.0)}; },
           .step = [&](Body &body, ArrayRef<Scalar> e,
                       ArrayRef<Scalar> s) -> Scalars {
             Scalar q = rounded(e[0], e[1].to(e[0].getType()), format, false);
             Scalar isHigh = equal(body.position32(loops.pair), 1.0);
             // The low digit counts from 0, the high one carries the sign.
             Scalar low = select(less(q, 0.0), q + 16.0, q);
             return {s[0] + select(isHigh, q * 16.0, low)};
           },
           .merge = [](Body &, ArrayRef<Scalar> x,
                       ArrayRef<Scalar> y) -> Scalars { return {x[0] + y[0]}; },
           .finish = [&](Body &, ArrayRef<Scalar> s) -> Scalars {
             return {s[0].to(format.element)};
           }})
          .front();
  return SmallVector<Value>{loops.merge(b, loc, bytes, /*isBytes=*/true)};
}

FailureOr<SmallVector<Value>> DequantizeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  Format format(getContext(), getFormat());
  int packed = -1;
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getQ());
  if (format.packed) {
    packed = *normalizeDim(getAxis(), getType().getRank());
    sizes[packed] = b.getIndexAttr(getType().getDimSize(packed));
  }
  Loops loops(b, sizes, getBlock(), packed);
  Value q = loops.split(b, loc, getQ(), /*isBytes=*/true);
  Type real = getRegionType(getType().getElementType());
  Value y =
      buildMap(b, loc,
               {{q, loops.bytes()}, {getScale(), loops.map(loops.scale)}},
               {{getType().getElementType(), loops.identity(), loops.sizes}},
               [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
                 Scalar number = e[0];
                 if (format.packed) {
                   Scalar byte = number.to(b.getI32Type());
                   Scalar four = byte.number(4), wide = byte.number(28);
                   auto shiftDown = [&](Scalar x, Scalar by) {
                     return x.with(
                         arith::ShRSIOp::create(body.builder(), loc, x, by));
                   };
                   Scalar low = shiftDown(byte.with(arith::ShLIOp::create(
                                              body.builder(), loc, byte, wide)),
                                          wide);
                   Scalar isHigh = equal(body.position32(loops.pair), 1.0);
                   number = select(isHigh, shiftDown(byte, four), low);
                 }
                 return {number.to(real) * e[1].to(real)};
               })
          .front();
  return SmallVector<Value>{loops.merge(b, loc, y, /*isBytes=*/false)};
}

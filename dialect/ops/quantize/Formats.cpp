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
/// The numbers of a format, and what its elements are.
struct Format {
  double largest, smallest;
  bool packed;
  Type element;

  Format(MLIRContext *context, StringRef name)
      : packed(name.ends_with("int4")), element(IntegerType::get(context, 8)) {
    if (name == "e4m3") {
      largest = 448;
      element = Float8E4M3FNType::get(context);
    } else if (name == "e5m2") {
      largest = 57344;
      element = Float8E5M2Type::get(context);
    } else if (name.starts_with("u")) {
      largest = packed ? 15 : 255;
    } else {
      largest = packed ? 7 : 127;
    }
    smallest = !isInteger()            ? -largest
               : name.starts_with("u") ? 0
                                       : -largest - 1;
  }
  bool isInteger() const { return isa<IntegerType>(element); }
  bool hasSign() const { return smallest < 0; }
  /// Twice the value of the highest bit: what numbers without a sign are more
  /// than the same bits with one.
  double wrap() const { return packed ? 16 : 256; }
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
  if (agree) // (C3)
    return success();
  return emitOptionalError(loc, "expected a scale of sizes ", spellSizes(sizes),
                           ", got ", scale.getType());
}

static LogicalResult checkZero(std::optional<Location> loc, Value zero,
                               const Format &format, ArrayRef<int64_t> sizes) {
  if (!zero)
    return success();
  ArrayRef<int64_t> given = tensorType(zero).getShape();
  bool agree = format.isInteger() && given.size() == sizes.size() &&
               llvm::all_of(llvm::zip(given, sizes), [](auto pair) {
                 return sizesAgree(std::get<0>(pair), std::get<1>(pair));
               });
  if (agree) // (C5) (C6)
    return success();
  return emitOptionalError(loc,
                           "expected a zero point of a format of integers "
                           "with the sizes ",
                           spellSizes(sizes), ", got ", zero.getType());
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

LogicalResult
QuantizeRangeOp::inferReturnTypes(MLIRContext *context,
                                  std::optional<Location> loc, Adaptor adaptor,
                                  SmallVectorImpl<Type> &results) {
  RankedTensorType x = tensorType(adaptor.getX());
  SmallVector<int64_t> sizes;
  if (failed(scaleSizes(loc, x, blockOf(adaptor), sizes)))
    return failure();
  results.push_back(
      RankedTensorType::get(sizes, getRegionType(x.getElementType())));
  results.push_back(
      RankedTensorType::get(sizes, IntegerType::get(context, 32)));
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
      failed(checkZero(loc, adaptor.getZero(), format, scale)) || // (C5)
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
      failed(checkZero(loc, getZero(), format, scale)) || // (C6)
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
  if (wide && wide.getScale() == getScale() && wide.getZero() == getZero() &&
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

FailureOr<SmallVector<Value>>
QuantizeRangeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  Format format(getContext(), getFormat());
  Loops loops(b, sizesOf(b, loc, getX()), getBlock());
  Type real = tensorType(getScale()).getElementType();
  SmallVector<IteratorKind> iterators(loops.count(), IteratorKind::reduction);
  for (unsigned loop : loops.scale)
    iterators[loop] = IteratorKind::parallel;
  Value x = loops.split(b, loc, getX(), /*isBytes=*/false);
  AffineMap all = loops.identity(), few = loops.map(loops.scale);
  // From the range, of which NaN is no part.
  auto scaleAndZero = [&](Scalar low, Scalar high) -> Scalars {
    Scalar scale = (high - low) / (format.largest - format.smallest);
    Scalar zero = roundeven(format.smallest - low / scale);
    zero = select(greater(zero, format.smallest), zero, format.smallest);
    zero = select(less(zero, format.largest), zero, format.largest);
    zero = select(greater(scale, 0.0), zero, format.smallest);
    return {scale, zero.to(b.getI32Type())};
  };
  auto lower = [](Scalar x, Scalar y) { return select(less(x, y), x, y); };
  if (loops.scale.size() == loops.count())
    return buildMap(b, loc, {{x, all}}, {{real, all}, {b.getI32Type(), all}},
                    [&](Body &body, ArrayRef<Scalar> e) {
                      Scalar none = body.number(0.0);
                      return scaleAndZero(lower(e[0], none),
                                          maximum(e[0], none));
                    });
  return buildReduce(
      b, loc,
      {.iterators = iterators,
       .inputs = {{x, all}},
       .outputs = {{real, few}, {b.getI32Type(), few}},
       .init = [](Body &body) -> Scalars {
         return {body.number(0.0), body.number(0.0)};
       },
       .step = [&](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar> s) -> Scalars {
         return {lower(e[0], s[0]), maximum(e[0], s[1])};
       },
       .merge = [&](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y) -> Scalars {
         return {lower(x[0], y[0]), maximum(x[1], y[1])};
       },
       .finish = [&](Body &,
                     ArrayRef<Scalar> s) { return scaleAndZero(s[0], s[1]); }});
}

/// The zero point that may be among elements e[at], in the type of e[0].
static std::optional<Scalar> zeroPoint(ArrayRef<Scalar> e, size_t at, Type real,
                                       const Format &format) {
  if (e.size() <= at)
    return std::nullopt;
  Scalar zero = e[at].to(real);
  if (e[at].getType().isInteger(8) && !format.hasSign())
    zero = select(less(zero, 0.0), zero + 256.0, zero);
  return zero;
}

/// x / scale as a number of the format that is still wide.
static Scalar rounded(ArrayRef<Scalar> e, const Format &format,
                      bool saturates) {
  Type real = e[0].getType();
  Scalar scale = e[1].to(real);
  Scalar y = select(equal(scale, 0.0), 0.0, e[0] / scale);
  if (format.isInteger()) {
    y = select(equal(y, y), y, 0.0);
    std::optional<Scalar> zero = zeroPoint(e, 2, real, format);
    bool isFraction = zero && isa<FloatType>(e[2].getType());
    y = isFraction ? roundeven(y + *zero) : roundeven(y);
    if (zero && !isFraction)
      y = y + *zero;
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
  SmallVector<Input> inputs = {{x, loops.identity()},
                               {getScale(), loops.map(loops.scale)}};
  if (getZero())
    inputs.push_back({getZero(), loops.map(loops.scale)});
  bool saturates = getFormat() == "e4m3" && getOverflow() == "saturate";
  // Bits of a half or a byte that has no sign, as a number that has one.
  auto withSign = [&](Scalar q) {
    return format.hasSign()
               ? q
               : select(less(q, format.wrap() / 2), q, q - format.wrap());
  };
  if (!format.packed) {
    Value q = buildMap(b, loc, inputs, {{format.element, loops.identity()}},
                       [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                         return {withSign(rounded(e, format, saturates))};
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
           .inputs = inputs,
           .outputs = {{format.element, loops.bytes()}},
           .init = [](Body &body) -> Scalars { return {body.number(0.0)}; },
           .step = [&](Body &body, ArrayRef<Scalar> e,
                       ArrayRef<Scalar> s) -> Scalars {
             Scalar q = withSign(rounded(e, format, false));
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

/// The number that `bits` are, in the type that the region computes in. The
/// halves of a byte are told apart by the position along `pair`.
static Scalar widened(Body &body, Scalar bits, const Format &format, int pair,
                      Type real) {
  OpBuilder &b = body.builder();
  if (!format.isInteger() || (!format.packed && format.hasSign()))
    return bits.to(real);
  Scalar byte = bits.to(b.getI32Type());
  auto shiftDown = [&](Scalar x, Scalar by) {
    return x.with(arith::ShRSIOp::create(b, body.getLoc(), x, by));
  };
  if (!format.packed)
    return (byte & byte.number(255)).to(real);
  Scalar isHigh = equal(body.position32(pair), 1.0);
  Scalar high = shiftDown(byte, byte.number(4));
  if (!format.hasSign())
    return (select(isHigh, high, byte) & byte.number(15)).to(real);
  Scalar wide = byte.number(28);
  Scalar low = shiftDown(
      byte.with(arith::ShLIOp::create(b, body.getLoc(), byte, wide)), wide);
  return select(isHigh, high, low).to(real);
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
  SmallVector<Input> inputs = {{q, loops.bytes()},
                               {getScale(), loops.map(loops.scale)}};
  if (getZero())
    inputs.push_back({getZero(), loops.map(loops.scale)});
  Value y =
      buildMap(b, loc, inputs,
               {{getType().getElementType(), loops.identity(), loops.sizes}},
               [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
                 Scalar number = widened(body, e[0], format, loops.pair, real);
                 if (std::optional<Scalar> zero = zeroPoint(e, 2, real, format))
                   number = number - *zero;
                 return {number * e[1].to(real)};
               })
          .front();
  return SmallVector<Value>{loops.merge(b, loc, y, /*isBytes=*/false)};
}

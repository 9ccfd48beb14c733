// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Positions and embeddings of positions, as small maps.

#include "dialect/ops/positions/Positions.h"

#include "dialect/Angles.h"
#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Text and images in one sequence: syntax
//===----------------------------------------------------------------------===//

/// `text(n), image(h, w), ..`, where sizes are numbers or values.
static ParseResult
parseSpans(OpAsmParser &parser,
           SmallVectorImpl<OpAsmParser::UnresolvedOperand> &sizes,
           DenseI64ArrayAttr &staticSizes, DenseBoolArrayAttr &images) {
  SmallVector<int64_t> known;
  SmallVector<bool> isImage;
  auto parseSize = [&]() -> ParseResult {
    int64_t number;
    OptionalParseResult literal = parser.parseOptionalInteger(number);
    if (literal.has_value()) {
      known.push_back(number);
      return *literal;
    }
    known.push_back(ShapedType::kDynamic);
    return parser.parseOperand(sizes.emplace_back());
  };
  do {
    StringRef kind;
    if (parser.parseOptionalKeyword(&kind, {"text", "image"}))
      return parser.emitError(parser.getCurrentLocation(),
                              "expected text(n) or image(h, w)");
    if (parser.parseLParen() || parseSize())
      return failure();
    isImage.push_back(kind == "image");
    if (isImage.back() && (parser.parseComma() || parseSize()))
      return failure();
    if (parser.parseRParen())
      return failure();
  } while (succeeded(parser.parseOptionalComma()));
  staticSizes = parser.getBuilder().getDenseI64ArrayAttr(known);
  images = parser.getBuilder().getDenseBoolArrayAttr(isImage);
  return success();
}

static void printSpans(OpAsmPrinter &printer, TiePositionsOp,
                       OperandRange sizes, DenseI64ArrayAttr staticSizes,
                       DenseBoolArrayAttr images) {
  ArrayRef<int64_t> known = staticSizes.asArrayRef();
  auto printSize = [&] {
    if (ShapedType::isDynamic(known.front())) {
      printer << sizes.front();
      sizes = sizes.drop_front();
    } else {
      printer << known.front();
    }
    known = known.drop_front();
  };
  llvm::interleaveComma(images.asArrayRef(), printer, [&](bool isImage) {
    printer << (isImage ? "image(" : "text(");
    printSize();
    if (isImage) {
      printer << ", ";
      printSize();
    }
    printer << ")";
  });
}

//===----------------------------------------------------------------------===//
// Text and images in one sequence
//===----------------------------------------------------------------------===//

/// The sizes as values or numbers, two a span.
static SmallVector<OpFoldResult> spanSizes(TiePositionsOp op) {
  Builder b(op.getContext());
  SmallVector<OpFoldResult> mixed =
      getMixedValues(op.getStaticSizes(), op.getSizes(), b);
  SmallVector<OpFoldResult> pairs;
  ArrayRef<OpFoldResult> rest = mixed;
  for (bool isImage : op.getImages()) {
    pairs.push_back(rest.consume_front());
    pairs.push_back(isImage ? rest.consume_front()
                            : OpFoldResult(b.getIndexAttr(1)));
  }
  return pairs;
}

LogicalResult TiePositionsOp::verify() {
  int64_t wanted = 0, open = 0;
  for (bool isImage : getImages())
    wanted += isImage ? 2 : 1;
  for (int64_t size : getStaticSizes()) {
    open += ShapedType::isDynamic(size) ? 1 : 0;
    // Products of two stay in 64 bits.
    if (!ShapedType::isDynamic(size) && (size < 0 || size > (1 << 24))) // (C2)
      return emitOpError("expected sizes from 0 to 2^24, got ") << size;
  }
  if (wanted != static_cast<int64_t>(getStaticSizes().size()) ||
      open != static_cast<int64_t>(getSizes().size()))
    return emitOpError("expected ")
           << wanted << " sizes of spans, got " << getStaticSizes().size()
           << " with " << getSizes().size() << " values";
  RankedTensorType type = tensorType(getResult());
  int64_t tokens = 0;
  SmallVector<OpFoldResult> sizes = spanSizes(*this);
  for (unsigned i = 0; i < sizes.size() && open == 0; i += 2)
    tokens +=
        *getConstantIntValue(sizes[i]) * *getConstantIntValue(sizes[i + 1]);
  if (open != 0)
    tokens = ShapedType::kDynamic;
  if (type.getRank() != 2 || type.getDimSize(1) != 2 ||
      !sizesAgree(type.getDimSize(0), tokens)) // (C1)
    return emitOpError("expected a result of sizes ")
           << spellSizes({tokens, 2}) << ", got " << type;
  return success();
}

namespace {
/// Positions of known sizes are a constant.
struct FoldPositions : OpRewritePattern<TiePositionsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TiePositionsOp op,
                                PatternRewriter &rewriter) const override {
    // Larger ones are better made than stored.
    constexpr int64_t mostTokens = 1 << 14;
    if (!op.getSizes().empty() || !op.getType().hasStaticShape() ||
        op.getType().getDimSize(0) > mostTokens)
      return failure();
    SmallVector<float> positions;
    double before = -1;
    SmallVector<OpFoldResult> sizes = spanSizes(op);
    for (auto [i, isImage] : llvm::enumerate(op.getImages())) {
      int64_t h = *getConstantIntValue(sizes[2 * i]),
              w = *getConstantIntValue(sizes[2 * i + 1]);
      bool first = op.getForm() == "first";
      double height = static_cast<double>(h), width = static_cast<double>(w);
      double s = first ? width + 1 : (height * width + 1) / (height + 1);
      double t = first ? height + 1 : (height * width + 1) / (width + 1);
      for (int64_t row = 1; row <= h; ++row)
        for (int64_t column = 1; column <= w; ++column) {
          double r = static_cast<double>(row), c = static_cast<double>(column);
          positions.push_back(before + (isImage ? s * r : r));
          positions.push_back(before + (isImage ? t * c : r));
        }
      before += !isImage ? height
                : first  ? (width + 1) * (height + 1) - 1
                         : height * width;
    }
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(
        op, DenseElementsAttr::get(op.getType(), ArrayRef(positions)));
    return success();
  }
};
} // namespace

void TiePositionsOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                 MLIRContext *context) {
  patterns.add<FoldPositions>(context);
}

FailureOr<SmallVector<Value>> TiePositionsOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  bool first = getForm() == "first";
  Type real = b.getF32Type(), integer = b.getI32Type();
  // Per span, in f32 but for where it starts: what a row and a column add.
  struct Span {
    bool isImage;
    Scalar begin, width, before, rowStep, columnStep;
  };
  SmallVector<Span> spans;
  auto index = [&](int64_t value) {
    return Scalar(b, loc, arith::ConstantIndexOp::create(b, loc, value));
  };
  Scalar begin = index(0), before = index(-1);
  SmallVector<OpFoldResult> sizes = spanSizes(*this);
  for (auto [i, isImage] : llvm::enumerate(getImages())) {
    Scalar h(b, loc, sizeValue(b, loc, sizes[2 * i]));
    Scalar w(b, loc, sizeValue(b, loc, sizes[2 * i + 1]));
    Scalar area = h * w, above = h + 1.0, beside = w + 1.0;
    Scalar rowStep =
        first ? beside.to(real) : (area + 1.0).to(real) / above.to(real);
    Scalar columnStep =
        first ? above.to(real) : (area + 1.0).to(real) / beside.to(real);
    spans.push_back({isImage, begin.to(integer),
                     maximum(w, index(1)).to(integer), before.to(real), rowStep,
                     columnStep});
    begin = begin + area;
    before = before + (!isImage ? h : first ? above * beside - 1.0 : area);
  }
  return buildMap(
      b, loc, {},
      {{real, b.getMultiDimIdentityMap(2), {Value(begin), b.getIndexAttr(2)}}},
      [&](Body &body, ArrayRef<Scalar>) -> Scalars {
        Scalar token = body.position32(0);
        Scalar isRow = equal(body.position32(1), 0.0);
        Scalar position = token.to(real);
        for (const Span &span : spans) {
          Scalar start = body.outer(span.begin), local = token - start;
          Scalar here = local.to(real) + 1.0;
          if (span.isImage) {
            Scalar width = body.outer(span.width);
            Scalar row = local.with(
                arith::DivSIOp::create(body.builder(), loc, local, width));
            Scalar column = local - row * width;
            here =
                select(isRow, (row.to(real) + 1.0) * body.outer(span.rowStep),
                       (column.to(real) + 1.0) * body.outer(span.columnStep));
          }
          here = here + body.outer(span.before);
          position = select(less(token, start), position, here);
        }
        return {position};
      });
}

//===----------------------------------------------------------------------===//
// Sinusoidal
//===----------------------------------------------------------------------===//

LogicalResult SinusoidalOp::verify() {
  RankedTensorType type = tensorType(getResult());
  int64_t rank = type.getRank();
  int64_t features = rank > 0 ? type.getShape().back() : 0;
  if (features <= 0 || features % 2 != 0 || features > (1 << 16)) // (C1)
    return emitOpError("expected an even number of features up to 65536, got ")
           << type;
  double shift = getShift().convertToDouble();
  if (!(static_cast<double>(features) / 2 - shift > 0) || !std::isfinite(shift))
    return emitOpError("expected a shift below ")
           << features / 2 << ", got " << shift;
  if (getPositions()) { // (C2)
    ArrayRef<int64_t> sizes = tensorType(getPositions()).getShape();
    if (sizes != type.getShape().drop_back())
      return emitOpError("expected a result of sizes ")
             << spellSizes(sizes) << " and the features, got " << type;
  } else if (rank != 2) {
    return emitOpError("expected a result of two dimensions without positions, "
                       "got ")
           << type;
  }
  if (getPositions() && getOffset()) // (C3)
    return emitOpError("expected no offset with positions");
  bool open = !getPositions() && type.isDynamicDim(0);
  if (open != static_cast<bool>(getLength()))
    return open ? emitOpError("expected a length for ") << type
                : emitOpError("expected no length");
  double base = getBase().convertToDouble();
  if (!(base > 0) || !std::isfinite(base) || !getScale().isFinite()) // (C4)
    return emitOpError("expected a positive base and a finite scale, got ")
           << base << " and " << getScale().convertToDouble();
  return success();
}

FailureOr<SmallVector<Value>> SinusoidalOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = tensorType(getResult());
  Type real = getRegionType(type.getElementType());
  int64_t pairs = type.getShape().back() / 2;
  SmallVector<double> high, low;
  for (int64_t i = 0; i < pairs; ++i) {
    double exponent = -static_cast<double>(i) / (static_cast<double>(pairs) -
                                                 getShift().convertToDouble());
    high.push_back(getScale().convertToDouble() *
                   std::pow(getBase().convertToDouble(), exponent) /
                   (2 * std::numbers::pi));
    low.push_back(lowPart(high.back(), real));
  }

  // Loops: positions.., then (pair, which) or (which, pair).
  bool interleaved = getPairing() == "interleaved";
  unsigned leading = type.getRank() - 1, loops = leading + 2;
  unsigned pair = interleaved ? leading : leading + 1;
  unsigned which = interleaved ? leading + 1 : leading;
  AffineMap column = mapOf(context, loops, {pair});
  SmallVector<Input> inputs = {{constantVector(b, loc, high, real), column},
                               {constantVector(b, loc, low, real), column}};
  SmallVector<OpFoldResult> sizes;
  if (getPositions()) {
    inputs.push_back(
        {getPositions(), mapOf(context, loops, dimRange(0, leading))});
    sizes = sizesOf(b, loc, getPositions());
  } else {
    sizes = {getLength() ? OpFoldResult(getLength())
                         : b.getIndexAttr(type.getDimSize(0))};
  }
  sizes.append(2, b.getIndexAttr(2));
  sizes[pair] = b.getIndexAttr(pairs);
  Value table = buildMap(b, loc, inputs,
                         {{type.getElementType(),
                           b.getMultiDimIdentityMap(loops), sizes}},
                         [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
                           Scalar m = getPositions() ? e[2] : body.position(0);
                           if (getOffset())
                             m = m + body.outer(getOffset());
                           Scalar angle = reducedAngle(m.to(real), e[0], e[1]);
                           double cosineAt = getCosineFirst() ? 0 : 1;
                           return {select(equal(body.position(which), cosineAt),
                                          cos(angle), sin(angle))};
                         })
                    .front();
  return SmallVector<Value>{mergeDims(b, loc, table, leading, 2)};
}

//===----------------------------------------------------------------------===//
// Complex embedding
//===----------------------------------------------------------------------===//

LogicalResult
ComplexEmbeddingOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                     Adaptor adaptor,
                                     SmallVectorImpl<Type> &results) {
  RankedTensorType table = tensorType(adaptor.getAmplitude());
  RankedTensorType ids = tensorType(adaptor.getIds());
  if (table.getRank() != 2 || table.isDynamicDim(0) ||
      table.getDimSize(0) == 0) // (C1)
    return emitOptionalError(
        loc, "expected tables of a known number of words and features, got ",
        table);
  if (ids.getRank() < 1) // (C2)
    return emitOptionalError(loc, "expected ids along a sequence, got ", ids);
  SmallVector<int64_t> sizes(ids.getShape());
  sizes.push_back(table.getDimSize(1));
  results.assign(2, RankedTensorType::get(sizes, table.getElementType()));
  return success();
}

FailureOr<SmallVector<Value>>
ComplexEmbeddingOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  RankedTensorType ids = tensorType(getIds());
  unsigned leading = ids.getRank();
  Type element = tensorType(getAmplitude()).getElementType();
  Type real = getRegionType(element);
  int64_t words = tensorType(getAmplitude()).getDimSize(0);
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getIds());
  sizes.push_back(sizeOf(b, loc, getAmplitude(), 1));
  AffineMap identity = b.getMultiDimIdentityMap(leading + 1);
  constexpr double turn = 2 * std::numbers::pi;
  return buildMap(
      b, loc,
      {{getIds(), mapOf(b.getContext(), leading + 1, dimRange(0, leading))}},
      {{element, identity, sizes}, {element, identity, sizes}},
      [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
        Scalar id = e[0].to(b.getIndexType());
        Scalar valid = less(id, static_cast<double>(words)) &
                       less(body.integer(-1, id.getType()), id);
        Scalar row = select(valid, id, 0.0);
        auto look = [&](Value table) {
          Value value = tensor::ExtractOp::create(
              body.builder(), loc, table,
              ValueRange{row, body.position(leading)});
          return body.outer(value).to(real);
        };
        Scalar place = body.position(leading - 1);
        if (getOffset())
          place = place + body.outer(getOffset());
        Scalar k = place.to(real), omega = look(getFrequency());
        // omega k is a sum of two numbers; whole turns, too, are taken off in
        // two parts.
        Scalar product = omega * k;
        Scalar rest = fma(omega, k, -product);
        Scalar turns = roundeven(product * (1 / turn));
        Scalar angle = fma(turns, turns.number(-turn), product);
        angle = fma(turns, turns.number(-lowPart(turn, real)), angle) + rest;
        angle = angle + look(getPhase());
        Scalar r = select(valid, look(getAmplitude()), 0.0);
        return {r * cos(angle), r * sin(angle)};
      });
}

#define GET_OP_CLASSES
#include "dialect/ops/positions/Positions.cpp.inc"

namespace mlir::gyre {
void registerPositions(GyreDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "dialect/ops/positions/Positions.cpp.inc"
      >();
}
} // namespace mlir::gyre

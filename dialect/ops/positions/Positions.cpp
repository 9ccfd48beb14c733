// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Embeddings of positions, as small maps, and the syntax of spans.

#include "dialect/ops/positions/Positions.h"

#include "dialect/Angles.h"
#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Spans: syntax
//===----------------------------------------------------------------------===//

/// `text(n), image(h, w), ..`, where sizes are numbers or values.
static ParseResult
parseSpans(OpAsmParser &parser,
           SmallVectorImpl<OpAsmParser::UnresolvedOperand> &sizes,
           DenseI64ArrayAttr &staticSizes, DenseI64ArrayAttr &ranks) {
  SmallVector<int64_t> known, found;
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
    if (parser.parseOptionalKeyword(&kind, {"text", "image", "video"})) // (C2)
      return parser.emitError(
          parser.getCurrentLocation(),
          "expected text(n), image(h, w) or video(t, h, w)");
    found.push_back(kind == "text" ? 1 : kind == "image" ? 2 : 3);
    if (parser.parseLParen() || parseSize())
      return failure();
    for (int64_t i = 1; i < found.back(); ++i)
      if (parser.parseComma() || parseSize())
        return failure();
    if (parser.parseRParen())
      return failure();
  } while (succeeded(parser.parseOptionalComma()));
  staticSizes = parser.getBuilder().getDenseI64ArrayAttr(known);
  ranks = parser.getBuilder().getDenseI64ArrayAttr(found);
  return success();
}

static void printSpans(OpAsmPrinter &printer, Operation *, OperandRange sizes,
                       DenseI64ArrayAttr staticSizes, DenseI64ArrayAttr ranks) {
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
  llvm::interleaveComma(ranks.asArrayRef(), printer, [&](int64_t rank) {
    printer << (rank == 1 ? "text(" : rank == 2 ? "image(" : "video(");
    for (int64_t i = 0; i < rank; ++i) {
      if (i > 0)
        printer << ", ";
      printSize();
    }
    printer << ")";
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
  if (!(static_cast<double>(features) / 2 - shift > 0) ||
      !std::isfinite(shift)) // (C1)
    return emitOpError("expected a shift below ")
           << features / 2 << ", got " << shift;
  if (getPositions()) { // (C2)
    ArrayRef<int64_t> sizes = tensorType(getPositions()).getShape();
    if (sizes != type.getShape().drop_back())
      return emitOpError("expected a result of sizes ")
             << spellSizes(sizes) << " and the features, got " << type;
  } else if (rank != 2) { // (C2)
    return emitOpError("expected a result of two dimensions without positions, "
                       "got ")
           << type;
  }
  if (getPositions() && getOffset()) // (C3)
    return emitOpError("expected no offset with positions");
  bool open = !getPositions() && type.isDynamicDim(0);
  if (open != static_cast<bool>(getLength())) // (C3)
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

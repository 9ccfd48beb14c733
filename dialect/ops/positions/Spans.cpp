// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the tokens of text, images and videos in one sequence stand.

#include "dialect/ops/positions/Positions.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Spans
//===----------------------------------------------------------------------===//

/// Constants are at most so many tokens; larger ones are better made than
/// stored.
static constexpr int64_t mostTokens = 1 << 14;

using SpanSizes = SmallVector<SmallVector<OpFoldResult>>;

/// The sizes of each span as values or numbers, ones before them up to `rank`.
template <typename Op> static SpanSizes spanSizes(Op op, int64_t rank) {
  Builder b(op.getContext());
  SmallVector<OpFoldResult> mixed =
      getMixedValues(op.getStaticSizes(), op.getSizes(), b);
  SpanSizes spans;
  ArrayRef<OpFoldResult> rest = mixed;
  for (int64_t own : op.getRanks()) {
    // A text is a column.
    if (rank == 2 && own == 1) {
      spans.push_back({rest.consume_front(), b.getIndexAttr(1)});
      continue;
    }
    spans.emplace_back(rank - own, b.getIndexAttr(1));
    for (int64_t i = 0; i < own; ++i)
      spans.back().push_back(rest.consume_front());
  }
  return spans;
}

/// Checks the sizes of spans and that the result has one row a token and a
/// column for each of `axes`.
template <typename Op>
static LogicalResult verifySpans(Op op, int64_t mostRank, int64_t axes) {
  int64_t wanted = 0, open = 0, tokens = 0;
  for (int64_t rank : op.getRanks()) {
    if (rank < 1 || rank > mostRank) // (C2)
      return op.emitOpError("expected spans of at most ")
             << mostRank << " sizes, got " << rank;
    wanted += rank;
  }
  for (int64_t size : op.getStaticSizes()) {
    open += ShapedType::isDynamic(size) ? 1 : 0;
    // Products of two stay in 64 bits.
    if (!ShapedType::isDynamic(size) && (size < 0 || size > (1 << 24))) // (C2)
      return op.emitOpError("expected sizes from 0 to 2^24, got ") << size;
  }
  if (wanted != static_cast<int64_t>(op.getStaticSizes().size()) ||
      open != static_cast<int64_t>(op.getSizes().size())) // (C2)
    return op.emitOpError("expected ")
           << wanted << " sizes of spans, got " << op.getStaticSizes().size()
           << " with " << op.getSizes().size() << " values";
  if (open != 0) {
    tokens = ShapedType::kDynamic;
  } else {
    for (const auto &sizes : spanSizes(op, 3)) {
      int64_t area = 1;
      for (OpFoldResult size : sizes)
        // What is larger than any tensor stays so.
        area = std::min(area, int64_t(1) << 38) * *getConstantIntValue(size);
      tokens += std::min(area, int64_t(1) << 40);
    }
  }
  auto type = cast<RankedTensorType>(op.getResult().getType());
  if (type.getRank() != 2 || type.getDimSize(1) != axes ||
      !sizesAgree(type.getDimSize(0), tokens)) // (C1)
    return op.emitOpError("expected a result of sizes ")
           << spellSizes({tokens, axes}) << ", got " << type;
  return success();
}

template <typename Op> static bool isKnownAndShort(Op op) {
  RankedTensorType type = op.getType();
  return op.getSizes().empty() && type.hasStaticShape() &&
         type.getDimSize(0) <= mostTokens;
}

//===----------------------------------------------------------------------===//
// RoPE-Tie
//===----------------------------------------------------------------------===//

LogicalResult TiePositionsOp::verify() { return verifySpans(*this, 2, 2); }

namespace {
/// Positions of known sizes are a constant.
struct FoldPositions : OpRewritePattern<TiePositionsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TiePositionsOp op,
                                PatternRewriter &rewriter) const override {
    if (!isKnownAndShort(op))
      return failure();
    SmallVector<float> positions;
    double before = -1;
    for (auto [rank, sizes] : llvm::zip(op.getRanks(), spanSizes(op, 2))) {
      bool isImage = rank == 2;
      int64_t h = *getConstantIntValue(sizes[0]),
              w = *getConstantIntValue(sizes[1]);
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
  for (auto [rank, sizes] : llvm::zip(getRanks(), spanSizes(*this, 2))) {
    bool isImage = rank == 2;
    Scalar h(b, loc, sizeValue(b, loc, sizes[0]));
    Scalar w(b, loc, sizeValue(b, loc, sizes[1]));
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
// M-RoPE
//===----------------------------------------------------------------------===//

LogicalResult MropePositionsOp::verify() {
  double interval = getInterval().convertToDouble();
  if (!(interval > 0) || !(interval <= 1024)) // (C3)
    return emitOpError("expected an interval above 0 and at most 1024, got ")
           << interval;
  return verifySpans(*this, 3, 3);
}

namespace {
/// Positions of known sizes are a constant.
struct FoldMropePositions : OpRewritePattern<MropePositionsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MropePositionsOp op,
                                PatternRewriter &rewriter) const override {
    if (!isKnownAndShort(op))
      return failure();
    float interval = op.getInterval().convertToDouble();
    SmallVector<int32_t> positions;
    int64_t next = 0;
    for (auto [rank, sizes] : llvm::zip(op.getRanks(), spanSizes(op, 3))) {
      int64_t t = *getConstantIntValue(sizes[0]),
              h = *getConstantIntValue(sizes[1]),
              w = *getConstantIntValue(sizes[2]), first = next;
      for (int64_t i = 0; i < t; ++i)
        for (int64_t x = 0; x < h; ++x)
          for (int64_t y = 0; y < w; ++y) {
            auto when = static_cast<int64_t>(static_cast<float>(i) * interval);
            std::array<int64_t, 3> place = {when, x, y};
            if (rank == 1)
              place.fill(y);
            for (int64_t axis : place) {
              positions.push_back(static_cast<int32_t>(first + axis));
              next = std::max(next, first + axis + 1);
            }
          }
    }
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(
        op, DenseElementsAttr::get(op.getType(), ArrayRef(positions)));
    return success();
  }
};
} // namespace

void MropePositionsOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                   MLIRContext *context) {
  patterns.add<FoldMropePositions>(context);
}

FailureOr<SmallVector<Value>>
MropePositionsOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  Type real = b.getF32Type(), integer = b.getI32Type();
  double interval = getInterval().convertToDouble();
  auto index = [&](int64_t value) {
    return Scalar(b, loc, arith::ConstantIndexOp::create(b, loc, value));
  };
  auto when = [&](Scalar image) {
    return interval == 1 ? image : (image.to(real) * interval).to(integer);
  };
  // In i32, as lanes are: the first token, its position, sizes of at least 1.
  struct Span {
    bool isText;
    Scalar begin, first, area, width;
  };
  SmallVector<Span> spans;
  Scalar begin = index(0), next = index(0);
  for (auto [rank, sizes] : llvm::zip(getRanks(), spanSizes(*this, 3))) {
    SmallVector<Scalar> size;
    for (OpFoldResult given : sizes)
      size.push_back(Scalar(b, loc, sizeValue(b, loc, given)));
    Scalar t = size[0], h = size[1], w = size[2], area = h * w;
    spans.push_back({rank == 1, begin.to(integer), next.to(integer),
                     maximum(area, index(1)).to(integer),
                     maximum(w, index(1)).to(integer)});
    begin = begin + t * area;
    Scalar longest = maximum(h, w);
    if (rank == 3)
      longest = maximum(
          longest, (when((t - 1.0).to(integer)) + 1.0).to(b.getIndexType()));
    next = next + select(less(t * area, 1.0), index(0), longest);
  }
  return buildMap(
      b, loc, {},
      {{integer,
        b.getMultiDimIdentityMap(2),
        {Value(begin), b.getIndexAttr(3)}}},
      [&](Body &body, ArrayRef<Scalar>) -> Scalars {
        Scalar token = body.position32(0), axis = body.position32(1);
        auto quotient = [&](Scalar x, Scalar y) {
          return x.with(arith::DivSIOp::create(body.builder(), loc, x, y));
        };
        Scalar position = token;
        for (const Span &span : spans) {
          Scalar start = body.outer(span.begin), here = token - start;
          if (!span.isText) {
            Scalar area = body.outer(span.area), width = body.outer(span.width);
            Scalar image = quotient(here, area), patch = here - image * area;
            Scalar row = quotient(patch, width), column = patch - row * width;
            here = select(equal(axis, 0.0), when(image),
                          select(equal(axis, 1.0), row, column));
          }
          here = here + body.outer(span.first);
          position = select(less(token, start), position, here);
        }
        return {position};
      });
}

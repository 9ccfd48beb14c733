// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rotary position embedding: a small map makes the table of cosines and sines,
// so that heads share it, and another map turns the pairs.

#include "dialect/ops/rotary/Rotary.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

#include <numeric>

using namespace mlir;
using namespace mlir::gyre;

int64_t RotaryOp::getRotaryDims() {
  if (auto dims = getDims())
    return *dims;
  return tensorType(getX()).getShape().back();
}

unsigned RotaryOp::getSequenceDim() {
  return *normalizeDim(getDim(), tensorType(getX()).getRank());
}

bool RotaryOp::hasRowsOfTokens() {
  return getCosines() && tensorType(getCosines()).getRank() != 2;
}

FrequencyScaling RotaryOp::parseScaling() {
  return *FrequencyScaling::parse(getScalingAttr(), getRotaryDims() / 2,
                                  [&] { return emitOpError(); });
}

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

using OptionalOperand = std::optional<OpAsmParser::UnresolvedOperand>;

/// The types of the tensors that are there, in order.
static ParseResult parseRotaryTypes(OpAsmParser &parser,
                                    const OptionalOperand &positions,
                                    const OptionalOperand &cosines, Type &x,
                                    Type &positionsType, Type &cosinesType,
                                    Type &sinesType) {
  if (parser.parseType(x))
    return failure();
  auto another = [&](Type &type) {
    return parser.parseComma() || parser.parseType(type);
  };
  if (positions && another(positionsType))
    return failure();
  return failure(cosines && (another(cosinesType) || another(sinesType)));
}

static void printRotaryTypes(OpAsmPrinter &printer, RotaryOp, Value, Value,
                             Type x, Type positions, Type cosines, Type sines) {
  printer << x;
  for (Type type : {positions, cosines, sines})
    if (type)
      printer << ", " << type;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// The sizes [.., T] of what is given for each token and has `leading`
/// dimensions before.
static SmallVector<int64_t> tokenSizes(RotaryOp op, int64_t leading) {
  ArrayRef<int64_t> x = tensorType(op.getX()).getShape();
  unsigned sequence = op.getSequenceDim();
  SmallVector<int64_t> sizes;
  for (unsigned dim = 0; dim + 1 < x.size(); ++dim)
    if (dim != sequence)
      sizes.push_back(x[dim]);
  sizes.truncate(std::clamp<int64_t>(leading, 0, sizes.size()));
  sizes.push_back(x[sequence]);
  return sizes;
}

static LogicalResult verifySections(RotaryOp op) {
  ArrayRef<int64_t> sections = op.getSections();
  int64_t pairs = op.getRotaryDims() / 2, sum = 0;
  int64_t axes = sections.size();
  if (sections.empty())
    return success();
  for (int64_t section : sections) { // (C4)
    if (section <= 0 || section > pairs)
      return op.emitOpError("expected sections of 1 to ")
             << pairs << " pairs, got " << section;
    sum += section;
  }
  if (sum != pairs) // (C4)
    return op.emitOpError("expected sections to sum to ")
           << pairs << " pairs, got " << sum;
  if (op.getFrequencies() == "alternate")
    for (int64_t axis = 1; axis < axes; ++axis)
      if ((sections[axis] - 1) * axes + axis >= pairs) // (C4)
        return op.emitOpError("expected alternating axes to find ")
               << sections[axis] << " of " << pairs << " pairs for axis "
               << axis << ", got [" << sections << "]";
  return success();
}

static LogicalResult verifyTable(RotaryOp op) {
  if (!op.getCosines())
    return success();
  RankedTensorType cosines = tensorType(op.getCosines());
  if (cosines != op.getSines().getType()) // (C8)
    return op.emitOpError("expected cosines and sines of one type, got ")
           << cosines << " and " << op.getSines().getType();
  if (op.getScaling()) // (C8)
    return op.emitOpError("expected no scaling with a table");
  int64_t pairs = op.getRotaryDims() / 2;
  if (!op.hasRowsOfTokens()) {
    if (cosines.getDimSize(1) != pairs) // (C8)
      return op.emitOpError("expected a table of rows of ")
             << pairs << ", got " << cosines;
    if (op.getPositions() &&
        isa<FloatType>(tensorType(op.getPositions()).getElementType())) // (C8)
      return op.emitOpError("expected integer positions with a table, got ")
             << op.getPositions().getType();
    return success();
  }
  if (op.getPositions() || op.getOffset()) // (C8)
    return op.emitOpError("expected neither positions nor an offset with a "
                          "table of a row a token");
  SmallVector<int64_t> sizes = tokenSizes(op, cosines.getRank() - 2);
  sizes.push_back(pairs);
  return verifyShape(op, op.getCosines(), "cosines", sizes);
}

static LogicalResult verifyScaling(RotaryOp op) {
  auto scaling = FrequencyScaling::parse( // (C7)
      op.getScalingAttr(), op.getRotaryDims() / 2,
      [&] { return op.emitOpError(); });
  if (failed(scaling))
    return failure();
  if (op.getScaling() && op.getFrequencies() == "restart") // (C7)
    return op.emitOpError("expected no scaling of frequencies that restart");
  if (scaling->needsLargeBase() && op.getBase().convertToDouble() <= 1) // (C7)
    return op.emitOpError("expected a base above 1 to scale, got ")
           << op.getBase().convertToDouble();
  bool asks = scaling->dependsOnLength() && op.getPositions();
  if (asks != static_cast<bool>(op.getLength())) // (C9)
    return asks ? op.emitOpError("expected a length for this scaling")
                : op.emitOpError("expected no length");
  return success();
}

LogicalResult RotaryOp::verify() {
  RankedTensorType x = tensorType(getX());
  int64_t rank = x.getRank();
  auto sequence = normalizeDim(getDim(), rank);
  if (!sequence || static_cast<int64_t>(*sequence) == rank - 1) // (C1)
    return emitOpError("expected dim to be one of the ")
           << rank - 1 << " dimensions before the last, got "
           << static_cast<int64_t>(getDim());
  if (x.isDynamicDim(rank - 1)) // (C2)
    return emitOpError("expected a known last dimension of x, got ") << x;
  int64_t dims = getRotaryDims();
  int64_t most = std::min<int64_t>(x.getShape().back(), 1 << 16);
  if (dims <= 0 || dims % 2 != 0 || dims > most) // (C2)
    return emitOpError("expected dims to be even and in [2, ")
           << most << "], got " << dims;
  int64_t start = getStart();
  if (start < 0 || start > x.getShape().back() - dims) // (C2)
    return emitOpError("expected start to be in [0, ")
           << x.getShape().back() - dims << "], got " << start;
  if (getPositions()) { // (C3)
    int64_t axes = getSections().size();
    SmallVector<int64_t> sizes = tokenSizes(
        *this, tensorType(getPositions()).getRank() - (axes ? 2 : 1));
    if (axes)
      sizes.push_back(axes);
    if (failed(verifyShape(*this, getPositions(), "positions", sizes)))
      return failure();
  }
  if (failed(verifySections(*this)))
    return failure();
  double base = getBase().convertToDouble();
  if (!(base > 0) || !std::isfinite(base)) // (C5)
    return emitOpError("expected a positive base, got ") << base;
  if (getOffset() && getPositions()) // (C6)
    return emitOpError("expected no offset with positions");
  if (failed(verifyTable(*this)))
    return failure();
  return verifyScaling(*this);
}

//===----------------------------------------------------------------------===//
// Laws
//===----------------------------------------------------------------------===//

/// The rotation that made x, where it differs in positions and direction only.
static RotaryOp innerRotation(RotaryOp op) {
  auto inner = op.getX().getDefiningOp<RotaryOp>();
  if (!inner || op.getCosines() || inner.getCosines() ||
      inner.getScaling() != op.getScaling() ||
      inner.getLength() != op.getLength() || inner.getDim() != op.getDim() ||
      inner.getRotaryDims() != op.getRotaryDims() ||
      inner.getStart() != op.getStart() ||
      inner.getPairing() != op.getPairing() ||
      inner.getBase() != op.getBase() ||
      inner.getSections() != op.getSections() ||
      inner.getFrequencies() != op.getFrequencies())
    return {};
  // A factor would have to be squared.
  if (op.parseScaling().getAttentionFactor() != 1)
    return {};
  return inner;
}

OpFoldResult RotaryOp::fold(FoldAdaptor) {
  // R(p)^-1 R(p) x = x.
  RotaryOp inner = innerRotation(*this);
  if (inner && inner.getInverse() != getInverse() &&
      inner.getPositions() == getPositions() &&
      inner.getOffset() == getOffset())
    return inner.getX();
  return {};
}

namespace {
/// R(p) R(q) x = R(p + q) x, and with one inverse R(p - q).
struct AddRotations : OpRewritePattern<RotaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RotaryOp op,
                                PatternRewriter &rewriter) const override {
    RotaryOp inner = innerRotation(op);
    if (!inner || !op.getPositions() || !inner.getPositions() ||
        op.getPositions().getType() != inner.getPositions().getType())
      return failure();
    Value p = inner.getPositions(), q = op.getPositions();
    bool inverse = inner.getInverse(), add = op.getInverse() == inverse;
    Location loc = op.getLoc();
    Value both;
    if (isa<FloatType>(tensorType(p).getElementType()))
      both = add ? arith::AddFOp::create(rewriter, loc, p, q).getResult()
                 : arith::SubFOp::create(rewriter, loc, p, q).getResult();
    else
      both = add ? arith::AddIOp::create(rewriter, loc, p, q).getResult()
                 : arith::SubIOp::create(rewriter, loc, p, q).getResult();
    rewriter.modifyOpInPlace(op, [&] {
      op.getXMutable().assign(inner.getX());
      op.getPositionsMutable().assign(both);
      op.setInverse(inverse);
    });
    return success();
  }
};

/// Scaled by 1 is not scaled.
struct DropScaling : OpRewritePattern<RotaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RotaryOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getScaling() || !op.parseScaling().isIdentity())
      return failure();
    rewriter.modifyOpInPlace(op, [&] {
      op.removeScalingAttr();
      op.getLengthMutable().clear();
    });
    return success();
  }
};
} // namespace

void RotaryOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<AddRotations, DropScaling>(context);
}

//===----------------------------------------------------------------------===//
// Decomposition
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<Value>> RotaryOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = getType();
  int64_t rank = type.getRank(), dims = getRotaryDims();
  SmallVector<Value> table =
      buildRotaryTable(*this, b, getRegionType(type.getElementType()));

  bool partial = dims != type.getShape().back();
  Value x = getX();
  SmallVector<OpFoldResult> begin(rank, b.getIndexAttr(0)),
      ones(rank, b.getIndexAttr(1)), sizes = sizesOf(b, loc, x);
  begin.back() = b.getIndexAttr(getStart());
  sizes.back() = b.getIndexAttr(dims);
  if (partial)
    x = tensor::ExtractSliceOp::create(b, loc, x, begin, sizes, ones);

  // The last dimension becomes (pair, element) or (element, pair); loops are
  // those of the split tensor.
  bool interleaved = getPairing() == "interleaved";
  OpFoldResult pairs = b.getIndexAttr(dims / 2), two = b.getIndexAttr(2);
  Value split = interleaved ? splitDim(b, loc, x, rank - 1, {pairs, two})
                            : splitDim(b, loc, x, rank - 1, {two, pairs});
  unsigned loops = rank + 1, element = interleaved ? rank : rank - 1,
           pair = interleaved ? rank - 1 : rank;
  auto elementMap = [&](int64_t which) {
    SmallVector<AffineExpr> exprs;
    for (unsigned dim = 0; dim < loops; ++dim)
      exprs.push_back(dim == element ? b.getAffineConstantExpr(which)
                                     : b.getAffineDimExpr(dim));
    return AffineMap::get(loops, 0, exprs, context);
  };
  // The table's leading dimensions are the first ones of x but the sequence.
  unsigned leading = tensorType(table[0]).getRank() - 2;
  SmallVector<unsigned> tableDims;
  for (unsigned dim = 0; tableDims.size() < leading; ++dim)
    if (dim != getSequenceDim())
      tableDims.push_back(dim);
  tableDims.append({getSequenceDim(), pair});
  AffineMap tableMap = mapOf(context, loops, tableDims);

  Value turned =
      buildMap(b, loc,
               {{split, elementMap(0)},
                {split, elementMap(1)},
                {table[0], tableMap},
                {table[1], tableMap}},
               {{type.getElementType(), b.getMultiDimIdentityMap(loops),
                 sizesOf(b, loc, split)}},
               [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
                 Scalar isFirst = equal(body.position(element), 0.0);
                 Scalar cosine = e[2].to(e[0].getType());
                 Scalar sine = e[3].to(e[0].getType());
                 if (getInverse())
                   sine = -sine;
                 return {select(isFirst, e[0] * cosine - e[1] * sine,
                                e[0] * sine + e[1] * cosine)};
               })
          .front();
  turned = mergeDims(b, loc, turned, rank - 1, 2);
  if (partial)
    turned = tensor::InsertSliceOp::create(b, loc, turned, getX(), begin, sizes,
                                           ones);
  return SmallVector<Value>{turned};
}

#define GET_OP_CLASSES
#include "dialect/ops/rotary/Rotary.cpp.inc"

namespace mlir::gyre {
void registerRotary(GyreDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "dialect/ops/rotary/Rotary.cpp.inc"
      >();
}
} // namespace mlir::gyre

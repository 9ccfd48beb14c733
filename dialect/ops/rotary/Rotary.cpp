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

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// The sizes that positions of rank `rank` have to have.
static SmallVector<int64_t> positionSizes(RotaryOp op, int64_t rank) {
  ArrayRef<int64_t> x = tensorType(op.getX()).getShape();
  unsigned axes = op.getSections().size(), sequence = op.getSequenceDim();
  SmallVector<int64_t> sizes;
  for (unsigned dim = 0; dim + 1 < x.size(); ++dim)
    if (dim != sequence)
      sizes.push_back(x[dim]);
  int64_t leading = rank - 1 - (axes ? 1 : 0);
  sizes.truncate(std::clamp<int64_t>(leading, 0, sizes.size()));
  sizes.push_back(x[sequence]);
  if (axes)
    sizes.push_back(axes);
  return sizes;
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
  if (dims <= 0 || dims % 2 != 0 || dims > x.getShape().back())
    return emitOpError("expected dims to be even and in [2, ")
           << x.getShape().back() << "], got " << dims;
  if (getPositions()) { // (C3)
    SmallVector<int64_t> sizes =
        positionSizes(*this, tensorType(getPositions()).getRank());
    if (failed(verifyShape(*this, getPositions(), "positions", sizes)))
      return failure();
  }
  ArrayRef<int64_t> sections = getSections();
  if (!sections.empty()) { // (C4)
    int64_t sum = 0;
    for (int64_t section : sections) {
      if (section <= 0)
        return emitOpError("expected positive sections, got ") << section;
      sum += section;
    }
    if (sum != dims / 2)
      return emitOpError("expected sections to sum to ")
             << dims / 2 << " pairs, got " << sum;
    if (getFrequencies() == "alternate" && !llvm::all_equal(sections))
      return emitOpError("expected equal sections to alternate, got [")
             << sections << "]";
  }
  double base = getBase().convertToDouble();
  if (!(base > 0) || !std::isfinite(base)) // (C5)
    return emitOpError("expected a positive base, got ") << base;
  if (getOffset() && getPositions()) // (C6)
    return emitOpError("expected no offset with positions");
  return success();
}

//===----------------------------------------------------------------------===//
// Laws
//===----------------------------------------------------------------------===//

/// The rotation that made x, where it differs in positions and direction only.
static RotaryOp innerRotation(RotaryOp op) {
  auto inner = op.getX().getDefiningOp<RotaryOp>();
  if (!inner || inner.getDim() != op.getDim() ||
      inner.getRotaryDims() != op.getRotaryDims() ||
      inner.getPairing() != op.getPairing() ||
      inner.getBase() != op.getBase() ||
      inner.getSections() != op.getSections() ||
      inner.getFrequencies() != op.getFrequencies())
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
} // namespace

void RotaryOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<AddRotations>(context);
}

//===----------------------------------------------------------------------===//
// Decomposition
//===----------------------------------------------------------------------===//

/// The frequency of each pair, in turns a position, and the axis it is on.
static std::pair<SmallVector<double>, SmallVector<double>>
pairFrequencies(RotaryOp op) {
  int64_t pairs = op.getRotaryDims() / 2;
  SmallVector<int64_t> sections(op.getSections());
  if (sections.empty())
    sections.push_back(pairs);
  double base = op.getBase().convertToDouble();
  bool restart = op.getFrequencies() == "restart";
  bool alternate = op.getFrequencies() == "alternate";
  SmallVector<double> frequencies, axes;
  for (auto [axis, section] : llvm::enumerate(sections))
    for (int64_t j = 0; j < section; ++j) {
      int64_t i = frequencies.size();
      double exponent = restart ? static_cast<double>(j) / section
                                : static_cast<double>(i) / pairs;
      frequencies.push_back(std::pow(base, -exponent) / (2 * std::numbers::pi));
      axes.push_back(alternate ? i % sections.size() : axis);
    }
  return {frequencies, axes};
}

/// cos and sin of the angles: [positions' leading dimensions.., T, pairs].
static SmallVector<Value> buildTable(RotaryOp op, OpBuilder &b, Type real) {
  Location loc = op.getLoc();
  MLIRContext *context = b.getContext();
  auto [frequencies, axes] = pairFrequencies(op);
  unsigned numAxes = std::max<size_t>(op.getSections().size(), 1);
  // A frequency is the sum of two numbers of the type it is computed in.
  SmallVector<double> low;
  for (double f : frequencies)
    low.push_back(real.isF32() ? f - static_cast<double>(static_cast<float>(f))
                               : 0.0);

  Value positions = op.getPositions();
  SmallVector<OpFoldResult> sizes;
  if (positions) {
    sizes = sizesOf(b, loc, positions);
    if (!op.getSections().empty())
      sizes.pop_back();
  } else {
    sizes = {sizeOf(b, loc, op.getX(), op.getSequenceDim())};
  }
  unsigned pair = sizes.size(), loops = pair + 1;
  sizes.push_back(b.getIndexAttr(frequencies.size()));

  AffineMap column = mapOf(context, loops, pair);
  SmallVector<Input> inputs = {
      {constantVector(b, loc, frequencies, real), column},
      {constantVector(b, loc, low, real), column}};
  if (positions && numAxes > 1)
    inputs.push_back({constantVector(b, loc, axes, b.getI32Type()), column});
  unsigned first = inputs.size();
  if (positions)
    for (unsigned axis = 0; axis < numAxes; ++axis) {
      SmallVector<AffineExpr> exprs;
      for (unsigned dim = 0; dim < pair; ++dim)
        exprs.push_back(b.getAffineDimExpr(dim));
      if (!op.getSections().empty())
        exprs.push_back(b.getAffineConstantExpr(axis));
      inputs.push_back({positions, AffineMap::get(loops, 0, exprs, context)});
    }
  AffineMap identity = b.getMultiDimIdentityMap(loops);
  return buildMap(
      b, loc, inputs, {{real, identity, sizes}, {real, identity, sizes}},
      [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
        Scalar m = positions ? e[first].to(real) : body.position(0);
        if (!positions && op.getOffset())
          m = m + body.outer(op.getOffset());
        m = m.to(real);
        for (unsigned axis = 1; positions && axis < numAxes; ++axis)
          m = select(equal(e[2], axis), e[first + axis].to(real), m);
        // Whole turns are taken off inside of one fma, which is exact but for
        // the rounding of the remainder: p f - round(p f), f = high + low.
        Scalar turns = roundeven(m * e[0]);
        Scalar rest = fma(m, e[1], fma(m, e[0], -turns));
        Scalar angle = rest * (2 * std::numbers::pi);
        Scalar sine = sin(angle);
        return {cos(angle), op.getInverse() ? -sine : sine};
      });
}

FailureOr<SmallVector<Value>> RotaryOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = getType();
  int64_t rank = type.getRank(), dims = getRotaryDims();
  SmallVector<Value> table =
      buildTable(*this, b, getRegionType(type.getElementType()));

  bool partial = dims != type.getShape().back();
  Value x = getX();
  SmallVector<OpFoldResult> zeros(rank, b.getIndexAttr(0)),
      ones(rank, b.getIndexAttr(1)), sizes = sizesOf(b, loc, x);
  sizes.back() = b.getIndexAttr(dims);
  if (partial)
    x = tensor::ExtractSliceOp::create(b, loc, x, zeros, sizes, ones);

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
                 return {select(isFirst, e[0] * e[2] - e[1] * e[3],
                                e[0] * e[3] + e[1] * e[2])};
               })
          .front();
  turned = mergeDims(b, loc, turned, rank - 1, 2);
  if (partial)
    turned = tensor::InsertSliceOp::create(b, loc, turned, getX(), zeros, sizes,
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

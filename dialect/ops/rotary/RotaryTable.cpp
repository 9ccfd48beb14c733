// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of cosines and sines that a rotation shares among heads.

#include "dialect/Angles.h"
#include "dialect/Builders.h"
#include "dialect/ops/rotary/Rotary.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Powers in double precision
//===----------------------------------------------------------------------===//

/// log2 of a finite x >= 1 of type f64, from arithmetic alone.
static Scalar preciseLog2(Scalar x) {
  OpBuilder &b = x.builder();
  Location loc = x.getLoc();
  // x = m 2^e with m in [1, 2), and ln m = 2 atanh((m - 1) / (m + 1)) where
  // |(m - 1) / (m + 1)| <= 0.172 once m is in [0.707, 1.414).
  Scalar bits = x.with(arith::BitcastOp::create(b, loc, b.getI64Type(), x));
  Scalar exponent =
      bits.with(arith::ShRUIOp::create(b, loc, bits, bits.number(52))) - 1023;
  Scalar mantissa = (bits & bits.number(0x000fffffffffffff)) |
                    bits.number(0x3ff0000000000000);
  Scalar m = x.with(arith::BitcastOp::create(b, loc, b.getF64Type(), mantissa));
  Scalar isLarge = greater(m, std::numbers::sqrt2);
  m = select(isLarge, m * 0.5, m);
  Scalar e = exponent.to(b.getF64Type());
  e = select(isLarge, e + 1.0, e);
  Scalar s = (m - 1.0) / (m + 1.0), square = s * s;
  Scalar series = x.number(1.0 / 21);
  for (int power = 19; power > 0; power -= 2)
    series = fma(series, square, x.number(1.0 / power));
  return fma(series * s, x.number(2 * log2e), e);
}

/// 2^x of type f64 for |x| below 1000, from arithmetic alone.
static Scalar preciseExp2(Scalar x) {
  OpBuilder &b = x.builder();
  Location loc = x.getLoc();
  Scalar n = roundeven(x), r = (x - n) * ln2;
  Scalar series = x.number(1.0);
  for (int i = 14; i > 0; --i)
    series = fma(series, r / static_cast<double>(i), x.number(1.0));
  Scalar power = n.to(b.getI64Type()) + 1023;
  power = power.with(arith::ShLIOp::create(b, loc, power, power.number(52)));
  return series *
         x.with(arith::BitcastOp::create(b, loc, b.getF64Type(), power));
}

//===----------------------------------------------------------------------===//
// Pairs and their frequencies
//===----------------------------------------------------------------------===//

namespace {
/// The pairs of one rotation: where each stands in its run of frequencies, and
/// the axis that it turns by.
struct Pairs {
  SmallVector<PairPlace> places;
  SmallVector<double> axes;

  explicit Pairs(RotaryOp op) {
    int64_t pairs = op.getRotaryDims() / 2;
    SmallVector<int64_t> sections(op.getSections());
    if (sections.empty())
      sections.push_back(pairs);
    int64_t numAxes = sections.size();
    bool restart = op.getFrequencies() == "restart";
    bool alternate = op.getFrequencies() == "alternate";
    for (auto [axis, section] : llvm::enumerate(sections))
      for (int64_t j = 0; j < section; ++j) {
        int64_t i = places.size();
        places.push_back(restart ? PairPlace{j, section} : PairPlace{i, pairs});
        bool dealt = i < sections[i % numAxes] * numAxes;
        axes.push_back(!alternate ? axis : dealt ? i % numAxes : 0);
      }
  }
};

/// Frequencies in turns a position, each the sum of two numbers of the type
/// that angles are computed in.
struct Frequencies {
  Value high, low;
};
} // namespace

/// How many tokens the sequence has, as an index.
static OpFoldResult sequenceLength(RotaryOp op, OpBuilder &b) {
  Location loc = op.getLoc();
  if (op.getLength())
    return op.getLength();
  OpFoldResult size = sizeOf(b, loc, op.getX(), op.getSequenceDim());
  if (!op.getOffset())
    return size;
  return arith::AddIOp::create(b, loc, op.getOffset(), sizeValue(b, loc, size))
      .getResult();
}

static Frequencies buildFrequencies(RotaryOp op, OpBuilder &b, Type real,
                                    ArrayRef<PairPlace> places) {
  Location loc = op.getLoc();
  FrequencyScaling scaling = op.parseScaling();
  double base = op.getBase().convertToDouble();
  auto turns = [&](double length) {
    return llvm::map_to_vector(places, [&](PairPlace pair) {
      return scaling.getFrequency(base, pair, length) / (2 * std::numbers::pi);
    });
  };
  OpFoldResult length = b.getIndexAttr(0);
  if (scaling.dependsOnLength())
    length = sequenceLength(op, b);
  if (auto known = getConstantIntValue(length)) {
    SmallVector<double> values = turns(*known), low;
    for (double f : values)
      low.push_back(lowPart(f, real));
    return {constantVector(b, loc, values, real),
            constantVector(b, loc, low, real)};
  }

  // A recipe that asks for the length: in f64, for as precise an angle.
  Type wide = b.getF64Type();
  double trained = scaling.getTrainedLength();
  Scalar tokens =
      Scalar(b, loc, sizeValue(b, loc, length)).to(b.getI64Type()).to(wide);
  Scalar isLong = greater(tokens, trained);
  SmallVector<double> other;
  Value logarithm;
  if (scaling.isDynamicNTK()) {
    other = llvm::map_to_vector(
        places, [&](PairPlace p) { return scaling.getExponent(p); });
    Scalar longer = select(isLong, tokens, trained);
    logarithm = preciseLog2(longer * (scaling.getFactor() / trained) -
                            (scaling.getFactor() - 1));
  } else {
    other = turns(trained + 1);
  }
  AffineMap identity = b.getMultiDimIdentityMap(1);
  SmallVector<Value> both = buildMap(
      b, loc,
      {{constantVector(b, loc, turns(trained), wide), identity},
       {constantVector(b, loc, other, wide), identity}},
      {{real, identity}, {real, identity}},
      [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
        Scalar f = logarithm ? e[0] * preciseExp2(e[1] * body.outer(logarithm))
                             : select(body.outer(isLong), e[1], e[0]);
        Scalar high = f.to(real);
        return {high, (f - high.to(wide)).to(real)};
      });
  return {both[0], both[1]};
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

/// The sizes [.., T] of the table that positions make.
static SmallVector<OpFoldResult> tableSizes(RotaryOp op, OpBuilder &b) {
  Location loc = op.getLoc();
  if (!op.getPositions())
    return {sizeOf(b, loc, op.getX(), op.getSequenceDim())};
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, op.getPositions());
  if (!op.getSections().empty())
    sizes.pop_back();
  return sizes;
}

/// cos and sin of the angles: [positions' leading dimensions.., T, pairs].
SmallVector<Value> gyre::buildRotaryTable(RotaryOp op, OpBuilder &b,
                                          Type real) {
  if (op.hasRowsOfTokens())
    return {op.getCosines(), op.getSines()};
  Location loc = op.getLoc();
  MLIRContext *context = b.getContext();
  Pairs pairs(op);
  unsigned numAxes = std::max<size_t>(op.getSections().size(), 1);
  Value positions = op.getPositions();
  SmallVector<OpFoldResult> sizes = tableSizes(op, b);
  unsigned pair = sizes.size(), loops = pair + 1;
  sizes.push_back(b.getIndexAttr(pairs.places.size()));

  AffineMap column = mapOf(context, loops, pair);
  SmallVector<Input> inputs;
  bool looksUp = static_cast<bool>(op.getCosines());
  if (!looksUp) {
    Frequencies f = buildFrequencies(op, b, real, pairs.places);
    inputs = {{f.high, column}, {f.low, column}};
  }
  unsigned axesAt = inputs.size();
  if (positions && numAxes > 1)
    inputs.push_back(
        {constantVector(b, loc, pairs.axes, b.getI32Type()), column});
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
  SmallVector<Output> outputs(2, Output{real, identity, sizes});
  /// The position that a pair turns by, in `type`.
  auto positionOf = [&](Body &body, ArrayRef<Scalar> e, Type type) {
    if (!positions) {
      Scalar m = body.position(0);
      return (op.getOffset() ? m + body.outer(op.getOffset()) : m).to(type);
    }
    Scalar m = e[first].to(type);
    for (unsigned axis = 1; axis < numAxes; ++axis)
      m = select(equal(e[axesAt], axis), e[first + axis].to(type), m);
    return m;
  };

  if (looksUp) {
    Value rows = sizeValue(b, loc, sizeOf(b, loc, op.getCosines(), 0));
    if (inputs.empty()) // A map wants an operand for its loops.
      inputs.push_back({constantVector(b, loc, pairs.axes, real), column});
    return buildMap(
        b, loc, inputs, outputs,
        [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
          Scalar m = positionOf(body, e, b.getIndexType());
          Scalar valid = less(m, body.outer(rows)) &
                         less(body.integer(-1, m.getType()), m);
          auto look = [&](Value table, double outside) {
            Value value = LookupOp::create(
                body.builder(), loc, tensorType(table).getElementType(), table,
                ValueRange{m, body.position(pair)},
                b.getDenseI64ArrayAttr({1}));
            return select(valid, body.outer(value).to(real), outside);
          };
          return {look(op.getCosines(), 1), look(op.getSines(), 0)};
        });
  }

  double factor = op.parseScaling().getAttentionFactor();
  return buildMap(b, loc, inputs, outputs,
                  [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
                    Scalar m = positionOf(body, e, real);
                    Scalar angle = reducedAngle(m, e[0], e[1]);
                    Scalar cosine = cos(angle), sine = sin(angle);
                    if (factor != 1)
                      return {cosine * factor, sine * factor};
                    return {cosine, sine};
                  });
}

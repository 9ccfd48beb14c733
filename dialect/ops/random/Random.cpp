// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Philox4x32-10 and what becomes of its words, as a map over (counter, word):
// the four words of a counter are made once where a target takes tuples apart.

#include "dialect/ops/random/Random.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Scalar code
//===----------------------------------------------------------------------===//

/// x >> bits, zeros coming in.
static Scalar shiftRight(Scalar x, int64_t bits) {
  return x.with(arith::ShRUIOp::create(x.builder(), x.getLoc(), x,
                                       x.number(static_cast<double>(bits))));
}

/// The low and high word of a 64-bit integer.
static Scalar lowWord(Scalar x) { return x.to(x.builder().getI32Type()); }
static Scalar highWord(Scalar x) { return lowWord(shiftRight(x, 32)); }

static Scalar word(Scalar like, uint32_t value) {
  OpBuilder &b = like.builder();
  return like.with(arith::ConstantOp::create(
      b, like.getLoc(), b.getI32IntegerAttr(static_cast<int32_t>(value))));
}

/// The 64-bit product of unsigned words.
static Scalar multiplyWide(Scalar x, uint32_t y) {
  OpBuilder &b = x.builder();
  Scalar wide =
      x.with(arith::ExtUIOp::create(b, x.getLoc(), b.getI64Type(), x));
  return wide * x.with(arith::ConstantOp::create(b, x.getLoc(),
                                                 b.getI64IntegerAttr(y)));
}

/// Multipliers and key increments are those of the paper's table 2.
static Scalars philox(Scalar counter, Scalar seed) {
  Scalar zero = word(counter, 0);
  Scalars c = {lowWord(counter), highWord(counter), zero, zero};
  Scalar key0 = lowWord(seed), key1 = highWord(seed);
  for (int round = 0; round < 10; ++round) {
    Scalar x = multiplyWide(c[0], 0xD2511F53),
           y = multiplyWide(c[2], 0xCD9E8D57);
    c = {highWord(y) ^ c[1] ^ key0, lowWord(y), highWord(x) ^ c[3] ^ key1,
         lowWord(x)};
    key0 = key0 + word(counter, 0x9E3779B9);
    key1 = key1 + word(counter, 0xBB67AE85);
  }
  return c;
}

/// c_0 + c_1 x + .. by fused multiply-adds.
static Scalar polynomial(Scalar x, ArrayRef<double> c) {
  Scalar sum = x.number(c.back());
  for (double coefficient : llvm::reverse(c.drop_back()))
    sum = fma(sum, x, x.number(coefficient));
  return sum;
}

/// ln(x 2^-exponent) of a positive x of type f32.
static Scalar logarithm(Scalar x, uint32_t exponent) {
  OpBuilder &b = x.builder();
  Type real = b.getF32Type();
  // x = m 2^e with m in [1, 2), then in [sqrt(1/2), sqrt 2).
  Scalar bits =
      x.with(arith::BitcastOp::create(b, x.getLoc(), b.getI32Type(), x));
  Scalar mantissa = (bits & word(x, 0x007FFFFF)) | word(x, 0x3F800000);
  Scalar m = x.with(arith::BitcastOp::create(b, x.getLoc(), real, mantissa));
  Scalar e = (shiftRight(bits, 23) - word(x, 127 + exponent)).to(real);
  Scalar upper = greater(m, std::numbers::sqrt2);
  m = select(upper, m * 0.5, m);
  e = select(upper, e + 1.0, e);
  // ln m = 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.172: the next term of
  // the series is below 3e-9 of the first.
  Scalar s = (m - 1.0) / (m + 1.0);
  Scalar series = polynomial(s * s, {2.0, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9});
  return fma(e, e.number(ln2), s * series);
}

/// -ln(u) with u = (w / 2^8 + 1) / 2^24 in (0, 1].
static Scalar exponential(Scalar w) {
  Scalar count = (shiftRight(w, 8) + word(w, 1)).to(w.builder().getF32Type());
  return -logarithm(count, 24);
}

/// sqrt(-2 ln(u)) with that u.
static Scalar radius(Scalar w) { return sqrt(exponential(w) * 2.0); }

/// cos and sin of 2 pi w / 2^32.
static std::pair<Scalar, Scalar> direction(Scalar w) {
  // The nearest quarter turn, and the signed rest in [-pi/4, pi/4).
  Scalar quarter = shiftRight(w + word(w, 1u << 29), 30);
  Scalar rest = w - quarter * word(w, 1u << 30);
  Scalar x =
      rest.to(w.builder().getF32Type()) * (2 * std::numbers::pi / 4294967296.0);
  Scalar square = x * x;
  Scalar sine = x * polynomial(square, {1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040,
                                        1.0 / 362880});
  Scalar cosine = polynomial(square, {1.0, -1.0 / 2, 1.0 / 24, -1.0 / 720,
                                      1.0 / 40320, -1.0 / 3628800});
  Scalar odd = equal(quarter & word(w, 1), 1.0);
  Scalar c = select(odd, sine, cosine), s = select(odd, cosine, sine);
  // cos is negative in quarters 1 and 2, sin in 2 and 3.
  Scalar cosineDown = equal((quarter + word(w, 1)) & word(w, 2), 2.0);
  Scalar sineDown = equal(quarter & word(w, 2), 2.0);
  return {select(cosineDown, -c, c), select(sineDown, -s, s)};
}

static Scalars uniforms(ArrayRef<Scalar> words) {
  return llvm::map_to_vector<4>(words, [](Scalar w) {
    return shiftRight(w, 8).to(w.builder().getF32Type()) * 0x1p-24;
  });
}

static Scalars normals(ArrayRef<Scalar> words) {
  Scalars numbers;
  for (unsigned i : {0, 2}) {
    Scalar r = radius(words[i]);
    auto [c, s] = direction(words[i + 1]);
    numbers.push_back(r * c);
    numbers.push_back(r * s);
  }
  return numbers;
}

static Scalars gumbels(ArrayRef<Scalar> words) {
  return llvm::map_to_vector<4>(words, [](Scalar w) {
    Scalar e = exponential(w);
    return -logarithm(maximum(e, e.number(0x1p-25)), 0);
  });
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

template <typename Op> static LogicalResult verifyDraw(Op op) {
  int64_t open = op.getType().getNumDynamicDims();
  if (static_cast<int64_t>(op.getSizes().size()) != open) // (C1)
    return op.emitOpError("expected ")
           << open << " sizes, one for each ? of the result, got "
           << op.getSizes().size();
  return success();
}

LogicalResult RandomUniformOp::verify() { return verifyDraw(*this); }
LogicalResult RandomNormalOp::verify() { return verifyDraw(*this); }
LogicalResult RandomGumbelOp::verify() { return verifyDraw(*this); }

/// A tensor of `type` whose numbers four by four are `make` of the words of a
/// counter.
static Value draw(OpBuilder &b, Location loc, RankedTensorType type, Value seed,
                  Value offset, ValueRange openSizes,
                  function_ref<Scalars(ArrayRef<Scalar>)> make) {
  SmallVector<OpFoldResult> sizes =
      getMixedValues(type.getShape(), openSizes, b);
  OpFoldResult count = productOf(b, loc, sizes);
  OpFoldResult counters = affine::makeComposedFoldedAffineApply(
      b, loc, b.getAffineDimExpr(0).ceilDiv(4), {count});
  AffineMap identity = b.getMultiDimIdentityMap(2);
  Value numbers =
      buildMap(b, loc, {},
               {{b.getF32Type(), identity, {counters, b.getIndexAttr(4)}}},
               [&](Body &body, ArrayRef<Scalar>) -> Scalars {
                 Scalar counter =
                     body.position(0).to(b.getI64Type()) + body.outer(offset);
                 Scalars four = make(philox(counter, body.outer(seed)));
                 Scalar which = body.position(1);
                 Scalar number = four[3];
                 for (int i : {2, 1, 0})
                   number = select(equal(which, i), four[i], number);
                 return {number};
               })
          .front();
  numbers = mergeDims(b, loc, numbers, 0, 2);
  numbers = tensor::ExtractSliceOp::create(
      b, loc, numbers, ArrayRef<OpFoldResult>{b.getIndexAttr(0)}, {count},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  if (type.getRank() == 0)
    return tensor::CollapseShapeOp::create(b, loc, numbers,
                                           ArrayRef<ReassociationIndices>());
  return splitDim(b, loc, numbers, 0, sizes);
}

FailureOr<SmallVector<Value>>
RandomUniformOp::decomposeOperation(OpBuilder &b) {
  return SmallVector<Value>{draw(b, getLoc(), getType(), getSeed(), getOffset(),
                                 getSizes(), uniforms)};
}

FailureOr<SmallVector<Value>> RandomNormalOp::decomposeOperation(OpBuilder &b) {
  return SmallVector<Value>{draw(b, getLoc(), getType(), getSeed(), getOffset(),
                                 getSizes(), normals)};
}

FailureOr<SmallVector<Value>> RandomGumbelOp::decomposeOperation(OpBuilder &b) {
  return SmallVector<Value>{draw(b, getLoc(), getType(), getSeed(), getOffset(),
                                 getSizes(), gumbels)};
}

#define GET_OP_CLASSES
#include "dialect/ops/random/Random.cpp.inc"

namespace mlir::gyre {
void registerRandom(GyreDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "dialect/ops/random/Random.cpp.inc"
      >();
}
} // namespace mlir::gyre

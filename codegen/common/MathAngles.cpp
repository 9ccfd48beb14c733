// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reduces angles: small ones by fma or in f64, large ones by the bits of 2/pi
// that matter.

#include "codegen/common/MathAngles.h"
#include "codegen/common/MathTables.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numbers>

using namespace mlir;
using namespace mlir::gyre;

static constexpr double pi = std::numbers::pi;

/// Adding this leaves a whole number in the low bits.
static constexpr double wholeBits = 12582912.0;

/// x - n `turn` for n of few bits and turn = size pi/2, which is taken in three
/// parts, whose products fma leaves whole.
static Expr subtractTurns(Expr x, Expr n, double size) {
  Expr rest = fma(n, size * -1.57079637f, x);
  rest = fma(n, size * 4.37113883e-08f, rest);
  return fma(n, size * 1.71512451e-15f, rest);
}

/// |x| below 2^15 in quarter turns. Without fma, in f64: the first part of the
/// turn has 33 bits, so its product is exact.
static Angle reduceSmall(Expr x) {
  if (!hasFma(x)) {
    Expr wide = x.widen();
    Expr n = roundeven(wide * (2 / pi));
    Expr rest = wide - n * 1.57079632673412561417;
    return {n.narrow().toInt(),
            (rest - n * 6.07710050650619224932e-11).narrow()};
  }
  Expr whole = fma(x, 2 / pi, wholeBits);
  return {whole.bits(), subtractTurns(x, whole - wholeBits, 1)};
}

/// |x| for any x from 1 on, in quarter turns, the rest in f64: |x| is m 2^e
/// with whole m, and of 2/pi only the 96 bits from bit e - 1 on matter for m
/// 2^e (2/pi) modulo 4.
static Angle reduceLarge(Expr x) {
  Expr bits = abs(x).bits();
  Expr mantissa = (bits & 0x7FFFFF) | 0x800000;
  // The first bit of the window, behind a word of zeros: 32 + e - 2.
  Expr start = bits.lshr(23) - (127 + 23 - 30);
  Expr word = start.lshr(5), shift = start & 31;
  auto word32 = [&](unsigned i) {
    return bits.integer(static_cast<int32_t>(tables::twoOverPi[i]));
  };
  SmallVector<Expr> window;
  for (unsigned k = 0; k < 4; ++k) {
    Expr chosen = word32(k);
    for (unsigned w = 1; w <= 4; ++w)
      chosen = select(equal(word, w), word32(w + k), chosen);
    window.push_back(chosen);
  }
  Expr product = mantissa.wide().integer(0);
  for (unsigned k = 0; k < 3; ++k) {
    Expr pair = window[k].wide().shl(32) | window[k + 1].wide();
    Expr part = (pair.shl(shift.wide()).lshr(32)) * mantissa.wide();
    product = product + (k == 0 ? part.shl(32) : k == 1 ? part : part.lshr(32));
  }
  // The top two bits are the quadrant; round, so that the rest is signed.
  Expr quadrant = (product + (int64_t(1) << 61)).lshr(62);
  Expr rest = (product - quadrant.shl(62)).toDouble() *
              (std::numbers::pi / 2 * 0x1p-62);
  return {quadrant.narrowInt(), rest};
}

/// Angles beyond 2^15 are rare: where there is one, all lanes take the other
/// way for large angles, and each keeps what is right for it.
static Angle unlessLarge(Expr x, Angle small, function_ref<Angle()> large) {
  OpBuilder &b = x.builder();
  Location loc = x.getLoc();
  Expr isLarge = !less(abs(x), 32768.0);
  Value any = isLarge;
  if (isa<VectorType>(any.getType()))
    any = vector::ReductionOp::create(b, loc, vector::CombiningKind::OR, any);
  auto choice = scf::IfOp::create(
      b, loc, any,
      [&](OpBuilder &b, Location loc) {
        auto [count, reduced] = large();
        // Infinities and NaN give NaN.
        Expr rest = select(less(abs(x), x.number(INFINITY)), reduced, x - x);
        Value chosen[] = {select(isLarge, count, small.count),
                          select(isLarge, rest, small.rest)};
        scf::YieldOp::create(b, loc, chosen);
      },
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, ValueRange{small.count, small.rest});
      });
  return {x.with(choice.getResult(0)), x.with(choice.getResult(1))};
}

Angle gyre::reduceToQuarterTurn(Expr x) {
  return unlessLarge(x, reduceSmall(x), [&]() -> Angle {
    auto [quadrant, wide] = reduceLarge(x);
    Expr isNegative = less(x, 0.0), rest = wide.narrow();
    return {select(isNegative, quadrant * -1, quadrant),
            select(isNegative, -rest, rest)};
  });
}

Angle gyre::reduceToHalfTurn(Expr x) {
  Expr whole = fma(x, 1 / pi, wholeBits);
  Angle small = {whole.bits(), subtractTurns(x, whole - wholeBits, 2)};
  return unlessLarge(x, small, [&]() -> Angle {
    auto [quadrant, rest] = reduceLarge(x);
    Expr isNegative = less(x, 0.0);
    Expr turned = select(isNegative, quadrant * -1, quadrant);
    // Of an odd number the sine is the cosine of the rest.
    Expr isOdd = less(turned.shl(31), 0);
    Expr other = pi / 2 - abs(rest);
    Expr same = select(isNegative, -rest, rest);
    return {turned.lshr(1), select(isOdd, other, same).narrow()};
  });
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expands `math` on f32, scalars and vectors, into polynomials that are right
// over the whole range: infinities, NaN, over- and underflow. Denormal
// arguments and results may be taken for zero. Errors in the comments are
// the largest seen against double precision (tests/codegen/cpu/MathTest.cpp);
// targets without fma add up to 0.7 ulp (docs/accuracy.md).

#include "mlir/Dialect/Math/IR/Math.h"
#include "codegen/common/Math.h"
#include "codegen/common/MathAngles.h"
#include "codegen/common/MathAvx512.h"
#include "codegen/common/MathExpr.h"
#include "codegen/common/MathTables.h"
#include "dialect/GyreDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

#include <numbers>

using namespace mlir;
using namespace mlir::gyre;

// A namespace of its own, since <cmath> has the same names in the global one.
namespace mlir::gyre::formula {

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

/// p * 2^n for p about 1 and a whole n from -127 to 128; 0 where that would be
/// denormal.
static Expr scaleByExponent(Expr p, Expr n) {
  Expr moved = p.bits() + n.toInt().shl(23);
  return select(less(moved, 0x800000), p.number(0.0), moved.asFloat());
}

/// Adding this leaves a whole number in the low bits.
static constexpr double wholeBits = 12582912.0;

/// p * 2^n for x between the bounds of normal results, 0 below, infinity
/// above. The low bits of `whole` are n.
static Expr scaleWithin(Expr p, Expr whole, Expr x, double low, double high) {
  Expr result = (p.bits() + whole.bits().shl(23)).asFloat();
  result = select(less(x, low), x.number(0.0), result);
  // NaN also.
  return select(!lessOrEqual(x, high), x + infinity, result);
}

/// 2^x: 0.8 ulp.
static Expr exp2(Expr x) {
  if (hasAvx512(x)) {
    Expr n = roundeven(x);
    return scalef(polynomial(x - n, tables::exp2), n);
  }
  Expr whole = x + wholeBits;
  Expr r = x - (whole - wholeBits);
  // The number before 128.
  return scaleWithin(polynomial(r, tables::exp2), whole, x, -126.0,
                     127.99999237);
}

static constexpr double log2e = std::numbers::log2e;
static constexpr double log2eHigh = static_cast<float>(log2e),
                        log2eLow = log2e - log2eHigh;
/// The first has so few bits that its product with a whole number is exact,
/// with and without fma.
static constexpr double ln2High = 0.693359375, ln2Low = -2.12194440e-4f;

/// x = n ln2 + r with whole n and |r| <= ln2/2 (a little more).
static std::pair<Expr, Expr> reduceByLn2(Expr x) {
  Expr n = roundeven(x * log2e);
  return {n, fma(n, -ln2Low, fma(n, -ln2High, x))};
}

/// e^r - 1, for reduced r.
static Expr expm1Reduced(Expr r) {
  return fma(r * r, polynomial(r, tables::expm1), r);
}

/// x log2(e) = n + r with whole n and |r| <= 1/2 (a little more), for x above
/// -104 and AVX-512's way to scale. Of the product fma leaves nothing out.
static Expr expAbove(Expr x) {
  // Far above, r is any number or infinity; the polynomial, of even degree
  // without a root, is positive there, and the result infinite.
  Expr n = roundeven(x * log2eHigh);
  Expr r = fma(x, log2eLow, fma(x, log2eHigh, -n));
  return scalef(polynomial(r, tables::exp2), n);
}

/// e^x: 1.1 ulp.
static Expr exp(Expr x) {
  if (hasAvx512(x))
    return expAbove(select(less(x, -104.0), x.number(-104.0), x));
  // Results are normal from ln(2^-126) on, and finite to ln(2^128).
  constexpr double least = -87.3365402, most = 88.7228317;
  if (hasFma(x)) {
    Expr whole = fma(x, log2eHigh, wholeBits);
    Expr n = whole - wholeBits;
    Expr r = fma(x, log2eLow, fma(x, log2eHigh, -n));
    return scaleWithin(polynomial(r, tables::exp2), whole, x, least, most);
  }
  auto [n, r] = reduceByLn2(x);
  return scaleWithin(expm1Reduced(r) + 1.0, n + wholeBits, x, least, most);
}

/// e^x - 1: 1.5 ulp.
static Expr expm1(Expr x) {
  Expr clamped = select(less(x, -20.0), x.number(-20.0), x);
  clamped = select(greater(clamped, 89.0), x.number(89.0), clamped);
  auto [n, r] = reduceByLn2(clamped);
  // Half of the power, since n may be 128. Without scaling, r keeps its bits.
  Expr half = (n.toInt() + 126).shl(23).asFloat();
  Expr q = expm1Reduced(r);
  Expr scaled = fma(q, half, half - 0.5) * 2.0;
  Expr isKept = compare(arith::CmpFPredicate::UEQ, x, x.number(0.0));
  return select(isKept, x, select(equal(n, 0.0), q, scaled));
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

namespace {
struct Split {
  Expr exponent, fraction; ///< x = 2^exponent (1 + fraction)
};
} // namespace

/// The exponent in the bits of a float, for normal x.
static Expr exponentBits(Expr x) { return (x.bits() - 0x3F2AAAAB) & -0x800000; }

/// For normal x; |fraction| <= 1/3.
static Split splitNormal(Expr x) {
  Expr offset = exponentBits(x);
  return {offset.ashr(23).toFloat(), (x.bits() - offset).asFloat() - 1.0};
}

/// For positive finite x, denormals among them.
static Split splitExponent(Expr x) {
  Expr isDenormal = less(x, 1.17549435e-38);
  Expr normal = select(isDenormal, x * 8388608.0, x);
  auto [exponent, fraction] = splitNormal(normal);
  return {select(isDenormal, exponent - 23.0, exponent), fraction};
}

/// As above for any x, with the exponents of AVX-512: those of 0 and infinity
/// are infinite, the fraction of a negative x is NaN.
static Split splitByInstruction(Expr x) {
  Expr mantissa = getmant(x), exponent = getexp(x);
  Expr isHigh = !less(mantissa, 4.0 / 3);
  mantissa = select(isHigh, mantissa * 0.5, mantissa);
  return {select(isHigh, exponent + 1.0, exponent), mantissa - 1.0};
}

/// The result of a logarithm where x is 0, negative, infinite or NaN.
static Expr specialLog(Expr x, Expr result) {
  Expr finite = select(less(x, infinity), result, x);
  Expr positive = select(less(x, 0.0), x.number(nan), finite);
  return select(equal(x, 0.0), x.number(-infinity), positive);
}

/// `usual`, and where one lane is odd, which is rare, `other` there.
static Expr unlessOdd(Expr isOdd, Expr usual, function_ref<Expr()> other) {
  OpBuilder &b = usual.builder();
  Location loc = usual.getLoc();
  Value any =
      vector::ReductionOp::create(b, loc, vector::CombiningKind::OR, isOdd);
  auto choice = scf::IfOp::create(
      b, loc, any,
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, Value(select(isOdd, other(), usual)));
      },
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, Value(usual));
      });
  return usual.with(choice.getResult(0));
}

/// Whether x is anything but a normal positive number.
static Expr isOddForLog(Expr x) {
  Expr fromNormal = x.bits() - 0x800000;
  return compare(arith::CmpIPredicate::uge, fromNormal,
                 fromNormal.integer(0x7F000000));
}

/// A logarithm of x, by its formula on the parts of x.
static Expr logarithm(Expr x, function_ref<Expr(Split)> formula) {
  if (hasAvx512(x))
    return formula(splitByInstruction(x));
  auto general = [&] { return specialLog(x, formula(splitExponent(x))); };
  if (!isa<VectorType>(x.getType()))
    return general();
  return unlessOdd(isOddForLog(x), formula(splitNormal(x)), general);
}

static Expr log1pReduced(Expr f) {
  return fma(f * f, polynomial(f, tables::log1p), f);
}

/// e ln2 + ln(1 + f).
static Expr logOfParts(Split parts) {
  auto [e, f] = parts;
  if (!hasFma(e))
    return fma(e, ln2High, fma(e, ln2Low, log1pReduced(f)));
  // Both positive, for infinite exponents.
  constexpr double high = 0x1.62e42ep-1, low = std::numbers::ln2 - high;
  return fma(e, high, fma(e, low, log1pReduced(f)));
}

/// ln x: 1.0 ulp.
static Expr log(Expr x) { return logarithm(x, logOfParts); }

/// log2 x: 1.8 ulp.
static Expr log2(Expr x) {
  return logarithm(x, [](Split parts) {
    constexpr double high = 1.44269502f, low = 1.92596303e-08f;
    Expr t = log1pReduced(parts.fraction);
    return fma(t, high, fma(t, low, parts.exponent));
  });
}

/// log10 x: 2.1 ulp.
static Expr log10(Expr x) {
  return logarithm(x, [](Split parts) {
    constexpr double high = 0.434294492f, low = -1.01030501e-08f;
    // Both positive, for infinite exponents.
    constexpr double two = 0x1.344134p-2, twoLow = 0.301029995663981195 - two;
    auto [e, f] = parts;
    Expr t = log1pReduced(f);
    Expr lower = fma(t, low, e * twoLow);
    return fma(e, two, fma(t, high, lower));
  });
}

/// ln(1 + x): 1.6 ulp. What 1 + x loses is added to the fraction.
static Expr log1p(Expr x) {
  Expr u = x + 1.0;
  Expr lost = x - (u - 1.0);
  if (hasAvx512(x)) {
    auto [e, f] = splitByInstruction(u);
    Expr result = logOfParts({e, f + scalef(lost, -e)});
    return copysign(select(less(abs(e), infinity), result, e + f), x);
  }
  auto [e, f] = splitNormal(u);
  // 2^(1 - e): e is at most 128.
  Expr offset = exponentBits(u);
  Expr scale = (offset.integer(128 << 23) - offset).asFloat();
  Expr result = logOfParts({e, fma(lost * 0.5, scale, f)});
  result = copysign(result, x);
  auto special = [&] { return specialLog(u, result); };
  if (!isa<VectorType>(x.getType()))
    return special();
  return unlessOdd(isOddForLog(u), result, special);
}

//===----------------------------------------------------------------------===//
// Powers
//===----------------------------------------------------------------------===//

/// |x|^y by way of log2 in double precision, since an error of it is
/// multiplied by up to 2^7 * ln2: 0.9 ulp.
static Expr powMagnitude(Expr x, Expr y) {
  auto [e, f] = splitExponent(x);
  Expr wide = f.widen();
  Expr logarithm = fma(wide, polynomial(wide, tables::log2Wide), e.widen());
  Expr exponent = y.widen() * logarithm;
  exponent = select(less(exponent, -200.0), exponent.number(-200.0), exponent);
  exponent = select(greater(exponent, 200.0), exponent.number(200.0), exponent);
  Expr n = roundeven(exponent);
  Expr p = polynomial((exponent - n).narrow(), tables::exp2);
  Expr whole = n.narrow();
  if (hasAvx512(p))
    return scalef(p, whole);
  whole = select(less(whole, -127.0), whole.number(-127.0), whole);
  // 2^128 (1 - r) is still a number; two steps can make it.
  Expr isHuge = greater(whole, 127.0);
  Expr scaled = scaleByExponent(p, select(isHuge, whole.number(127.0), whole));
  return select(isHuge,
                select(greater(whole, 128.0), p.number(infinity), scaled * 2.0),
                scaled);
}

/// x^y, as C has it.
static Expr pow(Expr x, Expr y) {
  Expr size = abs(x), reach = abs(y);
  Expr result = powMagnitude(size, y);
  // Bases 0 and infinity, exponents of infinity.
  Expr zero = x.number(0.0), inf = x.number(infinity), one = x.number(1.0);
  Expr grows = less(zero, y);
  result = select(equal(size, 0.0), select(grows, zero, inf), result);
  result = select(equal(size, infinity), select(grows, inf, zero), result);
  Expr endless = select(greater(size, 1.0) ^ less(y, 0.0), inf, zero);
  endless = select(equal(size, 1.0), one, endless);
  result = select(equal(reach, infinity), endless, result);
  // Negative bases want whole exponents; odd ones keep the sign.
  Expr half = y * 0.5;
  Expr isWhole = equal(floor(y), y);
  Expr isOdd = isWhole & !equal(floor(half), half) & less(reach, 16777216.0);
  Expr isNegative = less(x.bits(), 0);
  result = select(isNegative & isOdd, -result, result);
  Expr undefined = less(x, 0.0) & !isWhole & less(size, infinity);
  result = select(undefined, x.number(nan), result);
  result = select(isNaN(x) | isNaN(y), x + y, result);
  return select(equal(x, 1.0) | equal(y, 0.0), one, result);
}

//===----------------------------------------------------------------------===//
// Hyperbolic functions and erf
//===----------------------------------------------------------------------===//

/// tanh x: 1.7 ulp.
static Expr tanh(Expr x) {
  Expr size = abs(x), square = x * x;
  Expr near = fma(square * polynomial(square, tables::tanh), size, size);
  Expr twice = size * 2.0;
  Expr power = hasAvx512(x) ? expAbove(twice) : exp(twice);
  Expr far = 1.0 - 2.0 / (power + 1.0);
  return copysign(select(less(size, 0.55), near, far), x);
}

/// tanh x to 1.2e-7 of one: half the work where nothing is asked of small x.
static Expr tanhOfOne(Expr x) {
  return 1.0 - 2.0 / (exp2(x * (2.0 * log2e)) + 1.0);
}

/// sinh x and cosh x: 2.9 ulp.
static Expr sinh(Expr x) {
  Expr t = expm1(abs(x));
  Expr near = (t + t / (t + 1.0)) * 0.5;
  // Where e^x alone would overflow already.
  Expr half = exp(abs(x) * 0.5);
  Expr far = half * 0.5 * half;
  return copysign(select(less(abs(x), 20.0), near, far), x);
}

static Expr cosh(Expr x) {
  Expr t = exp(abs(x));
  Expr near = fma(t, 0.5, 0.5 / t);
  Expr half = exp(abs(x) * 0.5);
  return select(less(abs(x), 20.0), near, half * 0.5 * half);
}

/// atanh x: 2.2 ulp.
static Expr atanh(Expr x) {
  Expr size = abs(x);
  Expr result = log1p(2.0 * size / (1.0 - size)) * 0.5;
  return select(equal(x, 0.0), x, copysign(result, x));
}

/// erf x: 1.3 ulp.
static Expr erf(Expr x) {
  Expr size = abs(x), square = x * x;
  // Around x itself, which adds no rounding.
  Expr near =
      fma(x, fma(square, polynomial(square, tables::erf), 0.128379167f), x);
  // From 4 on, erf is 1 in f32.
  Expr clamped = select(greater(size, 4.0), x.number(4.0), size);
  Expr far = 1.0 - exp2(-polynomial(clamped, tables::erfc));
  return select(less(size, 0.92), near, copysign(far, x));
}

//===----------------------------------------------------------------------===//
// Circular functions
//===----------------------------------------------------------------------===//

namespace {
struct SineAndCosine {
  Expr sine, cosine;
};
} // namespace

/// Of r in [-pi/4, pi/4].
static SineAndCosine ofQuarterTurn(Expr r) {
  Expr square = r * r;
  return {fma(square * polynomial(square, tables::sin), r, r),
          fma(square * square, polynomial(square, tables::cos),
              fma(square, -0.5, 1.0))};
}

/// The sine of r in [-pi/2, pi/2].
static Expr sineOfHalfTurn(Expr r) {
  Expr square = r * r;
  // What rounding took from the square matters at pi/2, where the slope of
  // what it is multiplied into is 0.13.
  Expr lost = fma(r, r, -square) * -0.13;
  Expr factor = fma(square, polynomial(square, tables::sinOfHalfTurn), lost);
  return fma(factor, r, r);
}

/// sin x (turn = 0) and cos x (turn = 1), which share their parts: 1.6 ulp.
static Expr sinTurned(Expr x, int64_t turn) {
  auto [quadrant, r] = reduceToQuarterTurn(x);
  auto [sine, cosine] = ofQuarterTurn(r);
  Expr q = quadrant + turn;
  Expr result = select(less(q.shl(31), 0), cosine, sine);
  return (result.bits() ^ (q & 2).shl(30)).asFloat();
}

static Expr sin(Expr x) { return select(equal(x, 0.0), x, sinTurned(x, 0)); }
/// Near 1 it has no bias, which products of many rotations would show.
static Expr cos(Expr x) { return sinTurned(x, 1); }

/// sin x alone: 1.6 ulp. Without fma it would have too many roundings.
static Expr sinAlone(Expr x) {
  if (!hasFma(x))
    return sin(x);
  auto [count, r] = reduceToHalfTurn(x);
  Expr turned = (sineOfHalfTurn(r).bits() ^ count.shl(31)).asFloat();
  return select(equal(x, 0.0), x, turned);
}

/// tan x: 3.8 ulp.
static Expr tan(Expr x) {
  auto [quadrant, r] = reduceToQuarterTurn(x);
  auto [sine, cosine] = ofQuarterTurn(r);
  Expr isOdd = less(quadrant.shl(31), 0);
  Expr result = select(isOdd, -cosine, sine) / select(isOdd, sine, cosine);
  return select(equal(x, 0.0), x, result);
}

/// atan |x|: 1.9 ulp.
static Expr atanMagnitude(Expr size) {
  Expr isFar = greater(size, 1.0);
  Expr t = select(isFar, 1.0 / size, size), square = t * t;
  Expr near = fma(square * polynomial(square, tables::atan), t, t);
  Expr far = (std::numbers::pi / 2) - near;
  return select(isFar, far, near);
}

static Expr atan(Expr x) { return copysign(atanMagnitude(abs(x)), x); }

/// asin x = atan(x / sqrt((1 - x)(1 + x))): 2.7 ulp.
static Expr asin(Expr x) { return atan(x / sqrt((1.0 - x) * (1.0 + x))); }

/// acos x: 2.7 ulp.
static Expr acos(Expr x) { return 2.0 * atan(sqrt((1.0 - x) / (1.0 + x))); }

/// The angle of (x, y): 2.2 ulp.
static Expr atan2(Expr y, Expr x) {
  // Both infinite: the diagonal.
  Expr diagonal = equal(abs(x), infinity) & equal(abs(y), infinity);
  Expr quotient = select(diagonal, x.number(1.0), abs(y) / abs(x));
  quotient = select(equal(y, 0.0) & equal(x, 0.0), y.number(0.0), quotient);
  Expr angle = atanMagnitude(quotient);
  Expr isLeft = less(x.bits(), 0);
  return copysign(select(isLeft, std::numbers::pi - angle, angle), y);
}

/// 1 / sqrt x: 1.5 ulp.
static Expr rsqrt(Expr x) { return 1.0 / sqrt(x); }

//===----------------------------------------------------------------------===//
// The fused multiply-add, where the target has none
//===----------------------------------------------------------------------===//

/// x y + z, rounded once: in f64 the product is exact, and a sum that is not
/// is moved to the neighbour with an odd last bit, which rounds to f32 as the
/// exact sum does.
static Expr fusedMultiplyAdd(Expr x, Expr y, Expr z) {
  Expr product = x.widen() * y.widen(), wide = z.widen();
  Expr sum = product + wide;
  Expr part = sum - product;
  Expr lost = (product - (sum - part)) + (wide - part);
  // Towards what was lost: one up in the bits where both have one sign.
  Expr bits = sum.bits64();
  Expr step = (bits ^ lost.bits64()).ashr(63) | 1;
  Expr isEven = equal(bits & 1, 0);
  Expr isInexact = less(lost, 0.0) | greater(lost, 0.0);
  Expr odd = (bits + step).asDouble();
  return select(isEven & isInexact, odd, sum).narrow();
}

} // namespace mlir::gyre::formula

//===----------------------------------------------------------------------===//
// The expansion
//===----------------------------------------------------------------------===//

using Unary = Expr (*)(Expr);
using Binary = Expr (*)(Expr, Expr);

static Unary unaryFor(Operation *op) {
  return llvm::TypeSwitch<Operation *, Unary>(op)
      .Case([](math::ExpOp) { return formula::exp; })
      .Case([](math::Exp2Op) { return formula::exp2; })
      .Case([](math::ExpM1Op) { return formula::expm1; })
      .Case([](math::LogOp) { return formula::log; })
      .Case([](math::Log2Op) { return formula::log2; })
      .Case([](math::Log10Op) { return formula::log10; })
      .Case([](math::Log1pOp) { return formula::log1p; })
      .Case([](math::TanhOp op) {
        return bitEnumContainsAll(op.getFastmath(), arith::FastMathFlags::afn)
                   ? formula::tanhOfOne
                   : formula::tanh;
      })
      .Case([](math::SinhOp) { return formula::sinh; })
      .Case([](math::CoshOp) { return formula::cosh; })
      .Case([](math::AtanhOp) { return formula::atanh; })
      .Case([](math::ErfOp) { return formula::erf; })
      .Case([](math::SinOp op) {
        bool hasCosine = llvm::any_of(op.getOperand().getUsers(),
                                      llvm::IsaPred<math::CosOp>);
        return hasCosine ? formula::sin : formula::sinAlone;
      })
      .Case([](math::CosOp) { return formula::cos; })
      .Case([](math::TanOp) { return formula::tan; })
      .Case([](math::AtanOp) { return formula::atan; })
      .Case([](math::AsinOp) { return formula::asin; })
      .Case([](math::AcosOp) { return formula::acos; })
      .Case([](math::RsqrtOp) { return formula::rsqrt; })
      .Default([](Operation *) { return nullptr; });
}

/// Not for targets that have the instruction.
static bool isForeignFma(Operation *op) {
  return isa<math::FmaOp>(op) && !TargetAttr::of(op).getFma();
}

static Binary binaryFor(Operation *op) {
  return llvm::TypeSwitch<Operation *, Binary>(op)
      .Case([](math::PowFOp) { return formula::pow; })
      .Case([](math::Atan2Op) { return formula::atan2; })
      .Default([](Operation *) { return nullptr; });
}

static Expr expand(Operation *op, function_ref<Expr(unsigned)> argument) {
  if (Binary formula = binaryFor(op))
    return formula(argument(0), argument(1));
  return formula::fusedMultiplyAdd(argument(0), argument(1), argument(2));
}

void gyre::expandMath(Operation *root) {
  // Chosen before any operation goes: some look for others.
  SmallVector<std::pair<Operation *, Unary>> ops;
  root->walk([&](Operation *op) {
    Unary unary = unaryFor(op);
    if (unary || binaryFor(op) || isForeignFma(op))
      ops.emplace_back(op, unary);
  });
  for (auto [op, unary] : ops) {
    Type element = getElementTypeOrSelf(op->getResult(0).getType());
    auto type = dyn_cast<FloatType>(element);
    if (!type || type.getWidth() > 32)
      continue;
    // Random draws have to agree on every target.
    OpBuilder b(op);
    ExprContext context{b, op->getLoc(), TargetAttr::of(op),
                        op->hasAttr("gyre.exact")};
    auto argument = [&](unsigned i) {
      Expr x(context, op->getOperand(i));
      return element.isF32() ? x : x.widenToF32();
    };
    Expr result = unary ? unary(argument(0)) : expand(op, argument);
    if (!element.isF32())
      result = result.narrowTo(element);
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
  }
  expandConversions(root);
}

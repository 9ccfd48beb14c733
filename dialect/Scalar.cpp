// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar formulas.

#include "dialect/Scalar.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::gyre;

Scalar Scalar::number(double v) const {
  Type type = getType();
  TypedAttr attr;
  if (isa<FloatType>(type))
    attr = b->getFloatAttr(type, v);
  else
    attr = b->getIntegerAttr(type, static_cast<int64_t>(v));
  return with(arith::ConstantOp::create(*b, loc, attr));
}

Scalar Scalar::to(Type type) const {
  Type from = getType();
  if (from == type)
    return *this;
  if (isa<FloatType>(from) && isa<FloatType>(type)) {
    if (from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
      return with(arith::ExtFOp::create(*b, loc, type, value));
    return with(arith::TruncFOp::create(*b, loc, type, value));
  }
  // An index meets floats as i32: positions are below 2^24 there.
  if (isa<FloatType>(type)) {
    Scalar integer = isa<IndexType>(from) ? to(b->getI32Type()) : *this;
    return with(arith::SIToFPOp::create(*b, loc, type, integer));
  }
  if (isa<FloatType>(from))
    return with(arith::FPToSIOp::create(*b, loc, type, value));
  if (isa<IndexType>(from) || isa<IndexType>(type))
    return with(arith::IndexCastOp::create(*b, loc, type, value));
  if (from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
    return with(arith::ExtSIOp::create(*b, loc, type, value));
  return with(arith::TruncIOp::create(*b, loc, type, value));
}

/// FloatOp or IntegerOp, by the type of x.
template <typename FloatOp, typename IntegerOp>
static Scalar binary(Scalar x, Scalar y) {
  if (isa<FloatType>(x.getType()))
    return x.with(FloatOp::create(x.builder(), x.getLoc(), x, y));
  return x.with(IntegerOp::create(x.builder(), x.getLoc(), x, y));
}

template <typename Op, typename... Operands>
static Scalar apply(Scalar x, Operands... others) {
  return x.with(Op::create(x.builder(), x.getLoc(), x, Value(others)...));
}

Scalar gyre::operator+(Scalar x, Scalar y) {
  return binary<arith::AddFOp, arith::AddIOp>(x, y);
}
Scalar gyre::operator-(Scalar x, Scalar y) {
  return binary<arith::SubFOp, arith::SubIOp>(x, y);
}
Scalar gyre::operator*(Scalar x, Scalar y) {
  return binary<arith::MulFOp, arith::MulIOp>(x, y);
}
Scalar gyre::operator/(Scalar x, Scalar y) {
  return binary<arith::DivFOp, arith::DivSIOp>(x, y);
}
Scalar gyre::operator&(Scalar x, Scalar y) {
  return apply<arith::AndIOp>(x, y);
}
Scalar gyre::operator|(Scalar x, Scalar y) { return apply<arith::OrIOp>(x, y); }
Scalar gyre::operator^(Scalar x, Scalar y) {
  return apply<arith::XOrIOp>(x, y);
}
Scalar gyre::operator-(Scalar x) { return apply<arith::NegFOp>(x); }

Scalar gyre::less(Scalar x, Scalar y) {
  OpBuilder &b = x.builder();
  if (isa<FloatType>(x.getType()))
    return x.with(
        arith::CmpFOp::create(b, x.getLoc(), arith::CmpFPredicate::OLT, x, y));
  return x.with(
      arith::CmpIOp::create(b, x.getLoc(), arith::CmpIPredicate::slt, x, y));
}
Scalar gyre::equal(Scalar x, Scalar y) {
  OpBuilder &b = x.builder();
  if (isa<FloatType>(x.getType()))
    return x.with(
        arith::CmpFOp::create(b, x.getLoc(), arith::CmpFPredicate::OEQ, x, y));
  return x.with(
      arith::CmpIOp::create(b, x.getLoc(), arith::CmpIPredicate::eq, x, y));
}
Scalar gyre::select(Scalar condition, Scalar x, Scalar y) {
  return apply<arith::SelectOp>(condition, x, y);
}

Scalar gyre::exp(Scalar x) { return apply<math::ExpOp>(x); }
Scalar gyre::exp2(Scalar x) { return apply<math::Exp2Op>(x); }
Scalar gyre::log(Scalar x) { return apply<math::LogOp>(x); }
Scalar gyre::log2(Scalar x) { return apply<math::Log2Op>(x); }
Scalar gyre::sqrt(Scalar x) { return apply<math::SqrtOp>(x); }
Scalar gyre::rsqrt(Scalar x) { return 1.0 / sqrt(x); }
Scalar gyre::tanh(Scalar x) { return apply<math::TanhOp>(x); }
Scalar gyre::tanhOfOne(Scalar x) {
  return x.with(math::TanhOp::create(x.builder(), x.getLoc(), x,
                                     arith::FastMathFlags::afn));
}
Scalar gyre::erf(Scalar x) { return apply<math::ErfOp>(x); }
Scalar gyre::sin(Scalar x) { return apply<math::SinOp>(x); }
Scalar gyre::cos(Scalar x) { return apply<math::CosOp>(x); }
Scalar gyre::abs(Scalar x) { return apply<math::AbsFOp>(x); }
Scalar gyre::roundeven(Scalar x) { return apply<math::RoundEvenOp>(x); }
Scalar gyre::floor(Scalar x) { return apply<math::FloorOp>(x); }
Scalar gyre::fma(Scalar x, Scalar y, Scalar z) {
  return apply<math::FmaOp>(x, y, z);
}

Scalar gyre::product(Scalar x, Scalar y) {
  Scalar result = x * y;
  Value(result).getDefiningOp()->setAttr("gyre.exact",
                                         x.builder().getUnitAttr());
  return result;
}

Scalar gyre::sigmoid(Scalar x) { return 1.0 / (exp(-x) + 1.0); }

Scalar gyre::silu(Scalar x) {
  // Below -128 the result is -0 in f32; the clamp keeps -infinity from meeting
  // the infinity of e^-x, and lets NaN through.
  Scalar clamped = select(less(x, -128.0), -128.0, x);
  // e^-x overflows at -89, the result at -92: x e^-8 e^(x+8) below -80.
  Scalar isFar = less(x, -80.0);
  Scalar moved = select(isFar, clamped + 8.0, clamped);
  Scalar factor = select(isFar, clamped * std::exp(-8.0), clamped);
  return factor / (exp(-moved) + 1.0);
}

Scalar gyre::softplus(Scalar x) {
  // max(x, 0) + ln(1 + z), z = e^-|x|. The sum u = 1 + z loses the low bits
  // of z; z - (u - 1) is exactly what it lost.
  Scalar z = exp(-abs(x));
  Scalar u = z + 1.0;
  Scalar log1p = log(u) + (z - (u - 1.0));
  return select(less(x, 0.0), 0.0, x) + log1p;
}

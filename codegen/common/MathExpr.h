// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Formulas over scalars and vectors alike, for Math.cpp: operators append the
// operations that compute them.

#ifndef GYRE_CODEGEN_COMMON_MATHEXPR_H
#define GYRE_CODEGEN_COMMON_MATHEXPR_H

#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::gyre {

/// Where a formula is written, and how: `exact` forms products and sums as
/// they stand and always has the fused multiply-add.
struct ExprContext {
  OpBuilder &b;
  Location loc;
  TargetAttr target;
  bool exact;
};

/// A float, an integer or a truth value, for each lane.
class Expr {
public:
  Expr(ExprContext &context, Value value) : context(&context), value(value) {}

  operator Value() const { return value; }
  Type getType() const { return value.getType(); }
  OpBuilder &builder() const { return context->b; }
  Location getLoc() const { return context->loc; }
  TargetAttr target() const { return context->target; }
  ExprContext &getContext() const { return *context; }
  Expr with(Value v) const { return Expr(*context, v); }

  /// A constant of this type; a whole number where this is an integer.
  Expr number(double v) const {
    auto type = cast<FloatType>(getElementTypeOrSelf(value.getType()));
    APFloat f(v);
    bool loses;
    f.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven, &loses);
    return constant(FloatAttr::get(type, f));
  }
  Expr integer(int64_t v) const {
    return constant(
        builder().getIntegerAttr(getElementTypeOrSelf(value.getType()), v));
  }

  // Casts; the name says what comes out.
  Expr bits() const { return cast_<arith::BitcastOp>(i32()); }
  Expr asFloat() const { return cast_<arith::BitcastOp>(f32()); }
  Expr bits64() const {
    return cast_<arith::BitcastOp>(builder().getI64Type());
  }
  Expr asDouble() const { return cast_<arith::BitcastOp>(f64()); }
  Expr toInt() const;
  Expr toFloat() const { return cast_<arith::SIToFPOp>(f32()); }
  Expr toDouble() const { return cast_<arith::SIToFPOp>(f64()); }
  Expr widen() const { return cast_<arith::ExtFOp>(f64()); }
  Expr narrow() const { return cast_<arith::TruncFOp>(f32()); }
  Expr widenToF32() const { return cast_<arith::ExtFOp>(f32()); }
  Expr narrowTo(Type type) const { return cast_<arith::TruncFOp>(type); }
  Expr bits16() const {
    return cast_<arith::BitcastOp>(builder().getI16Type());
  }
  Expr bits8() const { return cast_<arith::BitcastOp>(builder().getI8Type()); }
  /// The low byte as an 8-bit float.
  Expr asF8(Type type) const {
    Expr low = cast_<arith::TruncIOp>(builder().getI8Type());
    return low.cast_<arith::BitcastOp>(type);
  }
  Expr zeroExtend() const { return cast_<arith::ExtUIOp>(i32()); }
  Expr asBF16() const {
    Expr low = cast_<arith::TruncIOp>(builder().getI16Type());
    return low.cast_<arith::BitcastOp>(builder().getBF16Type());
  }
  Expr wide() const { return cast_<arith::ExtUIOp>(builder().getI64Type()); }
  Expr narrowInt() const { return cast_<arith::TruncIOp>(i32()); }

  // Integers.
  Expr shl(int64_t n) const { return shl(integer(n)); }
  Expr shl(Expr n) const { return make<arith::ShLIOp>(value, n); }
  Expr lshr(int64_t n) const { return make<arith::ShRUIOp>(value, integer(n)); }
  Expr ashr(int64_t n) const { return make<arith::ShRSIOp>(value, integer(n)); }

  /// An operation on this, without and with flags.
  template <typename Op, typename... Args> Expr make(Args... args) const {
    return with(Op::create(builder(), getLoc(), args...));
  }
  template <typename Op, typename... Args> Expr makeFloat(Args... args) const {
    auto flags = context->exact ? arith::FastMathFlags::none
                                : arith::FastMathFlags::contract;
    return with(Op::create(
        builder(), getLoc(), args...,
        arith::FastMathFlagsAttr::get(builder().getContext(), flags)));
  }

private:
  Type i32() const { return builder().getI32Type(); }
  Type f32() const { return builder().getF32Type(); }
  Type f64() const { return builder().getF64Type(); }
  Type like(Type element) const {
    if (auto vector = dyn_cast<VectorType>(value.getType()))
      return vector.clone(element);
    return element;
  }
  template <typename Op> Expr cast_(Type element) const {
    return with(Op::create(builder(), getLoc(), like(element), value));
  }
  Expr constant(TypedAttr element) const {
    TypedAttr all = element;
    if (auto vector = dyn_cast<VectorType>(value.getType()))
      all = DenseElementsAttr::get(vector, Attribute(element));
    return with(arith::ConstantOp::create(builder(), getLoc(), all));
  }

  ExprContext *context;
  Value value;
};

inline bool isFloat(Expr x) {
  return isa<FloatType>(getElementTypeOrSelf(x.getType()));
}

#define GYRE_EXPR_OPERATOR(op, FloatOp, IntOp)                                 \
  inline Expr operator op(Expr x, Expr y) {                                    \
    return isFloat(x) ? x.makeFloat<FloatOp>(Value(x), Value(y))               \
                      : x.make<IntOp>(Value(x), Value(y));                     \
  }                                                                            \
  inline Expr operator op(Expr x, double y) { return x op x.number(y); }       \
  inline Expr operator op(Expr x, int64_t y) { return x op x.integer(y); }     \
  inline Expr operator op(Expr x, int y) { return x op int64_t(y); }           \
  inline Expr operator op(double x, Expr y) { return y.number(x) op y; }
GYRE_EXPR_OPERATOR(+, arith::AddFOp, arith::AddIOp)
GYRE_EXPR_OPERATOR(-, arith::SubFOp, arith::SubIOp)
GYRE_EXPR_OPERATOR(*, arith::MulFOp, arith::MulIOp)
GYRE_EXPR_OPERATOR(/, arith::DivFOp, arith::DivSIOp)
#undef GYRE_EXPR_OPERATOR

inline Expr operator-(Expr x) { return x.makeFloat<arith::NegFOp>(Value(x)); }
inline Expr operator&(Expr x, Expr y) {
  return x.make<arith::AndIOp>(Value(x), Value(y));
}
inline Expr operator|(Expr x, Expr y) {
  return x.make<arith::OrIOp>(Value(x), Value(y));
}
inline Expr operator^(Expr x, Expr y) {
  return x.make<arith::XOrIOp>(Value(x), Value(y));
}
inline Expr operator&(Expr x, int64_t y) { return x & x.integer(y); }
inline Expr operator|(Expr x, int64_t y) { return x | x.integer(y); }
inline Expr operator!(Expr x) { return x ^ x.integer(-1); }

inline Expr compare(arith::CmpFPredicate predicate, Expr x, Expr y) {
  return x.make<arith::CmpFOp>(predicate, Value(x), Value(y));
}
inline Expr compare(arith::CmpIPredicate predicate, Expr x, Expr y) {
  return x.make<arith::CmpIOp>(predicate, Value(x), Value(y));
}
/// Ordered, so false with NaN; signed on integers.
inline Expr less(Expr x, Expr y) {
  return compare(arith::CmpFPredicate::OLT, x, y);
}
inline Expr less(Expr x, double y) { return less(x, x.number(y)); }
inline Expr less(Expr x, int y) {
  return compare(arith::CmpIPredicate::slt, x, x.integer(y));
}
inline Expr greater(Expr x, double y) {
  return compare(arith::CmpFPredicate::OGT, x, x.number(y));
}
inline Expr lessOrEqual(Expr x, double y) {
  return compare(arith::CmpFPredicate::OLE, x, x.number(y));
}
inline Expr equal(Expr x, Expr y) {
  return compare(arith::CmpFPredicate::OEQ, x, y);
}
inline Expr equal(Expr x, double y) { return equal(x, x.number(y)); }
inline Expr equal(Expr x, int64_t y) {
  return compare(arith::CmpIPredicate::eq, x, x.integer(y));
}
inline Expr equal(Expr x, int y) { return equal(x, int64_t(y)); }
inline Expr equal(Expr x, unsigned y) { return equal(x, int64_t(y)); }
inline Expr isNaN(Expr x) { return compare(arith::CmpFPredicate::UNO, x, x); }
inline Expr select(Expr condition, Expr x, Expr y) {
  return x.make<arith::SelectOp>(Value(condition), Value(x), Value(y));
}

/// Whether x y + z is rounded once: the target can, or the formula has to be
/// exact.
inline bool hasFma(Expr x) {
  return x.target().getFma() || x.getContext().exact;
}
inline Expr fma(Expr x, Expr y, Expr z) {
  if (hasFma(x))
    return x.make<math::FmaOp>(Value(x), Value(y), Value(z));
  return x * y + z;
}
inline Expr fma(Expr x, double y, Expr z) { return fma(x, x.number(y), z); }
inline Expr fma(Expr x, Expr y, double z) { return fma(x, y, x.number(z)); }
inline Expr fma(Expr x, double y, double z) {
  return fma(x, x.number(y), x.number(z));
}

inline Expr roundeven(Expr x) { return x.make<math::RoundEvenOp>(Value(x)); }
inline Expr floor(Expr x) { return x.make<math::FloorOp>(Value(x)); }
inline Expr abs(Expr x) { return x.make<math::AbsFOp>(Value(x)); }
inline Expr sqrt(Expr x) { return x.make<math::SqrtOp>(Value(x)); }
inline Expr copysign(Expr x, Expr sign) {
  return x.make<math::CopySignOp>(Value(x), Value(sign));
}

/// A whole float to i32. NaN gives any number, but no undefined value: adding
/// 1.5 * 2^23 leaves the number in the low bits.
inline Expr Expr::toInt() const {
  return (*this + 12582912.0).bits() - 0x4B400000;
}

/// By Horner's rule, lowest coefficient first.
template <size_t N> Expr polynomial(Expr x, const double (&coefficients)[N]) {
  Expr sum = x.number(coefficients[N - 1]);
  for (size_t i = N - 1; i-- > 0;)
    sum = fma(sum, x, coefficients[i]);
  return sum;
}

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_MATHEXPR_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar code of regions, written as formulas: `x / (exp2(x * c) + 1.0)`
// appends the operations that compute it.

#ifndef GYRE_DIALECT_SCALAR_H
#define GYRE_DIALECT_SCALAR_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"

#include <numbers>

namespace mlir::gyre {

constexpr double log2e = std::numbers::log2e;
constexpr double ln2 = std::numbers::ln2;

/// A value of a region under construction. Operators work on floats and on
/// integers; a number takes the type of the scalar that it meets.
class Scalar {
public:
  Scalar(OpBuilder &b, Location loc, Value value)
      : b(&b), loc(loc), value(value) {}

  operator Value() const { return value; }
  Type getType() const { return value.getType(); }
  OpBuilder &builder() const { return *b; }
  Location getLoc() const { return loc; }

  /// The number `v` in this scalar's type.
  Scalar number(double v) const;
  /// `v`, which belongs to the same region.
  Scalar with(Value v) const { return Scalar(*b, loc, v); }
  /// Converts between floats, signed integers and indices.
  Scalar to(Type type) const;

private:
  OpBuilder *b;
  Location loc;
  Value value;
};

using Scalars = SmallVector<Scalar>;

Scalar operator+(Scalar x, Scalar y);
Scalar operator-(Scalar x, Scalar y);
Scalar operator*(Scalar x, Scalar y);
Scalar operator/(Scalar x, Scalar y);
Scalar operator&(Scalar x, Scalar y);
Scalar operator|(Scalar x, Scalar y);
Scalar operator^(Scalar x, Scalar y);
inline Scalar operator+(Scalar x, double y) { return x + x.number(y); }
inline Scalar operator-(Scalar x, double y) { return x - x.number(y); }
inline Scalar operator*(Scalar x, double y) { return x * x.number(y); }
inline Scalar operator/(Scalar x, double y) { return x / x.number(y); }
inline Scalar operator+(double x, Scalar y) { return y.number(x) + y; }
inline Scalar operator-(double x, Scalar y) { return y.number(x) - y; }
inline Scalar operator*(double x, Scalar y) { return y.number(x) * y; }
inline Scalar operator/(double x, Scalar y) { return y.number(x) / y; }
Scalar operator-(Scalar x);

/// Ordered comparisons (false with NaN), signed on integers.
Scalar less(Scalar x, Scalar y);
Scalar equal(Scalar x, Scalar y);
inline Scalar less(Scalar x, double y) { return less(x, x.number(y)); }
inline Scalar equal(Scalar x, double y) { return equal(x, x.number(y)); }
inline Scalar greater(Scalar x, Scalar y) { return less(y, x); }
inline Scalar greater(Scalar x, double y) { return less(x.number(y), x); }
Scalar select(Scalar condition, Scalar x, Scalar y);
inline Scalar select(Scalar condition, Scalar x, double y) {
  return select(condition, x, x.number(y));
}
inline Scalar select(Scalar condition, double x, Scalar y) {
  return select(condition, y.number(x), y);
}
/// The greater one by compare and select, one instruction on most targets: y
/// where either is NaN.
inline Scalar maximum(Scalar x, Scalar y) {
  return select(greater(x, y), x, y);
}

Scalar exp(Scalar x);
Scalar exp2(Scalar x);
Scalar log(Scalar x);
Scalar log2(Scalar x);
Scalar sqrt(Scalar x);
Scalar rsqrt(Scalar x);
Scalar tanh(Scalar x);
/// tanh to an error of 1.2e-7 of one, not of itself.
Scalar tanhOfOne(Scalar x);
Scalar erf(Scalar x);
Scalar sin(Scalar x);
Scalar cos(Scalar x);
Scalar abs(Scalar x);
Scalar roundeven(Scalar x);
Scalar floor(Scalar x);
Scalar fma(Scalar x, Scalar y, Scalar z);
/// x y rounded, also where it is added to something: fma(x, y, -product(x, y))
/// is what the rounding took.
Scalar product(Scalar x, Scalar y);

// These three to the last bits, as far as the result is no denormal.

/// 1 / (1 + e^-x).
Scalar sigmoid(Scalar x);
/// x sigmoid(x); -0 for -infinity.
Scalar silu(Scalar x);
/// ln(1 + e^x).
Scalar softplus(Scalar x);

} // namespace mlir::gyre

#endif // GYRE_DIALECT_SCALAR_H

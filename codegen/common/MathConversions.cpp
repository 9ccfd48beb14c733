// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expands conversions between f32 and the floats that few targets know, of 16
// and 8 bits, into arithmetic on their bits.

#include "codegen/common/Math.h"
#include "codegen/common/MathExpr.h"

using namespace mlir;
using namespace mlir::gyre;

namespace mlir::gyre::formula {

//===----------------------------------------------------------------------===//
// bf16, which few targets convert
//===----------------------------------------------------------------------===//

static Expr fromBF16(Expr x) {
  return x.bits16().zeroExtend().shl(16).asFloat();
}

/// Rounds to nearest even; NaN stays NaN.
static Expr toBF16(Expr x) {
  Expr bits = x.bits();
  Expr rounded = bits + ((bits.lshr(16) & 1) + 0x7FFF);
  Expr kept = select(isNaN(x), bits | 0x400000, rounded);
  return kept.lshr(16).asBF16();
}

//===----------------------------------------------------------------------===//
// f8, which no target here converts
//===----------------------------------------------------------------------===//

/// A float of `mantissa` bits behind the point and a bias of `bias`, of which
/// the 7 bits below the sign are given, as f32. The number is put together with
/// the wrong exponent, which a multiplication corrects, and with it numbers
/// without a leading one.
static Expr fromSmall(Expr magnitude, int mantissa, int bias) {
  return magnitude.shl(23 - mantissa).asFloat() * std::ldexp(1.0, 127 - bias);
}

static Expr withSignOf(Expr size, Expr byte) {
  return (size.bits() | (byte & 0x80).shl(24)).asFloat();
}

static Expr fromE4M3(Expr x) {
  Expr byte = x.bits8().zeroExtend(), magnitude = byte & 0x7F;
  Expr size = fromSmall(magnitude, /*mantissa=*/3, /*bias=*/7);
  Expr nan = size.number(std::numeric_limits<double>::quiet_NaN());
  return withSignOf(select(equal(magnitude, 0x7F), nan, size), byte);
}

static Expr fromE5M2(Expr x) {
  Expr byte = x.bits8().zeroExtend(), magnitude = byte & 0x7F;
  Expr size = fromSmall(magnitude, /*mantissa=*/2, /*bias=*/15);
  // Infinity and NaN keep their mantissa below an exponent of ones.
  Expr special = (magnitude.shl(21) | 0x7F800000).asFloat();
  return withSignOf(select(less(magnitude, 0x7C), size, special), byte);
}

/// Rounds the size of x to a float of 7 bits, halves to even. `limit` is what
/// the first f32 that is too large rounds to, `beyond` the bits it gets.
static Expr toSmall(Expr x, int mantissa, int bias, int limit, int beyond) {
  Expr bits = x.bits() & 0x7FFFFFFF;
  int drop = 23 - mantissa;
  // With a leading one: half a unit, less one where the last bit kept is 0.
  Expr odd = bits.lshr(drop) & 1;
  Expr normal = (bits + odd + ((1 << (drop - 1)) - 1)).lshr(drop) -
                ((127 - bias) << mantissa);
  // Without: adding a number whose last place is theirs rounds for us.
  double magic = std::ldexp(1.0, 24 - bias - mantissa);
  Expr sum = bits.asFloat() + magic;
  Expr tiny = sum.bits() - sum.number(magic).bits();
  Expr isTiny = less(bits, (127 - bias + 1) << 23);
  Expr small = select(isTiny, tiny, normal);
  return select(less(small, limit), small, small.integer(beyond));
}

static Expr signByte(Expr x) { return x.bits().lshr(24) & 0x80; }

/// What is too large is NaN; so are infinities.
static Expr toE4M3(Expr x) {
  Expr size = toSmall(x, /*mantissa=*/3, /*bias=*/7, /*limit=*/0x7F, 0x7F);
  return size | signByte(x);
}

/// What is too large is infinite; NaN stays.
static Expr toE5M2(Expr x) {
  Expr size = toSmall(x, /*mantissa=*/2, /*bias=*/15, /*limit=*/0x7C, 0x7C);
  return select(isNaN(x), size.integer(0x7E), size) | signByte(x);
}

} // namespace mlir::gyre::formula

/// Whether few or no targets convert `type`.
static bool isForeign(Type type) {
  return isa<BFloat16Type, Float8E4M3FNType, Float8E5M2Type>(type);
}

static Value convertForeign(Expr x, Type from, Type to) {
  if (from.isBF16())
    return formula::fromBF16(x);
  if (isa<Float8E4M3FNType>(from))
    return formula::fromE4M3(x);
  if (isa<Float8E5M2Type>(from))
    return formula::fromE5M2(x);
  if (to.isBF16())
    return formula::toBF16(x);
  return (isa<Float8E4M3FNType>(to) ? formula::toE4M3(x) : formula::toE5M2(x))
      .asF8(to);
}

void gyre::expandConversions(Operation *root) {
  SmallVector<Operation *> ops;
  root->walk([&](Operation *op) {
    if (isa<arith::ExtFOp, arith::TruncFOp>(op) &&
        (isForeign(getElementTypeOrSelf(op->getOperand(0).getType())) ||
         isForeign(getElementTypeOrSelf(op->getResult(0).getType()))))
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    Type from = getElementTypeOrSelf(op->getOperand(0).getType());
    Type to = getElementTypeOrSelf(op->getResult(0).getType());
    if (!from.isF32() && !to.isF32())
      continue;
    OpBuilder b(op);
    ExprContext context{b, op->getLoc(), TargetAttr::of(op), /*exact=*/true};
    op->getResult(0).replaceAllUsesWith(
        convertForeign(Expr(context, op->getOperand(0)), from, to));
    op->erase();
  }
}

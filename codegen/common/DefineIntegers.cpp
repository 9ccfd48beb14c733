// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the DefineIntegers pass: integer operations that
// processors trap on, or answer each in its own way, get a result.

#include "codegen/common/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_DEFINEINTEGERS
#include "codegen/common/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

static Value constantLike(OpBuilder &b, Location loc, Type type, APInt value) {
  TypedAttr attr = b.getIntegerAttr(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, attr);
  return arith::ConstantOp::create(b, loc, type, attr);
}

static unsigned widthOf(Value value) {
  Type element = getElementTypeOrSelf(value.getType());
  return element.isIndex() ? IndexType::kInternalStorageBitWidth
                           : element.getIntOrFloatBitWidth();
}

/// Divides by 1 instead of 0, and the least number by 1 instead of -1. Lanes
/// behind the end of a row, which hold zeros, divide too.
static void guardDivision(Operation *op, bool isSigned) {
  Value left = op->getOperand(0), right = op->getOperand(1);
  APInt known;
  if (matchPattern(right, m_ConstantInt(&known)) && !known.isZero() &&
      !(isSigned && known.isAllOnes()))
    return;
  OpBuilder b(op);
  Location loc = op->getLoc();
  unsigned width = widthOf(right);
  auto constant = [&](APInt value) {
    return constantLike(b, loc, right.getType(), value);
  };
  auto equal = [&](Value x, APInt value) -> Value {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, x,
                                 constant(value));
  };
  Value bad = equal(right, APInt::getZero(width));
  if (isSigned) {
    Value least = equal(left, APInt::getSignedMinValue(width));
    Value minusOne = equal(right, APInt::getAllOnes(width));
    Value wraps = arith::AndIOp::create(b, loc, least, minusOne);
    bad = arith::OrIOp::create(b, loc, bad, wraps);
  }
  op->setOperand(1, arith::SelectOp::create(b, loc, bad,
                                            constant(APInt(width, 1)), right));
}

/// Shifts by the width or more leave nothing, or copies of the sign.
static void guardShift(Operation *op) {
  Value amount = op->getOperand(1);
  unsigned width = widthOf(amount);
  APInt known;
  if (matchPattern(amount, m_ConstantInt(&known)) && known.ult(width))
    return;
  OpBuilder b(op);
  Location loc = op->getLoc();
  Type type = amount.getType();
  Value last = constantLike(b, loc, type, APInt(width, width - 1));
  op->setOperand(1, arith::MinUIOp::create(b, loc, amount, last));
  if (isa<arith::ShRSIOp>(op))
    return;
  b.setInsertionPointAfter(op);
  Value fits =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ule, amount, last);
  Value zero = constantLike(b, loc, type, APInt::getZero(width));
  Value result = op->getResult(0);
  auto select = arith::SelectOp::create(b, loc, fits, result, zero);
  result.replaceAllUsesExcept(select, select);
}

namespace {
struct DefineIntegers : gyre::impl::DefineIntegersBase<DefineIntegers> {
  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      if (isa<arith::DivSIOp, arith::RemSIOp>(op))
        guardDivision(op, /*isSigned=*/true);
      else if (isa<arith::DivUIOp, arith::RemUIOp>(op))
        guardDivision(op, /*isSigned=*/false);
      else if (isa<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(op))
        guardShift(op);
    });
  }
};
} // namespace

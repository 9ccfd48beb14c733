// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the DefineArithmetic pass: scalar operations that have
// no result for some operands get one.

#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_DEFINEARITHMETIC
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

static unsigned widthOf(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

namespace {
struct Definer {
  IRRewriter rewriter;
  Location loc;

  explicit Definer(Operation *op) : rewriter(op), loc(op->getLoc()) {
    rewriter.setInsertionPoint(op);
  }

  Value integer(Type type, const APInt &value) {
    return arith::ConstantOp::create(rewriter, loc,
                                     rewriter.getIntegerAttr(type, value));
  }
  Value integer(Type type, int64_t value) {
    return integer(type, APInt(widthOf(type), value, /*isSigned=*/true));
  }
  Value number(Type type, double value) {
    return arith::ConstantOp::create(rewriter, loc,
                                     rewriter.getFloatAttr(type, value));
  }
  Value compare(CmpIPredicate predicate, Value x, Value y) {
    return arith::CmpIOp::create(rewriter, loc, predicate, x, y);
  }
  Value compare(CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(rewriter, loc, predicate, x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(rewriter, loc, condition, x, y);
  }

  /// Divides by 1 instead of 0, and the least integer by 1 instead of -1: the
  /// quotient is the dividend.
  void defineQuotient(Operation *op, bool isSigned) {
    Value dividend = op->getOperand(0), divisor = op->getOperand(1);
    Type type = divisor.getType();
    APInt known;
    if (matchPattern(divisor, m_ConstantInt(&known)) && !known.isZero() &&
        !(isSigned && known.isAllOnes()))
      return;
    Value bad = compare(CmpIPredicate::eq, divisor, integer(type, 0));
    if (isSigned) {
      APInt least = APInt::getSignedMinValue(widthOf(type));
      Value isLeast =
          compare(CmpIPredicate::eq, dividend, integer(type, least));
      Value negates = compare(CmpIPredicate::eq, divisor, integer(type, -1));
      Value wraps = arith::AndIOp::create(rewriter, loc, isLeast, negates);
      bad = arith::OrIOp::create(rewriter, loc, bad, wraps);
    }
    op->setOperand(1, select(bad, integer(type, 1), divisor));
  }

  /// Beyond the range of the integer its ends, and 0 for NaN.
  void defineConversion(Operation *op, bool isSigned) {
    Value from = op->getOperand(0);
    Type type = from.getType(), to = op->getResult(0).getType();
    unsigned width = widthOf(to);
    // Ends are powers of two; those beyond the range of 16 bits need more.
    if (widthOf(type) == 16) {
      type = rewriter.getF32Type();
      from = arith::ExtFOp::create(rewriter, loc, type, from);
    }
    double end = std::ldexp(1.0, isSigned ? width - 1 : width);
    Value high = compare(CmpFPredicate::OGE, from, number(type, end));
    // Fractions are dropped, and one more than -1 leaves 0.
    Value low = isSigned ? compare(CmpFPredicate::OLT, from, number(type, -end))
                         : compare(CmpFPredicate::OLE, from, number(type, -1));
    Value isNaN = compare(CmpFPredicate::UNO, from, from);
    Value bad = arith::OrIOp::create(rewriter, loc, high, low);
    bad = arith::OrIOp::create(rewriter, loc, bad, isNaN);
    Value safe = select(bad, number(type, 0), from);
    APInt most =
        isSigned ? APInt::getSignedMaxValue(width) : APInt::getMaxValue(width);
    APInt least = isSigned ? APInt::getSignedMinValue(width) : APInt(width, 0);
    Operation *defined = rewriter.clone(*op);
    defined->setOperand(0, safe);
    Value result = select(high, integer(to, most), defined->getResult(0));
    rewriter.replaceOp(op, select(low, integer(to, least), result));
  }
};

/// What a flag promises, nobody checks.
static void dropPromises(Operation *op) {
  if (auto wraps = dyn_cast<arith::ArithIntegerOverflowFlagsInterface>(op))
    op->setAttr(wraps.getIntegerOverflowAttrName(),
                arith::IntegerOverflowFlagsAttr::get(
                    op->getContext(), arith::IntegerOverflowFlags::none));
  for (StringRef name : {"isExact", "nonNeg"})
    op->removeAttr(name);
  if (auto math = dyn_cast<arith::ArithFastMathInterface>(op))
    if (auto flags = math.getFastMathFlagsAttr()) {
      auto kept = flags.getValue() &
                  ~(arith::FastMathFlags::nnan | arith::FastMathFlags::ninf);
      op->setAttr(math.getFastMathAttrName(),
                  arith::FastMathFlagsAttr::get(op->getContext(), kept));
    }
}

struct DefineArithmetic : gyre::impl::DefineArithmeticBase<DefineArithmetic> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (op->getNumResults() == 1 &&
          op->getResult(0).getType().isIntOrIndexOrFloat())
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      dropPromises(op);
      Definer definer(op);
      llvm::TypeSwitch<Operation *>(op)
          .Case<arith::CeilDivSIOp, arith::FloorDivSIOp>(
              [&](auto) { definer.defineQuotient(op, true); })
          .Case([&](arith::CeilDivUIOp) { definer.defineQuotient(op, false); })
          .Case([&](arith::FPToSIOp) { definer.defineConversion(op, true); })
          .Case([&](arith::FPToUIOp) { definer.defineConversion(op, false); });
    }
  }
};
} // namespace

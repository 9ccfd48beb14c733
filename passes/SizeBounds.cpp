// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rebuilding of sizes at the entry of a function, exactly or as an upper
// bound. Sizes are never negative, which the bounds rely on.

#include "passes/SizeBounds.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::gyre;

SizeBounds::SizeBounds(OpBuilder &b, ValueRange known) : b(b) {
  for (Value value : known)
    exacts[value] = value;
}

/// Whether `op` may run where it did not: no effect, and no division by what
/// may be 0.
static bool mayRunAnywhere(Operation *op) {
  if (isPure(op))
    return true;
  if (!isa<arith::DivUIOp, arith::DivSIOp, arith::CeilDivUIOp,
           arith::CeilDivSIOp, arith::RemUIOp, arith::RemSIOp,
           arith::FloorDivSIOp>(op))
    return false;
  llvm::APInt constant;
  Value divisor = op->getOperand(1);
  if (auto clamped = divisor.getDefiningOp<arith::MaxSIOp>())
    divisor = clamped.getRhs();
  return matchPattern(divisor, m_ConstantInt(&constant)) &&
         constant.isStrictlyPositive();
}

Value SizeBounds::exact(Value value) {
  if (auto it = exacts.find(value); it != exacts.end())
    return it->second;
  Operation *op = value.getDefiningOp();
  Value made;
  if (op && mayRunAnywhere(op) && op->getNumRegions() == 0 &&
      op->getNumResults() == 1) {
    IRMapping mapping;
    bool known = llvm::all_of(op->getOperands(), [&](Value operand) {
      Value here = exact(operand);
      if (here)
        mapping.map(operand, here);
      return here != nullptr;
    });
    if (known)
      made = b.clone(*op, mapping)->getResult(0);
  }
  return exacts[value] = made;
}

Value SizeBounds::upper(Value value) {
  if (auto it = uppers.find(value); it != uppers.end())
    return it->second;
  Value bound = exact(value);
  if (!bound)
    bound = makeUpper(value);
  return uppers[value] = bound;
}

Value SizeBounds::exactExpr(AffineExpr expr, unsigned numDims,
                            ValueRange operands) {
  SmallVector<Value> here;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    bool used = i < numDims ? expr.isFunctionOfDim(i)
                            : expr.isFunctionOfSymbol(i - numDims);
    // What the expression does not use may be anything.
    here.push_back(
        used ? exact(operand)
             : arith::ConstantIndexOp::create(b, b.getUnknownLoc(), 0));
    if (!here.back())
      return {};
  }
  return affine::AffineApplyOp::create(
      b, b.getUnknownLoc(),
      AffineMap::get(numDims, operands.size() - numDims, expr), here);
}

Value SizeBounds::upperExpr(AffineExpr expr, unsigned numDims,
                            ValueRange operands) {
  if (Value value = exactExpr(expr, numDims, operands))
    return value;
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return upper(operands[dim.getPosition()]);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return upper(operands[numDims + symbol.getPosition()]);
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return {};
  Location loc = b.getUnknownLoc();
  auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (binary.getKind() != AffineExprKind::Add &&
      (!constant || constant.getValue() < 0))
    return {};
  Value left = upperExpr(binary.getLHS(), numDims, operands);
  Value right = upperExpr(binary.getRHS(), numDims, operands);
  if (!left || !right)
    return {};
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(b, loc, left, right);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(b, loc, left, right);
  case AffineExprKind::FloorDiv:
    return arith::DivUIOp::create(b, loc, left, right);
  case AffineExprKind::CeilDiv:
    return arith::CeilDivUIOp::create(b, loc, left, right);
  case AffineExprKind::Mod:
    return right;
  default:
    return {};
  }
}

Value SizeBounds::makeUpper(Value value) {
  Location loc = b.getUnknownLoc();
  auto both = [&](Value left, Value right, auto make) -> Value {
    left = upper(left);
    right = upper(right);
    return left && right ? make(left, right) : Value();
  };
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    // A position in a loop stays below the loop's end.
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto loop = dyn_cast<scf::ForOp>(parent))
      return argument == loop.getInductionVar() ? upper(loop.getUpperBound())
                                                : Value();
    if (auto forall = dyn_cast<scf::ForallOp>(parent))
      if (argument.getArgNumber() < forall.getRank()) {
        OpFoldResult end = forall.getMixedUpperBound()[argument.getArgNumber()];
        return upper(getValueOrCreateConstantIndexOp(b, loc, end));
      }
    return {};
  }
  return llvm::TypeSwitch<Operation *, Value>(value.getDefiningOp())
      .Case([&](affine::AffineApplyOp op) {
        return upperExpr(op.getAffineMap().getResult(0),
                         op.getAffineMap().getNumDims(), op.getMapOperands());
      })
      .Case([&](affine::AffineMinOp op) {
        Value least;
        for (AffineExpr expr : op.getMap().getResults()) {
          Value bound =
              upperExpr(expr, op.getMap().getNumDims(), op.getOperands());
          if (!bound)
            continue;
          least = least ? arith::MinSIOp::create(b, loc, least, bound) : bound;
        }
        return least;
      })
      .Case([&](affine::AffineMaxOp op) {
        Value most;
        for (AffineExpr expr : op.getMap().getResults()) {
          Value bound =
              upperExpr(expr, op.getMap().getNumDims(), op.getOperands());
          if (!bound)
            return Value();
          most = most ? arith::MaxSIOp::create(b, loc, most, bound) : bound;
        }
        return most;
      })
      .Case<arith::MinSIOp, arith::MinUIOp>([&](auto op) {
        Value left = upper(op.getLhs()), right = upper(op.getRhs());
        if (!left || !right)
          return left ? left : right;
        return Value(arith::MinSIOp::create(b, loc, left, right));
      })
      .Case<arith::MaxSIOp, arith::MaxUIOp>([&](auto op) {
        return both(op.getLhs(), op.getRhs(), [&](Value left, Value right) {
          return arith::MaxSIOp::create(b, loc, left, right);
        });
      })
      .Case([&](arith::SelectOp op) {
        return both(op.getTrueValue(), op.getFalseValue(),
                    [&](Value left, Value right) {
                      return arith::MaxSIOp::create(b, loc, left, right);
                    });
      })
      .Case([&](arith::AddIOp op) {
        return both(op.getLhs(), op.getRhs(), [&](Value left, Value right) {
          return arith::AddIOp::create(b, loc, left, right);
        });
      })
      .Case([&](arith::MulIOp op) {
        return both(op.getLhs(), op.getRhs(), [&](Value left, Value right) {
          return arith::MulIOp::create(b, loc, left, right);
        });
      })
      .Default([](Operation *) { return Value(); });
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dimensions of tensors and index values as expressions of what a function is
// called with, and of what nothing is known about.

#include "passes/SizeTracer.h"

#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

AffineExpr SizeTracer::getUnknownSymbol(Value value, int64_t dim) {
  unknowns.emplace_back(value, dim);
  return getAffineSymbolExpr(numSymbols + unknowns.size() - 1,
                             func.getContext());
}

Value SizeTracer::getUnknown(unsigned symbol) const {
  if (symbol < numSymbols || unknowns[symbol - numSymbols].second >= 0)
    return {};
  return unknowns[symbol - numSymbols].first;
}

bool SizeTracer::isUnknownExtent(unsigned symbol) const {
  return symbol >= numSymbols && unknowns[symbol - numSymbols].second >= 0;
}

/// Whether all symbols of `expr` are below `end`.
static bool hasSymbolsBelow(AffineExpr expr, unsigned end) {
  bool below = true;
  expr.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
      below &= symbol.getPosition() < end;
  });
  return below;
}

bool SizeTracer::isKnownAtEntry(AffineExpr expr) const {
  return hasSymbolsBelow(expr, numSymbols);
}

AffineExpr SizeTracer::getSize(Value tensor, int64_t dim) {
  AffineExpr expr = express(tensor, dim);
  return hasSymbolsBelow(expr, entry.sizes.size()) ? expr : AffineExpr();
}

AffineExpr SizeTracer::getIndex(Value index) {
  AffineExpr expr = express(index);
  return hasSymbolsBelow(expr, entry.sizes.size()) ? expr : AffineExpr();
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

AffineExpr SizeTracer::express(Value tensor, int64_t dim) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return getAffineConstantExpr(type.getDimSize(dim), func.getContext());
  if (AffineExpr size = known.lookup({tensor, dim}))
    return size;
  AffineExpr size = traceSize(tensor, dim);
  size = size ? simplifyAffineExpr(size, 0, getNumSymbols())
              : getUnknownSymbol(tensor, dim);
  return known[{tensor, dim}] = size;
}

AffineExpr SizeTracer::traceSize(Value tensor, int64_t dim) {
  if (auto argument = dyn_cast<BlockArgument>(tensor))
    return traceArgument(argument, dim);
  return traceResult(cast<OpResult>(tensor), dim);
}

/// Loops keep the extents that they start with, which gyre-check-sizes sees to.
AffineExpr SizeTracer::traceArgument(BlockArgument argument, int64_t dim) {
  if (argument.getOwner() == &func.getBody().front())
    return entry.getSize(entry.arguments[argument.getArgNumber()].dims[dim],
                         func.getContext());
  Operation *parent = argument.getOwner()->getParentOp();
  if (auto loop = dyn_cast<scf::WhileOp>(parent)) {
    unsigned number = argument.getArgNumber();
    return argument.getOwner() == loop.getBeforeBody()
               ? express(loop.getInits()[number], dim)
               : express(loop.getConditionOp().getArgs()[number], dim);
  }
  auto loop = dyn_cast<LoopLikeOpInterface>(parent);
  OpOperand *init = loop ? loop.getTiedLoopInit(argument) : nullptr;
  return init ? express(init->get(), dim) : AffineExpr();
}

/// What all branches agree on, or null.
static AffineExpr common(ArrayRef<AffineExpr> exprs) {
  return llvm::all_equal(exprs) ? exprs.front() : AffineExpr();
}

AffineExpr SizeTracer::traceResult(OpResult result, int64_t dim) {
  Operation *op = result.getOwner();
  unsigned number = result.getResultNumber();
  if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
    return express(destination.getTiedOpOperand(result)->get(), dim);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return express(loop.getInitArgs()[number], dim);
  if (auto loop = dyn_cast<scf::WhileOp>(op))
    return express(loop.getConditionOp().getArgs()[number], dim);
  if (isa<scf::IfOp, scf::IndexSwitchOp>(op))
    return common(llvm::map_to_vector(op->getRegions(), [&](Region &region) {
      return express(region.front().getTerminator()->getOperand(number), dim);
    }));
  if (auto loop = dyn_cast<scf::ForallOp>(op))
    return express(loop.getOutputs()[number], dim);
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return express(cast.getSource(), dim);
  if (auto select = dyn_cast<arith::SelectOp>(op);
      select && !isa<RankedTensorType>(select.getCondition().getType()))
    return common({express(select.getTrueValue(), dim),
                   express(select.getFalseValue(), dim)});
  if (op->hasTrait<OpTrait::Elementwise>())
    for (Value operand : op->getOperands())
      if (isa<RankedTensorType>(operand.getType()))
        return express(operand, dim);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    SmallVector<OpFoldResult> sizes = slice.getMixedSizes();
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    for (auto [d, size] : llvm::enumerate(sizes))
      if (!dropped.test(d) && dim-- == 0)
        return express(size);
  }
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return express(expand.getMixedOutputShape()[dim]);
  auto reify = dyn_cast<ReifyRankedShapedTypeOpInterface>(op);
  OpBuilder b(op);
  ReifiedRankedShapedTypeDims shapes;
  if (!reify || failed(reify.reifyResultShapes(b, shapes)))
    return {};
  return express(shapes[number][dim]);
}

//===----------------------------------------------------------------------===//
// Index values
//===----------------------------------------------------------------------===//

AffineExpr SizeTracer::express(OpFoldResult index) {
  if (auto value = dyn_cast<Value>(index))
    return express(value);
  return getAffineConstantExpr(
      cast<IntegerAttr>(cast<Attribute>(index)).getInt(), func.getContext());
}

AffineExpr SizeTracer::express(Value index) {
  if (AffineExpr expr = known.lookup({index, -1}))
    return expr;
  AffineExpr expr = traceIndex(index);
  expr = expr ? simplifyAffineExpr(expr, 0, getNumSymbols())
              : getUnknownSymbol(index, -1);
  return known[{index, -1}] = expr;
}

AffineExpr SizeTracer::traceIndex(Value index) {
  APInt constant;
  if (matchPattern(index, m_ConstantInt(&constant)))
    return getAffineConstantExpr(constant.getSExtValue(), func.getContext());
  auto argument = dyn_cast<BlockArgument>(index);
  if (!argument)
    return traceArithmetic(index.getDefiningOp());
  if (argument.getOwner() != &func.getBody().front())
    return {};
  // Sizes are the last arguments.
  unsigned number = argument.getArgNumber();
  unsigned first = func.getNumArguments() - entry.sizes.size();
  if (number >= first)
    return getAffineSymbolExpr(number - first, func.getContext());
  for (auto [i, position] : llvm::enumerate(entry.getIntegers()))
    if (position == number)
      return getAffineSymbolExpr(entry.sizes.size() + i, func.getContext());
  return {};
}

AffineExpr SizeTracer::traceArithmetic(Operation *op) {
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    std::optional<int64_t> position = dim.getConstantIndex();
    return position ? express(dim.getSource(), *position) : AffineExpr();
  }
  // Integers of other widths are unknown but for the arguments.
  if (auto cast = dyn_cast<arith::IndexCastOp>(op)) {
    auto argument = dyn_cast<BlockArgument>(cast.getIn());
    return argument && cast.getType().isIndex() ? traceIndex(argument)
                                                : AffineExpr();
  }
  if (!isa<affine::AffineApplyOp, arith::AddIOp, arith::SubIOp, arith::MulIOp,
           arith::DivUIOp, arith::DivSIOp, arith::FloorDivSIOp,
           arith::CeilDivUIOp, arith::CeilDivSIOp, arith::RemUIOp,
           arith::RemSIOp>(op) ||
      !op->getResult(0).getType().isIndex())
    return {};
  SmallVector<AffineExpr> operands;
  bool exact = true;
  for (Value operand : op->getOperands()) {
    operands.push_back(express(operand));
    exact &= isKnownAtEntry(operands.back()) || isSmall(operands.back());
  }
  if (!exact)
    return {};
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op)) {
    AffineMap map = apply.getAffineMap();
    ArrayRef<AffineExpr> all(operands);
    return map.getResult(0).replaceDimsAndSymbols(
        all.take_front(map.getNumDims()), all.drop_front(map.getNumDims()));
  }
  AffineExpr left = operands[0], right = operands[1];
  auto divisor = dyn_cast<AffineConstantExpr>(right);
  bool divides = divisor && divisor.getValue() > 0;
  // All divisions round alike where nothing is negative.
  bool natural = divides && isNeverNegative(left);
  return llvm::TypeSwitch<Operation *, AffineExpr>(op)
      .Case([&](arith::AddIOp) { return left + right; })
      .Case([&](arith::SubIOp) { return left - right; })
      .Case([&](arith::MulIOp) { return left * right; })
      .Case([&](arith::FloorDivSIOp) {
        return divides ? left.floorDiv(right) : AffineExpr();
      })
      .Case<arith::DivUIOp, arith::DivSIOp>(
          [&](auto) { return natural ? left.floorDiv(right) : AffineExpr(); })
      .Case([&](arith::CeilDivSIOp) {
        return divides ? left.ceilDiv(right) : AffineExpr();
      })
      .Case([&](arith::CeilDivUIOp) {
        return natural ? left.ceilDiv(right) : AffineExpr();
      })
      .Default(
          [&](Operation *) { return natural ? left % right : AffineExpr(); });
}

/// Whether `index` stays `below` (or above) what no sum of a few can wrap.
bool SizeTracer::isBounded(Value index, bool below, unsigned depth) {
  // Deep chains are rare, and there is nothing wrong with an unknown.
  if (depth > 8)
    return false;
  auto both = [&](Value a, Value b) {
    return isBounded(a, below, depth + 1) && isBounded(b, below, depth + 1);
  };
  auto either = [&](Value a, Value b) {
    return isBounded(a, below, depth + 1) || isBounded(b, below, depth + 1);
  };
  APInt constant;
  if (matchPattern(index, m_ConstantInt(&constant)))
    return constant.getSignificantBits() < 48;
  if (auto argument = dyn_cast<BlockArgument>(index)) {
    if (auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp()))
      return argument == loop.getInductionVar() && countsUp(loop) &&
             isBounded(below ? loop.getUpperBound() : loop.getLowerBound(),
                       below, depth + 1);
    AffineExpr expr = express(index);
    return hasSymbolsBelow(expr, entry.sizes.size());
  }
  return llvm::TypeSwitch<Operation *, bool>(index.getDefiningOp())
      .Case<linalg::IndexOp, tensor::DimOp>([](auto) { return true; })
      .Case([](IndexOp op) {
        return op->getParentOfType<StructureOpInterface>().getOffsets().empty();
      })
      .Case<arith::IndexCastOp, arith::IndexCastUIOp>([](auto op) {
        Type from = op.getIn().getType();
        return from.isInteger() && from.getIntOrFloatBitWidth() <= 32;
      })
      .Case([&](arith::MinSIOp op) {
        return below ? either(op.getLhs(), op.getRhs())
                     : both(op.getLhs(), op.getRhs());
      })
      .Case([&](arith::MaxSIOp op) {
        return below ? both(op.getLhs(), op.getRhs())
                     : either(op.getLhs(), op.getRhs());
      })
      .Case([&](arith::SelectOp op) {
        return both(op.getTrueValue(), op.getFalseValue());
      })
      .Default([](Operation *) { return false; });
}

bool SizeTracer::countsUp(scf::ForOp loop) {
  Value step = loop.getStep();
  if (loop.getUnsignedCmp() || !loop.getInductionVar().getType().isIndex())
    return false;
  return isConstantIntValue(step, 1) ||
         (isBounded(step, true) && isBounded(step, false) &&
          isBounded(loop.getUpperBound(), true));
}

/// Whether all unknowns of `expr` are bounded on both sides.
bool SizeTracer::isSmall(AffineExpr expr) {
  bool small = true;
  expr.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part)) {
      unsigned position = symbol.getPosition();
      Value value = getUnknown(position);
      small &= isSize(position) || isUnknownExtent(position) ||
               (value && isBounded(value, true) && isBounded(value, false));
    }
    if (auto constant = dyn_cast<AffineConstantExpr>(part))
      small &= std::abs(constant.getValue()) < int64_t(1) << 12;
  });
  return small;
}

bool SizeTracer::isNeverNegative(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue() >= 0;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    unsigned position = symbol.getPosition();
    Value value = getUnknown(position);
    if (!value)
      return isSize(position) || isUnknownExtent(position);
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
      return loop && argument == loop.getInductionVar() && countsUp(loop) &&
             isNeverNegative(express(loop.getLowerBound()));
    }
    return isa<linalg::IndexOp>(value.getDefiningOp());
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  return isNeverNegative(binary.getLHS()) && isNeverNegative(binary.getRHS());
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

std::string SizeTracer::print(AffineExpr expr) const {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    int64_t value = constant.getValue();
    // The language has no sign.
    return value < 0 ? "(0 - " + std::to_string(-value) + ")"
                     : std::to_string(value);
  }
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbol.getPosition() < numSymbols
               ? entry.getSymbols()[symbol.getPosition()]
               : std::string("?");
  auto binary = cast<AffineBinaryOpExpr>(expr);
  AffineExpr lhs = binary.getLHS(), rhs = binary.getRHS();
  auto atom = [&](AffineExpr part) {
    std::string text = print(part);
    return isa<AffineBinaryOpExpr>(part) ? "(" + text + ")" : text;
  };
  switch (expr.getKind()) {
  case AffineExprKind::Add: {
    if (auto constant = dyn_cast<AffineConstantExpr>(rhs);
        constant && constant.getValue() < 0)
      return print(lhs) + " - " + std::to_string(-constant.getValue());
    if (auto product = dyn_cast<AffineBinaryOpExpr>(rhs);
        product &&
        product.getRHS() == getAffineConstantExpr(-1, expr.getContext()))
      return print(lhs) + " - " + atom(product.getLHS());
    return print(lhs) + " + " + print(rhs);
  }
  case AffineExprKind::Mul:
    return atom(lhs) + " * " + atom(rhs);
  case AffineExprKind::FloorDiv:
    return atom(lhs) + " floordiv " + atom(rhs);
  case AffineExprKind::CeilDiv:
    return atom(lhs) + " ceildiv " + atom(rhs);
  default:
    return atom(lhs) + " mod " + atom(rhs);
  }
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dimensions of tensors as expressions of an entry point's named sizes.

#include "passes/SizeTracer.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::gyre;

AffineExpr SizeTracer::getSize(Value tensor, int64_t dim) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return getAffineConstantExpr(type.getDimSize(dim), func.getContext());
  auto [it, inserted] = known.try_emplace({tensor, dim});
  if (!inserted)
    return it->second;
  AffineExpr size = traceSize(tensor, dim);
  if (size)
    size = simplifyAffineExpr(size, 0, entry.sizes.size());
  return known[{tensor, dim}] = size;
}

AffineExpr SizeTracer::traceSize(Value tensor, int64_t dim) {
  if (auto argument = dyn_cast<BlockArgument>(tensor))
    return traceArgument(argument, dim);
  return traceResult(cast<OpResult>(tensor), dim);
}

AffineExpr SizeTracer::traceArgument(BlockArgument argument, int64_t dim) {
  if (argument.getOwner() == &func.getBody().front())
    return entry.getSize(entry.arguments[argument.getArgNumber()].dims[dim],
                         func.getContext());
  auto loop = dyn_cast<LoopLikeOpInterface>(argument.getOwner()->getParentOp());
  OpOperand *init = loop ? loop.getTiedLoopInit(argument) : nullptr;
  return init ? getSize(init->get(), dim) : AffineExpr();
}

/// Both where they agree.
static AffineExpr both(AffineExpr a, AffineExpr b) {
  return a == b ? a : AffineExpr();
}

AffineExpr SizeTracer::traceResult(OpResult result, int64_t dim) {
  Operation *op = result.getOwner();
  unsigned number = result.getResultNumber();
  if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
    return getSize(destination.getTiedOpOperand(result)->get(), dim);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return both(getSize(loop.getInitArgs()[number], dim),
                getSize(loop.getYieldedValues()[number], dim));
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return both(getSize(branch.thenYield().getOperand(number), dim),
                getSize(branch.elseYield().getOperand(number), dim));
  if (auto loop = dyn_cast<scf::ForallOp>(op))
    return getSize(loop.getOutputs()[number], dim);
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return getSize(cast.getSource(), dim);
  if (op->hasTrait<OpTrait::Elementwise>())
    for (Value operand : op->getOperands())
      if (isa<RankedTensorType>(operand.getType()))
        return getSize(operand, dim);
  auto reify = dyn_cast<ReifyRankedShapedTypeOpInterface>(op);
  OpBuilder b(op);
  ReifiedRankedShapedTypeDims shapes;
  if (!reify || failed(reify.reifyResultShapes(b, shapes)))
    return {};
  OpFoldResult size = shapes[number][dim];
  if (auto value = dyn_cast<Value>(size))
    return getIndex(value);
  return getAffineConstantExpr(
      cast<IntegerAttr>(cast<Attribute>(size)).getInt(), func.getContext());
}

AffineExpr SizeTracer::getIndex(Value index) {
  APInt constant;
  if (matchPattern(index, m_ConstantInt(&constant)))
    return getAffineConstantExpr(constant.getSExtValue(), func.getContext());
  if (auto argument = dyn_cast<BlockArgument>(index)) {
    // Sizes are the last arguments.
    int64_t symbol = argument.getArgNumber() + entry.sizes.size();
    symbol -= func.getNumArguments();
    if (argument.getOwner() != &func.getBody().front() || symbol < 0)
      return {};
    return getAffineSymbolExpr(symbol, func.getContext());
  }
  Operation *op = index.getDefiningOp();
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    std::optional<int64_t> position = dim.getConstantIndex();
    return position ? getSize(dim.getSource(), *position) : AffineExpr();
  }
  SmallVector<AffineExpr> operands;
  for (Value operand : op->getOperands()) {
    if (!operand.getType().isIndex())
      return {};
    operands.push_back(getIndex(operand));
    if (!operands.back())
      return {};
  }
  auto constantRight = [&]() {
    auto right = dyn_cast<AffineConstantExpr>(operands[1]);
    return right && right.getValue() > 0;
  };
  return llvm::TypeSwitch<Operation *, AffineExpr>(op)
      .Case([&](arith::AddIOp) { return operands[0] + operands[1]; })
      .Case([&](arith::SubIOp) { return operands[0] - operands[1]; })
      .Case([&](arith::MulIOp) { return operands[0] * operands[1]; })
      .Case<arith::DivUIOp, arith::DivSIOp, arith::FloorDivSIOp>([&](auto) {
        // Sizes are not negative, so all of these round alike.
        return constantRight() ? operands[0].floorDiv(operands[1])
                               : AffineExpr();
      })
      .Case<arith::CeilDivUIOp, arith::CeilDivSIOp>([&](auto) {
        return constantRight() ? operands[0].ceilDiv(operands[1])
                               : AffineExpr();
      })
      .Case<arith::RemUIOp, arith::RemSIOp>([&](auto) {
        return constantRight() ? operands[0] % operands[1] : AffineExpr();
      })
      .Case([&](affine::AffineApplyOp apply) {
        AffineMap map = apply.getAffineMap();
        ArrayRef<AffineExpr> all(operands);
        return map.getResult(0).replaceDimsAndSymbols(
            all.take_front(map.getNumDims()), all.drop_front(map.getNumDims()));
      })
      .Default([](Operation *) { return AffineExpr(); });
}

std::string SizeTracer::print(AffineExpr expr) const {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    int64_t value = constant.getValue();
    // The language has no sign.
    return value < 0 ? "(0 - " + std::to_string(-value) + ")"
                     : std::to_string(value);
  }
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return entry.sizes[symbol.getPosition()];
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

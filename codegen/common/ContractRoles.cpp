// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Roles of the loops of gyre.contract_reduce, and the columns of a row.

#include "codegen/common/ContractRoles.h"

#include "codegen/common/Access.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::gyre;

FailureOr<ContractRoles> gyre::findContractRoles(
    ContractReduceOp op, ArrayRef<Value> extents,
    function_ref<bool(unsigned operand, unsigned dim)> isContiguous) {
  SmallVector<IteratorKind> kinds(op.getIteratorKinds());
  SmallVector<AffineMap> maps(op.getIndexingMapsArray());
  ContractRoles roles;
  roles.column = op.getColumnDim();
  if (roles.column >= static_cast<int>(kinds.size()))
    return op.emitOpError("expected a dimension of columns: a parallel one "
                          "that only the right operand has");
  unsigned scoreInputs = op.getFirstPayload();
  auto usedBy = [&](unsigned begin, unsigned end, unsigned dim) {
    return llvm::any_of(ArrayRef(maps).slice(begin, end - begin),
                        [&](AffineMap m) { return m.isFunctionOfDim(dim); });
  };
  auto size = [&](unsigned dim) {
    return getConstantIntValue(extents[dim]).value_or(INT64_MAX);
  };
  for (unsigned dim = 0; dim < kinds.size(); ++dim) {
    if (kinds[dim] != IteratorKind::parallel || int(dim) == roles.column)
      continue;
    if (op.getNumPayloads() && !usedBy(0, scoreInputs, dim) &&
        usedBy(scoreInputs, op.getFirstBound(), dim)) {
      // The last dimension that the payload stores together, if any.
      if (roles.payload < 0 || !isContiguous(scoreInputs, roles.payload))
        roles.payload = dim;
      continue;
    }
    if (maps[0].isFunctionOfDim(dim) && !maps[1].isFunctionOfDim(dim) &&
        (roles.row < 0 || size(dim) >= size(roles.row)))
      roles.row = dim;
  }
  if (op.getNumPayloads() && roles.payload < 0)
    return op.emitOpError("expected payloads with a dimension of their own");
  for (unsigned dim = 0; dim < kinds.size(); ++dim)
    if (kinds[dim] == IteratorKind::parallel && int(dim) != roles.column &&
        int(dim) != roles.row && int(dim) != roles.payload)
      roles.outer.push_back(dim);
  return roles;
}

FailureOr<Fold> gyre::matchContractFold(ContractReduceOp op) {
  return Fold::match(op, op.getInit(), op.getStep(), op.getMerge(),
                     op.getFinish(),
                     op.getScore().front().getTerminator()->getNumOperands(),
                     op.getPivot(), op.getRides());
}

ColumnSpan gyre::columnsOfRow(OpBuilder &b, ContractReduceOp op, Value columns,
                              SmallVector<Value> globals, ValueRange bounds) {
  Location loc = op.getLoc();
  unsigned column = op.getColumnDim();
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  // The limit of a row doesn't depend on the column it is asked at.
  globals[column] = zero;
  SmallVector<Value> symbols(op.getLimitOperands());
  for (Value bound : bounds)
    symbols.push_back(
        b.createOrFold<arith::IndexCastOp>(loc, b.getIndexType(), bound));
  // The greatest result of `start`, the least one of `limit`.
  auto boundOf = [&](AffineMap map, bool isStart) {
    Value bound;
    for (AffineExpr expr : map.getResults()) {
      Value value = expandExpr(b, loc, expr, globals, symbols);
      if (!bound)
        bound = value;
      else if (isStart)
        bound = arith::MaxSIOp::create(b, loc, bound, value);
      else
        bound = arith::MinSIOp::create(b, loc, bound, value);
    }
    if (!op.getOffsets().empty())
      bound = arith::SubIOp::create(b, loc, bound, op.getOffsets()[column]);
    bound = arith::MaxSIOp::create(b, loc, bound, zero);
    return arith::MinSIOp::create(b, loc, bound, columns).getResult();
  };
  ColumnSpan span{zero, columns};
  if (auto start = op.getStart())
    span.begin = boundOf(*start, /*isStart=*/true);
  if (auto limit = op.getLimit())
    span.end = boundOf(*limit, /*isStart=*/false);
  return span;
}

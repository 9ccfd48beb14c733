// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What emitters of gyre.contract_reduce have to know whatever the target: the
// roles of its loops, its fold, and the columns that each row has.

#ifndef GYRE_CODEGEN_COMMON_CONTRACTROLES_H
#define GYRE_CODEGEN_COMMON_CONTRACTROLES_H

#include "codegen/common/Fold.h"
#include "dialect/structures/Structures.h"

namespace mlir::gyre {

struct ContractRoles {
  /// The loop of rows (-1: none), of columns, and of the payloads' own elements
  /// (-1: no payload).
  int row = -1, column = -1, payload = -1;
  /// The other parallel loops.
  SmallVector<unsigned> outer;
};

/// `isContiguous` says whether an operand's elements along a loop are
/// neighbours in memory.
FailureOr<ContractRoles> findContractRoles(
    ContractReduceOp op, ArrayRef<Value> extents,
    function_ref<bool(unsigned operand, unsigned dim)> isContiguous);

FailureOr<Fold> matchContractFold(ContractReduceOp op);

/// The columns of a row, as local positions: `end` is one past the last.
struct ColumnSpan {
  Value begin, end;
};

/// What `start` and `limit` leave of `columns` for the row at `globals`, its
/// positions in the whole iteration space; `bounds` are the row's values of the
/// operands that bound it.
ColumnSpan columnsOfRow(OpBuilder &b, ContractReduceOp op, Value columns,
                        SmallVector<Value> globals, ValueRange bounds);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_CONTRACTROLES_H

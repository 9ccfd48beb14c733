// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Positions.td.

#ifndef GYRE_DIALECT_OPS_POSITIONS_H
#define GYRE_DIALECT_OPS_POSITIONS_H

#include "dialect/ops/Operators.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

#define GET_OP_CLASSES
#include "dialect/ops/positions/Positions.h.inc"

#endif // GYRE_DIALECT_OPS_POSITIONS_H

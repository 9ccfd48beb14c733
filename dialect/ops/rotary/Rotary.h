// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Rotary.td.

#ifndef GYRE_DIALECT_OPS_ROTARY_H
#define GYRE_DIALECT_OPS_ROTARY_H

#include "dialect/ops/Operators.h"
#include "dialect/ops/rotary/FrequencyScaling.h"

#define GET_OP_CLASSES
#include "dialect/ops/rotary/Rotary.h.inc"

namespace mlir::gyre {

/// cos and sin of the angles, [positions' leading dimensions.., T, pairs], for
/// a rotation computed in type `real`.
SmallVector<Value> buildRotaryTable(RotaryOp op, OpBuilder &b, Type real);

} // namespace mlir::gyre

#endif // GYRE_DIALECT_OPS_ROTARY_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Scan.td, and what their sources share.

#ifndef GYRE_DIALECT_OPS_SCAN_H
#define GYRE_DIALECT_OPS_SCAN_H

#include "dialect/Scalar.h"
#include "dialect/ops/Operators.h"
#include "dialect/structures/Structures.h"

namespace mlir::gyre {

/// The initial states, or zeros of `sizes`.
Value statesOr(Value initial, OpBuilder &b, Location loc,
               ArrayRef<OpFoldResult> sizes, Type element);

/// States are stored as they came in, in f32 where they start here.
inline Type stateType(Value initial, Type element) {
  return initial ? tensorType(initial).getElementType()
                 : getRegionType(element);
}

/// A step: delta, plus a bias where given (`e` holds both), through softplus
/// where asked, then clamped to `limits` (two numbers or none).
Scalar stepOf(ArrayRef<Scalar> e, bool softplus, ArrayRef<double> limits = {});

} // namespace mlir::gyre

#define GET_OP_CLASSES
#include "dialect/ops/scan/Scan.h.inc"

#endif // GYRE_DIALECT_OPS_SCAN_H

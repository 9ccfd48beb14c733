// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Scan.td.

#ifndef GYRE_DIALECT_OPS_SCAN_H
#define GYRE_DIALECT_OPS_SCAN_H

#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/scan/Scan.h.inc"

#endif // GYRE_DIALECT_OPS_SCAN_H

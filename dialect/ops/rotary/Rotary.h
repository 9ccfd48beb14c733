// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Rotary.td.

#ifndef GYRE_DIALECT_OPS_ROTARY_H
#define GYRE_DIALECT_OPS_ROTARY_H

#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/rotary/Rotary.h.inc"

#endif // GYRE_DIALECT_OPS_ROTARY_H

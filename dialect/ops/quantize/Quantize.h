// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Quantize.td.

#ifndef GYRE_DIALECT_OPS_QUANTIZE_H
#define GYRE_DIALECT_OPS_QUANTIZE_H

#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/quantize/Quantize.h.inc"

#endif // GYRE_DIALECT_OPS_QUANTIZE_H

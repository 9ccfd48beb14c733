// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Nn.td.

#ifndef GYRE_DIALECT_OPS_NN_H
#define GYRE_DIALECT_OPS_NN_H

#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/nn/Nn.h.inc"

#endif // GYRE_DIALECT_OPS_NN_H

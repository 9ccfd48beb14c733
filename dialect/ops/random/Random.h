// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Random.td.

#ifndef GYRE_DIALECT_OPS_RANDOM_H
#define GYRE_DIALECT_OPS_RANDOM_H

#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/random/Random.h.inc"

#endif // GYRE_DIALECT_OPS_RANDOM_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Probability.td.

#ifndef GYRE_DIALECT_OPS_PROBABILITY_H
#define GYRE_DIALECT_OPS_PROBABILITY_H

#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/probability/Probability.h.inc"

#endif // GYRE_DIALECT_OPS_PROBABILITY_H

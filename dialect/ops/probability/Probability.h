// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Probability maps: the classes of Probability.td, and the states of a
// softmax, which other families fold as well.

#ifndef GYRE_DIALECT_OPS_PROBABILITY_H
#define GYRE_DIALECT_OPS_PROBABILITY_H

#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/probability/Probability.h.inc"

#endif // GYRE_DIALECT_OPS_PROBABILITY_H

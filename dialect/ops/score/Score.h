// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Score.td.

#ifndef GYRE_DIALECT_OPS_SCORE_H
#define GYRE_DIALECT_OPS_SCORE_H

#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/score/Score.h.inc"

#endif // GYRE_DIALECT_OPS_SCORE_H

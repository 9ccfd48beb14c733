// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Score.td, and the schedule that steps and samplers share.

#ifndef GYRE_DIALECT_OPS_SCORE_H
#define GYRE_DIALECT_OPS_SCORE_H

#include "dialect/Scalar.h"
#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/score/Score.h.inc"

namespace mlir::gyre {

/// Level i of EDM's schedule of `steps` levels, 0 from there on; of the
/// exponential one where rho is infinite.
Scalar karrasSigma(Scalar i, Scalar steps, double min, double max, double rho,
                   Type real);

} // namespace mlir::gyre

#endif // GYRE_DIALECT_OPS_SCORE_H

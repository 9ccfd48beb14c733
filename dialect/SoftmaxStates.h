// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two states of a softmax, (maximum, sum of exponentials), as fragments
// for gyre.reduce and gyre.contract_reduce with pivot = 1.

#ifndef GYRE_DIALECT_SOFTMAXSTATES_H
#define GYRE_DIALECT_SOFTMAXSTATES_H

#include "dialect/Builders.h"

namespace mlir::gyre {

/// States over raw scores: the maximum leads unscaled, and `scale` (in units
/// of exp2) stands in the exponent, where it costs nothing.
struct SoftmaxStates {
  double scale;

  Scalars init(Body &body) const;
  Scalars step(Scalar element, ArrayRef<Scalar> states) const;
  Scalars merge(ArrayRef<Scalar> x, ArrayRef<Scalar> y) const;

  /// The maximum, or 0 where no finite score was seen: what exponents are
  /// taken against, so that -infinity never meets itself.
  static Scalar base(Scalar maximum);
  /// 1 / sum, and 0 for an empty row.
  static Scalar reciprocal(Scalar sum);
};

} // namespace mlir::gyre

#endif // GYRE_DIALECT_SOFTMAXSTATES_H

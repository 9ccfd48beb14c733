// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two states of a softmax.

#include "dialect/SoftmaxStates.h"

#include <limits>

using namespace mlir;
using namespace mlir::gyre;

static constexpr double infinity = std::numeric_limits<double>::infinity();

Scalar SoftmaxStates::base(Scalar maximum) {
  return select(equal(maximum, -infinity), 0.0, maximum);
}

Scalar SoftmaxStates::reciprocal(Scalar sum) {
  return select(equal(sum, 0.0), 0.0, 1.0 / sum);
}

Scalars SoftmaxStates::init(Body &body) const {
  return {body.number(-infinity), body.number(0.0)};
}

Scalars SoftmaxStates::step(Scalar element, ArrayRef<Scalar> states) const {
  Scalar lead = maximum(states[0], element);
  Scalar against = base(lead);
  Scalar factor = exp2((states[0] - against) * scale);
  Scalar weight = exp2((element - against) * scale);
  return {lead, states[1] * factor + weight};
}

Scalars SoftmaxStates::merge(ArrayRef<Scalar> x, ArrayRef<Scalar> y) const {
  Scalar lead = maximum(x[0], y[0]);
  Scalar against = base(lead);
  return {lead, x[1] * exp2((x[0] - against) * scale) +
                    y[1] * exp2((y[0] - against) * scale)};
}

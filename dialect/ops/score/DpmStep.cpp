// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// DPM-Solver++'s multistep update, which samplers along tables and along EDM's
// levels share.

#include "dialect/ops/score/Sample.h"

using namespace mlir;
using namespace mlir::gyre;

/// The factors of clean - history[0] and history[0] - history[1] in what is
/// taken for the clean sample of a step. Growths are those of ln(alpha / sigma)
/// in this step, the one before and the one before that; `whole` is the growth
/// that (1 - e^-whole), the factor of the clean sample, comes of.
static SmallVector<Scalar> extrapolation(ArrayRef<Scalar> growths, Scalar whole,
                                         Scalar step) {
  Scalar first = growths[1] / growths[0], half = 0.5 / first;
  if (growths.size() == 2)
    return {select(less(step, 1.0), 0.0, half)};
  // Newton's polynomial through three points, integrated with the exponential:
  // phi_2 and phi_3 over the integral of the constant.
  Scalar second = growths[2] / growths[0], sum = first + second;
  Scalar covered = 1.0 - exp2(-whole * log2e);
  Scalar phi2 = 1.0 - covered / whole, phi3 = phi2 / whole - 0.5;
  Scalar near = (phi2 * (first / sum + 1.0) - phi3 / sum) / (first * covered);
  Scalar far = (phi3 / sum - phi2 * (first / sum)) / (second * covered);
  near = select(less(step, 2.0), half, near);
  return {select(less(step, 1.0), 0.0, near),
          select(less(step, 2.0), 0.0, far)};
}

SmallVector<Value> DpmStep::operator()(OpBuilder &b, Location loc, Value x,
                                       Value clean, ValueRange history,
                                       Value noise, const Levels &levels,
                                       ArrayRef<Scalar> ratios, Scalar step,
                                       Value lowers) const {
  Type real = b.getF32Type();
  Scalar ratio = ratios[0], decay = ratio;
  if (eta == 0)
    decay = ratio.number(1);
  else if (eta < 1)
    decay = exp2(log2(ratio.to(real)) * eta).to(ratio.getType());
  Scalar ofX = levels.shrink * decay;
  Scalar ofClean = levels.alpha * (1.0 - decay * ratio);
  Scalar ofNoise = levels.sigma * sqrt(1.0 - decay * decay);
  SmallVector<Scalar> growths, factors;
  for (Scalar each : ratios)
    growths.push_back(log2(each.to(real)) * -ln2);
  if (order > 1)
    factors = extrapolation(growths, growths[0] * (1 + eta), step);
  // At the clean level a step has no end to extrapolate to.
  for (Scalar &factor : factors) {
    factor = select(greater(levels.sigma, 0.0), factor, 0.0);
    if (lowers)
      factor = select(factor.with(lowers), 0.0, factor);
  }

  AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
  SmallVector<Input> inputs = {{x, identity}, {clean, identity}};
  for (Value before : history)
    inputs.push_back({before, identity});
  if (noise)
    inputs.push_back({noise, identity});
  SmallVector<Output> outputs(order, {type.getElementType(), identity});
  return buildMap(
      b, loc, inputs, outputs, [&](Body &, ArrayRef<Scalar> e) -> Scalars {
        Scalar x0 = clipped(e[1], clip), ahead = x0;
        Scalars said = {x0};
        said.append(e.begin() + 2, e.begin() + 2 + history.size());
        for (auto [i, factor] : llvm::enumerate(factors))
          ahead = ahead + (said[i] - said[i + 1]) * outer(x0, factor);
        Scalar y = e[0] * outer(x0, ofX) + ahead * outer(x0, ofClean);
        if (noise)
          y = y + e.back().to(y.getType()) * outer(y, ofNoise);
        said.resize(order - 1, y);
        said.insert(said.begin(), y);
        return said;
      });
}

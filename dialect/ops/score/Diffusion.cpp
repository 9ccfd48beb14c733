// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Diffusion models with a table of noise levels: the table, what a model
// predicts, guidance, the steps of DDIM and DDPM.

#include "dialect/ops/score/Sample.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// diffusion_schedule
//===----------------------------------------------------------------------===//

LogicalResult DiffusionScheduleOp::verify() {
  auto type = cast<RankedTensorType>(getAlphas().getType());
  if (type.isDynamicDim(0) || type.getDimSize(0) < 2) // (C1)
    return emitOpError("expected results of a known size of at least 2, got ")
           << type;
  double start = getBetaStart().convertToDouble();
  double end = getBetaEnd().convertToDouble();
  if (!(start > 0) || !(start <= end) || !(end < 1)) // (C2)
    return emitOpError("expected 0 < beta_start <= beta_end < 1, got ")
           << start << " and " << end;
  return success();
}

/// The square of the signal after each of `count` steps.
static SmallVector<double> signalPowers(StringRef schedule, int64_t count,
                                        double start, double end) {
  SmallVector<double> powers;
  auto root = [&](double i) {
    double angle = (i / count + 0.008) / 1.008 * std::numbers::pi / 2;
    return std::cos(angle);
  };
  double product = 1;
  for (int64_t i = 0; i < count; ++i) {
    double share = static_cast<double>(i) / (count - 1), beta;
    if (schedule == "cosine") {
      double ratio = root(i + 1) / root(i);
      beta = std::min(1 - ratio * ratio, 0.999);
    } else if (schedule == "linear") {
      beta = start + share * (end - start);
    } else {
      beta = std::sqrt(start) + share * (std::sqrt(end) - std::sqrt(start));
      beta *= beta;
    }
    product *= 1 - beta;
    powers.push_back(product);
  }
  return powers;
}

FailureOr<SmallVector<Value>>
DiffusionScheduleOp::decomposeOperation(OpBuilder &b) {
  auto type = cast<RankedTensorType>(getAlphas().getType());
  SmallVector<double> powers = signalPowers(getSchedule(), type.getDimSize(0),
                                            getBetaStart().convertToDouble(),
                                            getBetaEnd().convertToDouble());
  SmallVector<double> alphas, sigmas;
  double first = std::sqrt(powers.front()), last = std::sqrt(powers.back());
  for (double power : powers) {
    if (getZeroTerminal()) {
      double alpha = (std::sqrt(power) - last) * first / (first - last);
      power = alpha * alpha;
    }
    alphas.push_back(std::sqrt(power));
    sigmas.push_back(std::sqrt(1 - power));
  }
  Type element = type.getElementType();
  return SmallVector<Value>{constantVector(b, getLoc(), alphas, element),
                            constantVector(b, getLoc(), sigmas, element)};
}

//===----------------------------------------------------------------------===//
// What a model predicts
//===----------------------------------------------------------------------===//

namespace {
/// A linear function of x and a prediction; no factor stands for 0.
struct Linear {
  std::optional<Scalar> x, prediction;

  Scalar of(Scalar xElement, Scalar predicted) const {
    std::optional<Scalar> sum;
    for (auto &[factor, element] :
         {std::pair(x, xElement), std::pair(prediction, predicted)})
      if (factor) {
        Scalar term = element * outer(element, *factor);
        sum = sum ? *sum + term : term;
      }
    return *sum;
  }
};

std::optional<Scalar> scaled(const std::optional<Scalar> &x, Scalar factor) {
  return x ? std::optional(*x * factor) : std::nullopt;
}
std::optional<Scalar> sum(const std::optional<Scalar> &x,
                          const std::optional<Scalar> &y) {
  return x && y ? std::optional(*x + *y) : x ? x : y;
}
Linear operator*(const Linear &f, Scalar factor) {
  return {scaled(f.x, factor), scaled(f.prediction, factor)};
}
Linear operator+(const Linear &f, const Linear &g) {
  return {sum(f.x, g.x), sum(f.prediction, g.prediction)};
}
Linear operator-(const Linear &f, const Linear &g) {
  return f + g * (g.x ? *g.x : *g.prediction).number(-1);
}

/// x_0 and e, of x = alpha x_0 + sigma e, by what is predicted. Neither is
/// made of the other where the difference would cancel.
struct Parts {
  Linear sample, epsilon;

  Parts(StringRef kind, Scalar alpha, Scalar sigma, double sigmaData = 0.5) {
    Scalar one = alpha.number(1);
    if (kind == "epsilon") {
      epsilon = {std::nullopt, one};
      sample = {1.0 / alpha, -sigma / alpha};
    } else if (kind == "sample") {
      sample = {std::nullopt, one};
      epsilon = {1.0 / sigma, -alpha / sigma};
    } else if (kind == "v") {
      Scalar power = alpha * alpha + sigma * sigma;
      sample = {alpha / power, -sigma / power};
      epsilon = {sigma / power, alpha / power};
    } else if (kind == "score") {
      epsilon = {std::nullopt, -sigma};
      sample = {1.0 / alpha, sigma * sigma / alpha};
    } else if (kind == "velocity") {
      Scalar whole = alpha + sigma;
      sample = {1.0 / whole, -sigma / whole};
      epsilon = {1.0 / whole, alpha / whole};
    } else {
      // x_0 = c_skip y + c_out F, e = (y - x_0) / level, for y = x / alpha.
      double s = sigmaData;
      Scalar level = sigma / alpha, power = level * level + s * s;
      Scalar root = sqrt(power);
      sample = {s * s / (power * alpha), level * s / root};
      epsilon = {level / (power * alpha), -s / root};
    }
  }

  /// What a model of another kind would predict.
  Linear as(StringRef kind, Scalar alpha, Scalar sigma, double sigmaData) {
    if (kind == "epsilon")
      return epsilon;
    if (kind == "sample")
      return sample;
    if (kind == "v")
      return epsilon * alpha - sample * sigma;
    if (kind == "score")
      return epsilon * (-1.0 / sigma);
    if (kind == "velocity")
      return epsilon - sample;
    double s = sigmaData;
    Scalar level = sigma / alpha;
    Scalar scale = 1.0 / (sqrt(level * level + s * s) * s);
    return sample * (level * scale) - epsilon * (scale * (s * s));
  }
};
} // namespace

LogicalResult ConvertPredictionOp::verify() {
  double s = getSigmaData().convertToDouble();
  if (!(s > 0) || !std::isfinite(s)) // (C1)
    return emitOpError("expected a positive sigma_data, got ") << s;
  return success();
}

OpFoldResult ConvertPredictionOp::fold(FoldAdaptor) {
  if (getFrom() == getTo())
    return getPrediction();
  auto first = getPrediction().getDefiningOp<ConvertPredictionOp>();
  if (first && first.getFrom() == getTo() && first.getTo() == getFrom() &&
      first.getX() == getX() && first.getAlpha() == getAlpha() &&
      first.getSigma() == getSigma() && first.getSigmaData() == getSigmaData())
    return first.getPrediction();
  return {};
}

FailureOr<SmallVector<Value>>
ConvertPredictionOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  double data = getSigmaData().convertToDouble();
  Scalar alpha(b, loc, getAlpha()), sigma(b, loc, getSigma());
  Linear result =
      Parts(getFrom(), alpha, sigma, data).as(getTo(), alpha, sigma, data);
  return SmallVector<Value>{buildElementwise(
      b, loc, {getX(), getPrediction()}, getType().getElementType(),
      [&](ArrayRef<Scalar> e) { return result.of(e[0], e[1]); })};
}

//===----------------------------------------------------------------------===//
// guidance
//===----------------------------------------------------------------------===//

OpFoldResult GuidanceOp::fold(FoldAdaptor) {
  if (matchPattern(getScale(), m_OneFloat()))
    return getConditional();
  if (matchPattern(getScale(), m_AnyZeroFloat()))
    return getUnconditional();
  return {};
}

FailureOr<SmallVector<Value>> GuidanceOp::decomposeOperation(OpBuilder &b) {
  return SmallVector<Value>{
      buildElementwise(b, getLoc(), {getConditional(), getUnconditional()},
                       getType().getElementType(), [&](ArrayRef<Scalar> e) {
                         return e[1] + outer(e[0], getScale()) * (e[0] - e[1]);
                       })};
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

static Scalar positivePart(Scalar x) { return select(greater(x, 0.0), x, 0.0); }

LogicalResult DdimStepOp::verify() {
  double eta = getEta().convertToDouble();
  if (static_cast<bool>(getNoise()) != (eta > 0)) // (C1)
    return emitOpError("expected noise if and only if eta is above 0, got eta ")
           << eta << (getNoise() ? " with noise" : " without noise");
  if (!(eta >= 0 && eta <= 1) || !isClip(getClip().convertToDouble())) // (C2)
    return emitOpError("expected eta in [0, 1] and a clip of 0 or more, got ")
           << eta << " and " << getClip().convertToDouble();
  return verifyShape(*this, getNoise(), "noise",
                     getType().getShape()); // (C3)
}

FailureOr<SmallVector<Value>> DdimStepOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  double clip = getClip().convertToDouble(), eta = getEta().convertToDouble();
  Scalar alpha(b, loc, getAlpha()), sigma(b, loc, getSigma());
  Scalar nextAlpha(b, loc, getNextAlpha()), nextSigma(b, loc, getNextSigma());
  Parts parts(getKind(), alpha, sigma);
  std::optional<Scalar> spread;
  Scalar direction = nextSigma;
  if (eta > 0) {
    Scalar kept = alpha / nextAlpha * nextSigma;
    Scalar fresh = sqrt(positivePart(sigma * sigma - kept * kept));
    spread = nextSigma / sigma * fresh * eta;
    direction = sqrt(positivePart(nextSigma * nextSigma - *spread * *spread));
  }
  // Without a clip, x and the prediction have one factor each.
  Linear whole = parts.sample * nextAlpha + parts.epsilon * direction;
  SmallVector<Value> tensors = {getX(), getPrediction()};
  if (spread)
    tensors.push_back(getNoise());
  return SmallVector<Value>{buildElementwise(
      b, loc, tensors, getType().getElementType(), [&](ArrayRef<Scalar> e) {
        auto y = [&]() -> Scalar {
          if (clip == 0)
            return whole.of(e[0], e[1]);
          Scalar sample = clipped(parts.sample.of(e[0], e[1]), clip);
          Scalar epsilon = parts.epsilon.of(e[0], e[1]);
          if (getClipEpsilon())
            epsilon = (e[0] - sample * outer(e[0], alpha)) / outer(e[0], sigma);
          return sample * outer(e[0], nextAlpha) +
                 epsilon * outer(e[0], direction);
        }();
        return spread ? y + e[2].to(y.getType()) * outer(y, *spread) : y;
      })};
}

LogicalResult DdpmStepOp::verify() {
  if (!isClip(getClip().convertToDouble())) // (C1)
    return emitOpError("expected a clip of 0 or more, got ")
           << getClip().convertToDouble();
  return verifyShape(*this, getNoise(), "noise",
                     getType().getShape()); // (C2)
}

FailureOr<SmallVector<Value>> DdpmStepOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  double clip = getClip().convertToDouble();
  Scalar alpha(b, loc, getAlpha()), sigma(b, loc, getSigma());
  Scalar nextAlpha(b, loc, getNextAlpha()), nextSigma(b, loc, getNextSigma());
  Linear sample = Parts(getKind(), alpha, sigma).sample;
  Scalar ratio = alpha / nextAlpha, kept = ratio * nextSigma;
  Scalar power = sigma * sigma;
  Scalar beta = positivePart(power - kept * kept);
  Scalar ofSample = nextAlpha * beta / power;
  Scalar ofX = kept * nextSigma / power;
  Scalar spread = sqrt(beta);
  if (getVariance() == "small")
    spread = spread * (nextSigma / sigma);
  else
    spread = select(greater(nextSigma, 0.0), spread, 0.0);
  return SmallVector<Value>{buildElementwise(
      b, loc, {getX(), getPrediction(), getNoise()}, getType().getElementType(),
      [&](ArrayRef<Scalar> e) {
        Scalar clean = clipped(sample.of(e[0], e[1]), clip);
        return clean * outer(e[0], ofSample) + e[0] * outer(e[0], ofX) +
               e[2].to(e[0].getType()) * outer(e[0], spread);
      })};
}

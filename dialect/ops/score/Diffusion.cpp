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

LogicalResult GuidanceOp::verify() {
  double rescale = getRescale().convertToDouble();
  if (!(rescale >= 0 && rescale <= 1)) // (C1)
    return emitOpError("expected rescale in [0, 1], got ") << rescale;
  if (rescale > 0 && tensorType(getType()).getRank() < 2) // (C2)
    return emitOpError("expected samples of a dimension or more, got ")
           << getType();
  return success();
}

OpFoldResult GuidanceOp::fold(FoldAdaptor) {
  if (matchPattern(getScale(), m_OneFloat()))
    return getConditional();
  if (matchPattern(getScale(), m_AnyZeroFloat()) && getRescale().isZero())
    return getUnconditional();
  return {};
}

/// For each sample the deviation of x over that of y; 1 where y has none.
static Value deviationRatio(OpBuilder &b, Location loc, Value x, Value y) {
  unsigned loops = tensorType(x).getRank();
  Type real = getRegionType(tensorType(x).getElementType());
  AffineMap all = b.getMultiDimIdentityMap(loops);
  AffineMap sample = mapOf(b.getContext(), loops, 0);
  SmallVector<IteratorKind> iterators(loops, IteratorKind::reduction);
  iterators[0] = IteratorKind::parallel;
  auto zeros = [](Body &body) -> Scalars {
    return {body.number(0.0), body.number(0.0)};
  };
  auto add = [](Body &, ArrayRef<Scalar> s, ArrayRef<Scalar> t) -> Scalars {
    return {s[0] + t[0], s[1] + t[1]};
  };
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, x);
  Scalar count(
      b, loc,
      sizeValue(b, loc, productOf(b, loc, ArrayRef(sizes).drop_front())));
  Scalar share = 1.0 / count.to(real);
  SmallVector<Value> means =
      buildReduce(b, loc,
                  {.iterators = iterators,
                   .inputs = {{x, all}, {y, all}},
                   .outputs = {{real, sample}, {real, sample}},
                   .init = zeros,
                   .step = add,
                   .merge = add,
                   .finish = [&](Body &body, ArrayRef<Scalar> s) -> Scalars {
                     Scalar of = body.outer(share);
                     return {s[0] * of, s[1] * of};
                   }});
  // Squares of what is left without the mean, as sums of squares cancel.
  return buildReduce(
             b, loc,
             {.iterators = iterators,
              .inputs =
                  {{x, all}, {y, all}, {means[0], sample}, {means[1], sample}},
              .outputs = {{real, sample}},
              .init = zeros,
              .step = [](Body &, ArrayRef<Scalar> e,
                         ArrayRef<Scalar> s) -> Scalars {
                Scalar x = e[0] - e[2], y = e[1] - e[3];
                return {fma(x, x, s[0]), fma(y, y, s[1])};
              },
              .merge = add,
              .finish = [](Body &, ArrayRef<Scalar> s) -> Scalars {
                return {select(equal(s[1], 0.0), 1.0, sqrt(s[0] / s[1]))};
              }})
      .front();
}

FailureOr<SmallVector<Value>> GuidanceOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  double rescale = getRescale().convertToDouble();
  Type element = getType().getElementType();
  auto guided = [&](ArrayRef<Scalar> e) {
    return e[1] + outer(e[0], getScale()) * (e[0] - e[1]);
  };
  if (rescale == 0)
    return SmallVector<Value>{buildElementwise(
        b, loc, {getConditional(), getUnconditional()}, element, guided)};
  // In the type computed in: its deviation is taken before it is rounded.
  Value wide = buildElementwise(b, loc, {getConditional(), getUnconditional()},
                                getRegionType(element), guided);
  Value ratio = deviationRatio(b, loc, getConditional(), wide);
  unsigned loops = getType().getRank();
  AffineMap all = b.getMultiDimIdentityMap(loops);
  return buildMap(b, loc,
                  {{wide, all}, {ratio, mapOf(b.getContext(), loops, 0)}},
                  {{element, all}}, [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                    return {e[0] * (e[1] * rescale + (1 - rescale))};
                  });
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
  if (failed(verifyShape(*this, getNoise(), "noise",
                         getType().getShape()))) // (C2)
    return failure();
  bool isLearned = getVariance() == "learned";
  if (static_cast<bool>(getFraction()) != isLearned) // (C3)
    return emitOpError("expected what is learned with that variance only, "
                       "got ")
           << (getFraction() ? "it" : "none") << " with " << getVariance();
  return verifyShape(*this, getFraction(), "what is learned",
                     getType().getShape()); // (C3)
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
  Scalar spread = sqrt(beta), least = nextSigma / sigma;
  if (getVariance() == "small")
    spread = spread * least;
  else
    spread = select(greater(nextSigma, 0.0), spread, 0.0);
  SmallVector<Value> tensors = {getX(), getPrediction(), getNoise()};
  // From the large spread to the small one by a power of their quotient.
  Scalar power2 = log2(least.to(b.getF32Type()));
  power2 = select(greater(nextSigma, 0.0), power2, 0.0);
  if (getFraction())
    tensors.push_back(getFraction());
  return SmallVector<Value>{buildElementwise(
      b, loc, tensors, getType().getElementType(), [&](ArrayRef<Scalar> e) {
        Scalar clean = clipped(sample.of(e[0], e[1]), clip);
        Scalar s = outer(e[0], spread);
        if (getFraction())
          s = s *
              exp2((1.0 - e[3].to(e[0].getType())) * 0.5 * outer(e[0], power2));
        return clean * outer(e[0], ofSample) + e[0] * outer(e[0], ofX) +
               e[2].to(e[0].getType()) * s;
      })};
}

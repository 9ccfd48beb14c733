// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whole sampling loops: scf.for around calls of the user's function. They are
// expanded before functions are inlined. DiffusionSample.cpp has those along
// tables of levels.

#include "dialect/ops/score/Sample.h"

#include "dialect/ops/random/Random.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <limits>

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult gyre::verifySampledFunction(Operation *op, FlatSymbolRefAttr name,
                                          Type sample, ValueRange conditions,
                                          SymbolTableCollection &symbols,
                                          unsigned results) {
  auto function = symbols.lookupNearestSymbolFrom<func::FuncOp>(op, name);
  if (!function) // (C1)
    return op->emitOpError("expected a function ") << name;
  SmallVector<Type> inputs = {sample, Float32Type::get(op->getContext())};
  llvm::append_range(inputs, conditions.getTypes());
  SmallVector<Type> outputs(results, sample);
  auto expected = FunctionType::get(op->getContext(), inputs, outputs);
  if (function.getFunctionType() != expected) // (C1)
    return op->emitOpError("expected ")
           << name << " to be " << expected << ", got "
           << function.getFunctionType();
  return success();
}

template <typename Op> static LogicalResult verifySteps(Op op) {
  bool attribute = static_cast<bool>(op.getSteps());
  if (attribute == static_cast<bool>(op.getStepCount())) // (C2)
    return op.emitOpError("expected steps once, as an operand or an attribute");
  if (attribute && static_cast<int64_t>(*op.getSteps()) < 1) // (C2)
    return op.emitOpError("expected at least one step, got ")
           << static_cast<int64_t>(*op.getSteps());
  return success();
}

LogicalResult EdmSampleOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifySampledFunction(*this, getDenoiserAttr(), getType(),
                               getConditions(), symbols);
}
LogicalResult FlowSampleOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifySampledFunction(*this, getVelocityAttr(), getType(),
                               getConditions(), symbols);
}
LogicalResult FlowSampleOp::verify() {
  double shift = getShift().convertToDouble();
  if (!(shift > 0) || !std::isfinite(shift)) // (C3)
    return emitOpError("expected a positive shift, got ") << shift;
  double smallest = getSmallest().convertToDouble();
  if (!(smallest >= 0 && smallest < 1)) // (C4)
    return emitOpError("expected smallest in [0, 1), got ") << smallest;
  return verifySteps(*this);
}

LogicalResult EdmSampleOp::verify() {
  if (failed(verifySteps(*this)))
    return failure();
  double min = getSigmaMin().convertToDouble();
  double max = getSigmaMax().convertToDouble();
  double rho = getRho().convertToDouble();
  if (!(min > 0) || !(min <= max) || !std::isfinite(max) || !(rho > 0)) // (C3)
    return emitOpError("expected 0 < sigma_min <= sigma_max and 0 < rho, got ")
           << min << ", " << max << " and " << rho;
  double churn = getChurn().convertToDouble();
  double eta = getEta().convertToDouble();
  bool draws = churn > 0 || eta > 0;
  if (!(churn >= 0) || static_cast<bool>(getSeed()) != draws) // (C4)
    return emitOpError("expected a seed if and only if churn or eta is above "
                       "0, got churn ")
           << churn << " and eta " << eta
           << (getSeed() ? " with a seed" : " without a seed");
  StringRef method = getMethod();
  int64_t order = getOrder(), most = method == "adams" ? 4
                                     : method == "dpm" ? 3
                                                       : 2;
  if (order < 1 || order > most) // (C5)
    return emitOpError("expected order 1 to ") << most << ", got " << order;
  if (method != "heun" && churn != 0) // (C5)
    return emitOpError("expected no churn with method ")
           << method << ", got " << churn;
  if (!(eta >= 0 && eta <= 1) || (method != "dpm" && eta != 0)) // (C6)
    return emitOpError("expected eta in [0, 1] with method dpm and 0 with "
                       "others, got ")
           << eta << " with " << method;
  return success();
}

//===----------------------------------------------------------------------===//
// What all loops need
//===----------------------------------------------------------------------===//

SmallVector<Value>
gyre::buildLoop(OpBuilder &b, Location loc, Value count, ValueRange carried,
                function_ref<SmallVector<Value>(Scalar, ValueRange)> body) {
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  auto loop = scf::ForOp::create(
      b, loc, zero, count, one, carried,
      [&](OpBuilder &inner, Location at, Value i, ValueRange values) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(inner.getInsertionBlock());
        SmallVector<Value> next = body(Scalar(b, at, i), values);
        scf::YieldOp::create(b, at, next);
      });
  return SmallVector<Value>(loop.getResults());
}

Value gyre::drawNormal(OpBuilder &b, Location loc, Value like, Value seed,
                       Scalar i, Value unless) {
  RankedTensorType type = tensorType(like);
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, like);
  if (unless) {
    OpBuilder::InsertionGuard guard(b);
    auto choice = scf::IfOp::create(b, loc, type.clone(b.getF32Type()), unless,
                                    /*withElse=*/true);
    b.setInsertionPointToEnd(choice.thenBlock());
    Value zeros = filledTensor(b, loc, sizes, b.getF32Type(), 0);
    scf::YieldOp::create(b, loc, zeros);
    b.setInsertionPointToEnd(choice.elseBlock());
    Value fresh = drawNormal(b, loc, like, seed, i);
    scf::YieldOp::create(b, loc, fresh);
    return choice.getResult(0);
  }
  OpFoldResult counters = affine::makeComposedFoldedAffineApply(
      b, loc, b.getAffineDimExpr(0).ceilDiv(4), {productOf(b, loc, sizes)});
  Scalar offset = i * i.with(sizeValue(b, loc, counters));
  SmallVector<Value> open;
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (type.isDynamicDim(dim))
      open.push_back(sizeValue(b, loc, size));
  return RandomNormalOp::create(
      b, loc, RankedTensorType::get(type.getShape(), b.getF32Type()), seed,
      offset.to(b.getI64Type()), open);
}

//===----------------------------------------------------------------------===//
// flow_sample
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<Value>> FlowSampleOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  Type real = b.getF32Type();
  Scalar steps = stepCount(*this, b);
  double shift = getShift().convertToDouble();
  double smallest = getSmallest().convertToDouble();
  // One time has no width.
  Scalar intervals =
      smallest == 0 ? steps : select(less(steps, 2.0), 1.0, steps - 1.0);
  Scalar width = (1 - smallest) / intervals.to(real);
  auto timeAt = [&](Scalar i) {
    Scalar u =
        smallest == 0 ? (steps - i).to(real) * width : 1.0 - i.to(real) * width;
    if (smallest != 0)
      u = select(less(i, steps), u, 0.0);
    return shift == 1 ? u : u * shift / (u * (shift - 1) + 1.0);
  };
  return buildLoop(b, loc, steps, getNoise(), [&](Scalar i, ValueRange x) {
    Scalar time = timeAt(i), next = timeAt(i + 1.0);
    Value v = callFunction(*this, b, getVelocityAttr(), x[0], time);
    return SmallVector<Value>{
        FlowStepOp::create(b, loc, x[0].getType(), x[0], v, time, next)};
  });
}

//===----------------------------------------------------------------------===//
// edm_sample
//===----------------------------------------------------------------------===//

namespace {
/// Builds the loop of EdmSampleOp.
struct EdmSampler {
  EdmSampleOp op;
  OpBuilder &b;
  Location loc;
  RankedTensorType type;
  Scalar steps;
  Value sigmas;

  EdmSampler(EdmSampleOp op, OpBuilder &b)
      : op(op), b(b), loc(op.getLoc()), type(tensorType(op.getNoise())),
        steps(stepCount(op, b)) {
    // A known schedule is a table; one of any length is computed as it goes,
    // so that no buffer depends on a number that is only an argument.
    if (op.getSteps())
      sigmas = KarrasSigmasOp::create(
          b, loc, RankedTensorType::get(*op.getSteps() + 1, b.getF32Type()),
          Value(), op.getSigmaMinAttr(), op.getSigmaMaxAttr(), op.getRhoAttr(),
          op.getScheduleAttr());
  }

  Scalar sigma(Scalar i) {
    if (sigmas)
      return i.with(tensor::ExtractOp::create(b, loc, sigmas, Value(i)));
    return karrasSigma(i, steps, op.getSigmaMin().convertToDouble(),
                       op.getSigmaMax().convertToDouble(),
                       op.getSchedule() == "exponential"
                           ? std::numeric_limits<double>::infinity()
                           : op.getRho().convertToDouble(),
                       b.getF32Type());
  }

  Scalar zero() {
    return Scalar(b, loc, arith::ConstantIndexOp::create(b, loc, 0));
  }

  /// f(elements of tensors), a tensor like the noise.
  Value map(ValueRange tensors,
            const std::function<Scalar(ArrayRef<Scalar>)> &f) {
    return buildElementwise(b, loc, tensors, type.getElementType(), f);
  }

  Value start() {
    Value first = sigma(zero());
    return map(op.getNoise(),
               [&](ArrayRef<Scalar> e) { return e[0] * outer(e[0], first); });
  }

  /// The level that step i raises `level` to.
  Scalar raised(Scalar level) {
    double churn = op.getChurn().convertToDouble();
    if (churn == 0)
      return level;
    Scalar most = level.number(std::numbers::sqrt2 - 1);
    Scalar share = churn / steps.to(level.getType());
    Scalar gamma = select(less(share, most), share, most);
    Scalar inside = less(level, op.getChurnMin().convertToDouble()) |
                    greater(level, op.getChurnMax().convertToDouble());
    return level * (select(inside, 0.0, gamma) + 1.0);
  }

  /// x with the noise of step i that takes it from `level` to `up`; as it is
  /// where `keep` holds, and then without drawing.
  Value stir(Value x, Scalar i, Scalar level, Scalar up, Value keep) {
    if (op.getChurn().isZero())
      return x;
    Scalar amount =
        sqrt(up * up - level * level) * op.getChurnNoise().convertToDouble();
    Value fresh = drawNormal(b, loc, op.getNoise(), op.getSeed(), i, keep);
    return map({x, fresh}, [&](ArrayRef<Scalar> e) {
      return e[0] + e[1].to(e[0].getType()) * outer(e[0], amount);
    });
  }

  Value denoise(Value x, Value level) {
    return callFunction(op, b, op.getDenoiserAttr(), x, level);
  }

  Value euler() {
    return buildLoop(b, loc, steps, start(),
                     [&](Scalar i, ValueRange carried) {
                       Scalar level = sigma(i), next = sigma(i + 1.0);
                       Scalar up = raised(level);
                       Value x = stir(carried[0], i, level, up, {});
                       return SmallVector<Value>{EulerStepOp::create(
                           b, loc, type, x, denoise(x, up), up, next)};
                     })
        .front();
  }

  /// One trip an evaluation, so that the denoiser's code is there once: even
  /// trips make an Euler step, odd ones correct it. The last trip is even.
  Value heun() {
    Value x0 = start();
    SmallVector<OpFoldResult> sizes = sizesOf(b, loc, op.getNoise());
    // Carried: where to evaluate, where the step began, its first slope.
    Value trips = steps * 2.0 - 1.0;
    return buildLoop(
               b, loc, trips, {x0, x0, x0},
               [&](Scalar trip, ValueRange carried) {
                 Scalar i = trip / 2.0;
                 Scalar corrects = equal(trip - i * 2.0, 1.0);
                 Scalar level = sigma(i), next = sigma(i + 1.0);
                 Scalar up = raised(level);
                 Value x = stir(carried[0], i, level, up, corrects);
                 Scalar at = select(corrects, next, up);
                 Value denoised = denoise(x, at);
                 Scalar width = next - up;
                 AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
                 Output output = {type.getElementType(), identity, sizes};
                 return buildMap(
                     b, loc,
                     {{x, identity},
                      {denoised, identity},
                      {carried[1], identity},
                      {carried[2], identity}},
                     {output, output, output},
                     [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
                       Scalar odd = body.outer(corrects);
                       Scalar slope = (e[0] - e[1]) / outer(e[0], at);
                       Scalar begin = select(odd, e[2], e[0]);
                       Scalar first = select(odd, e[3], slope);
                       Scalar mean = (first + slope) * 0.5;
                       return {begin + outer(e[0], width) * mean, begin, first};
                     });
               })
        .front();
  }

  /// The weights of the slopes at levels i, i - 1, .. in a step: integrals of
  /// Lagrange's polynomials, which two points of Gauss' give exactly up to the
  /// third degree. Levels before the first take no part.
  Scalars adamsWeights(Scalar i, Scalar level, Scalar next, unsigned order) {
    Scalars levels;
    for (unsigned k = 0; k < order; ++k)
      levels.push_back(sigma(select(less(i, k), 0.0, i - k)));
    Scalar half = (next - level) * 0.5, middle = (next + level) * 0.5;
    Scalar distance = half * (1 / std::sqrt(3.0));
    Scalars weights;
    for (unsigned j = 0; j < order; ++j) {
      Scalar sum = level.number(0);
      for (Scalar point : {middle - distance, middle + distance}) {
        Scalar product = level.number(1);
        for (unsigned k = 0; k < order; ++k)
          if (k != j)
            product =
                product * select(less(i, k), 1.0,
                                 (point - levels[k]) / (levels[j] - levels[k]));
        sum = sum + product;
      }
      weights.push_back(select(less(i, j), 0.0, sum * half));
    }
    return weights;
  }

  Value adams() {
    unsigned order = op.getOrder();
    Value x0 = start();
    AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
    // Carried: x, then the slopes of the steps before, the last one first.
    return buildLoop(
               b, loc, steps, SmallVector<Value>(order, x0),
               [&](Scalar i, ValueRange carried) {
                 Scalar level = sigma(i), next = sigma(i + 1.0);
                 Scalars weights = adamsWeights(i, level, next, order);
                 SmallVector<Input> inputs = {
                     {carried[0], identity},
                     {denoise(carried[0], level), identity}};
                 for (Value slope : carried.drop_front())
                   inputs.push_back({slope, identity});
                 SmallVector<Output> outputs(order,
                                             {type.getElementType(), identity});
                 return buildMap(
                     b, loc, inputs, outputs,
                     [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                       Scalars slopes = {(e[0] - e[1]) / outer(e[0], level)};
                       llvm::append_range(slopes, e.drop_front(2));
                       Scalar y = e[0];
                       for (auto [slope, weight] : llvm::zip(slopes, weights))
                         y = y + slope * outer(y, weight);
                       slopes.pop_back();
                       slopes.insert(slopes.begin(), y);
                       return slopes;
                     });
               })
        .front();
  }

  Value dpm() {
    int64_t order = op.getOrder();
    DpmStep update{type, order, op.getEta().convertToDouble(), /*clip=*/0};
    // Carried: x, then what the denoiser said before, the last one first.
    return buildLoop(
               b, loc, steps, SmallVector<Value>(order, start()),
               [&](Scalar i, ValueRange carried) {
                 Scalar level = sigma(i), next = sigma(i + 1.0);
                 SmallVector<Scalar> ratios = {next / level};
                 Scalar behind = level;
                 for (int64_t k = 1; k < order; ++k) {
                   double distance = static_cast<double>(k);
                   Scalar before =
                       sigma(select(less(i, distance), 0.0, i - distance));
                   ratios.push_back(behind / before);
                   behind = before;
                 }
                 Value noise;
                 if (update.eta > 0)
                   noise = drawNormal(b, loc, op.getNoise(), op.getSeed(), i,
                                      /*unless=*/equal(i + 1.0, steps));
                 return update(b, loc, carried[0], denoise(carried[0], level),
                               carried.drop_front(), noise,
                               {ratios[0], level.number(1), next}, ratios, i,
                               /*lowers=*/{});
               })
        .front();
  }
};
} // namespace

FailureOr<SmallVector<Value>> EdmSampleOp::decomposeOperation(OpBuilder &b) {
  EdmSampler sampler(*this, b);
  if (getMethod() == "dpm")
    return SmallVector<Value>{sampler.dpm()};
  if (getMethod() == "adams")
    return SmallVector<Value>{sampler.adams()};
  return SmallVector<Value>{getOrder() == 1 ? sampler.euler() : sampler.heun()};
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sampling loops along tables of noise levels: DDIM, DDPM, DPM-Solver++.

#include "dialect/ops/score/Sample.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// What the samplers have in common; (C5) and (C6) are their own.
template <typename Op> static LogicalResult verifyTimes(Op op) {
  auto table = cast<RankedTensorType>(op.getAlphas().getType());
  if (table.isDynamicDim(0) || table.getDimSize(0) < 1) // (C3)
    return op.emitOpError("expected tables of a known size of at least 1, got ")
           << table;
  int64_t count = table.getDimSize(0);
  std::optional<ArrayRef<int64_t>> times = op.getTimesteps();
  if (op.getSteps().has_value() + static_cast<bool>(op.getStepCount()) +
          times.has_value() !=
      1) // (C2)
    return op.emitOpError("expected one of steps, as an operand or an "
                          "attribute, and timesteps");
  if (op.getSteps()) {
    int64_t steps = *op.getSteps();
    if (steps < 1 || steps > count) // (C2)
      return op.emitOpError("expected 1 to ")
             << count << " steps, got " << steps;
  }
  if (times) {
    bool falls = !times->empty() && times->front() < count &&
                 times->back() >= 0 &&
                 llvm::is_sorted(*times, std::greater_equal<int64_t>());
    if (!falls) // (C4)
      return op.emitOpError("expected timesteps that fall, from below ")
             << count << " to 0 or more, got [" << *times << "]";
  }
  return success();
}

template <typename Op> static LogicalResult verifyEta(Op op) {
  double eta = op.getEta().convertToDouble();
  double clip = op.getClip().convertToDouble();
  if (static_cast<bool>(op.getSeed()) != (eta > 0)) // (C5)
    return op.emitOpError(
               "expected a seed if and only if eta is above 0, got eta ")
           << eta << (op.getSeed() ? " with a seed" : " without a seed");
  if (!(eta >= 0 && eta <= 1) || !isClip(clip)) // (C6)
    return op.emitOpError(
               "expected eta in [0, 1] and a clip of 0 or more, got ")
           << eta << " and " << clip;
  return verifyTimes(op);
}

LogicalResult DdimSampleOp::verify() { return verifyEta(*this); }

LogicalResult DpmSampleOp::verify() {
  int64_t order = getOrder();
  if (order < 1 || order > 3) // (C7)
    return emitOpError("expected order 1 to 3, got ") << order;
  return verifyEta(*this);
}

LogicalResult DdpmSampleOp::verify() {
  if (!getSeed()) // (C5)
    return emitOpError("expected a seed");
  if (!isClip(getClip().convertToDouble())) // (C6)
    return emitOpError("expected a clip of 0 or more, got ")
           << getClip().convertToDouble();
  return verifyTimes(*this);
}

LogicalResult DdimSampleOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifySampledFunction(*this, getModelAttr(), getType(),
                               getConditions(), symbols);
}
LogicalResult DpmSampleOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifySampledFunction(*this, getModelAttr(), getType(),
                               getConditions(), symbols);
}
LogicalResult DdpmSampleOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifySampledFunction(*this, getModelAttr(), getType(),
                               getConditions(), symbols,
                               getVariance() == "learned" ? 2 : 1);
}

//===----------------------------------------------------------------------===//
// Times and levels
//===----------------------------------------------------------------------===//

/// The quotient of integers of at least 0, halves rounded to even.
static Scalar roundedQuotient(Scalar x, Scalar y) {
  Scalar quotient = x / y, twice = (x - quotient * y) * 2.0;
  Scalar odd = quotient - quotient / quotient.number(2) * 2.0;
  Scalar up = greater(twice, y) | (equal(twice, y) & equal(odd, 1.0));
  return select(up, quotient + 1.0, quotient);
}

namespace {
struct Level {
  Scalar alpha, sigma;
};

/// The times of a sampler and the levels that stand there.
template <typename Op> struct Times {
  Op op;
  OpBuilder &b;
  Location loc;
  int64_t count;
  Scalar steps;
  Value given; // timesteps

  Times(Op op, OpBuilder &b)
      : op(op), b(b), loc(op.getLoc()),
        count(cast<RankedTensorType>(op.getAlphas().getType()).getDimSize(0)),
        steps(b, loc, Value()) {
    if (std::optional<ArrayRef<int64_t>> times = op.getTimesteps()) {
      steps = index(times->size());
      given =
          constantVector(b, loc, SmallVector<double>(*times), b.getI64Type());
      return;
    }
    steps = stepCount(op, b);
    if (op.getStepCount())
      steps = select(greater(steps, count), count, steps);
  }

  Scalar index(int64_t value) {
    return Scalar(b, loc, arith::ConstantIndexOp::create(b, loc, value));
  }

  /// Time j, for 0 <= j < steps.
  Scalar time(Scalar j) {
    if (given)
      return j.with(tensor::ExtractOp::create(b, loc, given, Value(j)))
          .to(b.getIndexType());
    Scalar left = steps - 1.0 - j, t = left;
    if (op.getSpacing() == "leading") {
      t = left * (index(count) / steps) + static_cast<double>(op.getOffset());
    } else if (op.getSpacing() == "trailing") {
      // T - j T / N is (N - j) T / N.
      t = roundedQuotient((steps - j) * count, steps) - 1.0;
    } else {
      Scalar intervals = select(greater(steps, 1.0), steps - 1.0, steps);
      t = roundedQuotient(left * (count - 1), intervals);
    }
    t = select(less(t, 0.0), 0.0, t);
    return select(greater(t, count - 1), count - 1, t);
  }

  Level at(Scalar time) {
    auto entry = [&](Value table) {
      return time.with(tensor::ExtractOp::create(b, loc, table, Value(time)));
    };
    return {entry(op.getAlphas()), entry(op.getSigmas())};
  }

  /// The level after step j.
  Level after(Scalar j) {
    Scalar next = j + 1.0;
    Scalar ends = equal(next, steps);
    Level level = at(select(ends, 0.0, time(select(ends, 0.0, next))));
    if (op.getLast() == "first")
      return level;
    return {select(ends, 1.0, level.alpha), select(ends, 0.0, level.sigma)};
  }

  /// Whether step j ends at the clean level, where noise counts for nothing;
  /// null: none does.
  Value isClean(Scalar j) {
    return op.getLast() == "first" ? Value() : equal(j + 1.0, steps);
  }

  /// x after `step(x, predictions, j, level, next)` at all times.
  Value
  walk(unsigned predictions,
       function_ref<Value(Value, ValueRange, Scalar, Level, Level)> step) {
    return buildLoop(b, loc, steps, op.getNoise(),
                     [&](Scalar j, ValueRange x) {
                       Scalar t = time(j);
                       SmallVector<Value> found =
                           callFunction(op, b, op.getModelAttr(), x[0],
                                        t.to(b.getF32Type()), predictions);
                       return SmallVector<Value>{
                           step(x[0], found, j, at(t), after(j))};
                     })
        .front();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<Value>> DdimSampleOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  Times<DdimSampleOp> times(*this, b);
  return SmallVector<Value>{times.walk(
      1, [&](Value x, ValueRange found, Scalar j, Level level, Level next) {
        Value fresh;
        if (getSeed())
          fresh =
              drawNormal(b, loc, getNoise(), getSeed(), j, times.isClean(j));
        return DdimStepOp::create(b, loc, getType(), x, found[0], fresh,
                                  level.alpha, level.sigma, next.alpha,
                                  next.sigma, getKindAttr(), getEtaAttr(),
                                  getClipAttr(), getClipEpsilonAttr());
      })};
}

FailureOr<SmallVector<Value>> DdpmSampleOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  bool isLearned = getVariance() == "learned";
  Times<DdpmSampleOp> times(*this, b);
  return SmallVector<Value>{
      times.walk(isLearned ? 2 : 1, [&](Value x, ValueRange found, Scalar j,
                                        Level level, Level next) {
        Value fresh =
            drawNormal(b, loc, getNoise(), getSeed(), j, times.isClean(j));
        return DdpmStepOp::create(b, loc, getType(), x, found[0], fresh,
                                  isLearned ? found[1] : Value(), level.alpha,
                                  level.sigma, next.alpha, next.sigma,
                                  getKindAttr(), getVarianceAttr(),
                                  getClipAttr());
      })};
}

FailureOr<SmallVector<Value>> DpmSampleOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  int64_t order = getOrder();
  DpmStep update{getType(), order, getEta().convertToDouble(),
                 getClip().convertToDouble()};
  Times<DpmSampleOp> times(*this, b);
  // e^-h from one level to the next.
  auto shrink = [](Level from, Level to) {
    return to.sigma * from.alpha / (to.alpha * from.sigma);
  };
  auto step = [&](Scalar j, ValueRange carried) {
    Scalar t = times.time(j);
    Level level = times.at(t), next = times.after(j);
    Value prediction = callFunction(*this, b, getModelAttr(), carried[0],
                                    t.to(b.getF32Type()));
    Value clean = ConvertPredictionOp::create(
        b, loc, getType(), prediction, carried[0], level.alpha, level.sigma,
        getKindAttr(), b.getStringAttr("sample"), b.getF64FloatAttr(0.5));
    SmallVector<Scalar> ratios = {shrink(level, next)};
    Level behind = level;
    for (int64_t k = 1; k < order; ++k) {
      double distance = static_cast<double>(k);
      Level before =
          times.at(times.time(select(less(j, distance), 0.0, j - distance)));
      ratios.push_back(shrink(before, behind));
      behind = before;
    }
    Value lowers, noise;
    if (getLowerOrderLast())
      lowers = equal(j + 1.0, times.steps);
    if (update.eta > 0)
      noise = drawNormal(b, loc, getNoise(), getSeed(), j, times.isClean(j));
    return update(b, loc, carried[0], clean, carried.drop_front(), noise,
                  {next.sigma / level.sigma, next.alpha, next.sigma}, ratios, j,
                  lowers);
  };
  SmallVector<Value> carried(order, getNoise());
  return SmallVector<Value>{
      buildLoop(b, loc, times.steps, carried, step).front()};
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sampling loops along tables of noise levels: DDIM, DDPM.

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
    if (steps < 1 || steps > count)
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

static bool isClip(double clip) { return clip >= 0 && std::isfinite(clip); }

LogicalResult DdimSampleOp::verify() {
  double eta = getEta().convertToDouble();
  if (static_cast<bool>(getSeed()) != (eta > 0)) // (C5)
    return emitOpError(
               "expected a seed if and only if eta is above 0, got eta ")
           << eta << (getSeed() ? " with a seed" : " without a seed");
  if (!(eta >= 0 && eta <= 1) || !isClip(getClip().convertToDouble())) // (C6)
    return emitOpError("expected eta in [0, 1] and a clip of 0 or more, got ")
           << eta << " and " << getClip().convertToDouble();
  return verifyTimes(*this);
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
LogicalResult DdpmSampleOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifySampledFunction(*this, getModelAttr(), getType(),
                               getConditions(), symbols);
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

  /// x after `step(x, prediction, j, level, next)` at all times.
  Value walk(function_ref<Value(Value, Value, Scalar, Level, Level)> step) {
    return buildLoop(b, loc, steps, op.getNoise(),
                     [&](Scalar j, ValueRange x) {
                       Scalar t = time(j);
                       Value prediction =
                           callFunction(op, b, op.getModelAttr(), x[0],
                                        t.to(b.getF32Type()));
                       return SmallVector<Value>{
                           step(x[0], prediction, j, at(t), after(j))};
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
  return SmallVector<Value>{Times<DdimSampleOp>(*this, b).walk(
      [&](Value x, Value prediction, Scalar j, Level level, Level next) {
        Value fresh;
        if (getSeed())
          fresh = drawNormal(b, loc, getNoise(), getSeed(), j);
        return DdimStepOp::create(b, loc, getType(), x, prediction, fresh,
                                  level.alpha, level.sigma, next.alpha,
                                  next.sigma, getKindAttr(), getEtaAttr(),
                                  getClipAttr(), getClipEpsilonAttr());
      })};
}

FailureOr<SmallVector<Value>> DdpmSampleOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  return SmallVector<Value>{Times<DdpmSampleOp>(*this, b).walk(
      [&](Value x, Value prediction, Scalar j, Level level, Level next) {
        Value fresh = drawNormal(b, loc, getNoise(), getSeed(), j);
        return DdpmStepOp::create(b, loc, getType(), x, prediction, fresh,
                                  level.alpha, level.sigma, next.alpha,
                                  next.sigma, getKindAttr(), getVarianceAttr(),
                                  getClipAttr());
      })};
}

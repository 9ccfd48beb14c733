// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scans whose lanes run along the carried dimension. A step that is affine in
// its one state, s' = s f + w, composes: (f1, w1) then (f2, w2) is
// (f1 f2, w1 f2 + w2). So a vector of steps is composed in log2 of its width
// exchanges of lanes, and a row is read and written as one stream.

#include "codegen/cpu/ScanEmitter.h"

#include "codegen/common/Loops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::gyre;

/// Vectors composed side by side: one alone waits for its own exchanges.
constexpr unsigned vectorsAlong = 4;
/// Steps from which on a row is worth it; shorter ones run across lanes.
constexpr int64_t leastSteps = 64;

bool ScanEmitter::runsAlong() {
  auto steps = getConstantIntValue(extents[carried]);
  if ((steps && *steps < leastSteps) || !op.getAffineStep())
    return false;
  bool moves = false;
  for (unsigned i = 0; i < operands.size(); ++i)
    if (usesDim(i, carried)) {
      if (accessOf(i, carried) != AccessKind::contiguous)
        return false;
      moves = true;
    }
  return moves;
}

/// `v` with its lanes `by` steps later; `first` comes in before them.
Value ScanEmitter::delay(Value v, Value first, int64_t by) {
  SmallVector<int64_t> from;
  for (int64_t l = 0; l < vectorWidth; ++l) {
    int64_t source = op.getReverse() ? l + by : l - by;
    bool exists = source >= 0 && source < vectorWidth;
    from.push_back(exists ? source : vectorWidth + l);
  }
  return vector::ShuffleOp::create(b, loc, v, first, from);
}

/// The last step's lane in all lanes.
Value ScanEmitter::splatLast(Value v) {
  SmallVector<int64_t> from(vectorWidth, op.getReverse() ? 0 : vectorWidth - 1);
  return vector::ShuffleOp::create(b, loc, v, v, from);
}

Value ScanEmitter::multiplyAdd(Value x, Value y, Value z) {
  Value product =
      arith::MulFOp::create(b, loc, x, y, arith::FastMathFlags::contract);
  return arith::AddFOp::create(b, loc, product, z,
                               arith::FastMathFlags::contract);
}

/// Whether all lanes of `values` are finite numbers: only then is the sum of
/// their products with zero zero. Products of factors may overflow where no
/// state does; then steps are taken one by one.
Value ScanEmitter::areFinite(ValueRange values) {
  Value zero = arith::ConstantOp::create(
      b, loc, b.getZeroAttr(values.front().getType()));
  Value sum = zero;
  for (Value value : values)
    sum = multiplyAdd(value, zero, sum);
  Value isZero =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, sum, zero);
  return vector::ReductionOp::create(b, loc, vector::CombiningKind::AND,
                                     isZero);
}

/// The vector of steps whose first is number `first`, composed.
ScanEmitter::Composed ScanEmitter::compose(Value first, Value tail) {
  auto [factor, term] = *op.getAffineStep();
  Value begin = first;
  if (op.getReverse()) {
    // Lanes are in the order of memory; the masked rest comes last in time.
    Value end = arith::SubIOp::create(b, loc, extents[carried], first);
    begin = tail
                ? index(0)
                : Value(arith::SubIOp::create(b, loc, end, index(vectorWidth)));
  }
  placeLanes(begin, tail);
  Composed steps{begin, tail, {}, {}, {}};
  Block &block = op.getStep().front();
  IRMapping mapping;
  for (unsigned i = 0; i < numInputs; ++i) {
    steps.elements.push_back(hoisted.contains(i) ? hoisted[i].front()
                                                 : load(i));
    mapping.map(block.getArgument(i), steps.elements.back());
  }
  auto number = [&](double value) -> Value {
    return arith::ConstantOp::create(
        b, loc,
        DenseElementsAttr::get(VectorType::get(vectorWidth, b.getF32Type()),
                               b.getF32FloatAttr(value)));
  };
  Value one = number(1), zero = number(0);
  auto part = [&](Value root, Value neutral) {
    if (!root)
      return neutral;
    Value value = widen(cloneSlice(
        b, op.getStep(), root, mapping,
        [&](unsigned dim) { return regionIndex(dim); }, mask)[0]);
    return selectLanes(b, loc, mask, value, neutral)[0];
  };
  steps.factor = part(factor, one);
  steps.term = part(term, zero);
  for (int64_t by = 1; by < vectorWidth; by *= 2) {
    steps.term =
        multiplyAdd(steps.factor, delay(steps.term, zero, by), steps.term);
    steps.factor = arith::MulFOp::create(b, loc, steps.factor,
                                         delay(steps.factor, one, by));
  }
  return steps;
}

void ScanEmitter::placeLanes(Value begin, Value tail) {
  lane = carried;
  mask = tail;
  lanes = {vectorWidth, begin, {}};
  positions[carried] =
      laneIndices(b, loc, begin, vectorWidth, b.getIndexType());
}

/// Writes what the steps yield and returns the state behind them.
Value ScanEmitter::finishSteps(Composed steps, Value state) {
  placeLanes(steps.begin, steps.mask);
  Value next = multiplyAdd(steps.factor, state, steps.term);
  Block &block = op.getStep().front();
  IRMapping mapping;
  for (unsigned i = 0; i < numInputs; ++i)
    mapping.map(block.getArgument(i), steps.elements[i]);
  mapping.map(block.getArguments().back(), delay(next, state, 1));
  mapping.map(block.getTerminator()->getOperand(0), next);
  SmallVector<Value> arguments = steps.elements;
  for (Value sum : cloneSlice(
           b, op.getStep(), block.getTerminator()->getOperands().drop_front(),
           mapping, [&](unsigned dim) { return regionIndex(dim); }, mask))
    arguments.push_back(widen(sum));
  for (auto [i, value] : llvm::enumerate(evaluate(op.getOutput(), arguments)))
    store(numInputs + numStates + i, value);
  return splatLast(next);
}

/// Steps one by one, where composing them overflows.
Value ScanEmitter::takeSteps(Value from, Value to, Value state) {
  placeScalar();
  Value scalar = vector::ExtractOp::create(b, loc, state, 0);
  scalar = emitSteps(from, to, scalar)[0];
  return broadcastLanes(b, loc, scalar, vectorWidth);
}

void ScanEmitter::placeScalar() {
  lane.reset();
  mask = {};
  lanes = {0, {}, {}};
}

/// One row, at the current positions of all parallel dimensions.
void ScanEmitter::emitRow() {
  placeScalar();
  hoisted.clear();
  for (unsigned i = 0; i < numInputs; ++i)
    if (!usesDim(i, carried))
      hoisted[i] = {load(i)};
  Value state = broadcastLanes(b, loc, load(numInputs), vectorWidth);
  Value T = extents[carried];
  state = forLanes(
      b, loc, T, vectorWidth, vectorsAlong, state,
      [&](OpBuilder &inner, LaneStep step, ValueRange carriedValues) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(inner.getInsertionBlock(),
                            inner.getInsertionPoint());
        SmallVector<Composed> parts;
        SmallVector<Value> products;
        for (unsigned k = 0; k < step.count; ++k) {
          parts.push_back(compose(addIndex(b, loc, step.begin, k * vectorWidth),
                                  step.mask));
          products.append({parts.back().factor, parts.back().term});
        }
        Value before = carriedValues.front();
        auto choice = scf::IfOp::create(b, loc, before.getType(),
                                        areFinite(products), /*else=*/true);
        b.setInsertionPointToStart(choice.thenBlock());
        Value after = before;
        for (const Composed &part : parts)
          after = finishSteps(part, after);
        scf::YieldOp::create(b, loc, after);
        b.setInsertionPointToStart(choice.elseBlock());
        Value end =
            step.mask ? T
                      : addIndex(b, loc, step.begin, step.count * vectorWidth);
        scf::YieldOp::create(b, loc, takeSteps(step.begin, end, before));
        return SmallVector<Value>(choice.getResults());
      })[0];
  placeScalar();
  store(numInputs, vector::ExtractOp::create(b, loc, state, 0));
}

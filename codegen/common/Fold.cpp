// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The regions of a fold, and the parts of `step` that rescaling needs.

#include "codegen/common/Fold.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

static OperandRange yielded(Region &region) {
  return region.front().getTerminator()->getOperands();
}

Fold::Fold(Region &init, Region &step, Region &merge, Region &finish,
           unsigned numElements, unsigned pivot)
    : initRegion(&init), stepRegion(&step), mergeRegion(&merge),
      finishRegion(&finish), numElements(numElements),
      numStates(yielded(init).size()), pivot(pivot) {}

/// Whether `value` is reached from any of `sources` without passing one of
/// `cuts`.
static bool dependsOn(Value value, ValueRange sources, ValueRange cuts) {
  SmallVector<Value> work = {value};
  DenseSet<Value> seen;
  Region *region = sources.front().getParentRegion();
  while (!work.empty()) {
    Value next = work.pop_back_val();
    if (llvm::is_contained(cuts, next) || !seen.insert(next).second)
      continue;
    if (llvm::is_contained(sources, next))
      return true;
    if (Operation *op = next.getDefiningOp())
      if (region->isAncestor(op->getParentRegion()))
        op->walk([&](Operation *nested) {
          llvm::append_range(work, nested->getOperands());
        });
  }
  return false;
}

/// Splits `value` into state * factor + weight. A null factor is 1.
static bool splitSum(Value value, Value state, Value &factor, Value &weight) {
  if (auto fma = value.getDefiningOp<math::FmaOp>()) {
    weight = fma.getC();
    for (auto [a, other] :
         {std::pair(fma.getA(), fma.getB()), std::pair(fma.getB(), fma.getA())})
      if (a == state) {
        factor = other;
        return true;
      }
    return false;
  }
  auto add = value.getDefiningOp<arith::AddFOp>();
  if (!add)
    return false;
  for (auto [a, other] : {std::pair(add.getLhs(), add.getRhs()),
                          std::pair(add.getRhs(), add.getLhs())}) {
    weight = other;
    factor = {};
    if (a == state)
      return true;
    if (auto mul = a.getDefiningOp<arith::MulFOp>())
      for (auto [x, y] : {std::pair(mul.getLhs(), mul.getRhs()),
                          std::pair(mul.getRhs(), mul.getLhs())})
        if (x == state) {
          factor = y;
          return true;
        }
  }
  return false;
}

FailureOr<Fold> Fold::match(Operation *op, Region &init, Region &step,
                            Region &merge, Region &finish, unsigned numElements,
                            unsigned pivot, ArrayRef<int64_t> rides) {
  Fold fold(init, step, merge, finish, numElements, pivot);
  if (pivot == 0 && rides.empty())
    return fold;
  auto arguments = step.front().getArguments();
  auto elements = arguments.take_front(numElements);
  auto states = arguments.drop_front(numElements);
  auto sums = states.drop_front(pivot);
  SmallVector<Value> newLeads(yielded(step).take_front(pivot));
  for (auto [i, lead] : llvm::enumerate(newLeads))
    if (dependsOn(lead, sums, {}))
      return op->emitOpError("expected leading state ")
             << i << " not to depend on the states after the leading ones";
  for (auto [i, sum] : llvm::enumerate(sums)) {
    Value next = yielded(step)[pivot + i], factor, weight;
    if (pivot == 0 && !llvm::is_contained(rides, i)) {
      fold.factors.push_back({});
      fold.weights.push_back({});
      continue;
    }
    if (!splitSum(next, sum, factor, weight) ||
        dependsOn(weight, states, newLeads) ||
        (factor && (dependsOn(factor, sums, newLeads) ||
                    (numElements && dependsOn(factor, elements, newLeads)))))
      return op->emitOpError("expected state ")
             << pivot + i
             << " to become itself times a factor of the leading states, plus "
                "a weight of the new leading states and the element";
    fold.factors.push_back(factor);
    fold.weights.push_back(weight);
  }
  return fold;
}

SmallVector<Type> Fold::getStateTypes() const {
  return llvm::to_vector(yielded(*initRegion).getTypes());
}

SmallVector<Value> Fold::init(OpBuilder &b) const {
  return cloneRegion(b, *initRegion, {}, noIndex);
}

SmallVector<Value> Fold::init(OpBuilder &b, int64_t width) const {
  SmallVector<Value> states = init(b);
  for (Value &state : states)
    state = broadcastLanes(b, state.getLoc(), state, width);
  return states;
}

static SmallVector<Value> concat(ValueRange a, ValueRange b) {
  SmallVector<Value> all(a);
  llvm::append_range(all, b);
  return all;
}

SmallVector<Value> Fold::step(OpBuilder &b, ValueRange elements,
                              ValueRange states, IndexFn index,
                              Value mask) const {
  return cloneRegion(b, *stepRegion, concat(elements, states), index, mask);
}

SmallVector<Value> Fold::merge(OpBuilder &b, ValueRange a,
                               ValueRange other) const {
  return cloneRegion(b, *mergeRegion, concat(a, other), noIndex);
}

SmallVector<Value> Fold::finish(OpBuilder &b, ValueRange states,
                                IndexFn index) const {
  return cloneRegion(b, *finishRegion, states, index);
}

SmallVector<Value> Fold::stepLeads(OpBuilder &b, ValueRange elements,
                                   ValueRange leads, IndexFn index,
                                   Value mask) const {
  IRMapping mapping;
  auto arguments = stepRegion->front().getArguments();
  mapping.map(arguments.take_front(numElements), elements);
  mapping.map(arguments.slice(numElements, pivot), leads);
  return cloneSlice(b, *stepRegion, yielded(*stepRegion).take_front(pivot),
                    mapping, index, mask);
}

SmallVector<Value> Fold::mergeLeads(OpBuilder &b, ValueRange leads,
                                    ValueRange others) const {
  IRMapping mapping;
  auto arguments = mergeRegion->front().getArguments();
  mapping.map(arguments.take_front(pivot), leads);
  mapping.map(arguments.slice(numStates, pivot), others);
  return cloneSlice(b, *mergeRegion, yielded(*mergeRegion).take_front(pivot),
                    mapping, noIndex);
}

Value Fold::factor(OpBuilder &b, unsigned sum, ValueRange oldLeads,
                   ValueRange newLeads) const {
  if (!factors[sum])
    return {};
  IRMapping mapping;
  auto arguments = stepRegion->front().getArguments();
  mapping.map(arguments.slice(numElements, pivot), oldLeads);
  mapping.map(yielded(*stepRegion).take_front(pivot), newLeads);
  return cloneSlice(b, *stepRegion, factors[sum], mapping, noIndex).front();
}

Value Fold::weight(OpBuilder &b, unsigned sum, ValueRange elements,
                   ValueRange leads, IndexFn index, Value mask) const {
  IRMapping mapping;
  auto arguments = stepRegion->front().getArguments();
  mapping.map(arguments.take_front(numElements), elements);
  mapping.map(yielded(*stepRegion).take_front(pivot), leads);
  return cloneSlice(b, *stepRegion, weights[sum], mapping, index, mask).front();
}

SmallVector<Value> gyre::foldLanes(
    OpBuilder &b, Location loc, ValueRange vectors,
    function_ref<SmallVector<Value>(ValueRange, ValueRange)> merge) {
  SmallVector<Value> values(vectors);
  int64_t width = cast<VectorType>(values.front().getType()).getNumElements();
  for (int64_t distance = width / 2; distance >= 1; distance /= 2) {
    SmallVector<int64_t> partner;
    for (int64_t lane = 0; lane < width; ++lane)
      partner.push_back(lane ^ distance);
    SmallVector<Value> others;
    for (Value value : values)
      others.push_back(
          vector::ShuffleOp::create(b, loc, value, value, partner));
    values = merge(values, others);
  }
  for (Value &value : values)
    value = vector::ExtractOp::create(b, loc, value, 0);
  return values;
}

SmallVector<Value> Fold::mergeLanes(OpBuilder &b, ValueRange states) const {
  return foldLanes(b, states.front().getLoc(), states,
                   [&](ValueRange a, ValueRange o) { return merge(b, a, o); });
}

SmallVector<Value> Fold::mergeLeadLanes(OpBuilder &b, ValueRange leads) const {
  return foldLanes(
      b, leads.front().getLoc(), leads,
      [&](ValueRange a, ValueRange o) { return mergeLeads(b, a, o); });
}

SmallVector<Value> gyre::selectLanes(OpBuilder &b, Location loc, Value mask,
                                     ValueRange taken, ValueRange kept) {
  if (!mask)
    return llvm::to_vector(taken);
  SmallVector<Value> chosen;
  for (auto [yes, no] : llvm::zip(taken, kept)) {
    // A state that no lane tells apart is still chosen lane by lane.
    int64_t width = cast<VectorType>(mask.getType()).getNumElements();
    chosen.push_back(arith::SelectOp::create(
        b, loc, mask, broadcastLanes(b, loc, yes, width),
        broadcastLanes(b, loc, no, width)));
  }
  return chosen;
}

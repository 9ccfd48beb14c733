// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of gyre.scan: a thread for each parallel point, neighbours along
// the dimension in which most operands are contiguous. States stay in the
// registers of their thread across the carried loop where their number is
// known and fits, in memory where not.

#include "codegen/common/Access.h"
#include "codegen/common/Loops.h"
#include "codegen/common/Regions.h"
#include "codegen/nvptx/Emitters.h"
#include "codegen/nvptx/Threads.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::gyre;

/// Of a thread's 255 registers, for states and for these with inputs that stay
/// beside them; the others hold elements, sums and addresses.
constexpr int64_t maxRegisterStates = 128, maxHeld = 192;
/// Of the 128 registers that four blocks on a multiprocessor leave a thread: 64
/// spill nothing, 96 do.
constexpr int64_t maxHeldOfFour = 64;

namespace {
using Values = SmallVector<Value>;

class ScanEmitter {
public:
  ScanEmitter(ScanOp op, Threads &threads);
  LogicalResult emit(OpBuilder &b);

private:
  bool usesAny(unsigned operand, ArrayRef<unsigned> dims) const {
    return llvm::any_of(
        dims, [&](unsigned dim) { return maps[operand].isFunctionOfDim(dim); });
  }
  unsigned chooseLane() const;

  Value load(OpBuilder &b, unsigned operand, ArrayRef<Value> at);
  void store(OpBuilder &b, unsigned operand, ArrayRef<Value> at, Value value);
  Values indices(OpBuilder &b, unsigned operand, ArrayRef<Value> at);
  Values evaluate(OpBuilder &b, Region &region, ArrayRef<Value> arguments,
                  ArrayRef<Value> at);

  /// `at` with the state dimensions at point number `point`.
  Values pointAt(OpBuilder &b, ArrayRef<Value> at, int64_t point);
  /// The sums over all state points of what `body` returns.
  Values sumPoints(
      OpBuilder &b, ArrayRef<Value> at, TypeRange types,
      function_ref<Values(OpBuilder &, ArrayRef<Value> at, int64_t)> body);

  void emitPoint(OpBuilder &b, Values at);
  Values emitStep(OpBuilder &b, Values at, ValueRange states);

  ScanOp op;
  Threads &threads;
  Location loc;
  SmallVector<AffineMap> maps;
  Values operands, extents;
  SmallVector<unsigned> parallelDims, stateDims;
  unsigned numInputs, numStates, carried;
  int64_t points = 1; ///< of states; kDynamic where not known
  bool inRegisters = false;
  /// Inputs that don't move with the carried dimension, as far as registers
  /// go: by state point.
  DenseMap<unsigned, Values> hoisted;
};
} // namespace

ScanEmitter::ScanEmitter(ScanOp op, Threads &threads)
    : op(op), threads(threads), loc(op.getLoc()),
      maps(op.getIndexingMapsArray()), operands(op.getInputs()),
      numInputs(op.getInputs().size()), numStates(op.getNumStates()),
      carried(op.getCarriedDim()) {
  llvm::append_range(operands, op.getInits());
  for (auto [dim, kind] : llvm::enumerate(op.getIteratorKinds())) {
    if (kind == IteratorKind::parallel)
      parallelDims.push_back(dim);
    if (kind == IteratorKind::state)
      stateDims.push_back(dim);
  }
}

/// What moves with the carried dimension counts more than what is read once.
unsigned ScanEmitter::chooseLane() const {
  unsigned best = parallelDims.back();
  int64_t bestScore = -1;
  for (unsigned dim : parallelDims) {
    int64_t score = 0;
    for (auto [operand, map] : llvm::zip(operands, maps))
      if (classifyAccess(operand, map, dim) == AccessKind::contiguous)
        score += map.isFunctionOfDim(carried) ? 16 : 1;
    if (score >= bestScore) {
      best = dim;
      bestScore = score;
    }
  }
  return best;
}

LogicalResult ScanEmitter::emit(OpBuilder &b) {
  // Concurrent points must not meet in one element of a result.
  for (unsigned i = numInputs; i < operands.size(); ++i)
    for (unsigned dim :
         i < numInputs + numStates
             ? llvm::to_vector(llvm::concat<unsigned>(parallelDims, stateDims))
             : parallelDims)
      if (!maps[i].isFunctionOfDim(dim))
        return op.emitOpError("expected the map of init ")
               << i - numInputs << " to name dimension " << dim;
  extents = loopExtents(b, loc, operands, maps);
  for (unsigned dim : stateDims) {
    auto extent = getConstantIntValue(extents[dim]);
    points = extent && points >= 0 ? points * *extent : ShapedType::kDynamic;
  }
  inRegisters = points >= 0 && points * numStates <= maxRegisterStates;
  SmallVector<unsigned> dims;
  Values counts;
  if (!parallelDims.empty()) {
    unsigned lane = chooseLane();
    for (unsigned dim : parallelDims)
      if (dim != lane)
        dims.push_back(dim);
    dims.push_back(lane);
  }
  for (unsigned dim : dims)
    counts.push_back(extents[dim]);
  threads.forPoints(b, loc, counts, [&](OpBuilder &b, ValueRange positions) {
    Values at(extents.size(), arith::ConstantIndexOp::create(b, loc, 0));
    for (auto [dim, position] : llvm::zip(dims, positions))
      at[dim] = position;
    emitPoint(b, at);
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Values ScanEmitter::indices(OpBuilder &b, unsigned operand,
                            ArrayRef<Value> at) {
  Values globals;
  if (!maps[operand].isProjectedPermutation() && !op.getOffsets().empty())
    for (auto [position, offset] : llvm::zip(at, op.getOffsets()))
      globals.push_back(arith::AddIOp::create(b, loc, position, offset));
  return accessIndices(b, loc, maps[operand], at, globals);
}

Value ScanEmitter::load(OpBuilder &b, unsigned operand, ArrayRef<Value> at) {
  return loadElement(b, loc, operands[operand], indices(b, operand, at));
}

void ScanEmitter::store(OpBuilder &b, unsigned operand, ArrayRef<Value> at,
                        Value value) {
  storeElement(b, loc, value, operands[operand], indices(b, operand, at));
}

Values ScanEmitter::evaluate(OpBuilder &b, Region &region,
                             ArrayRef<Value> arguments, ArrayRef<Value> at) {
  return cloneRegion(b, region, arguments, [&](unsigned dim) -> Value {
    if (op.getOffsets().empty())
      return at[dim];
    return arith::AddIOp::create(b, loc, at[dim], op.getOffsets()[dim]);
  });
}

static Value addUp(OpBuilder &b, Location loc, Value x, Value y) {
  if (!x)
    return y;
  if (isa<FloatType>(x.getType()))
    return arith::AddFOp::create(b, loc, x, y, arith::FastMathFlags::contract);
  return arith::AddIOp::create(b, loc, x, y);
}

Values ScanEmitter::pointAt(OpBuilder &b, ArrayRef<Value> at, int64_t point) {
  Values result(at);
  for (unsigned dim : llvm::reverse(stateDims)) {
    int64_t extent = *getConstantIntValue(extents[dim]);
    result[dim] = arith::ConstantIndexOp::create(b, loc, point % extent);
    point /= extent;
  }
  return result;
}

Values ScanEmitter::sumPoints(
    OpBuilder &b, ArrayRef<Value> at, TypeRange types,
    function_ref<Values(OpBuilder &, ArrayRef<Value>, int64_t)> body) {
  auto zeros = [&] {
    Values values;
    for (Type type : types)
      values.push_back(arith::ConstantOp::create(b, loc, b.getZeroAttr(type)));
    return values;
  };
  if (inRegisters) {
    // Two sums each: one would be the longest chain of the step.
    Values halves[2] = {Values(types.size()), Values(types.size())};
    for (int64_t point = 0; point < points; ++point)
      for (auto [sum, term] :
           llvm::zip(halves[point % 2], body(b, pointAt(b, at, point), point)))
        sum = addUp(b, loc, sum, term);
    Values sums = zeros();
    for (auto [sum, even, odd] : llvm::zip(sums, halves[0], halves[1]))
      if (even)
        sum = odd ? addUp(b, loc, even, odd) : even;
    return sums;
  }
  std::function<Values(OpBuilder &, unsigned, Values, ValueRange)> nest =
      [&](OpBuilder &b, unsigned depth, Values at, ValueRange sums) {
        if (depth < stateDims.size())
          return forLoop(b, loc, arith::ConstantIndexOp::create(b, loc, 0),
                         extents[stateDims[depth]], 1, sums,
                         [&](OpBuilder &b, Value iv, ValueRange sums) {
                           at[stateDims[depth]] = iv;
                           return nest(b, depth + 1, at, sums);
                         });
        Values next;
        for (auto [sum, term] : llvm::zip(sums, body(b, at, 0)))
          next.push_back(addUp(b, loc, sum, term));
        return next;
      };
  return nest(b, 0, Values(at), zeros());
}

//===----------------------------------------------------------------------===//
// A parallel point
//===----------------------------------------------------------------------===//

void ScanEmitter::emitPoint(OpBuilder &b, Values at) {
  hoisted.clear();
  int64_t held = inRegisters ? points * numStates : 0;
  for (unsigned i = 0; i < numInputs; ++i) {
    if (maps[i].isFunctionOfDim(carried))
      continue;
    if (!usesAny(i, stateDims))
      hoisted[i] = {load(b, i, at)};
    else if (inRegisters && held + points <= maxHeld) {
      held += points;
      for (int64_t point = 0; point < points; ++point)
        hoisted[i].push_back(load(b, i, pointAt(b, at, point)));
    }
  }
  if (held > maxHeldOfFour)
    threads.takeAllRegisters();
  Values states;
  if (inRegisters)
    for (unsigned s = 0; s < numStates; ++s)
      for (int64_t point = 0; point < points; ++point)
        states.push_back(load(b, numInputs + s, pointAt(b, at, point)));
  states = forLoop(b, loc, arith::ConstantIndexOp::create(b, loc, 0),
                   extents[carried], 1, states,
                   [&](OpBuilder &b, Value t, ValueRange states) {
                     at[carried] = t;
                     if (op.getReverse()) {
                       Value last = addIndex(b, loc, extents[carried], -1);
                       at[carried] = arith::SubIOp::create(b, loc, last, t);
                     }
                     return emitStep(b, at, states);
                   });
  if (inRegisters)
    for (unsigned s = 0; s < numStates; ++s)
      for (int64_t point = 0; point < points; ++point)
        store(b, numInputs + s, pointAt(b, at, point),
              states[s * points + point]);
}

Values ScanEmitter::emitStep(OpBuilder &b, Values at, ValueRange states) {
  DenseMap<unsigned, Value> rowElements;
  Values rows;
  for (unsigned i = 0; i < numInputs; ++i)
    if (!usesAny(i, stateDims)) {
      auto known = hoisted.find(i);
      rowElements[i] =
          known == hoisted.end() ? load(b, i, at) : known->second.front();
      rows.push_back(rowElements[i]);
    }
  auto elementsAt = [&](OpBuilder &b, ArrayRef<Value> at, int64_t point) {
    Values elements;
    for (unsigned i = 0; i < numInputs; ++i) {
      auto known = hoisted.find(i);
      if (Value row = rowElements.lookup(i))
        elements.push_back(row);
      else
        elements.push_back(known == hoisted.end() ? load(b, i, at)
                                                  : known->second[point]);
    }
    return elements;
  };
  auto appendStates = [&](OpBuilder &b, ArrayRef<Value> at, int64_t point,
                          Values &arguments) {
    for (unsigned s = 0; s < numStates; ++s)
      arguments.push_back(inRegisters ? states[s * points + point]
                                      : load(b, numInputs + s, at));
  };

  Values probes;
  if (!op.getProbe().empty())
    probes = sumPoints(b, at,
                       op.getProbe().front().getTerminator()->getOperandTypes(),
                       [&](OpBuilder &b, ArrayRef<Value> at, int64_t point) {
                         Values arguments = elementsAt(b, at, point);
                         appendStates(b, at, point, arguments);
                         return evaluate(b, op.getProbe(), arguments, at);
                       });
  Values next(states.size());
  Operation *yield = op.getStep().front().getTerminator();
  Values sums = sumPoints(
      b, at, TypeRange(yield->getOperandTypes()).drop_front(numStates),
      [&](OpBuilder &b, ArrayRef<Value> at, int64_t point) {
        Values arguments = elementsAt(b, at, point);
        llvm::append_range(arguments, probes);
        appendStates(b, at, point, arguments);
        Values values = evaluate(b, op.getStep(), arguments, at);
        for (unsigned s = 0; s < numStates; ++s) {
          if (inRegisters)
            next[s * points + point] = values[s];
          else
            store(b, numInputs + s, at, values[s]);
        }
        values.erase(values.begin(), values.begin() + numStates);
        return values;
      });
  llvm::append_range(rows, sums);
  for (auto [i, value] : llvm::enumerate(evaluate(b, op.getOutput(), rows, at)))
    store(b, numInputs + numStates + i, at, value);
  return next;
}

LogicalResult gyre::emitScan(RewriterBase &b, ScanOp op, Threads &threads) {
  if (failed(ScanEmitter(op, threads).emit(b)))
    return failure();
  b.eraseOp(op);
  return success();
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops as emitters write them: nests of plain ones, and one that walks a
// dimension in vectors with a masked tail.

#include "codegen/common/Loops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

Value gyre::addIndex(OpBuilder &b, Location loc, Value begin, int64_t count) {
  if (count == 0)
    return begin;
  Value other = arith::ConstantIndexOp::create(b, loc, count);
  return b.createOrFold<arith::AddIOp>(loc, begin, other);
}

void gyre::loopNest(OpBuilder &b, Location loc, ValueRange extents,
                    function_ref<void(OpBuilder &, ValueRange)> body) {
  SmallVector<Value> positions;
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  OpBuilder::InsertionGuard guard(b);
  for (Value extent : extents) {
    if (getConstantIntValue(extent) == 1) {
      positions.push_back(zero);
      continue;
    }
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    auto loop = scf::ForOp::create(b, loc, zero, extent, one);
    positions.push_back(loop.getInductionVar());
    b.setInsertionPointToStart(loop.getBody());
  }
  body(b, positions);
}

SmallVector<Value> gyre::forLoop(
    OpBuilder &b, Location loc, Value begin, Value end, int64_t step,
    ValueRange carried,
    function_ref<SmallVector<Value>(OpBuilder &, Value, ValueRange)> body) {
  Value by = arith::ConstantIndexOp::create(b, loc, step);
  auto loop = scf::ForOp::create(
      b, loc, begin, end, by, carried,
      [&](OpBuilder &b, Location loc, Value iv, ValueRange carried) {
        scf::YieldOp::create(b, loc, body(b, iv, carried));
      });
  return loop.getResults();
}

/// The largest multiple of `step` in `size`.
static Value roundDown(OpBuilder &b, Location loc, Value size, int64_t step) {
  Value by = arith::ConstantIndexOp::create(b, loc, step);
  Value rest = b.createOrFold<arith::RemUIOp>(loc, size, by);
  return b.createOrFold<arith::SubIOp>(loc, size, rest);
}

SmallVector<Value> gyre::forLanes(
    OpBuilder &b, Location loc, Value size, int64_t width, unsigned unroll,
    ValueRange carried,
    function_ref<SmallVector<Value>(OpBuilder &, LaneStep, ValueRange)> body) {
  std::optional<int64_t> known = getConstantIntValue(size);
  Value done = arith::ConstantIndexOp::create(b, loc, 0);
  int64_t knownDone = 0;
  SmallVector<Value> values(carried);
  SmallVector<unsigned> counts = {unroll};
  if (unroll > 1)
    counts.push_back(1);
  for (unsigned count : counts) {
    int64_t step = count * width;
    if (known && *known - knownDone < step)
      continue;
    Value end = roundDown(b, loc, size, step);
    values = forLoop(b, loc, done, end, step, values,
                     [&](OpBuilder &b, Value iv, ValueRange carried) {
                       return body(b, {iv, count, {}, {}}, carried);
                     });
    done = end;
    if (known)
      knownDone = *known / step * step;
  }
  if (known && knownDone == *known)
    return values;
  Value rest = b.createOrFold<arith::SubIOp>(loc, size, done);
  auto tail = [&](OpBuilder &b, ValueRange carried) {
    Value mask = vector::CreateMaskOp::create(
        b, loc, VectorType::get(width, b.getI1Type()), rest);
    return body(b, {done, 1, mask, rest}, carried);
  };
  if (known)
    return tail(b, values);
  Value isRest =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, done, size);
  auto choice = scf::IfOp::create(
      b, loc, isRest,
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, tail(b, values));
      },
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, values);
      });
  return choice.getResults();
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the CheckAccesses pass: nothing outside of a tensor is
// read or written, whatever data and scalar arguments are.

#include "passes/Passes.h"
#include "passes/SizeProver.h"

#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_CHECKACCESSES
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// More than any tensor has elements, and far from where a counter wraps.
static constexpr int64_t largestStep = int64_t(1) << 40;

namespace {
struct Guard {
  EntryPoint &entry;
  IRRewriter rewriter;
  SizeProver prover;
  SizeTracer &tracer;
  using Answer = SizeProver::Answer;

  Guard(func::FuncOp func, EntryPoint &entry)
      : entry(entry), rewriter(func.getContext()), prover(func, entry),
        tracer(prover.getTracer()) {}

  Value constant(Location loc, int64_t value) {
    return arith::ConstantIndexOp::create(rewriter, loc, value);
  }
  Value value(Location loc, OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(rewriter, loc, size);
  }
  static bool isOpen(Answer answer) {
    return answer == Answer::Wrong || answer == Answer::Unknown;
  }

  /// Brings `offset` to where `size` elements fit into `extent`, which they do
  /// somewhere.
  Value clamp(Location loc, Value offset, Value span, Value extent) {
    Value last = arith::SubIOp::create(rewriter, loc, extent, span);
    offset = arith::MinSIOp::create(rewriter, loc, offset, last);
    return arith::MaxSIOp::create(rewriter, loc, offset, constant(loc, 0));
  }

  LogicalResult checkSlice(OffsetSizeAndStrideOpInterface slice, Value whole) {
    Location loc = slice.getLoc();
    SmallVector<OpFoldResult> offsets = slice.getMixedOffsets();
    SmallVector<OpFoldResult> sizes = slice.getMixedSizes();
    SmallVector<OpFoldResult> strides = slice.getMixedStrides();
    rewriter.setInsertionPoint(slice);
    for (unsigned d = 0; d < offsets.size(); ++d) {
      AffineExpr offset = tracer.express(offsets[d]);
      AffineExpr size = tracer.express(sizes[d]);
      AffineExpr stride = tracer.express(strides[d]);
      AffineExpr extent = tracer.express(whole, d);
      auto fail = [&](const Twine &what, AffineExpr got) {
        InFlightDiagnostic diag = slice->emitError("expected ")
                                  << what << " in dimension " << d;
        if (tracer.isKnownAtEntry(got))
          diag << ", got '" << tracer.print(got) << "'";
        else
          diag << ", got what data decides; arith.minsi and arith.maxsi with a "
                  "size give it limits";
        return diag;
      };
      if (isOpen(prover.requireNeverNegative(stride - 1)))
        return fail("a stride of at least 1", stride);
      if (isOpen(prover.requireNeverNegative(size)))
        return fail("a size of at least 0", size);
      AffineExpr one = getAffineConstantExpr(1, slice.getContext());
      AffineExpr span = stride == one ? size : (size - 1) * stride + 1;
      Answer below = prover.requireNeverNegative(offset);
      Answer above = prover.requireNeverNegative(extent - span - offset);
      if (!isOpen(below) && !isOpen(above))
        continue;
      if (tracer.isKnownAtEntry(offset))
        return fail("a slice that lies within the '" + tracer.print(extent) +
                        "' elements",
                    isOpen(below) ? offset : offset + span);
      if (isOpen(prover.requireNeverNegative(extent - span)))
        return fail("at most the '" + tracer.print(extent) +
                        "' elements that are there",
                    span);
      Value reach = value(loc, sizes[d]);
      if (stride != one) {
        reach = arith::SubIOp::create(rewriter, loc, reach, constant(loc, 1));
        reach =
            arith::MulIOp::create(rewriter, loc, reach, value(loc, strides[d]));
        reach = arith::AddIOp::create(rewriter, loc, reach, constant(loc, 1));
      }
      Value clamped = clamp(loc, value(loc, offsets[d]), reach,
                            tensor::DimOp::create(rewriter, loc, whole, d));
      OpOperand &operand =
          slice->getOpOperand(slice.getIndexOfDynamicOffset(d));
      rewriter.modifyOpInPlace(slice, [&]() { operand.set(clamped); });
    }
    return success();
  }

  /// Where a slice goes has as many elements.
  LogicalResult checkInsert(tensor::InsertSliceOp op) {
    if (failed(checkSlice(op, op.getDest())))
      return failure();
    llvm::SmallBitVector dropped = op.getDroppedDims();
    unsigned from = 0;
    for (auto [d, size] : llvm::enumerate(op.getMixedSizes())) {
      if (dropped.test(d))
        continue;
      AffineExpr extent = tracer.express(op.getSource(), from++);
      if (isOpen(prover.requireEqual(tracer.express(size), extent)))
        return op.emitError("expected size ")
               << d << " to be that of the source";
    }
    return success();
  }

  /// The dimensions of `tensor` in which `indices` are in range for sure.
  SmallVector<int64_t> getChecked(Value tensor, ValueRange indices) {
    SmallVector<int64_t> checked;
    for (auto [d, index] : llvm::enumerate(indices)) {
      AffineExpr position = tracer.express(index);
      if (prover.isNeverNegative(position) &&
          prover.isNeverNegative(tracer.express(tensor, d) - 1 - position))
        checked.push_back(d);
    }
    return checked;
  }

  void guardExtract(tensor::ExtractOp op) {
    SmallVector<int64_t> checked = getChecked(op.getTensor(), op.getIndices());
    if (checked.size() == op.getIndices().size())
      return;
    rewriter.setInsertionPoint(op);
    rewriter.replaceOpWithNewOp<LookupOp>(op, op.getType(), op.getTensor(),
                                          op.getIndices(), checked);
  }

  void guardInsert(tensor::InsertOp op) {
    SmallVector<int64_t> checked = getChecked(op.getDest(), op.getIndices());
    if (checked.size() == op.getIndices().size())
      return;
    Location loc = op.getLoc();
    rewriter.setInsertionPoint(op);
    Value inside;
    for (auto [d, index] : llvm::enumerate(op.getIndices())) {
      if (llvm::is_contained(checked, static_cast<int64_t>(d)))
        continue;
      Value extent = tensor::DimOp::create(rewriter, loc, op.getDest(), d);
      Value below = arith::CmpIOp::create(
          rewriter, loc, arith::CmpIPredicate::ult, index, extent);
      inside =
          inside ? arith::AndIOp::create(rewriter, loc, inside, below) : below;
    }
    auto choice = scf::IfOp::create(rewriter, loc, op.getType(), inside,
                                    /*withElseRegion=*/true);
    rewriter.replaceAllUsesWith(op.getResult(), choice.getResult(0));
    rewriter.moveOpBefore(op, choice.thenBlock(), choice.thenBlock()->begin());
    rewriter.setInsertionPointToEnd(choice.thenBlock());
    scf::YieldOp::create(rewriter, loc, op.getResult());
    rewriter.setInsertionPointToEnd(choice.elseBlock());
    scf::YieldOp::create(rewriter, loc, op.getDest());
  }

  /// A loop gets ahead, and its counter does not wrap.
  LogicalResult checkStep(scf::ForOp loop) {
    Value step = loop.getStep();
    if (std::optional<int64_t> known = getConstantIntValue(step))
      return *known > 0
                 ? success()
                 : loop.emitError("expected a positive step, got ") << *known;
    Location loc = loop.getLoc();
    rewriter.setInsertionPoint(loop);
    auto limit = [&](int64_t to) -> Value {
      return arith::ConstantOp::create(
          rewriter, loc, rewriter.getIntegerAttr(step.getType(), to));
    };
    step = arith::MaxSIOp::create(rewriter, loc, step, limit(1));
    if (step.getType().isIndex())
      step = arith::MinSIOp::create(rewriter, loc, step, limit(largestStep));
    loop.setStep(step);
    return success();
  }

  LogicalResult check(Operation *op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](tensor::ExtractSliceOp op) {
          return checkSlice(op, op.getSource());
        })
        .Case([&](tensor::InsertSliceOp op) { return checkInsert(op); })
        .Case([&](tensor::ExtractOp op) {
          guardExtract(op);
          return success();
        })
        .Case([&](tensor::InsertOp op) {
          guardInsert(op);
          return success();
        })
        .Case([&](LookupOp op) {
          op.setChecked(getChecked(op.getSource(), op.getIndices()));
          return success();
        })
        .Default(success());
  }
};

struct CheckAccesses : gyre::impl::CheckAccessesBase<CheckAccesses> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    FailureOr<EntryPoint> entry = EntryPoint::of(func);
    if (failed(entry))
      return;
    Guard guard(func, *entry);
    SmallVector<Operation *> ops;
    SmallVector<scf::ForOp> loops;
    func.walk([&](Operation *op) {
      ops.push_back(op);
      if (auto loop = dyn_cast<scf::ForOp>(op))
        loops.push_back(loop);
    });
    // First: what is known of positions rests on it.
    for (scf::ForOp loop : loops)
      if (failed(guard.checkStep(loop)))
        return signalPassFailure();
    for (Operation *op : ops)
      if (failed(guard.check(op)))
        return signalPassFailure();
    func->setAttr(entryAttrName, entry->toAttribute(&getContext()));
  }
};
} // namespace

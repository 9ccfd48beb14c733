// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the CheckSizes pass: sizes that have to agree are
// proven equal, refused, or left to be checked when the function is called.

#include "passes/InPlace.h"
#include "passes/Passes.h"
#include "passes/SizeProver.h"

#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_CHECKSIZES
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

namespace {
struct Checker {
  func::FuncOp func;
  EntryPoint &entry;
  SizeProver prover;
  SizeTracer &tracer;
  using Answer = SizeProver::Answer;

  Checker(func::FuncOp func, EntryPoint &entry)
      : func(func), entry(entry), prover(func, entry),
        tracer(prover.getTracer()) {}

  /// Nothing can be done at a call about what data decides.
  static bool isRefused(Answer answer) {
    return answer == Answer::Wrong || answer == Answer::Unknown;
  }

  std::string print(AffineExpr expr) {
    return tracer.isKnownAtEntry(expr) ? "'" + tracer.print(expr) + "'"
                                       : "what data decides";
  }

  LogicalResult checkEqual(Operation *op, AffineExpr expected, AffineExpr got,
                           const Twine &what, const Twine &why) {
    if (!isRefused(prover.requireEqual(expected, got)))
      return success();
    return op->emitError("expected ") << what << " to be " << print(expected)
                                      << why << ", got " << print(got);
  }

  LogicalResult checkSameSizes(Operation *op, Value like, Value value,
                               const Twine &what, const Twine &why) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    for (int64_t d = 0; type && d < type.getRank(); ++d)
      if (failed(checkEqual(op, tracer.express(like, d),
                            tracer.express(value, d),
                            "dimension " + Twine(d) + " of " + what, why)))
        return failure();
    return success();
  }

  LogicalResult checkResults(func::ReturnOp op) {
    unsigned outputs = entry.arguments.size() - op.getNumOperands();
    for (auto [i, value] : llvm::enumerate(op.getOperands())) {
      const EntryArgument &output = entry.arguments[outputs + i];
      for (auto [d, text] : llvm::enumerate(output.dims)) {
        AffineExpr size = tracer.express(value, d);
        if (!tracer.isKnownAtEntry(size))
          return op.emitError("expected dimension ")
                 << d << " of result '" << output.name
                 << "' to follow from named sizes, as '" << text << "' does";
        AffineExpr declared = entry.getSize(text, func.getContext());
        if (isRefused(prover.requireEqual(declared, size)))
          return op.emitError("expected dimension ")
                 << d << " of result '" << output.name << "' to be '" << text
                 << "' as declared, got '" << tracer.print(size) << "'";
      }
    }
    return success();
  }

  /// Operands that a loop dimension indexes directly are equally long there;
  /// compound expressions stay within theirs.
  LogicalResult checkOperands(Operation *op, ArrayRef<AffineMap> maps) {
    if (maps.empty())
      return success();
    SmallVector<AffineExpr> extents(maps.front().getNumDims());
    for (auto [number, map] : llvm::enumerate(maps)) {
      Value operand = op->getOperand(number);
      if (!isa<RankedTensorType>(operand.getType()))
        continue;
      for (auto [d, expr] : llvm::enumerate(map.getResults())) {
        auto loop = dyn_cast<AffineDimExpr>(expr);
        if (!loop)
          continue;
        AffineExpr size = tracer.express(operand, d);
        AffineExpr &extent = extents[loop.getPosition()];
        if (extent && failed(checkEqual(op, extent, size,
                                        "dimension " + Twine(d) +
                                            " of operand " + Twine(number),
                                        " as in the operands before it")))
          return failure();
        if (!extent)
          extent = size;
      }
    }
    for (auto [number, map] : llvm::enumerate(maps))
      for (auto [d, expr] : llvm::enumerate(map.getResults()))
        if (!isa<AffineDimExpr>(expr) &&
            failed(checkWithin(op, number, d, expr, extents)))
          return failure();
    return success();
  }

  LogicalResult checkWithin(Operation *op, unsigned number, unsigned d,
                            AffineExpr expr, ArrayRef<AffineExpr> extents) {
    AffineExpr size = tracer.express(op->getOperand(number), d);
    AffineExpr least = prover.getLeast(expr, extents);
    AffineExpr most = prover.getGreatest(expr, extents);
    if (least && most && !isRefused(prover.requireNeverNegative(least)) &&
        !isRefused(prover.requireNeverNegative(size - 1 - most)))
      return success();
    InFlightDiagnostic diag = op->emitError("expected dimension ")
                              << d << " of operand " << number
                              << " to hold positions up to "
                              << (most ? print(most) : "what data decides")
                              << ", got size " << print(size);
    return diag;
  }

  /// Emitters keep positions in lanes of 32 bits.
  LogicalResult checkPosition(Operation *index, Operation *nest,
                              ArrayRef<AffineMap> maps, unsigned dim,
                              ValueRange offsets) {
    AffineExpr extent;
    for (auto [number, map] : llvm::enumerate(maps))
      for (auto [d, expr] : llvm::enumerate(map.getResults()))
        if (expr == getAffineDimExpr(dim, nest->getContext()) && !extent)
          extent = tracer.express(nest->getOperand(number), d);
    AffineExpr offset = offsets.empty()
                            ? getAffineConstantExpr(0, nest->getContext())
                            : tracer.express(offsets[dim]);
    constexpr int64_t most = std::numeric_limits<int32_t>::max();
    AffineExpr left = most - extent - offset;
    if (isRefused(prover.requireNeverNegative(offset)) ||
        isRefused(prover.requireNeverNegative(left)))
      return index->emitError("expected positions along loop dimension ")
             << dim << " from 0 to below 2^31, got " << print(offset) << " to "
             << print(offset + extent);
    return success();
  }

  LogicalResult checkPositions(Operation *op) {
    if (auto index = dyn_cast<linalg::IndexOp>(op)) {
      auto nest = op->getParentOfType<linalg::LinalgOp>();
      return checkPosition(op, nest, nest.getIndexingMapsArray(),
                           index.getDim(), {});
    }
    auto nest = op->getParentOfType<StructureOpInterface>();
    return checkPosition(op, nest, nest.getIndexingMapsArray(),
                         cast<IndexOp>(op).getDim(), nest.getOffsets());
  }

  /// Tensors that a loop carries keep their sizes.
  LogicalResult checkCarried(Operation *loop, ValueRange inits,
                             ValueRange yielded) {
    for (auto [i, init, value] : llvm::enumerate(inits, yielded))
      if (isa<RankedTensorType>(init.getType()) &&
          failed(checkSameSizes(loop, init, value, "carried value " + Twine(i),
                                " as in its initial value")))
        return failure();
    return success();
  }

  LogicalResult checkWhile(scf::WhileOp loop) {
    SmallVector<Value> passed(loop.getBeforeArguments());
    for (auto [carrier, value] :
         llvm::zip(getCarriers(loop), loop.getConditionOp().getArgs())) {
      if (!isa<RankedTensorType>(value.getType()))
        continue;
      if (!carrier)
        return loop.getConditionOp().emitError(
            "expected a tensor that the loop carries, or one of the type of a "
            "carried tensor that is not passed on");
      passed[*carrier] = value;
    }
    return failure(failed(checkCarried(loop, loop.getInits(), passed)) ||
                   failed(checkCarried(loop, loop.getInits(),
                                       loop.getYieldOp().getResults())));
  }

  LogicalResult checkReshape(Operation *op, Value wide, Value narrow,
                             ArrayRef<ReassociationIndices> groups) {
    for (auto [d, group] : llvm::enumerate(groups)) {
      AffineExpr product = getAffineConstantExpr(1, op->getContext());
      for (int64_t part : group)
        product = product * tracer.express(wide, part);
      if (failed(checkEqual(
              op, tracer.express(narrow, d), product,
              "the product of the sizes that form dimension " + Twine(d), "")))
        return failure();
    }
    return success();
  }

  LogicalResult checkNatural(Operation *op, ArrayRef<OpFoldResult> sizes) {
    for (auto [d, size] : llvm::enumerate(sizes)) {
      AffineExpr expr = tracer.express(size);
      if (isRefused(prover.requireNeverNegative(expr)))
        return op->emitError("expected size ")
               << d << " to be at least 0, got " << print(expr);
    }
    return success();
  }

  LogicalResult checkCast(tensor::CastOp op) {
    auto from = dyn_cast<RankedTensorType>(op.getSource().getType());
    auto to = dyn_cast<RankedTensorType>(op.getType());
    for (int64_t d = 0; from && to && d < from.getRank(); ++d)
      if (from.isDynamicDim(d) && !to.isDynamicDim(d) &&
          failed(checkEqual(
              op, getAffineConstantExpr(to.getDimSize(d), op.getContext()),
              tracer.express(op.getSource(), d), "dimension " + Twine(d),
              " as in the result")))
        return failure();
    return success();
  }

  LogicalResult check(Operation *op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](func::ReturnOp op) { return checkResults(op); })
        .Case([&](linalg::LinalgOp op) {
          return checkOperands(op, op.getIndexingMapsArray());
        })
        .Case([&](StructureOpInterface op) {
          return checkOperands(op, op.getIndexingMapsArray());
        })
        .Case<linalg::IndexOp, IndexOp>(
            [&](Operation *op) { return checkPositions(op); })
        .Case([&](scf::ForOp op) {
          return checkCarried(op, op.getInitArgs(), op.getYieldedValues());
        })
        .Case([&](scf::WhileOp op) { return checkWhile(op); })
        .Case([&](tensor::CastOp op) { return checkCast(op); })
        .Case([&](tensor::EmptyOp op) {
          return checkNatural(op, op.getMixedSizes());
        })
        .Case([&](tensor::ExpandShapeOp op) {
          if (failed(checkNatural(op, op.getMixedOutputShape())))
            return failure();
          return checkReshape(op, op.getResult(), op.getSrc(),
                              op.getReassociationIndices());
        })
        .Case([&](tensor::CollapseShapeOp op) {
          return checkReshape(op, op.getSrc(), op.getResult(),
                              op.getReassociationIndices());
        })
        .Default([&](Operation *op) {
          // Element by element, or one of two.
          if (!op->hasTrait<OpTrait::Elementwise>() || op->getNumResults() != 1)
            return success();
          Value first;
          for (Value operand : op->getOperands()) {
            if (!isa<RankedTensorType>(operand.getType()))
              continue;
            if (first && failed(checkSameSizes(op, first, operand, "an operand",
                                               " as in those before it")))
              return failure();
            first = operand;
          }
          return success();
        });
  }
};

struct CheckSizes : gyre::impl::CheckSizesBase<CheckSizes> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    FailureOr<EntryPoint> entry = EntryPoint::of(func);
    if (failed(entry))
      return;
    Checker checker(func, *entry);
    SmallVector<Operation *> ops;
    func.walk([&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops)
      if (failed(checker.check(op)))
        return signalPassFailure();
    func->setAttr(entryAttrName, entry->toAttribute(&getContext()));
  }
};
} // namespace

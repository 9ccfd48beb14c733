// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the CheckSizes pass: sizes that have to agree are
// proven equal, refused, or left to be checked when the function is called.

#include "passes/Passes.h"
#include "passes/SizeTracer.h"

#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

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
  SizeTracer tracer;

  Checker(func::FuncOp func, EntryPoint &entry)
      : func(func), entry(entry), tracer(func, entry) {}

  /// Failure where two sizes can't be equal.
  LogicalResult require(AffineExpr a, AffineExpr b) {
    if (a == b)
      return success();
    AffineExpr difference = simplifyAffineExpr(a - b, 0, entry.sizes.size());
    if (auto constant = dyn_cast<AffineConstantExpr>(difference))
      return success(constant.getValue() == 0);
    std::pair<std::string, std::string> pair(tracer.print(a), tracer.print(b));
    if (!llvm::is_contained(entry.requirements, pair))
      entry.requirements.push_back(std::move(pair));
    return success();
  }

  LogicalResult checkResults(func::ReturnOp op) {
    unsigned outputs = entry.arguments.size() - op.getNumOperands();
    for (auto [i, value] : llvm::enumerate(op.getOperands())) {
      const EntryArgument &output = entry.arguments[outputs + i];
      for (auto [d, text] : llvm::enumerate(output.dims)) {
        AffineExpr size = tracer.getSize(value, d);
        if (!size)
          return op.emitError("expected dimension ")
                 << d << " of result '" << output.name
                 << "' to follow from named sizes, as '" << text << "' does";
        AffineExpr declared = entry.getSize(text, func.getContext());
        if (failed(require(declared, size)))
          return op.emitError("expected dimension ")
                 << d << " of result '" << output.name << "' to be '" << text
                 << "' as declared, got '" << tracer.print(size) << "'";
      }
    }
    return success();
  }

  /// Operands that a loop dimension indexes directly are equally long there.
  LogicalResult checkOperands(Operation *op, ArrayRef<AffineMap> maps,
                              ValueRange operands) {
    if (maps.empty())
      return success();
    SmallVector<AffineExpr> extents(maps.front().getNumDims());
    for (auto [number, map] : llvm::enumerate(maps)) {
      Value operand = operands[number];
      if (!isa<RankedTensorType>(operand.getType()))
        continue;
      for (auto [d, expr] : llvm::enumerate(map.getResults())) {
        auto loop = dyn_cast<AffineDimExpr>(expr);
        AffineExpr size = loop ? tracer.getSize(operand, d) : AffineExpr();
        // What data decides is not known when the function is called.
        if (!size)
          continue;
        AffineExpr &extent = extents[loop.getPosition()];
        if (extent && failed(require(extent, size)))
          return op->emitError("expected dimension ")
                 << d << " of operand " << number << " to be '"
                 << tracer.print(extent) << "' as in the operands before it, "
                 << "got '" << tracer.print(size) << "'";
        if (!extent)
          extent = size;
      }
    }
    return success();
  }

  LogicalResult check() {
    SmallVector<Operation *> ops;
    func.walk([&](Operation *op) {
      if (isa<linalg::LinalgOp, StructureOpInterface, func::ReturnOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      LogicalResult checked = success();
      if (auto ret = dyn_cast<func::ReturnOp>(op))
        checked = checkResults(ret);
      else if (auto linalg = dyn_cast<linalg::LinalgOp>(op))
        checked =
            checkOperands(op, linalg.getIndexingMapsArray(), op->getOperands());
      else
        checked = checkOperands(
            op, cast<StructureOpInterface>(op).getIndexingMapsArray(),
            op->getOperands());
      if (failed(checked))
        return failure();
    }
    return success();
  }
};

struct CheckSizes : gyre::impl::CheckSizesBase<CheckSizes> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    FailureOr<EntryPoint> entry = EntryPoint::of(func);
    if (failed(entry))
      return;
    if (failed(Checker(func, *entry).check()))
      return signalPassFailure();
    func->setAttr(entryAttrName, entry->toAttribute(&getContext()));
  }
};
} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the EmitCpu pass: it hands each operation to the
// emitter of its structure.

#include "codegen/common/Access.h"
#include "codegen/common/Math.h"
#include "codegen/cpu/Emitters.h"
#include "codegen/cpu/Passes.h"
#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_EMITCPU
#include "codegen/cpu/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// Any linalg operation in the one form that emitMap takes.
static LogicalResult emitLinalg(RewriterBase &rewriter, linalg::LinalgOp op) {
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (!generic) {
    FailureOr<linalg::GenericOp> made = linalg::generalizeNamedOp(rewriter, op);
    if (failed(made))
      return failure();
    generic = *made;
    rewriter.setInsertionPoint(generic);
  }
  return emitMap(rewriter, generic);
}

/// A copy is the map that hands its element on: the library call that
/// memref.copy becomes otherwise does not belong in a kernel.
static LogicalResult emitCopy(RewriterBase &rewriter, memref::CopyOp op) {
  auto copy = linalg::CopyOp::create(rewriter, op.getLoc(), op.getSource(),
                                     op.getTarget());
  rewriter.eraseOp(op);
  rewriter.setInsertionPoint(copy);
  return emitLinalg(rewriter, cast<linalg::LinalgOp>(copy.getOperation()));
}

namespace {
struct EmitCpu : gyre::impl::EmitCpuBase<EmitCpu> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa<StructureOpInterface, linalg::LinalgOp, memref::CopyOp>(op))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (Operation *op : ops) {
      rewriter.setInsertionPoint(op);
      Location loc = op->getLoc();
      OperationName name = op->getName();
      LogicalResult emitted =
          llvm::TypeSwitch<Operation *, LogicalResult>(op)
              .Case([&](ReduceOp op) { return emitReduce(rewriter, op); })
              .Case([&](ScanOp op) { return emitScan(rewriter, op); })
              .Case([&](ContractReduceOp op) {
                return emitContract(rewriter, op);
              })
              .Case([&](memref::CopyOp op) { return emitCopy(rewriter, op); })
              .Case([&](linalg::LinalgOp op) {
                return emitLinalg(rewriter, op);
              });
      if (failed(emitted)) {
        emitError(loc, "failed to emit code for ") << name;
        return signalPassFailure();
      }
    }
    expandLookups(getOperation());
    expandMath(getOperation());
  }
};
} // namespace

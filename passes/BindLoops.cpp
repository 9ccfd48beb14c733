// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the BindLoops pass: a loop on tensors keeps each value
// that it carries in one buffer.

#include "passes/InPlace.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_BINDLOOPS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

namespace {
struct BindLoops : gyre::impl::BindLoopsBase<BindLoops> {
  void runOnOperation() override {
    getOperation().walk([](scf::ForOp loop) {
      Operation *yield = loop.getBody()->getTerminator();
      OpBuilder b(yield);
      for (auto [i, value] : llvm::enumerate(yield->getOperands())) {
        Value carried = loop.getRegionIterArgs()[i];
        if (!isa<RankedTensorType>(value.getType()) || value == carried)
          continue;
        if (scf::ForallOp forall = findWriteThrough(value, carried)) {
          writeThrough(forall, cast<OpResult>(value), carried);
          continue;
        }
        yield->setOperand(
            i, bufferization::MaterializeInDestinationOp::create(
                   b, loop.getLoc(), carried.getType(), value, carried)
                   .getResult());
      }
    });
  }
};
} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitters for CPUs. Each replaces an operation on memrefs by loops over
// vectors at its place; target data comes from `TargetAttr::of`.

#ifndef GYRE_CODEGEN_CPU_EMITTERS_H
#define GYRE_CODEGEN_CPU_EMITTERS_H

#include "mlir/Support/LLVM.h"

namespace mlir {
class Operation;
class RewriterBase;
namespace linalg {
class GenericOp;
}
} // namespace mlir

namespace mlir::gyre {
class ContractReduceOp;
class ReduceOp;
class ScanOp;

/// A map, or by emitFoldingMap a linalg.generic that has reduction loops.
LogicalResult emitMap(RewriterBase &rewriter, linalg::GenericOp op);
void emitFoldingMap(RewriterBase &rewriter, linalg::GenericOp op);
LogicalResult emitReduce(RewriterBase &rewriter, ReduceOp op);
LogicalResult emitScan(RewriterBase &rewriter, ScanOp op);
LogicalResult emitContract(RewriterBase &rewriter, ContractReduceOp op);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_CPU_EMITTERS_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitters for NVIDIA GPUs. Each replaces an operation on memrefs by code
// in which the threads of a block share it.

#ifndef GYRE_CODEGEN_NVPTX_EMITTERS_H
#define GYRE_CODEGEN_NVPTX_EMITTERS_H

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

class Threads;

/// A map, or by folding in each thread a linalg.generic with reductions.
LogicalResult emitMap(RewriterBase &b, linalg::GenericOp op, Threads &threads);
LogicalResult emitReduce(RewriterBase &b, ReduceOp op, Threads &threads);
LogicalResult emitScan(RewriterBase &b, ScanOp op, Threads &threads);
LogicalResult emitContract(RewriterBase &b, ContractReduceOp op,
                           Threads &threads);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_NVPTX_EMITTERS_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of gyre.contract_reduce for CPUs.

#include "codegen/cpu/Emitters.h"
#include "dialect/structures/Structures.h"

using namespace mlir;
using namespace mlir::gyre;

LogicalResult gyre::emitContract(RewriterBase &, ContractReduceOp op) {
  return op.emitOpError("has no emitter for this target");
}

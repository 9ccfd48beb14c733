// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Constructors and registration of the passes in Passes.td.

#ifndef GYRE_CODEGEN_COMMON_PASSES_H
#define GYRE_CODEGEN_COMMON_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::func {
class FuncOp;
}

namespace mlir::gyre {

#define GEN_PASS_DECL
#include "codegen/common/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "codegen/common/Passes.h.inc"

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_PASSES_H

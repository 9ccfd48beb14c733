// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From vector code on memrefs to the LLVM dialect.

#ifndef GYRE_CODEGEN_CPU_CONVERTTOLLVM_H
#define GYRE_CODEGEN_CPU_CONVERTTOLLVM_H

namespace mlir {
class OpPassManager;
}

namespace mlir::gyre {

/// Adds the passes between `gyre-outline` and the translation to LLVM IR.
void buildConvertToLLVM(OpPassManager &pm);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_CPU_CONVERTTOLLVM_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From kernels in the LLVM dialect to PTX.

#ifndef GYRE_CODEGEN_NVPTX_DEVICE_H
#define GYRE_CODEGEN_NVPTX_DEVICE_H

#include "codegen/Model.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Target/TargetMachine.h"

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace mlir::gyre {

/// Moves the kernels, and what only they use, into a module of their own.
OwningOpRef<ModuleOp> takeKernels(ModuleOp module);

/// LLVM IR as NVPTX receives it, optimized. Null after an error, which has been
/// reported.
std::unique_ptr<llvm::Module> translateKernels(ModuleOp kernels,
                                               const Target &target,
                                               llvm::TargetMachine &machine,
                                               llvm::LLVMContext &context);

/// What host code has to know of the kernels, in the order of their numbers.
std::vector<DeviceCode::Kernel> listKernels(ModuleOp kernels);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_NVPTX_DEVICE_H

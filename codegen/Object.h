// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the LLVM dialect to an object file, in this process.

#ifndef GYRE_CODEGEN_OBJECT_H
#define GYRE_CODEGEN_OBJECT_H

#include "codegen/Model.h"
#include "codegen/Sanitize.h"

#include "llvm/Support/CodeGen.h"
#include "llvm/Target/TargetMachine.h"

namespace llvm {
class LLVMContext;
class raw_pwrite_stream;
} // namespace llvm

namespace mlir::gyre {

/// The machine that code is made for: the baseline of the triple; functions
/// carry what more they may use. Null with the reason in `error`.
std::unique_ptr<llvm::TargetMachine> createTargetMachine(const Target &target,
                                                         std::string &error);

/// Translates one variant: its functions may use the target's features, and
/// `suffix` is appended to their names.
std::unique_ptr<llvm::Module>
translateVariant(ModuleOp module, const Target &target, StringRef suffix,
                 llvm::TargetMachine &machine, llvm::LLVMContext &context);

/// Puts variants, in the order of `model.targets`, and the functions that C
/// calls into one module. Null with the reason in `error`.
std::unique_ptr<llvm::Module>
linkVariants(MutableArrayRef<std::unique_ptr<llvm::Module>> variants,
             ArrayRef<std::string> suffixes, const Model &model,
             std::string &error);

void optimize(llvm::Module &module, llvm::TargetMachine &machine,
              const Sanitizers &sanitizers);

LogicalResult writeCode(llvm::Module &module, llvm::TargetMachine &machine,
                        llvm::CodeGenFileType type,
                        llvm::raw_pwrite_stream &os);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_OBJECT_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compiler as a library: from a parsed graph to code in memory.

#ifndef GYRE_CODEGEN_COMPILE_H
#define GYRE_CODEGEN_COMPILE_H

#include "codegen/Model.h"
#include "codegen/Sanitize.h"
#include "passes/Pipeline.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Support/Timing.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Target/TargetMachine.h"

namespace mlir::gyre {

struct CompileOptions {
  /// A C identifier.
  std::string name;
  /// Empty, or ends with '_'.
  std::string prefix;
  /// Sorted: the one that asks for most comes last.
  SmallVector<Target> targets;
  /// GPUs besides, whose kernels the same object holds; sorted likewise.
  SmallVector<Target> devices;
  bool threads = true;
  bool verifyEach = false;
  Sanitizers sanitize;
  /// Where a failure of the compiler leaves what it was working on.
  std::string reproducer;
};

/// Runs what may crash, so that a crash, of upstream's code too, ends `body`
/// and not the process. False after such an end. `body` may start no threads:
/// a crash on one of them ends the process.
bool guard(llvm::function_ref<void()> body);

/// Reports that the compiler failed in `where`, and leaves a reproducer that
/// `print` writes.
void reportFailure(Location loc, StringRef where, const CompileOptions &options,
                   llvm::function_ref<void(llvm::raw_ostream &)> print);

/// Finds a user's mistakes. Everything that fails afterwards is a failure of
/// the compiler.
LogicalResult checkGraph(ModuleOp graph, const CompileOptions &options);

/// A copy of a checked graph, as it is after stage `last` for one target. Null
/// after an error, which has been reported.
OwningOpRef<ModuleOp> runStages(ModuleOp graph, const Target &target,
                                Stage last, const CompileOptions &options,
                                TimingScope &timing);

struct CompiledModel {
  Model model;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::unique_ptr<llvm::Module> code;
  /// What NVPTX received, for the last device.
  std::unique_ptr<llvm::Module> kernels;
};

/// Compiles a checked graph for all targets, optimized. `extend` may add
/// functions to the module before that.
FailureOr<CompiledModel>
compile(ModuleOp graph, const CompileOptions &options,
        llvm::LLVMContext &context, TimingScope &timing,
        llvm::function_ref<void(CompiledModel &)> extend = nullptr);

/// Object code or assembly.
FailureOr<std::string> generateCode(CompiledModel &model, ModuleOp graph,
                                    llvm::CodeGenFileType type,
                                    const CompileOptions &options,
                                    TimingScope &timing);

/// What the header and the description say, without compiling.
FailureOr<Model> describe(ModuleOp graph, const CompileOptions &options,
                          TimingScope &timing);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMPILE_H

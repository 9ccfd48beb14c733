// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the stages for each target, and puts the results together.

#include "codegen/Compile.h"

#include "codegen/Object.h"
#include "codegen/Register.h"
#include "passes/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
using namespace mlir::gyre;

LogicalResult gyre::checkGraph(ModuleOp graph, const CompileOptions &options) {
  PassManager pm(graph.getContext());
  pm.enableVerifier(options.verifyEach);
  pm.addPass(createCheckGraph());
  return pm.run(graph);
}

OwningOpRef<ModuleOp> gyre::runStages(ModuleOp graph, const Target &target,
                                      Stage last, const CompileOptions &options,
                                      TimingScope &timing) {
  MLIRContext *context = graph.getContext();
  OwningOpRef<ModuleOp> module(graph.clone());
  (*module)->setAttr("gyre.target", target.toAttribute(context));
  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine =
      createTargetMachine(target, error);
  if (!machine) {
    graph.emitError(error);
    return nullptr;
  }
  (*module)->setAttr(
      LLVM::LLVMDialect::getDataLayoutAttrName(),
      StringAttr::get(context,
                      machine->createDataLayout().getStringRepresentation()));
  PassManager pm(context);
  pm.enableVerifier(options.verifyEach);
  pm.enableTiming(timing);
  if (!options.reproducer.empty())
    pm.enableCrashReproducerGeneration(options.reproducer);
  PipelineOptions pipeline = getCPUPipeline();
  pipeline.last = last;
  buildPipeline(pm, pipeline);
  if (failed(pm.run(*module)))
    return nullptr;
  return module;
}

/// Runs what belongs to LLVM, where a failure may end the process. Then the
/// module is left in a file.
static bool guard(ModuleOp module, StringRef what,
                  const CompileOptions &options,
                  llvm::function_ref<void()> body) {
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext recovery;
  bool ok = recovery.RunSafelyOnThread(body, /*RequestedStackSize=*/64 << 20);
  llvm::CrashRecoveryContext::Disable();
  if (ok)
    return true;
  InFlightDiagnostic diagnostic =
      module.emitError("the compiler failed during ") << what;
  std::error_code error;
  llvm::ToolOutputFile file(options.reproducer, error, llvm::sys::fs::OF_None);
  if (!options.reproducer.empty() && !error) {
    module.print(file.os());
    file.keep();
    diagnostic.attachNote() << "reproducer written to " << options.reproducer;
  }
  return false;
}

FailureOr<CompiledModel>
gyre::compile(ModuleOp graph, const CompileOptions &options,
              llvm::LLVMContext &context, TimingScope &timing,
              llvm::function_ref<void(CompiledModel &)> extend) {
  CompiledModel result;
  SmallVector<std::unique_ptr<llvm::Module>> variants;
  SmallVector<std::string> suffixes;
  OwningOpRef<ModuleOp> lowered;
  std::string error;
  for (const Target &target : options.targets) {
    TimingScope scope = timing.nest("stages for " + target.name);
    lowered = runStages(graph, target, Stage::llvm, options, scope);
    if (!lowered)
      return failure();
    FailureOr<Model> model = readModel(*lowered);
    if (failed(model))
      return failure();
    result.model = std::move(*model);
    // The baseline of the triple is the same for all.
    if (!result.machine)
      result.machine = createTargetMachine(target, error);
    suffixes.push_back(options.targets.size() == 1 ? "" : "." + target.name);
    TimingScope translation = timing.nest("translation to LLVM IR");
    bool ok = guard(*lowered, "translation to LLVM IR", options, [&] {
      variants.push_back(translateVariant(*lowered, target, suffixes.back(),
                                          *result.machine, context));
    });
    if (!ok)
      return failure();
    if (!variants.back())
      return lowered->emitError("translation to LLVM IR failed");
  }
  result.model.name = options.name;
  result.model.prefix = options.prefix;
  result.model.threads = options.threads;
  result.model.targets = options.targets;
  result.code = linkVariants(variants, suffixes, result.model, error);
  if (!result.code)
    return lowered->emitError("invalid LLVM IR: ") << error;
  if (extend)
    extend(result);
  TimingScope scope = timing.nest("LLVM's optimizations");
  if (!guard(*lowered, "LLVM's optimizations", options,
             [&] { optimize(*result.code, *result.machine); }))
    return failure();
  return result;
}

FailureOr<Model> gyre::describe(ModuleOp graph, const CompileOptions &options,
                                TimingScope &timing) {
  OwningOpRef<ModuleOp> module =
      runStages(graph, options.targets.back(), Stage::graph, options, timing);
  if (!module)
    return failure();
  FailureOr<Model> model = readModel(*module);
  if (failed(model))
    return failure();
  model->name = options.name;
  model->prefix = options.prefix;
  model->threads = options.threads;
  model->targets = options.targets;
  return model;
}

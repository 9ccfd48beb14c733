// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the stages for each target, and puts the results together.

#include "codegen/Compile.h"

#include "codegen/Object.h"
#include "codegen/Register.h"
#include "codegen/nvptx/Device.h"
#include "passes/EntryPoint.h"
#include "passes/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace mlir;
using namespace mlir::gyre;

namespace {
/// Remembers which pass failed.
struct FailedPass : PassInstrumentation {
  explicit FailedPass(std::string &name) : name(name) {}
  void runAfterPassFailed(Pass *pass, Operation *) override {
    if (name.empty())
      name = pass->getArgument().empty() ? pass->getName().str()
                                         : pass->getArgument().str();
  }
  void runBeforePass(Pass *pass, Operation *) override {
    // The last one, should it never return.
    running = pass->getArgument();
  }
  std::string &name;
  StringRef running;
};
} // namespace

void gyre::reportFailure(Location loc, StringRef where,
                         const CompileOptions &options,
                         llvm::function_ref<void(llvm::raw_ostream &)> print) {
  InFlightDiagnostic diagnostic = emitError(loc, "the compiler failed in ")
                                  << where;
  std::error_code error;
  llvm::ToolOutputFile file(options.reproducer, error, llvm::sys::fs::OF_None);
  if (options.reproducer.empty() || error) {
    diagnostic.attachNote()
        << "no reproducer: cannot write '" << options.reproducer << "'";
    return;
  }
  file.os() << "// The compiler failed in " << where << "; targets:";
  for (const Target &target :
       llvm::concat<const Target>(options.targets, options.devices))
    file.os() << ' ' << target.name << " (" << target.features << ')';
  file.os() << '\n';
  print(file.os());
  file.keep();
  diagnostic.attachNote() << "the graph is in '" << options.reproducer
                          << "'; please report it";
}

static void leaveReproducer(ModuleOp graph, StringRef where,
                            const CompileOptions &options) {
  gyre::reportFailure(
      graph.getLoc(), where, options, [&](llvm::raw_ostream &os) {
        graph.print(os, OpPrintingFlags().enableDebugInfo(true));
      });
}

/// LLVM ends the process on a fatal error; here only the guarded body.
static void endBody(void *, const char *reason, bool) {
  llvm::WithColor::error(llvm::errs(), "LLVM") << reason << '\n';
  if (auto *current = llvm::CrashRecoveryContext::GetCurrent())
    current->HandleExit(/*RetCode=*/1);
}

bool gyre::guard(llvm::function_ref<void()> body) {
  llvm::ScopedFatalErrorHandler handler(endBody);
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext recovery;
  // Whoever reports the failure can say where it was.
  recovery.DumpStackAndCleanupOnFailure = true;
  bool ok = recovery.RunSafelyOnThread(body, /*RequestedStackSize=*/64 << 20);
  llvm::CrashRecoveryContext::Disable();
  return ok;
}

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
  // Beside kernels stands the code that launches them.
  const Target &host = target.isGPU() ? options.targets.front() : target;
  std::unique_ptr<llvm::TargetMachine> machine =
      createTargetMachine(host, error);
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
  PipelineOptions pipeline =
      target.isGPU() ? getNvptxPipeline() : getCPUPipeline();
  pipeline.last = last;
  buildPipeline(pm, pipeline);
  std::string where;
  auto instrumentation = std::make_unique<FailedPass>(where);
  FailedPass &failedPass = *instrumentation;
  pm.addInstrumentation(std::move(instrumentation));
  LogicalResult result = failure();
  bool ended = guard([&] { result = pm.run(*module); });
  if (succeeded(result))
    return module;
  if (!ended)
    where = "pass " + failedPass.running.str();
  else if (!where.empty())
    where = "pass " + where;
  // A check, or an operator that can't be made of what it is given, has told
  // users of their mistake.
  bool isTold = ended && (StringRef(where).starts_with("pass gyre-check-") ||
                          llvm::any_of(*module->getBody(), [](Operation &op) {
                            return op.hasAttr(refusedAttrName);
                          }));
  if (!isTold)
    leaveReproducer(graph, where, options);
  if (!ended)
    // It is in whatever state the end has left it in.
    (void)module.release();
  return nullptr;
}

namespace {
/// One graph on its way into one object.
class Compilation {
public:
  Compilation(ModuleOp graph, const CompileOptions &options,
              llvm::LLVMContext &context, TimingScope &timing)
      : graph(graph), options(options), context(context), timing(timing) {}

  LogicalResult addTarget(const Target &target);
  LogicalResult addDevice(const Target &target);
  LogicalResult link();

  CompiledModel result;

private:
  LogicalResult lower(const Target &target);
  LogicalResult addVariant(ModuleOp module, const Target &target,
                           StringRef suffix);
  LogicalResult fail(StringRef where) {
    leaveReproducer(graph, where, options);
    return failure();
  }

  ModuleOp graph;
  const CompileOptions &options;
  llvm::LLVMContext &context;
  TimingScope &timing;
  OwningOpRef<ModuleOp> lowered;
  SmallVector<std::unique_ptr<llvm::Module>> variants;
  SmallVector<std::string> suffixes;
};
} // namespace

LogicalResult Compilation::lower(const Target &target) {
  TimingScope scope = timing.nest("stages for " + target.name);
  lowered = runStages(graph, target, Stage::llvm, options, scope);
  return success(static_cast<bool>(lowered));
}

LogicalResult Compilation::addVariant(ModuleOp module, const Target &target,
                                      StringRef suffix) {
  TimingScope scope = timing.nest("translation to LLVM IR");
  std::unique_ptr<llvm::Module> variant;
  if (!guard([&] {
        variant =
            translateVariant(module, target, suffix, *result.machine, context);
      }) ||
      !variant)
    return fail("translation to LLVM IR");
  variants.push_back(std::move(variant));
  return success();
}

LogicalResult Compilation::addTarget(const Target &target) {
  if (failed(lower(target)))
    return failure();
  FailureOr<Model> model = readModel(*lowered);
  if (failed(model))
    return failure();
  result.model = std::move(*model);
  // The baseline of the triple is the same for all.
  std::string error;
  if (!result.machine)
    result.machine = createTargetMachine(target, error);
  suffixes.push_back(options.targets.size() == 1 ? "" : "." + target.name);
  return addVariant(*lowered, target, suffixes.back());
}

/// PTX, and the code that launches it for the baseline of the CPUs.
LogicalResult Compilation::addDevice(const Target &target) {
  if (failed(lower(target)))
    return failure();
  OwningOpRef<ModuleOp> kernels = takeKernels(*lowered);
  DeviceCode device;
  device.target = target;
  device.kernels = listKernels(*kernels);
  TimingScope scope = timing.nest("PTX for " + target.name);
  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine =
      createTargetMachine(target, error);
  if (!machine)
    return graph.emitError(error);
  LogicalResult written = failure();
  if (!guard([&] {
        result.kernels = translateKernels(*kernels, target, *machine, context);
        if (!result.kernels)
          return;
        std::unique_ptr<llvm::Module> copy = llvm::CloneModule(*result.kernels);
        SmallVector<char, 0> text;
        llvm::raw_svector_ostream os(text);
        written =
            writeCode(*copy, *machine, llvm::CodeGenFileType::AssemblyFile, os);
        device.ptx.assign(text.begin(), text.end());
      }) ||
      failed(written))
    return fail("PTX for " + target.name);
  Target host = options.targets.front();
  host.features = "";
  if (failed(addVariant(*lowered, host, device.getSuffix())))
    return failure();
  result.model.devices.push_back(std::move(device));
  return success();
}

LogicalResult Compilation::link() {
  result.model.name = options.name;
  result.model.prefix = options.prefix;
  result.model.threads = options.threads;
  result.model.targets = options.targets;
  std::string error;
  result.code = linkVariants(variants, suffixes, result.model, error);
  return result.code ? success() : fail("LLVM IR: " + error);
}

FailureOr<CompiledModel>
gyre::compile(ModuleOp graph, const CompileOptions &options,
              llvm::LLVMContext &context, TimingScope &timing,
              llvm::function_ref<void(CompiledModel &)> extend) {
  Compilation compilation(graph, options, context, timing);
  for (const Target &target : options.targets)
    if (failed(compilation.addTarget(target)))
      return failure();
  for (const Target &target : options.devices)
    if (failed(compilation.addDevice(target)))
      return failure();
  if (failed(compilation.link()))
    return failure();
  CompiledModel result = std::move(compilation.result);
  if (extend)
    extend(result);
  TimingScope scope = timing.nest("LLVM's optimizations");
  if (options.sanitize.undefined)
    checkUndefined(*result.code);
  // Checks cut code into small blocks, which takes LLVM's register allocators
  // ten times as long.
  if (options.sanitize.any())
    result.machine->setOptLevel(llvm::CodeGenOptLevel::None);
  if (!guard(
          [&] { optimize(*result.code, *result.machine, options.sanitize); })) {
    leaveReproducer(graph, "LLVM's optimizations", options);
    return failure();
  }
  return result;
}

FailureOr<std::string> gyre::generateCode(CompiledModel &model, ModuleOp graph,
                                          llvm::CodeGenFileType type,
                                          const CompileOptions &options,
                                          TimingScope &timing) {
  TimingScope scope = timing.nest("code generation");
  SmallVector<char, 0> code;
  llvm::raw_svector_ostream os(code);
  LogicalResult written = failure();
  if (!guard([&] {
        written = writeCode(*model.code, *model.machine, type, os);
      }) ||
      failed(written)) {
    leaveReproducer(graph, "code generation", options);
    return failure();
  }
  return std::string(code.begin(), code.end());
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
  for (const Target &target : options.devices) {
    model->devices.emplace_back();
    model->devices.back().target = target;
  }
  return model;
}

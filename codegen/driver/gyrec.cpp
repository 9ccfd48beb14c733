// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyrec: compiles a graph to an object file, a C header and a description, or
// runs it at once.

#include "codegen/Register.h"
#include "codegen/driver/Files.h"
#include "codegen/driver/Options.h"
#include "codegen/driver/Report.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"

using namespace mlir;
using namespace mlir::gyre;

/// One thing as text or object code.
static FailureOr<std::string> emitOne(Session &session, TimingScope &timing) {
  const CompileOptions &options = session.options.compile;
  StringRef what = session.options.emit;
  std::string text;
  llvm::raw_string_ostream os(text);
  std::optional<Stage> stage = parseStage(what);
  if (stage && *stage != Stage::llvm) {
    // For a GPU, if one was asked for.
    const Target &target = options.devices.empty() ? options.targets.back()
                                                   : options.devices.back();
    OwningOpRef<ModuleOp> module =
        runStages(*session.graph, target, *stage, options, timing);
    if (!module)
      return failure();
    module->print(os);
    return text;
  }
  if (what == "header" || what == "json") {
    FailureOr<Model> model = describe(*session.graph, options, timing);
    if (failed(model))
      return failure();
    if (what == "header")
      writeHeader(*model, os);
    else
      writeDescription(*model, os);
    return text;
  }
  llvm::LLVMContext context;
  FailureOr<CompiledModel> model =
      compile(*session.graph, options, context, timing);
  if (failed(model))
    return failure();
  if (what == "llvm") {
    model->code->print(os, nullptr);
    return text;
  }
  if (what == "ptx")
    return model->model.devices.back().ptx;
  if (what == "nvvm") {
    model->kernels->print(os, nullptr);
    return text;
  }
  return generateCode(*model, *session.graph,
                      what == "asm" ? llvm::CodeGenFileType::AssemblyFile
                                    : llvm::CodeGenFileType::ObjectFile,
                      options, timing);
}

static FailureOr<std::vector<OutputFile>>
emitAll(Session &session, StringRef stem, TimingScope &timing) {
  llvm::LLVMContext context;
  FailureOr<CompiledModel> model =
      compile(*session.graph, session.options.compile, context, timing);
  if (failed(model))
    return failure();
  std::vector<OutputFile> files;
  auto add = [&](StringRef suffix, auto write) {
    std::string text;
    llvm::raw_string_ostream os(text);
    write(os);
    files.push_back({(stem + suffix).str(), std::move(text)});
  };
  // Before code generation, which changes what it is given.
  if (session.options.saveTemps) {
    add(".ll", [&](raw_ostream &os) { model->code->print(os, nullptr); });
    if (model->kernels) {
      add(".nvvm.ll",
          [&](raw_ostream &os) { model->kernels->print(os, nullptr); });
      add(".ptx",
          [&](raw_ostream &os) { os << model->model.devices.back().ptx; });
    }
  }
  FailureOr<std::string> object =
      generateCode(*model, *session.graph, llvm::CodeGenFileType::ObjectFile,
                   session.options.compile, timing);
  if (failed(object))
    return failure();
  files.push_back({(stem + ".o").str(), std::move(*object)});
  add(".h", [&](raw_ostream &os) { writeHeader(model->model, os); });
  add(".json", [&](raw_ostream &os) { writeDescription(model->model, os); });
  return files;
}

static int compileModel(Session &session, TimingScope &timing) {
  const Options &options = session.options;
  if (failed(session.open()))
    return 1;
  std::string stem = options.getStem();
  std::vector<OutputFile> files;
  if (!options.report.empty()) {
    FailureOr<std::string> report = makeReport(session, timing);
    if (failed(report))
      return 1;
    files.push_back(
        {options.output.empty() ? "-" : options.output, std::move(*report)});
  } else if (options.emit.empty()) {
    auto all = emitAll(session, stem, timing);
    if (failed(all))
      return 1;
    files = std::move(*all);
  } else {
    FailureOr<std::string> contents = emitOne(session, timing);
    if (failed(contents))
      return 1;
    std::string path = options.output;
    if (path.empty())
      path = options.emit == "obj" ? stem + ".o" : "-";
    files.push_back({path, std::move(*contents)});
  }
  std::string error;
  if (failed(writeFiles(files, error)))
    return reportError(error);
  return 0;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::setBugReportMsg("gyrec failed; please report this with the graph.\n");
  Options options;
  if (std::optional<int> status = parseOptions(argc, argv, options))
    return *status;
  DialectRegistry registry;
  registerDialects(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
  for (const std::string &path : options.plugins) {
    llvm::Expected<DialectPlugin> plugin = DialectPlugin::load(path);
    if (!plugin)
      return reportError(toString(plugin.takeError()));
    plugin->registerDialectRegistryCallbacks(registry);
  }
  DefaultTimingManager manager;
  manager.setEnabled(options.time);
  TimingScope timing = manager.getRootScope();
  Session session(options, registry);
  return options.run ? runModel(session, timing)
                     : compileModel(session, timing);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registration of dialects and passes: the one file that includes them all.

#include "codegen/Register.h"

#include "codegen/common/Conversions.h"
#include "codegen/common/Passes.h"
#include "codegen/cpu/ConvertToLLVM.h"
#include "codegen/cpu/Passes.h"
#include "codegen/nvptx/Passes.h"
#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "passes/Passes.h"
#include "passes/Pipeline.h"

using namespace mlir;

void gyre::registerDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<GyreDialect>();
}

void gyre::registerPasses() {
  registerAllPasses();
  registerGyrePasses();
  registerGyreCommonPasses();
  registerGyreCpuPasses();
  registerGyreNvptxPasses();
  struct Options : PassPipelineOptions<Options> {
    Option<std::string> last{*this, "last",
                             llvm::cl::desc("the stage after which to stop"),
                             llvm::cl::init(getStageNames().back().str())};
  };
  PassPipelineRegistration<Options>(
      "gyre-pipeline", "from a graph to the LLVM dialect",
      [](OpPassManager &pm, const Options &given) {
        PipelineOptions options = getCPUPipeline();
        std::optional<Stage> last = parseStage(given.last);
        if (!last)
          llvm::report_fatal_error("unknown stage '" + Twine(given.last) + "'");
        options.last = *last;
        buildPipeline(pm, options);
      });
}

gyre::PipelineOptions gyre::getCPUPipeline() {
  PipelineOptions options;
  options.emit = [](OpPassManager &pm) {
    pm.addNestedPass<func::FuncOp>(createEmitCpu());
  };
  options.lower = buildConvertToLLVM;
  return options;
}

gyre::PipelineOptions gyre::getNvptxPipeline() {
  PipelineOptions options;
  options.emit = [](OpPassManager &pm) {
    pm.addPass(createEmitNvptx());
    // At once: canonicalization would give a kernel of one tile to the host.
    pm.addPass(createOutline());
  };
  options.lower = [](OpPassManager &pm) {
    addConversions(pm, createExposeKernels());
  };
  return options;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pipeline as far as it checks what a user wrote.

#include "codegen/driver/Diagnose.h"

#include "codegen/Compile.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace mlir::gyre;

SmallVector<Finding> gyre::diagnose(StringRef text,
                                    const DialectRegistry &registry) {
  SmallVector<Finding> findings;
  // A crash is none of the author's mistakes; what was found before it counts.
  guard([&] {
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    context.printOpOnDiagnostic(false);
    bool parsed = false;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      auto place = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>();
      bool isError = diagnostic.getSeverity() == DiagnosticSeverity::Error;
      if (parsed && place &&
          (isError || diagnostic.getSeverity() == DiagnosticSeverity::Warning))
        findings.push_back(
            {place.getLine(), place.getColumn(), isError, diagnostic.str()});
    });
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    parsed = static_cast<bool>(module);
    if (!parsed)
      return;
    PassManager pm(&context);
    pm.enableVerifier(false);
    PipelineOptions options;
    options.last = Stage::structures;
    buildPipeline(pm, options);
    (void)pm.run(*module);
  });
  return findings;
}

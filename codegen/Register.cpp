// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registration of dialects and passes: the one file that includes them all.

#include "codegen/Register.h"

#include "codegen/cpu/Passes.h"
#include "dialect/GyreDialect.h"
#include "passes/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

using namespace mlir;

void gyre::registerDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<GyreDialect>();
}

void gyre::registerPasses() {
  registerAllPasses();
  registerGyrePasses();
  registerGyreCpuPasses();
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gyre.so: the dialect and its passes for tools that have the rest of MLIR,
// such as mlir-opt --load-dialect-plugin=Gyre.so --load-pass-plugin=Gyre.so.

#include "codegen/cpu/Passes.h"
#include "dialect/GyreDialect.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "passes/Passes.h"

using namespace mlir;

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {
      MLIR_PLUGIN_API_VERSION, "gyre", GYRE_VERSION,
      [](DialectRegistry *registry) { registry->insert<gyre::GyreDialect>(); }};
}

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "gyre", GYRE_VERSION, [] {
            gyre::registerGyrePasses();
            gyre::registerGyreCpuPasses();
          }};
}

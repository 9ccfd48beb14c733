// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyre-opt: runs passes on a graph, for tests and for the curious.

#include "codegen/Register.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::gyre::registerDialects(registry);
  mlir::gyre::registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "gyre optimizer driver\n", registry));
}

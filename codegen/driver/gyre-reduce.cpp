// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyre-reduce: mlir-reduce with gyre's dialects; finds the smallest graph that
// still fails.

#include "codegen/Register.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::gyre::registerDialects(registry);
  mlir::gyre::registerPasses();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}

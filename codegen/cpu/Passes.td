// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes that write code for CPUs.

#ifndef GYRE_CODEGEN_CPU_PASSES_TD
#define GYRE_CODEGEN_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def EmitCpu : Pass<"gyre-emit-cpu", "::mlir::func::FuncOp"> {
  let summary = "turn structures on memrefs into vector code";
  let description = [{
    Replaces each structure, `linalg` operation and `memref.copy` by loops over
    vectors of the width that `gyre.target` names, at its place, then expands
    `math` on f32 into polynomials.
  }];
  let dependentDialects = [
    "::mlir::gyre::GyreDialect", "::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ExposePointers : Pass<"gyre-expose-pointers", "::mlir::ModuleOp"> {
  let summary = "give functions and launches the form that C sees";
  let description = [{
    Entry points become `@f.body(pointers and scalars, sizes, workspace,
    frame)`, kernels `@f.kernelN(begin, end, scratch, captured)`, and a launch
    a call of `gyre_parallel_for`. Pointers are turned into memrefs inside.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // GYRE_CODEGEN_CPU_PASSES_TD

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

def DefineIntegers : Pass<"gyre-define-integers", "::mlir::func::FuncOp"> {
  let summary = "give a result to quotients by zero and shifts by the width";
  let description = [{
    A quotient by 0 is the dividend, and the least number divided by -1 is
    itself; remainders agree with that. A shift by the width or more is 0, or
    all copies of the sign. What is constant and harmless is left alone.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ExpandShapes : Pass<"gyre-expand-shapes", "::mlir::func::FuncOp"> {
  let summary = "give reshapes with several unknown sizes their strides";
  let description = [{
    A `memref.expand_shape` that splits one dimension into several of which more
    than one is known at run time only becomes a `memref.reinterpret_cast`.
    Upstream's expand-strided-metadata crashes on them.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
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

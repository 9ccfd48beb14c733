// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes that write code for NVIDIA GPUs.

#ifndef GYRE_CODEGEN_NVPTX_PASSES_TD
#define GYRE_CODEGEN_NVPTX_PASSES_TD

include "mlir/Pass/PassBase.td"

def EmitNvptx : Pass<"gyre-emit-nvptx", "::mlir::ModuleOp"> {
  let summary = "turn structures on memrefs into code of a block of threads";
  let description = [{
    A tile, one iteration of a `scf.forall`, is the work of a block of threads.
    Each structure, `linalg` operation and `memref.copy` becomes code in which
    these threads share it, with a barrier behind it where others follow; what
    stands in no `scf.forall` yet is cut into tiles first. Views move into the
    tiles that use them.
  }];
  let dependentDialects = ["::mlir::gyre::GyreDialect",
                           "::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::NVVM::NVVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ExposeKernels : Pass<"gyre-expose-kernels", "::mlir::ModuleOp"> {
  let summary = "give kernels and launches the form that the driver sees";
  let description = [{
    Entry points become `@f.body(pointers and scalars, sizes, workspace,
    frame)`, a launch a call of `gyre_cuda_launch`. A kernel takes the number
    of tiles, the scratch and its bytes a block, then what it captured: of a
    memref a pointer and the sizes that its type lacks. Block b works on tiles
    b, b + gridDim, ...
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::NVVM::NVVMDialect"];
}

#endif // GYRE_CODEGEN_NVPTX_PASSES_TD

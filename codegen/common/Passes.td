// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes behind the emitters of all targets.

#ifndef GYRE_CODEGEN_COMMON_PASSES_TD
#define GYRE_CODEGEN_COMMON_PASSES_TD

include "mlir/Pass/PassBase.td"

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

#endif // GYRE_CODEGEN_COMMON_PASSES_TD

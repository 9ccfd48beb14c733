// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All passes on graphs and structures: keep-sorted.

#ifndef GYRE_PASSES_TD
#define GYRE_PASSES_TD

include "mlir/Pass/PassBase.td"

def Decompose : Pass<"gyre-decompose", "::mlir::func::FuncOp"> {
  let summary = "rewrite named operators into structures and linalg";
  let description = [{
    Calls `decomposeOperation` of every operation that has upstream's
    AggregatedOpInterface, until none is left. No operator is named here.
  }];
}

#endif // GYRE_PASSES_TD

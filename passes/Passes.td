// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All passes on graphs and structures: keep-sorted.

#ifndef GYRE_PASSES_TD
#define GYRE_PASSES_TD

include "mlir/Pass/PassBase.td"

def BindSizes : Pass<"gyre-bind-sizes", "::mlir::ModuleOp"> {
  let summary = "turn weights and named sizes into arguments";
  let description = [{
    A public function gets the extern globals that it loads as leading
    arguments and its named sizes as trailing `index` arguments; `tensor.dim`
    of an argument becomes its size. The attribute `gyre.entry` takes over what
    the attributes of arguments and results said.

    ```mlir
    func.func @f(%x: tensor<?x4xf32> {gyre.name = "x", gyre.dims = ["T", "4"]})
        -> (tensor<?x4xf32> {gyre.name = "out", gyre.dims = ["T", "4"]})
    // becomes
    func.func @f(%x: tensor<?x4xf32>, %T: index {gyre.size = "T"})
        -> tensor<?x4xf32> attributes {gyre.entry = {arguments = [
          {name = "x", kind = "input", type = tensor<?x4xf32>, dims = ["T", "4"]},
          {name = "out", kind = "output", type = tensor<?x4xf32>, dims = ["T", "4"]} ],
          sizes = ["T"]}}
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect"];
}

def CheckGraph : Pass<"gyre-check-graph", "::mlir::ModuleOp"> {
  let summary = "find a user's mistakes and complete the signatures";
  let description = [{
    Refuses what is not in the language: operations outside the accepted list,
    unnamed sizes, recursion, mutable globals. Afterwards each argument and
    result of a public function carries `gyre.name` and `gyre.dims`.
  }];
}

def Decompose : Pass<"gyre-decompose", "::mlir::func::FuncOp"> {
  let summary = "rewrite named operators into structures and linalg";
  let description = [{
    Calls `decomposeOperation` of every operation that has upstream's
    AggregatedOpInterface, until none is left. No operator is named here.
  }];
}

def LowerProducts : Pass<"gyre-lower-products", "::mlir::func::FuncOp"> {
  let summary = "rewrite matrix products as structures with their epilogue";
  let description = [{
    A contraction (`linalg.matmul`, `linalg.batch_matmul`, `linalg.matvec`, any
    `linalg.generic` that upstream takes for one) becomes a
    `gyre.contract_reduce` without states, and a map that alone reads its result
    becomes the tail of its `score`. The operand that the result's last
    dimension comes from is the right one.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::gyre::GyreDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // GYRE_PASSES_TD

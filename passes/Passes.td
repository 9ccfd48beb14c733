// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All passes on graphs and structures: keep-sorted.

#ifndef GYRE_PASSES_TD
#define GYRE_PASSES_TD

include "mlir/Pass/PassBase.td"

def BindLoops : Pass<"gyre-bind-loops", "::mlir::func::FuncOp"> {
  let summary = "keep each value that a loop carries in one buffer";
  let description = [{
    The kernel that makes the next value of a carried tensor writes over the
    last one where it reads each element before it writes it; otherwise the
    value is copied at the end of the step.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect"];
}

def BindResults : Pass<"gyre-bind-results", "::mlir::func::FuncOp"> {
  let summary = "make tensors at the boundary memory that the caller owns";
  let description = [{
    Arguments become memrefs that are read only, results become arguments that
    are written, so that bufferization has nothing to copy. A result that may
    overwrite an argument is written there directly where each element is read
    before it is written, and at the end of the function otherwise. A result
    that is an argument with slices put into it (a cache) takes the slices
    only, where the caller passes one memory for both.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect"];
}

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

def CheckAccesses : Pass<"gyre-check-accesses", "::mlir::func::FuncOp"> {
  let summary = "keep every access within its tensor";
  let description = [{
    What is provable stays as it is. A slice whose place follows from named
    sizes, integer arguments and the bounds of loops becomes one of the
    `requirements` in `gyre.entry`; one that data decides is moved to where it
    fits. `tensor.extract` becomes `gyre.lookup`, `tensor.insert` happens in
    range only, and loops get a step of at least 1.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::gyre::GyreDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def CheckGraph : Pass<"gyre-check-graph", "::mlir::ModuleOp"> {
  let summary = "find a user's mistakes and complete the signatures";
  let description = [{
    Refuses what is not in the language: operations outside the accepted list,
    unnamed sizes, recursion, mutable globals. Afterwards each argument and
    result of a public function carries `gyre.name` and `gyre.dims`.
  }];
}

def CheckSizes : Pass<"gyre-check-sizes", "::mlir::func::FuncOp"> {
  let summary = "prove that sizes agree, or have it checked at each call";
  let description = [{
    Dimensions of results against what they are declared as, and of operands
    that one loop walks along, values that a loop carries, casts and reshapes,
    as expressions of the named sizes and integer arguments. What differs by a
    constant is a user's mistake, and so is what only data decides; what can't be
    decided becomes one of the `requirements` in `gyre.entry`, which the runtime
    checks on entry.
  }];
}

def Decompose : Pass<"gyre-decompose", "::mlir::func::FuncOp"> {
  let summary = "rewrite named operators into structures and linalg";
  let description = [{
    Calls `decomposeOperation` of every operation that has upstream's
    AggregatedOpInterface, until none is left. No operator is named here.
    With `callers` only operators that refer to functions are rewritten, so that
    inlining sees their calls.
  }];
  let options = [
    Option<"callers", "callers", "bool", "false",
           "only operators that refer to functions">];
}

def DefineArithmetic : Pass<"gyre-define-arithmetic", "::mlir::func::FuncOp"> {
  let summary = "give every scalar operation a result for all operands";
  let description = [{
    Floats beyond the range of an integer become its ends, NaN becomes 0.
    Quotients that are rounded to a side divide by 1 where they can't divide;
    plain divisions and shifts are the target's matter. Flags that promise what
    nobody checks (no overflow, exact, no NaN) go.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ExpandTensors : Pass<"gyre-expand-tensors", "::mlir::func::FuncOp"> {
  let summary = "rewrite tensor operations that compute as maps";
  let description = [{
    `arith` and `math` on tensors, `tensor.splat`, `tensor.generate`,
    `tensor.pad` and `tensor.concat` become `linalg.generic` and
    `tensor.insert_slice`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FormKernels : Pass<"gyre-form-kernels", "::mlir::func::FuncOp"> {
  let summary = "tile roots and fuse what belongs to them";
  let description = [{
    Obeys the attributes that `gyre-select-tiling` wrote: all operations with
    one number in `gyre.kernel` become one `scf.forall` around the tiles of the
    one that has `gyre.tiling`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FuseMaps : Pass<"gyre-fuse-maps", "::mlir::func::FuncOp"> {
  let summary = "make one linalg.generic of each element-wise chain";
  let description = [{
    A producer is fused unless that would evaluate something expensive more
    than once an element.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FuseReductions : Pass<"gyre-fuse-reductions", "::mlir::func::FuncOp"> {
  let summary = "put maps around a reduction into its regions";
  let description = [{
    A cheap map on what a `gyre.reduce` reads is evaluated where `step` and
    `apply` read it. A map on a full result becomes the end of `apply`, as long
    as it reads values of the row only besides.
  }];
}

def LowerProducts : Pass<"gyre-lower-products", "::mlir::func::FuncOp"> {
  let summary = "rewrite matrix products as structures with their epilogue";
  let description = [{
    A contraction (`linalg.matmul`, `linalg.batch_matmul`, `linalg.matvec`, any
    `linalg.generic` that upstream takes for one) becomes a
    `gyre.contract_reduce` without states, and a map that alone reads its result
    becomes the tail of its `score`. The operand that the result's last
    dimension comes from is the right one. A map that widens narrow elements
    into it, also through a reshape of the contraction, becomes the product's
    `right`; in front of a fold's columns and payload `right` and `payload`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::gyre::GyreDialect",
                           "::mlir::tensor::TensorDialect"];
}

def LowerReductions : Pass<"gyre-lower-reductions", "::mlir::func::FuncOp"> {
  let summary = "rewrite sums, products, maxima and minima as structures";
  let description = [{
    A linalg operation with reduction loops that combines by one operation of
    `arith` (`linalg.reduce`, a `linalg.generic`) and is no contraction becomes a
    `gyre.reduce` with one state. What it started from, unless that is neutral,
    is combined with the result afterwards.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::gyre::GyreDialect",
                           "::mlir::tensor::TensorDialect"];
}

def Outline : Pass<"gyre-outline", "::mlir::ModuleOp"> {
  let summary = "make a kernel function and a launch of each scf.forall";
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::scf::SCFDialect"];
}

def PlanWorkspace : Pass<"gyre-plan-workspace", "::mlir::ModuleOp"> {
  let summary = "give each buffer a slice of the workspace or the scratch";
  let description = [{
    Replaces `memref.alloc` in functions with `gyre.entry`, adds the argument
    `%workspace` and the function `@f.workspace`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect"];
}

def ResolveDims : Pass<"gyre-resolve-dims", "::mlir::func::FuncOp"> {
  let summary = "trace dimensions back to the named sizes";
  let description = [{
    `tensor.dim` of what an operation made becomes arithmetic on dimensions of
    its operands, and of an argument its size. What is left afterwards to ask a
    tensor for was never a function of the named sizes.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect"];
}

def SelectTiling : Pass<"gyre-select-tiling", "::mlir::func::FuncOp"> {
  let summary = "choose kernels, what belongs to each, and tile sizes";
}

#endif // GYRE_PASSES_TD

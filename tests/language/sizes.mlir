// RUN: gyre-opt %s --gyre-check-graph --gyre-bind-sizes --canonicalize --split-input-file | FileCheck %s

// Named sizes become trailing arguments; tensor.dim reads them.
// CHECK-LABEL: func.func @named(
// CHECK-SAME:    %[[X:.*]]: tensor<?x?x64xf32>, %[[B:.*]]: index {gyre.size = "B"}, %[[T:.*]]: index {gyre.size = "T"})
// CHECK-SAME:    dims = ["B", "T", "64"], kind = "input", name = "x", type = tensor<?x?x64xf32>
// CHECK-SAME:    dims = ["T + 1"], kind = "output", name = "out", type = tensor<?xf32>
// CHECK-SAME:    sizes = ["B", "T"]
// CHECK:         arith.addi %[[T]]
func.func @named(%x: tensor<?x?x64xf32> {gyre.name = "x", gyre.dims = ["B", "T", 64]})
    -> (tensor<?xf32> {gyre.dims = ["T + 1"]}) {
  %c1 = arith.constant 1 : index
  %t = tensor.dim %x, %c1 : tensor<?x?x64xf32>
  %n = arith.addi %t, %c1 : index
  %0 = tensor.empty(%n) : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// An index argument may stand for a size.
// CHECK-LABEL: func.func @size_argument(
// CHECK-SAME:    %[[N:.*]]: index {gyre.size = "N"}) -> tensor<?xf32>
// CHECK:         tensor.empty(%[[N]])
func.func @size_argument(%n: index {gyre.size = "N"}) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %0 = tensor.empty(%n) : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// Weights that a function loads lead its arguments.
// CHECK:       module attributes {gyre.weights = [{dims = ["4"], key = "layer.0.bias", kind = "weight", name = "layer_0_bias"
// CHECK-LABEL: func.func @weights(
// CHECK-SAME:    %[[W:.*]]: tensor<4xf32>, %[[X:.*]]: tensor<4xf32>)
// CHECK:         arith.addf %[[X]], %[[W]]
// CHECK-NOT:     ml_program
ml_program.global private @layer.0.bias(#ml_program.extern : tensor<4xf32>) : tensor<4xf32>
ml_program.global private @one(dense<1.0> : tensor<4xf32>) : tensor<4xf32>
func.func @weights(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w = ml_program.global_load_const @layer.0.bias : tensor<4xf32>
  %c = ml_program.global_load_const @one : tensor<4xf32>
  %0 = arith.addf %x, %w : tensor<4xf32>
  %1 = arith.mulf %0, %c : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @in_place(
// CHECK-SAME:    kind = "output", may_overwrite = 1 : i64
func.func @in_place(%a: tensor<4xf32>, %x: tensor<4xf32> {gyre.name = "x"})
    -> (tensor<4xf32> {gyre.may_overwrite = "x"}) {
  %0 = arith.addf %a, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// RUN: gyre-opt %s --gyre-pipeline=last=structures --split-input-file --verify-diagnostics | FileCheck %s

// Sizes that names leave open are checked by each call.
// CHECK-LABEL: func.func @open(
// CHECK-SAME:    requirements = {{\[\[}}"M", "N"]]
func.func @open(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["M"]}, %y: tensor<?xf32> {gyre.name = "y", gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["M"]}) {
  %0 = arith.addf %x, %y : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// What follows from the names needs no check.
// CHECK-LABEL: func.func @follows(
// CHECK-NOT:     requirements
func.func @follows(%x: tensor<?x?x3xf32> {gyre.name = "x", gyre.dims = ["H", "W", 3]}, %y: tensor<?x3xf32> {gyre.name = "y", gyre.dims = ["H * W", 3]})
    -> (tensor<?x3xf32> {gyre.dims = ["H * W", 3]}) {
  %0 = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x3xf32> into tensor<?x3xf32>
  %1 = arith.addf %0, %y : tensor<?x3xf32>
  return %1 : tensor<?x3xf32>
}

// -----

func.func @declared(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["T"]}) -> (tensor<?xf32> {gyre.dims = ["T + 1"]}) {
  %0 = arith.negf %x : tensor<?xf32>
  // expected-error @+1 {{expected dimension 0 of result 'out' to be 'T + 1' as declared, got 'T'}}
  return %0 : tensor<?xf32>
}

// -----

func.func @operands(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["T"]}, %y: tensor<?xf32> {gyre.name = "y", gyre.dims = ["T + 2"]})
    -> (tensor<?xf32> {gyre.dims = ["T"]}) {
  // expected-error @+1 {{expected dimension 0 of operand 1 to be 'T' as in the operands before it, got 'T + 2'}}
  %0 = arith.addf %x, %y : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// No name can tell what data decides.
func.func @data(%x: tensor<index>) -> (tensor<?xf32> {gyre.dims = ["T"]}) {
  %n = tensor.extract %x[] : tensor<index>
  %0 = tensor.empty(%n) : tensor<?xf32>
  // expected-error @+1 {{expected dimension 0 of result 'out' to follow from named sizes, as 'T' does}}
  return %0 : tensor<?xf32>
}

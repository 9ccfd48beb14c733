// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operators of the family, stored as !T: tests/hostile compiles this with each type of floats
// in its place and compares their results.

!T = f16

func.func @activations(%x: tensor<?x!T> {gyre.dims = ["N"]})
    -> (tensor<?x!T> {gyre.dims = ["N"], gyre.name = "a"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "b"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "c"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "d"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "e"}) {
  %a = gyre.sigmoid %x : tensor<?x!T>
  %b = gyre.silu %x : tensor<?x!T>
  %c = gyre.gelu %x : tensor<?x!T>
  %d = gyre.gelu %x {form = "tanh"} : tensor<?x!T>
  %e = gyre.softplus %x : tensor<?x!T>
  return %a, %b, %c, %d, %e : tensor<?x!T>, tensor<?x!T>, tensor<?x!T>, tensor<?x!T>, tensor<?x!T>
}

func.func @norms(%x: tensor<?x37x!T> {gyre.dims = ["N", 37]}, %w: tensor<37x!T>, %b: tensor<37x!T>)
    -> (tensor<?x37x!T> {gyre.dims = ["N", 37], gyre.name = "rms"}, tensor<?x37x!T> {gyre.dims = ["N", 37], gyre.name = "layer"}) {
  %0 = gyre.rms_norm %x, %w, %b : tensor<?x37x!T>, tensor<37x!T>, tensor<37x!T>
  %1 = gyre.layer_norm %x, %w, %b : tensor<?x37x!T>, tensor<37x!T>, tensor<37x!T>
  return %0, %1 : tensor<?x37x!T>, tensor<?x37x!T>
}

func.func @group_norm(%x: tensor<?x6x5x!T> {gyre.dims = ["N", 6, 5]}, %w: tensor<6x!T>, %b: tensor<6x!T>) -> (tensor<?x6x5x!T> {gyre.dims = ["N", 6, 5], gyre.name = "y"}) {
  %y = gyre.group_norm %x, %w, %b {groups = 3} : tensor<?x6x5x!T>, tensor<6x!T>, tensor<6x!T>
  return %y : tensor<?x6x5x!T>
}

func.func @linear(%x: tensor<?x37x!T> {gyre.dims = ["N", 37]}, %w: tensor<37x20x!T>, %b: tensor<20x!T>) -> (tensor<?x20x!T> {gyre.dims = ["N", 20], gyre.name = "y"}) {
  %y = gyre.linear %x, %w, %b : tensor<?x37x!T>, tensor<37x20x!T>, tensor<20x!T>
  return %y : tensor<?x20x!T>
}

func.func @embedding(%table: tensor<9x12x!T>, %ids: tensor<?xi32> {gyre.dims = ["N"]}) -> (tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "y"}) {
  %y = gyre.embedding %table, %ids : tensor<9x12x!T>, tensor<?xi32>
  return %y : tensor<?x12x!T>
}

func.func @cross_entropy(%x: tensor<?x10x!T> {gyre.dims = ["N", 10]}, %labels: tensor<?xi32> {gyre.dims = ["N"]}) -> (tensor<?x!T> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.cross_entropy %x, %labels : tensor<?x10x!T>, tensor<?xi32>
  return %y : tensor<?x!T>
}

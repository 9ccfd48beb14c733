// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tables of positions, stored as !T: tests/hostile compiles this with each type of floats
// in its place and compares their results.

!T = f16

func.func @sinusoidal(%p: tensor<?x!T> {gyre.dims = ["N"]}) -> (tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "y"}) {
  %y = gyre.sinusoidal positions(%p : tensor<?x!T>) : tensor<?x12x!T>
  return %y : tensor<?x12x!T>
}

func.func @complex_embedding(%ids: tensor<?xi32> {gyre.dims = ["N"]}, %r: tensor<9x12x!T>, %w: tensor<9x12x!T>, %p: tensor<9x12x!T>)
    -> (tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "re"}, tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "im"}) {
  %re, %im = gyre.complex_embedding %ids, %r, %w, %p : tensor<?xi32>, tensor<9x12x!T>
  return %re, %im : tensor<?x12x!T>, tensor<?x12x!T>
}

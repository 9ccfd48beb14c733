// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scans, with states of f32, stored as !T: tests/hostile compiles this with each type of floats
// in its place and compares their results.

!T = f16

func.func @recurrences(%a: tensor<?x12x!T> {gyre.dims = ["N", 12]}, %b: tensor<?x12x!T> {gyre.dims = ["N", 12]})
    -> (tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "real"}, tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "re"}, tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "im"}) {
  %0:2 = gyre.linear_recurrence %a, %b {dim = 0} : tensor<?x12x!T>, tensor<?x12x!T>
  %1:4 = gyre.complex_recurrence %a, %b, %b, %a {dim = 0} : tensor<?x12x!T>, tensor<?x12x!T>, tensor<?x12x!T>, tensor<?x12x!T>
  return %0#0, %1#0, %1#1 : tensor<?x12x!T>, tensor<?x12x!T>, tensor<?x12x!T>
}

func.func @selective(%u: tensor<?x12x!T> {gyre.dims = ["N", 12]}, %delta: tensor<?x12x!T> {gyre.dims = ["N", 12]}, %a: tensor<12x4x!T>,
                     %b: tensor<?x4x!T> {gyre.dims = ["N", 4]}, %c: tensor<?x4x!T> {gyre.dims = ["N", 4]})
    -> (tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "y"}, tensor<12x4xf32> {gyre.name = "last"}) {
  %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c {softplus} : tensor<?x12x!T>, tensor<?x12x!T>, tensor<12x4x!T>, tensor<?x4x!T>, tensor<?x4x!T>
  return %y, %last : tensor<?x12x!T>, tensor<12x4xf32>
}

func.func @ssd(%x: tensor<?x2x4x!T> {gyre.dims = ["N", 2, 4]}, %delta: tensor<?x2x!T> {gyre.dims = ["N", 2]}, %a: tensor<2x!T>, %b: tensor<?x8x!T> {gyre.dims = ["N", 8]}, %c: tensor<?x8x!T> {gyre.dims = ["N", 8]})
    -> (tensor<?x2x4x!T> {gyre.dims = ["N", 2, 4], gyre.name = "y"}, tensor<2x4x8xf32> {gyre.name = "last"}) {
  %y, %last = gyre.ssd_scan %x, %delta, %a, %b, %c {softplus, chunk = 4} : tensor<?x2x4x!T>, tensor<?x2x!T>, tensor<2x!T>, tensor<?x8x!T>, tensor<?x8x!T>
  return %y, %last : tensor<?x2x4x!T>, tensor<2x4x8xf32>
}

func.func @conv(%x: tensor<?x12x!T> {gyre.dims = ["N", 12]}, %w: tensor<12x4x!T>, %b: tensor<12x!T>) -> (tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "y"}) {
  %y, %last = gyre.causal_conv %x, %w bias(%b) {silu} : tensor<?x12x!T>, tensor<12x4x!T>, tensor<12x!T>
  return %y : tensor<?x12x!T>
}

func.func @diagonal(%u: tensor<?x3x!T> {gyre.dims = ["N", 3]}, %step: tensor<3x!T>, %a: tensor<3x4x!T>, %ai: tensor<3x4x!T>, %c: tensor<3x4x!T>, %ci: tensor<3x4x!T>, %d: tensor<3x!T>)
    -> (tensor<?x3x!T> {gyre.dims = ["N", 3], gyre.name = "y"}) {
  %y, %last, %lasti = gyre.diagonal_ssm %u, %step, %a, %ai, %c, %ci skip(%d) {method = "bilinear"}
      : tensor<?x3x!T>, tensor<3x!T>, tensor<3x4x!T>, tensor<3x4x!T>, tensor<3x4x!T>, tensor<3x4x!T>, tensor<3x!T>
  return %y : tensor<?x3x!T>
}

func.func @lru(%u: tensor<?x3x!T> {gyre.dims = ["N", 3]}, %nu: tensor<8x!T>, %theta: tensor<8x!T>, %b: tensor<3x8x!T>, %bi: tensor<3x8x!T>, %c: tensor<8x5x!T>, %ci: tensor<8x5x!T>)
    -> (tensor<?x5x!T> {gyre.dims = ["N", 5], gyre.name = "y"}) {
  %y, %last, %lasti = gyre.lru %u, %nu, %theta, %b, %bi, %c, %ci : tensor<?x3x!T>, tensor<8x!T>, tensor<8x!T>, tensor<3x8x!T>, tensor<3x8x!T>, tensor<8x5x!T>, tensor<8x5x!T>
  return %y : tensor<?x5x!T>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention and its cache, stored as !T: tests/hostile compiles this with each type of floats
// in its place and compares their results.

!T = f16

func.func @attention(%q: tensor<2x?x12x!T> {gyre.dims = [2, "N", 12]}, %k: tensor<1x9x12x!T>, %v: tensor<1x9x7x!T>, %mask: tensor<2x?x9x!T> {gyre.dims = [2, "N", 9]})
    -> (tensor<2x?x7x!T> {gyre.dims = [2, "N", 7], gyre.name = "y"}, tensor<2x?xf32> {gyre.dims = [2, "N"], gyre.name = "lse"}) {
  %0, %1 = gyre.attention %q, %k, %v mask(%mask) {logsumexp} : tensor<2x?x12x!T>, tensor<1x9x12x!T>, tensor<1x9x7x!T>, tensor<2x?x9x!T>
  return %0, %1 : tensor<2x?x7x!T>, tensor<2x?xf32>
}

func.func @cache_append(%cache: tensor<?x3x!T> {gyre.dims = ["N", 3]}, %x: tensor<1x3x!T>, %at: index) -> (tensor<?x3x!T> {gyre.dims = ["N", 3], gyre.name = "y"}) {
  %y = gyre.cache_append %cache, %x at(%at) {dim = 0} : tensor<?x3x!T>, tensor<1x3x!T>
  return %y : tensor<?x3x!T>
}

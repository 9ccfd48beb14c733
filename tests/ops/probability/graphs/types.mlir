// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operators of the family, stored as !T: tests/hostile compiles this with each type of floats
// in its place and compares their results.

!T = f16

func.func @softmax(%x: tensor<?x37x!T> {gyre.dims = ["N", 37]})
    -> (tensor<?x37x!T> {gyre.dims = ["N", 37], gyre.name = "a"}, tensor<?x37x!T> {gyre.dims = ["N", 37], gyre.name = "b"}, tensor<?x37x!T> {gyre.dims = ["N", 37], gyre.name = "c"}) {
  %a = gyre.softmax %x : tensor<?x37x!T>
  %b = gyre.log_softmax %x : tensor<?x37x!T>
  %c = gyre.taylor_softmax %x : tensor<?x37x!T>
  return %a, %b, %c : tensor<?x37x!T>, tensor<?x37x!T>, tensor<?x37x!T>
}

func.func @gumbel(%x: tensor<?x10x!T> {gyre.dims = ["N", 10]}, %seed: i64)
    -> (tensor<?xi32> {gyre.dims = ["N"], gyre.name = "index"}, tensor<?x10x!T> {gyre.dims = ["N", 10], gyre.name = "y"}) {
  %i = gyre.gumbel_max %x seed(%seed) offset(%seed) : tensor<?x10x!T>
  %y = gyre.gumbel_softmax %x seed(%seed) offset(%seed) {temperature = 0.5} : tensor<?x10x!T>
  return %i, %y : tensor<?xi32>, tensor<?x10x!T>
}

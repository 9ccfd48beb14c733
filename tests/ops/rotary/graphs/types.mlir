// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rotations by positions, stored as !T: tests/hostile compiles this with each type of floats
// in its place and compares their results.

!T = f16

func.func @rotary(%x: tensor<?x12x!T> {gyre.dims = ["N", 12]}, %p: tensor<?x!T> {gyre.dims = ["N"]})
    -> (tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "y"}, tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "half"}) {
  %0 = gyre.rotary %x positions(%p) : tensor<?x12x!T>, tensor<?x!T>
  %1 = gyre.rotary %x {pairing = "half"} : tensor<?x12x!T>
  return %0, %1 : tensor<?x12x!T>, tensor<?x12x!T>
}

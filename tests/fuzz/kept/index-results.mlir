// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v4,x86-64-v2 --verify-each -o %t
// RUN: gyrec %s --target=aarch64 --verify-each -o %t
// Vectors of indices are stored past the caches like any others.

func.func @ramp(%n: index {gyre.size = "N"}) -> (tensor<?xindex> {gyre.dims = ["N"]}) {
  %0 = tensor.generate %n {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<?xindex>
  return %0 : tensor<?xindex>
}

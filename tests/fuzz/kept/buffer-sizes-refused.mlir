// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: not gyrec %s -o %t 2>&1 | FileCheck %s
// An argument that decides about a size needs a name for that.
// CHECK:     expected the size of a buffer to follow from the named sizes
// CHECK-NOT: the compiler failed

func.func @uniform(%seed: i64, %offset: i64, %n: index) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %0 = gyre.random_uniform seed(%seed) offset(%offset) sizes(%n) : tensor<?x5xf32>
  return %0 : tensor<?x5xf32>
}

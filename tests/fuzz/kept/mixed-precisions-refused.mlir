// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: not gyrec %s -o %t 2>&1 | FileCheck %s
// Scans compute in the type of what they are given.
// CHECK:     expected tensors of f64 or of narrower floats, and not both
// CHECK-NOT: the compiler failed

func.func @rates(%a: tensor<4xf64>, %b: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %0:2 = gyre.linear_recurrence %a, %b {dim = 0} : tensor<4xf64>, tensor<3x4xf32>
  return %0#0 : tensor<3x4xf32>
}

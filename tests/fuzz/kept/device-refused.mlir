// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: not gyrec %s --target=x86-64-v3,sm_80 -o %t 2>&1 | FileCheck %s
// A user is told, and it is no failure of the compiler.
// CHECK:     unsupported operation math.tanh of f64 on a GPU
// CHECK-NOT: the compiler failed

func.func @tanh(%x: tensor<?xf64> {gyre.dims = ["N"]}) -> (tensor<?xf64> {gyre.dims = ["N"]}) {
  %0 = math.tanh %x : tensor<?xf64>
  return %0 : tensor<?xf64>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v3 --verify-each -o %t
// RUN: gyrec %s --emit=structures | FileCheck %s
// A loop over no elements is what it started from.

// CHECK-LABEL: func.func @nothing
// CHECK-NOT:   linalg.generic
// CHECK:       return
func.func @nothing(%x: tensor<0x?xf32> {gyre.dims = [0, "N"]}) -> (tensor<0x?xf32> {gyre.dims = [0, "N"]}) {
  %0 = math.exp %x : tensor<0x?xf32>
  %1 = gyre.softmax %0 {dim = 1} : tensor<0x?xf32>
  return %1 : tensor<0x?xf32>
}

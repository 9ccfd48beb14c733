// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v3,sm_80 --verify-each -o %t
// Kernels that read views of any layout, and a fold that keeps its last element.

func.func @branches(%x: tensor<?xf32> {gyre.dims = ["N"]}, %which: index) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %0 = scf.index_switch %which -> tensor<?xf32>
  case 2 {
    %1 = gyre.softmax %x : tensor<?xf32>
    scf.yield %1 : tensor<?xf32>
  }
  default {
    scf.yield %x : tensor<?xf32>
  }
  %2 = arith.negf %0 : tensor<?xf32>
  return %2 : tensor<?xf32>
}

func.func @last(%x: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %0 = linalg.reduce ins(%x : tensor<?x5xf32>) outs(%o : tensor<?xf32>) dimensions = [1]
      (%e: f32, %s: f32) { linalg.yield %e : f32 }
  return %0 : tensor<?xf32>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-resolve-dims --canonicalize | FileCheck %s

// The inner loop's extent is not known to stay; asking for it is no progress,
// although the question is about a tensor that the outer loop carries.
// CHECK-LABEL: func.func @nested
// CHECK:         scf.for
// CHECK:           %[[B:.*]] = scf.for
// CHECK:           tensor.dim %[[B]]
func.func @nested(%x: tensor<?xf32>, %y: tensor<?xf32>, %steps: index) -> (tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %d = tensor.dim %x, %c0 : tensor<?xf32>
  %r:2 = scf.for %i = %c0 to %steps step %c1 iter_args(%a = %x, %s = %c0) -> (tensor<?xf32>, index) {
    %b = scf.for %j = %c0 to %i step %c1 iter_args(%e = %a) -> (tensor<?xf32>) {
      scf.yield %y : tensor<?xf32>
    }
    %db = tensor.dim %b, %c0 : tensor<?xf32>
    %sum = arith.addi %s, %db : index
    %n = arith.index_cast %sum : index to i32
    %f = arith.sitofp %n : i32 to f32
    %empty = tensor.empty(%d) : tensor<?xf32>
    %new = linalg.fill ins(%f : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
    scf.yield %new, %sum : tensor<?xf32>, index
  }
  return %r#0 : tensor<?xf32>
}

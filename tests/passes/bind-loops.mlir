// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-pipeline=last=buffers | FileCheck %s

// Steps of Euler: the loop works on the result, and the sum of a step is
// written over its first term. The only copy is the initial value's.
// CHECK-LABEL: func @euler
// CHECK-SAME: %[[X:.*]]: memref<?xf32>, %{{.*}}: index, %[[OUT:.*]]: memref<?xf32>
// CHECK: memref.copy %[[X]], %[[OUT]]
// CHECK: scf.for
// CHECK: scf.forall
// CHECK: %[[TILE:.*]] = memref.subview %[[OUT]]
// CHECK: linalg.generic {{.*}} ins(%[[TILE]]{{.*}} outs(%[[TILE]]
// CHECK-NOT: memref.copy
// CHECK: return
func.func @euler(%x: tensor<?xf32> {gyre.dims = ["N"]}, %steps: index)
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %steps step %c1 iter_args(%a = %x)
      -> (tensor<?xf32>) {
    %v = math.tanh %a : tensor<?xf32>
    %b = arith.addf %a, %v : tensor<?xf32>
    scf.yield %b : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}

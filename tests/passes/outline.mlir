// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-outline --canonicalize | FileCheck %s

// The kernel walks a range of the tiles, the last dimension fastest; constants
// are made inside, the scratch is an argument.
// CHECK-LABEL: func private @f.kernel0
// CHECK-SAME: %[[BEGIN:.*]]: index, %[[END:.*]]: index, %[[SCRATCH:.*]]: memref<?xi8>
// CHECK-SAME: attributes {gyre.kernel}
// CHECK: scf.for %[[AT:.*]] = %[[BEGIN]] to %[[END]]
// CHECK: %[[J:.*]] = arith.remui %[[AT]]
// CHECK: %[[I:.*]] = arith.divui %[[AT]]
// CHECK: memref.view %[[SCRATCH]]
// CHECK: memref.store
// CHECK-LABEL: func @f
// CHECK: %[[COUNT:.*]] = arith.muli
// CHECK: gyre.launch @f.kernel0[%[[COUNT]]] scratch(%{{.*}}) (
func.func @f(%x: memref<?x?xf32>, %m: index, %n: index, %bytes: index) {
  %c0 = arith.constant 0 : index
  scf.forall (%i, %j) = (0, 0) to (%m, %n) step (4, 8) {
    %s = gyre.scratch %bytes : memref<?xi8>
    %v = memref.view %s[%c0][] : memref<?xi8> to memref<1xf32>
    %e = memref.load %v[%c0] : memref<1xf32>
    memref.store %e, %x[%i, %j] : memref<?x?xf32>
  }
  return
}

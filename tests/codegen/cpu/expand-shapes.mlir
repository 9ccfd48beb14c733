// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-expand-shapes | FileCheck %s
//
// One dimension becomes two of unknown sizes: the strides are products.

// CHECK-LABEL: func @two_unknown
// CHECK-SAME: %[[X:.*]]: memref<?xf32>, %[[B:.*]]: index, %[[N:.*]]: index
// CHECK: memref.extract_strided_metadata %[[X]]
// CHECK: %[[STRIDE:.*]] = arith.muli %{{.*}}, %[[N]]
// CHECK: memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [%[[B]], %[[N]]], strides: [%[[STRIDE]], 1]
func.func @two_unknown(%x: memref<?xf32>, %b: index, %n: index) -> memref<?x?xf32> {
  %y = memref.expand_shape %x [[0, 1]] output_shape [%b, %n] : memref<?xf32> into memref<?x?xf32>
  return %y : memref<?x?xf32>
}

// CHECK-LABEL: func @one_unknown
// CHECK: memref.expand_shape
func.func @one_unknown(%x: memref<?xf32>, %b: index) -> memref<?x4xf32> {
  %y = memref.expand_shape %x [[0, 1]] output_shape [%b, 4] : memref<?xf32> into memref<?x4xf32>
  return %y : memref<?x4xf32>
}

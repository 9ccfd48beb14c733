// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --emit=buffers | FileCheck %s
// Two recurrences that start from the same value, and whose last states are
// results: neither is overwritten with the other one.

// Each result has its own zeros.
// CHECK-LABEL: func.func @zeros
// CHECK-SAME:  %[[A:[^:]*]]: memref<17xf32>, %[[B:[^:]*]]: memref<17xf32>, %{{[^:]*}}: memref<?xi8>)
// CHECK-DAG:   linalg.fill {{.*}} outs(%[[A]]
// CHECK-DAG:   linalg.fill {{.*}} outs(%[[B]]
// CHECK:       gyre.scan {{.*}} outs(%[[A]]
// CHECK:       gyre.scan {{.*}} outs(%[[B]]
// CHECK-NOT:   memref.copy
func.func @zeros(%a: tensor<17x2xf32>, %b: tensor<17x2xf32>, %c: tensor<17x2xf32>) -> (tensor<17xf32>, tensor<17xf32>) {
  %0, %last0 = gyre.linear_recurrence %a, %b {dim = 1} : tensor<17x2xf32>, tensor<17x2xf32>
  %1, %last1 = gyre.linear_recurrence %c, %b {dim = 1} : tensor<17x2xf32>, tensor<17x2xf32>
  return %last0, %last1 : tensor<17xf32>, tensor<17xf32>
}

// What both start from is a result too.
// CHECK-LABEL: func.func @own
// CHECK-SAME:  %[[X:[^:]*]]: memref<17xf32>, %[[A:[^:]*]]: memref<17xf32>, %[[H:[^:]*]]: memref<17xf32>, %[[B:[^:]*]]: memref<17xf32>, %{{[^:]*}}: memref<?xi8>)
// CHECK:       linalg.generic {{.*}} ins(%[[X]] : {{.*}} outs(%[[H]]
// CHECK:       memref.copy %[[H]]
// CHECK:       memref.copy %[[H]]
// CHECK-NOT:   memref.copy {{.*}}, %[[H]]
func.func @own(%a: tensor<17x2xf32>, %b: tensor<17x2xf32>, %x: tensor<17xf32>) -> (tensor<17xf32>, tensor<17xf32>, tensor<17xf32>) {
  %h = math.tanh %x : tensor<17xf32>
  %0, %last0 = gyre.linear_recurrence %a, %b initial(%h) {dim = 1} : tensor<17x2xf32>, tensor<17x2xf32>, tensor<17xf32>
  %1, %last1 = gyre.linear_recurrence %b, %a initial(%h) {dim = 1} : tensor<17x2xf32>, tensor<17x2xf32>, tensor<17xf32>
  return %last0, %h, %last1 : tensor<17xf32>, tensor<17xf32>, tensor<17xf32>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-expand-tensors | FileCheck %s

// CHECK-LABEL: func @splat
// CHECK-SAME: %[[V:.*]]: f32
// CHECK: linalg.generic
// CHECK: linalg.yield %[[V]]
func.func @splat(%v: f32, %n: index) -> tensor<?xf32> {
  %r = tensor.splat %v[%n] : tensor<?xf32>
  return %r : tensor<?xf32>
}

// CHECK-LABEL: func @generate
// CHECK: linalg.generic
// CHECK: linalg.index 0
// CHECK: linalg.yield
func.func @generate(%n: index) -> tensor<?xindex> {
  %r = tensor.generate %n {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<?xindex>
  return %r : tensor<?xindex>
}

// CHECK-LABEL: func @pad
// CHECK-SAME: %[[X:.*]]: tensor<5xf32>, %[[V:.*]]: f32
// CHECK: %[[ALL:.*]] = linalg.generic
// CHECK: linalg.yield %[[V]]
// CHECK: tensor.insert_slice %[[X]] into %[[ALL]][1] [5] [1]
func.func @pad(%x: tensor<5xf32>, %v: f32) -> tensor<8xf32> {
  %r = tensor.pad %x low[1] high[2] {
  ^bb0(%i: index):
    tensor.yield %v : f32
  } : tensor<5xf32> to tensor<8xf32>
  return %r : tensor<8xf32>
}

// CHECK-LABEL: func @concat
// CHECK-NOT: tensor.concat
// CHECK-COUNT-2: tensor.insert_slice
func.func @concat(%x: tensor<5xf32>, %y: tensor<3xf32>) -> tensor<8xf32> {
  %r = tensor.concat dim(0) %x, %y : (tensor<5xf32>, tensor<3xf32>) -> tensor<8xf32>
  return %r : tensor<8xf32>
}

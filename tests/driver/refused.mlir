// What a GPU can't do is the graph's author's to change: an error at its place, no reproducer.
// RUN: rm -rf %t && mkdir %t
// RUN: not gyrec %s --target=host,sm_80 -o %t/model 2>&1 | FileCheck %s
// RUN: ls %t | count 0
// CHECK:     refused.mlir:13:10: error: expected control that does not depend on the elements of tensors, which a GPU holds
// CHECK-NOT: compiler failed
// CHECK-NOT: reproducer
func.func @halve(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %half = arith.constant dense<0.5> : tensor<4xf32>
  %0 = scf.while (%t = %x) : (tensor<4xf32>) -> tensor<4xf32> {
    %e = tensor.extract %t[%c0] : tensor<4xf32>
    %more = arith.cmpf ogt, %e, %one : f32
    scf.condition(%more) %t : tensor<4xf32>
  } do {
  ^bb0(%t: tensor<4xf32>):
    %next = arith.mulf %t, %half : tensor<4xf32>
    scf.yield %next : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

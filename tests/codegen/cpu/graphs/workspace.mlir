// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product of all pairs between two products with vectors: what is kept in
// between grows with the square of N, the arguments with N.

func.func @pairs(%x: tensor<?x4xf32> {gyre.dims = ["N", 4]},
                 %v: tensor<?x1xf32> {gyre.dims = ["N", 1]})
    -> (tensor<?x1xf32> {gyre.dims = ["N", 1], gyre.name = "out"}) {
  %zero = arith.constant 0.0 : f32
  %d0 = arith.constant 0 : index
  %n = tensor.dim %x, %d0 : tensor<?x4xf32>
  %t0 = tensor.empty(%n) : tensor<4x?xf32>
  %xt = linalg.transpose ins(%x : tensor<?x4xf32>) outs(%t0 : tensor<4x?xf32>) permutation = [1, 0]
  %t1 = tensor.empty(%n, %n) : tensor<?x?xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%t1 : tensor<?x?xf32>) -> tensor<?x?xf32>
  %all = linalg.matmul ins(%x, %xt : tensor<?x4xf32>, tensor<4x?xf32>) outs(%f1 : tensor<?x?xf32>) -> tensor<?x?xf32>
  %t2 = tensor.empty(%n) : tensor<?x1xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%t2 : tensor<?x1xf32>) -> tensor<?x1xf32>
  %y = linalg.matmul ins(%all, %v : tensor<?x?xf32>, tensor<?x1xf32>) outs(%f2 : tensor<?x1xf32>) -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v3 --verify-each -o %t
// A size is a value, and known all the same.

func.func @uniform(%seed: i64, %offset: i64, %like: tensor<1x5xf32>) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %like, %c0 : tensor<1x5xf32>
  %0 = gyre.random_uniform seed(%seed) offset(%offset) sizes(%n) : tensor<?x5xf32>
  return %0 : tensor<?x5xf32>
}

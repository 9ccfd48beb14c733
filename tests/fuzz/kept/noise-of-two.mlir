// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=aarch64 --verify-each -o %t
// Two kernels share a map with noise that leaves the first of them.

func.func @draw(%x: tensor<4x?xf16> {gyre.dims = [4, "M"]}, %seed: i64, %offset: i64)
    -> (tensor<4xi32> {gyre.name = "hard"}, tensor<4x?xf16> {gyre.dims = [4, "M"], gyre.name = "soft"}) {
  %0 = gyre.gumbel_max %x seed(%seed) offset(%offset) : tensor<4x?xf16>
  %1 = gyre.gumbel_softmax %x seed(%seed) offset(%offset) : tensor<4x?xf16>
  return %0, %1 : tensor<4xi32>, tensor<4x?xf16>
}

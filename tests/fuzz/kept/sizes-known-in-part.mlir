// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v3 --verify-each -o %t
// Sizes that one operand knows and another one does not; results that say more
// or less of theirs than what they decompose into.

func.func @rows(%x: tensor<?x?xf32> {gyre.dims = ["T", "D"]}, %w: tensor<20x30xf32>, %h: tensor<29x20xf32>)
    -> (tensor<?x?xf32> {gyre.dims = ["T", "D"]}) {
  %0:2 = gyre.causal_conv %x, %w initial(%h) : tensor<?x?xf32>, tensor<20x30xf32>, tensor<29x20xf32>
  %1:2 = gyre.causal_conv %0#0, %w initial(%h) : tensor<?x?xf32>, tensor<20x30xf32>, tensor<29x20xf32>
  return %1#0 : tensor<?x?xf32>
}

func.func @groups(%x: tensor<2x32x5xf32>, %w: tensor<32xf32>) -> tensor<2x32x5xf32> {
  %0 = tensor.cast %x : tensor<2x32x5xf32> to tensor<?x32x?xf32>
  %1 = gyre.group_norm %0, %w {groups = 8} : tensor<?x32x?xf32>, tensor<32xf32>
  %2 = tensor.cast %1 : tensor<?x32x?xf32> to tensor<2x32x5xf32>
  return %2 : tensor<2x32x5xf32>
}

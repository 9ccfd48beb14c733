// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --split-input-file --verify-diagnostics
// What an operator's verifier relies on is inferred before it runs.

func.func @rank(%x: tensor<f32>, %w: tensor<4x4xf32>) -> tensor<4xf32> {
  // expected-error @+2 {{expected x of rank 1 or more}}
  // expected-error @+1 {{'gyre.linear' op failed to infer returned types}}
  %0 = "gyre.linear"(%x, %w) : (tensor<f32>, tensor<4x4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @result(%x: tensor<?x8xf32>, %w: tensor<8x4xf32>) -> tensor<?x5xf32> {
  // expected-error @+2 {{'gyre.linear' op failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<?x4xf32>' are incompatible with return type(s)}}
  %0 = "gyre.linear"(%x, %w) : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x5xf32>
  return %0 : tensor<?x5xf32>
}

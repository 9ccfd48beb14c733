// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Draws of known and of unknown sizes.

func.func @uniform(%seed: i64, %offset: i64, %like: tensor<?x5xf32> {gyre.dims = ["N", 5]})
    -> (tensor<?x5xf32> {gyre.dims = ["N", 5], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %like, %c0 : tensor<?x5xf32>
  %u = gyre.random_uniform seed(%seed) offset(%offset) sizes(%n) : tensor<?x5xf32>
  return %u : tensor<?x5xf32>
}

func.func @normal(%seed: i64, %offset: i64) -> (tensor<100x100xf32> {gyre.name = "y"}) {
  %e = gyre.random_normal seed(%seed) offset(%offset) : tensor<100x100xf32>
  return %e : tensor<100x100xf32>
}

// Fused with what uses it.
func.func @noised(%x: tensor<7x9xf32>, %seed: i64) -> (tensor<7x9xf32> {gyre.name = "y"}) {
  %c0 = arith.constant 0 : i64
  %e = gyre.random_normal seed(%seed) offset(%c0) : tensor<7x9xf32>
  %y = arith.addf %x, %e : tensor<7x9xf32>
  return %y : tensor<7x9xf32>
}

func.func @gumbel(%seed: i64, %offset: i64) -> (tensor<100x100xf32> {gyre.name = "y"}) {
  %g = gyre.random_gumbel seed(%seed) offset(%offset) : tensor<100x100xf32>
  return %g : tensor<100x100xf32>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators on f16 and bf16, which they store and do not compute in.

func.func @softmax_f16(%x: tensor<?x?xf16> {gyre.dims = ["B", "N"]})
    -> (tensor<?x?xf16> {gyre.dims = ["B", "N"], gyre.name = "y"}) {
  %y = gyre.softmax %x : tensor<?x?xf16>
  return %y : tensor<?x?xf16>
}

func.func @layer_norm_f16(%x: tensor<?x?xf16> {gyre.dims = ["B", "N"]})
    -> (tensor<?x?xf16> {gyre.dims = ["B", "N"], gyre.name = "y"}) {
  %y = gyre.layer_norm %x : tensor<?x?xf16>
  return %y : tensor<?x?xf16>
}

func.func @linear_f16(%x: tensor<?x?xf16> {gyre.dims = ["M", "K"]},
                      %w: tensor<?x?xf16> {gyre.dims = ["K", "N"]})
    -> (tensor<?x?xf16> {gyre.dims = ["M", "N"], gyre.name = "y"}) {
  %y = gyre.linear %x, %w : tensor<?x?xf16>, tensor<?x?xf16>
  return %y : tensor<?x?xf16>
}

func.func @silu_bf16(%x: tensor<?xbf16> {gyre.dims = ["N"]})
    -> (tensor<?xbf16> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.silu %x : tensor<?xbf16>
  return %y : tensor<?xbf16>
}

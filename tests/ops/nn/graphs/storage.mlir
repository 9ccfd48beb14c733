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

// The left operand with the contraction outermost, and an epilogue.
func.func @product_bf16(%x: tensor<?x?xbf16> {gyre.dims = ["K", "M"]},
                        %w: tensor<?x?xbf16> {gyre.dims = ["N", "K"]},
                        %b: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c1 : tensor<?x?xbf16>
  %n = tensor.dim %w, %c0 : tensor<?x?xbf16>
  %empty = tensor.empty(%m, %n) : tensor<?x?xf32>
  %y = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c) -> (c, i)>, affine_map<(i, j, c) -> (j, c)>,
                       affine_map<(i, j, c) -> (j)>, affine_map<(i, j, c) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "contraction"]}
    ins(%x, %w, %b : tensor<?x?xbf16>, tensor<?x?xbf16>, tensor<?xf32>)
    outs(%empty : tensor<?x?xf32>)
    score {
    ^bb0(%sum: f32, %bias: f32):
      %0 = arith.addf %sum, %bias : f32
      gyre.yield %0 : f32
    } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

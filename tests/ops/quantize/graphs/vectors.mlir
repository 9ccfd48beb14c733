// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Codebooks in a row, in groups and by cosine; signs; FSQ's symmetric forms.

func.func @cosine(%x: tensor<?x?xf32> {gyre.dims = ["N", "D"]}, %codebook: tensor<?x?xf32> {gyre.dims = ["K", "D"]})
    -> (tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %k = gyre.nearest_code %x, %codebook {distance = "cosine"} : tensor<?x?xf32>, tensor<?x?xf32>
  return %k : tensor<?xi32>
}

func.func @grouped(%x: tensor<?x3x10xf32> {gyre.dims = ["N", 3, 10]}, %codebook: tensor<3x?x10xf32> {gyre.dims = [3, "K", 10]})
    -> (tensor<?x3xi32> {gyre.dims = ["N", 3], gyre.name = "indices"}) {
  %k = gyre.nearest_code %x, %codebook : tensor<?x3x10xf32>, tensor<3x?x10xf32>
  return %k : tensor<?x3xi32>
}

func.func @nearest_f16(%x: tensor<?x20xf16> {gyre.dims = ["N", 20]}, %codebook: tensor<?x20xf16> {gyre.dims = ["K", 20]})
    -> (tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %k = gyre.nearest_code %x, %codebook : tensor<?x20xf16>, tensor<?x20xf16>
  return %k : tensor<?xi32>
}

func.func @nearest_bf16(%x: tensor<?x20xbf16> {gyre.dims = ["N", 20]}, %codebook: tensor<?x20xbf16> {gyre.dims = ["K", 20]})
    -> (tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %k = gyre.nearest_code %x, %codebook : tensor<?x20xbf16>, tensor<?x20xbf16>
  return %k : tensor<?xi32>
}

func.func @residual(%x: tensor<?x16xf32> {gyre.dims = ["N", 16]}, %books: tensor<?x?x16xf32> {gyre.dims = ["Q", "K", 16]})
    -> (tensor<?x?xi32> {gyre.dims = ["N", "Q"], gyre.name = "indices"},
        tensor<?x16xf32> {gyre.dims = ["N", 16], gyre.name = "z"}) {
  %k, %z = gyre.residual_encode %x, %books : tensor<?x16xf32>, tensor<?x?x16xf32>
  return %k, %z : tensor<?x?xi32>, tensor<?x16xf32>
}

func.func @residual_decode(%k: tensor<?x?xi32> {gyre.dims = ["N", "Q"], gyre.name = "indices"},
                           %books: tensor<?x?x16xf32> {gyre.dims = ["Q", "K", 16]})
    -> (tensor<?x16xf32> {gyre.dims = ["N", 16], gyre.name = "z"}) {
  %z = gyre.residual_decode %k, %books : tensor<?x?xi32>, tensor<?x?x16xf32>
  return %z : tensor<?x16xf32>
}

// Four quantizers, two groups, f16.
func.func @residual_groups(%x: tensor<?x2x8xf16> {gyre.dims = ["N", 2, 8]}, %books: tensor<4x2x?x8xf16> {gyre.dims = [4, 2, "K", 8]})
    -> (tensor<?x2x4xi32> {gyre.dims = ["N", 2, 4], gyre.name = "indices"},
        tensor<?x2x8xf16> {gyre.dims = ["N", 2, 8], gyre.name = "z"}) {
  %k, %z = gyre.residual_encode %x, %books : tensor<?x2x8xf16>, tensor<4x2x?x8xf16>
  return %k, %z : tensor<?x2x4xi32>, tensor<?x2x8xf16>
}

func.func @lfq(%z: tensor<?x11xf32> {gyre.dims = ["N", 11]})
    -> (tensor<?x11xf32> {gyre.dims = ["N", 11], gyre.name = "codes"}, tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %c, %k = gyre.lfq_encode %z {scale = 0.5} : tensor<?x11xf32>
  return %c, %k : tensor<?x11xf32>, tensor<?xi32>
}

func.func @bsq(%z: tensor<?x16xbf16> {gyre.dims = ["N", 16]})
    -> (tensor<?x16xbf16> {gyre.dims = ["N", 16], gyre.name = "codes"}, tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %c, %k = gyre.lfq_encode %z {spherical} : tensor<?x16xbf16>
  return %c, %k : tensor<?x16xbf16>, tensor<?xi32>
}

func.func @lfq_decode(%k: tensor<?xi32> {gyre.dims = ["N"]})
    -> (tensor<?x11xf32> {gyre.dims = ["N", 11], gyre.name = "codes"}) {
  %c = gyre.lfq_decode %k {scale = 0.5} : tensor<?xi32> -> tensor<?x11xf32>
  return %c : tensor<?x11xf32>
}

func.func @symmetric(%z: tensor<?x3xf32> {gyre.dims = ["N", 3]})
    -> (tensor<?x3xf32> {gyre.dims = ["N", 3], gyre.name = "codes"}, tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %c, %k = gyre.fsq_encode %z {levels = array<i64: 2, 8, 5>, form = "symmetric"} : tensor<?x3xf32>
  return %c, %k : tensor<?x3xf32>, tensor<?xi32>
}

func.func @clamped(%z: tensor<?x3xf32> {gyre.dims = ["N", 3]})
    -> (tensor<?x3xf32> {gyre.dims = ["N", 3], gyre.name = "codes"}, tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %c, %k = gyre.fsq_encode %z {levels = array<i64: 2, 8, 5>, form = "clamp"} : tensor<?x3xf32>
  return %c, %k : tensor<?x3xf32>, tensor<?xi32>
}

func.func @symmetric_decode(%k: tensor<?xi32> {gyre.dims = ["N"]})
    -> (tensor<?x3xf32> {gyre.dims = ["N", 3], gyre.name = "codes"}) {
  %c = gyre.fsq_decode %k {levels = array<i64: 2, 8, 5>, form = "symmetric"} : tensor<?xi32>
  return %c : tensor<?x3xf32>
}

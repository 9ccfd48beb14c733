// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// FSQ there and back, nearest codes.

func.func @fsq_encode(%z: tensor<?x4xf32> {gyre.dims = ["N", 4]})
    -> (tensor<?x4xf32> {gyre.dims = ["N", 4], gyre.name = "codes"},
        tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 5, 5, 2>} : tensor<?x4xf32>
  return %codes, %indices : tensor<?x4xf32>, tensor<?xi32>
}

func.func @fsq_notebook(%z: tensor<?x4xf32> {gyre.dims = ["N", 4]})
    -> (tensor<?x4xf32> {gyre.dims = ["N", 4], gyre.name = "codes"},
        tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 5, 4, 2>, form = "tan"} : tensor<?x4xf32>
  return %codes, %indices : tensor<?x4xf32>, tensor<?xi32>
}

func.func @fsq_decode(%indices: tensor<?xi32> {gyre.dims = ["N"]})
    -> (tensor<?x4xf32> {gyre.dims = ["N", 4], gyre.name = "codes"}) {
  %codes = gyre.fsq_decode %indices {levels = array<i64: 8, 5, 5, 2>} : tensor<?xi32>
  return %codes : tensor<?x4xf32>
}

func.func @nearest_code(%x: tensor<?x?xf32> {gyre.dims = ["N", "D"]},
                        %codebook: tensor<?x?xf32> {gyre.dims = ["K", "D"]})
    -> (tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %k = gyre.nearest_code %x, %codebook : tensor<?x?xf32>, tensor<?x?xf32>
  return %k : tensor<?xi32>
}

func.func @quantized(%x: tensor<?x64xf32> {gyre.dims = ["N", 64]}, %codebook: tensor<100x64xf32>)
    -> (tensor<?x64xf32> {gyre.dims = ["N", 64], gyre.name = "z"}) {
  %k = gyre.nearest_code %x, %codebook : tensor<?x64xf32>, tensor<100x64xf32>
  %z = gyre.embedding %codebook, %k : tensor<100x64xf32>, tensor<?xi32>
  return %z : tensor<?x64xf32>
}

func.func @fsq_decode_six(%indices: tensor<?x?xi64> {gyre.dims = ["B", "N"]})
    -> (tensor<?x?x6xf32> {gyre.dims = ["B", "N", 6], gyre.name = "codes"}) {
  %codes = gyre.fsq_decode %indices {levels = array<i64: 8, 8, 8, 5, 5, 5>} : tensor<?x?xi64>
  return %codes : tensor<?x?x6xf32>
}

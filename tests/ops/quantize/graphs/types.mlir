// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operators of the family, stored as !T: tests/hostile compiles this with each type of floats
// in its place and compares their results.

!T = f16

func.func @codes(%x: tensor<?x5x!T> {gyre.dims = ["N", 5]})
    -> (tensor<?x5x!T> {gyre.dims = ["N", 5], gyre.name = "fsq"}, tensor<?xi32> {gyre.dims = ["N"], gyre.name = "fsq_index"},
        tensor<?x5x!T> {gyre.dims = ["N", 5], gyre.name = "lfq"}, tensor<?xi32> {gyre.dims = ["N"], gyre.name = "lfq_index"}) {
  %0:2 = gyre.fsq_encode %x {levels = array<i64: 8, 5, 5, 2, 7>} : tensor<?x5x!T>
  %1:2 = gyre.lfq_encode %x : tensor<?x5x!T>
  return %0#0, %0#1, %1#0, %1#1 : tensor<?x5x!T>, tensor<?xi32>, tensor<?x5x!T>, tensor<?xi32>
}

func.func @decoded(%i: tensor<?xi32> {gyre.dims = ["N"]}) -> (tensor<?x5x!T> {gyre.dims = ["N", 5], gyre.name = "y"}) {
  %y = gyre.lfq_decode %i : tensor<?xi32> -> tensor<?x5x!T>
  return %y : tensor<?x5x!T>
}

func.func @nearest(%x: tensor<?x12x!T> {gyre.dims = ["N", 12]}, %codebook: tensor<37x12x!T>, %books: tensor<3x9x12x!T>)
    -> (tensor<?xi32> {gyre.dims = ["N"], gyre.name = "euclidean"}, tensor<?xi32> {gyre.dims = ["N"], gyre.name = "cosine"},
        tensor<?x3xi32> {gyre.dims = ["N", 3], gyre.name = "residual"}, tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "quantized"}) {
  %0 = gyre.nearest_code %x, %codebook : tensor<?x12x!T>, tensor<37x12x!T>
  %1 = gyre.nearest_code %x, %codebook {distance = "cosine"} : tensor<?x12x!T>, tensor<37x12x!T>
  %2, %3 = gyre.residual_encode %x, %books : tensor<?x12x!T>, tensor<3x9x12x!T>
  return %0, %1, %2, %3 : tensor<?xi32>, tensor<?xi32>, tensor<?x3xi32>, tensor<?x12x!T>
}

func.func @residual_decode(%i: tensor<?x3xi32> {gyre.dims = ["N", 3]}, %books: tensor<3x9x12x!T>) -> (tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "y"}) {
  %y = gyre.residual_decode %i, %books : tensor<?x3xi32>, tensor<3x9x12x!T>
  return %y : tensor<?x12x!T>
}

func.func @formats(%x: tensor<?x12x!T> {gyre.dims = ["N", 12]}, %s: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?x12xi8> {gyre.dims = ["N", 12], gyre.name = "int8"}, tensor<?x12xf8E4M3FN> {gyre.dims = ["N", 12], gyre.name = "e4m3"}, tensor<?x12x!T> {gyre.dims = ["N", 12], gyre.name = "y"}) {
  %0 = gyre.quantize %x, %s {format = "int8", block = array<i64: 1, 0>} : tensor<?x12x!T>, tensor<?xf32>
  %1 = gyre.quantize %x, %s {format = "e4m3", block = array<i64: 1, 0>} : tensor<?x12x!T>, tensor<?xf32>
  %2 = gyre.dequantize %0, %s {format = "int8", block = array<i64: 1, 0>} : tensor<?x12xi8>, tensor<?xf32> -> tensor<?x12x!T>
  return %0, %1, %2 : tensor<?x12xi8>, tensor<?x12xf8E4M3FN>, tensor<?x12x!T>
}

func.func @scales(%x: tensor<?x12x!T> {gyre.dims = ["N", 12]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "scale"}, tensor<?xf32> {gyre.dims = ["N"], gyre.name = "range"}, tensor<?xi32> {gyre.dims = ["N"], gyre.name = "zero"}) {
  %0 = gyre.quantize_scale %x {format = "int8", block = array<i64: 1, 0>} : tensor<?x12x!T>
  %1, %2 = gyre.quantize_range %x {format = "uint8", block = array<i64: 1, 0>} : tensor<?x12x!T>
  return %0, %1, %2 : tensor<?xf32>, tensor<?xf32>, tensor<?xi32>
}

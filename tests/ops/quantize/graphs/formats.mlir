// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Narrow number formats there and back, and in front of their consumers.

func.func @scales(%x: tensor<64x?xf32> {gyre.dims = [64, "N"]})
    -> (tensor<f32> {gyre.name = "whole"}, tensor<?xf32> {gyre.dims = ["N"], gyre.name = "columns"},
        tensor<4x?xf32> {gyre.dims = [4, "N"], gyre.name = "groups"}) {
  %0 = gyre.quantize_scale %x {format = "int8", block = array<i64: 0, 0>} : tensor<64x?xf32>
  %1 = gyre.quantize_scale %x {format = "e4m3", block = array<i64: 0, 1>} : tensor<64x?xf32>
  %2 = gyre.quantize_scale %x {format = "int4", block = array<i64: 16, 1>} : tensor<64x?xf32>
  return %0, %1, %2 : tensor<f32>, tensor<?xf32>, tensor<4x?xf32>
}

func.func @int8(%x: tensor<?x64xf32> {gyre.dims = ["N", 64]}, %s: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?x64xi8> {gyre.dims = ["N", 64], gyre.name = "q"},
        tensor<?x64xf32> {gyre.dims = ["N", 64], gyre.name = "y"}) {
  %q = gyre.quantize %x, %s {format = "int8", block = array<i64: 1, 0>} : tensor<?x64xf32>, tensor<?xf32>
  %y = gyre.dequantize %q, %s {format = "int8", block = array<i64: 1, 0>}
      : tensor<?x64xi8>, tensor<?xf32> -> tensor<?x64xf32>
  return %q, %y : tensor<?x64xi8>, tensor<?x64xf32>
}

// Packed along rows, in groups of 16 of them.
func.func @int4_rows(%x: tensor<64x?xf32> {gyre.dims = [64, "N"]}, %s: tensor<4x?xf32> {gyre.dims = [4, "N"]})
    -> (tensor<32x?xi8> {gyre.dims = [32, "N"], gyre.name = "q"},
        tensor<64x?xf32> {gyre.dims = [64, "N"], gyre.name = "y"}) {
  %q = gyre.quantize %x, %s {format = "int4", block = array<i64: 16, 1>, axis = 0 : i64}
      : tensor<64x?xf32>, tensor<4x?xf32>
  %y = gyre.dequantize %q, %s {format = "int4", block = array<i64: 16, 1>, axis = 0 : i64}
      : tensor<32x?xi8>, tensor<4x?xf32> -> tensor<64x?xf32>
  return %q, %y : tensor<32x?xi8>, tensor<64x?xf32>
}

// Packed along columns, in groups of 10 of them.
func.func @int4_columns(%x: tensor<?x70xf16> {gyre.dims = ["N", 70]}, %s: tensor<?x7xf32> {gyre.dims = ["N", 7]})
    -> (tensor<?x35xi8> {gyre.dims = ["N", 35], gyre.name = "q"},
        tensor<?x70xf16> {gyre.dims = ["N", 70], gyre.name = "y"}) {
  %q = gyre.quantize %x, %s {format = "int4", block = array<i64: 1, 10>}
      : tensor<?x70xf16>, tensor<?x7xf32>
  %y = gyre.dequantize %q, %s {format = "int4", block = array<i64: 1, 10>}
      : tensor<?x35xi8>, tensor<?x7xf32> -> tensor<?x70xf16>
  return %q, %y : tensor<?x35xi8>, tensor<?x70xf16>
}

func.func @float8(%x: tensor<?xf32> {gyre.dims = ["N"]}, %s: tensor<f32>)
    -> (tensor<?xf8E4M3FN> {gyre.dims = ["N"], gyre.name = "a"},
        tensor<?xf8E4M3FN> {gyre.dims = ["N"], gyre.name = "b"},
        tensor<?xf8E5M2> {gyre.dims = ["N"], gyre.name = "c"}) {
  %a = gyre.quantize %x, %s {format = "e4m3", block = array<i64: 0>} : tensor<?xf32>, tensor<f32>
  %b = gyre.quantize %x, %s {format = "e4m3", block = array<i64: 0>, overflow = "nan"}
      : tensor<?xf32>, tensor<f32>
  %c = gyre.quantize %x, %s {format = "e5m2", block = array<i64: 0>} : tensor<?xf32>, tensor<f32>
  return %a, %b, %c : tensor<?xf8E4M3FN>, tensor<?xf8E4M3FN>, tensor<?xf8E5M2>
}

func.func @wide8(%a: tensor<?xf8E4M3FN> {gyre.dims = ["N"]}, %c: tensor<?xf8E5M2> {gyre.dims = ["N"]},
                 %s: tensor<f32>)
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "x"}, tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"},
        tensor<?xbf16> {gyre.dims = ["N"], gyre.name = "z"}) {
  %x = gyre.dequantize %a, %s {format = "e4m3", block = array<i64: 0>}
      : tensor<?xf8E4M3FN>, tensor<f32> -> tensor<?xf32>
  %y = gyre.dequantize %c, %s {format = "e5m2", block = array<i64: 0>}
      : tensor<?xf8E5M2>, tensor<f32> -> tensor<?xf32>
  %z = gyre.dequantize %a, %s {format = "e4m3", block = array<i64: 0>}
      : tensor<?xf8E4M3FN>, tensor<f32> -> tensor<?xbf16>
  return %x, %y, %z : tensor<?xf32>, tensor<?xf32>, tensor<?xbf16>
}

// Weights in front of products: a scale a column, groups of rows, f8.
func.func @linear_int8(%x: tensor<?x70xf32> {gyre.dims = ["M", 70]}, %q: tensor<70x?xi8> {gyre.dims = [70, "N"]},
                       %s: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"], gyre.name = "y"}) {
  %w = gyre.dequantize %q, %s {format = "int8", block = array<i64: 0, 1>}
      : tensor<70x?xi8>, tensor<?xf32> -> tensor<70x?xf32>
  %y = gyre.linear %x, %w : tensor<?x70xf32>, tensor<70x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @linear_int4(%x: tensor<?x96xf32> {gyre.dims = ["M", 96]}, %q: tensor<48x?xi8> {gyre.dims = [48, "N"]},
                       %s: tensor<3x?xf32> {gyre.dims = [3, "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"], gyre.name = "y"}) {
  %w = gyre.dequantize %q, %s {format = "int4", block = array<i64: 32, 1>, axis = 0 : i64}
      : tensor<48x?xi8>, tensor<3x?xf32> -> tensor<96x?xf32>
  %y = gyre.linear %x, %w : tensor<?x96xf32>, tensor<96x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @linear_e4m3(%x: tensor<?x70xf32> {gyre.dims = ["M", 70]},
                       %q: tensor<70x?xf8E4M3FN> {gyre.dims = [70, "N"]}, %s: tensor<f32>,
                       %bias: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"], gyre.name = "y"}) {
  %w = gyre.dequantize %q, %s {format = "e4m3", block = array<i64: 0, 0>}
      : tensor<70x?xf8E4M3FN>, tensor<f32> -> tensor<70x?xf32>
  %y = gyre.linear %x, %w, %bias : tensor<?x70xf32>, tensor<70x?xf32>, tensor<?xf32>
  return %y : tensor<?x?xf32>
}

// Rows of f16, and weights that lie transposed.
func.func @transposed_int8(%x: tensor<?x70xf16> {gyre.dims = ["M", 70]},
                           %q: tensor<?x70xi8> {gyre.dims = ["N", 70]}, %s: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"], gyre.name = "y"}) {
  %w = gyre.dequantize %q, %s {format = "int8", block = array<i64: 1, 0>}
      : tensor<?x70xi8>, tensor<?xf32> -> tensor<?x70xf32>
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x70xf16>
  %n = tensor.dim %q, %c0 : tensor<?x70xi8>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty(%m, %n) : tensor<?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x70xf16>, tensor<?x70xf32>) outs(%zeros : tensor<?x?xf32>) {
  ^bb0(%a: f16, %b: f32, %c: f32):
    %0 = arith.extf %a : f16 to f32
    %1 = arith.mulf %0, %b : f32
    %2 = arith.addf %c, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// A consumer that is element-wise.
func.func @silu_int8(%q: tensor<?xi8> {gyre.dims = ["N"]}, %s: tensor<f32>)
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %x = gyre.dequantize %q, %s {format = "int8", block = array<i64: 0>}
      : tensor<?xi8>, tensor<f32> -> tensor<?xf32>
  %y = gyre.silu %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

// Scales and zero points of a tensor, of columns, of groups of 16 rows.
func.func @zero_points(%x: tensor<64x?xf32> {gyre.dims = [64, "N"]})
    -> (tensor<f32> {gyre.name = "s8"}, tensor<i32> {gyre.name = "z8"},
        tensor<?xf32> {gyre.dims = ["N"], gyre.name = "si8"}, tensor<?xi32> {gyre.dims = ["N"], gyre.name = "zi8"},
        tensor<4x?xf32> {gyre.dims = [4, "N"], gyre.name = "s4"},
        tensor<4x?xi32> {gyre.dims = [4, "N"], gyre.name = "z4"}) {
  %s8, %z8 = gyre.quantize_range %x {format = "uint8", block = array<i64: 0, 0>} : tensor<64x?xf32>
  %si8, %zi8 = gyre.quantize_range %x {format = "int8", block = array<i64: 0, 1>} : tensor<64x?xf32>
  %s4, %z4 = gyre.quantize_range %x {format = "uint4", block = array<i64: 16, 1>} : tensor<64x?xf32>
  return %s8, %z8, %si8, %zi8, %s4, %z4
      : tensor<f32>, tensor<i32>, tensor<?xf32>, tensor<?xi32>, tensor<4x?xf32>, tensor<4x?xi32>
}

// A scale and a zero point a row, the latter of i32 and of the format's bits.
func.func @uint8(%x: tensor<?x64xf32> {gyre.dims = ["N", 64]}, %s: tensor<?xf32> {gyre.dims = ["N"]},
                 %z: tensor<?xi32> {gyre.dims = ["N"]}, %bits: tensor<?xi8> {gyre.dims = ["N"]})
    -> (tensor<?x64xi8> {gyre.dims = ["N", 64], gyre.name = "q"},
        tensor<?x64xf32> {gyre.dims = ["N", 64], gyre.name = "y"}) {
  %q = gyre.quantize %x, %s zero(%z) {format = "uint8", block = array<i64: 1, 0>}
      : tensor<?x64xf32>, tensor<?xf32>, tensor<?xi32>
  %y = gyre.dequantize %q, %s zero(%bits) {format = "uint8", block = array<i64: 1, 0>}
      : tensor<?x64xi8>, tensor<?xf32>, tensor<?xi8> -> tensor<?x64xf32>
  return %q, %y : tensor<?x64xi8>, tensor<?x64xf32>
}

// Zero points that are fractions, of rows of bf16 packed in groups of 10.
func.func @uint4_columns(%x: tensor<?x70xbf16> {gyre.dims = ["N", 70]}, %s: tensor<?x7xf32> {gyre.dims = ["N", 7]},
                         %z: tensor<?x7xf32> {gyre.dims = ["N", 7]})
    -> (tensor<?x35xi8> {gyre.dims = ["N", 35], gyre.name = "q"},
        tensor<?x70xbf16> {gyre.dims = ["N", 70], gyre.name = "y"}) {
  %q = gyre.quantize %x, %s zero(%z) {format = "uint4", block = array<i64: 1, 10>}
      : tensor<?x70xbf16>, tensor<?x7xf32>, tensor<?x7xf32>
  %y = gyre.dequantize %q, %s zero(%z) {format = "uint4", block = array<i64: 1, 10>}
      : tensor<?x35xi8>, tensor<?x7xf32>, tensor<?x7xf32> -> tensor<?x70xbf16>
  return %q, %y : tensor<?x35xi8>, tensor<?x70xbf16>
}

func.func @linear_uint4(%x: tensor<?x96xf32> {gyre.dims = ["M", 96]}, %q: tensor<48x?xi8> {gyre.dims = [48, "N"]},
                        %s: tensor<3x?xf16> {gyre.dims = [3, "N"]}, %z: tensor<3x?xi32> {gyre.dims = [3, "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"], gyre.name = "y"}) {
  %w = gyre.dequantize %q, %s zero(%z) {format = "uint4", block = array<i64: 32, 1>, axis = 0 : i64}
      : tensor<48x?xi8>, tensor<3x?xf16>, tensor<3x?xi32> -> tensor<96x?xf32>
  %y = gyre.linear %x, %w : tensor<?x96xf32>, tensor<96x?xf32>
  return %y : tensor<?x?xf32>
}

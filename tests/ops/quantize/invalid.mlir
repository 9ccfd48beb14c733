// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Quantize.td.

func.func @fsq_encode_c1(%z: tensor<?x3xf32>) {
  // expected-error @+1 {{expected the last dimension of z to be 4, one a level, got 'tensor<?x3xf32>'}}
  %c, %i = gyre.fsq_encode %z {levels = array<i64: 8, 5, 5, 5>} : tensor<?x3xf32>
  return
}

// -----

func.func @fsq_encode_c2(%z: tensor<?x2xf32>) {
  // expected-error @+1 {{expected levels of at least 2, got 1}}
  %c, %i = gyre.fsq_encode %z {levels = array<i64: 8, 1>} : tensor<?x2xf32>
  return
}

// -----

func.func @fsq_encode_c3(%z: tensor<?x2xf32>) {
  // expected-error @+1 {{expected at least one level and at most 2^24 codes, got levels [4097, 4097]}}
  %c, %i = gyre.fsq_encode %z {levels = array<i64: 4097, 4097>} : tensor<?x2xf32>
  return
}

// -----

func.func @fsq_decode_c1(%i: tensor<?xi32>) {
  // expected-error @+1 {{expected levels of at least 2, got 0}}
  %c = gyre.fsq_decode %i {levels = array<i64: 0>} : tensor<?xi32>
  return
}

// -----

func.func @fsq_decode_c2(%i: tensor<?xi32>) {
  // expected-error @+1 {{expected at least one level and at most 2^24 codes, got levels []}}
  %c = gyre.fsq_decode %i {levels = array<i64>} : tensor<?xi32>
  return
}

// -----

func.func @nearest_code_c1(%x: tensor<?x64xf32>, %e: tensor<64xf32>) {
  // expected-error @+1 {{expected x of rank 1 or more and codebook of rank 2, or 2 or more and 3 with groups, got 2 and 1}}
  %k = gyre.nearest_code %x, %e : tensor<?x64xf32>, tensor<64xf32>
  return
}

// -----

func.func @nearest_code_c2(%x: tensor<?x32xf32>, %e: tensor<100x64xf32>) {
  // expected-error @+1 {{expected x and codebook to agree in the last dimension}}
  %k = gyre.nearest_code %x, %e : tensor<?x32xf32>, tensor<100x64xf32>
  return
}

// -----

func.func @quantize_scale_c1(%x: tensor<64x?xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{expected a block with an entry of 0 or more for each dimension of 'tensor<64x?xf32>', got [0]}}
  %0 = gyre.quantize_scale %x {format = "int8", block = array<i64: 0>} : tensor<64x?xf32>
  return
}

// -----

func.func @quantize_scale_c2(%x: tensor<64x?xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{expected blocks of 10 to divide a known size, got 'tensor<64x?xf32>'}}
  %0 = gyre.quantize_scale %x {format = "int8", block = array<i64: 10, 1>} : tensor<64x?xf32>
  return
}

// -----

func.func @quantize_c1(%x: tensor<64x?xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{expected a block with an entry of 0 or more for each dimension of 'tensor<64x?xf32>', got [0, -1]}}
  %0 = gyre.quantize %x, %s {format = "int8", block = array<i64: 0, -1>} : tensor<64x?xf32>, tensor<f32>
  return
}

// -----

func.func @quantize_c2(%x: tensor<64x?xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{expected blocks of 16 to divide a known size, got 'tensor<64x?xf32>'}}
  %0 = gyre.quantize %x, %s {format = "int8", block = array<i64: 0, 16>} : tensor<64x?xf32>, tensor<f32>
  return
}

// -----

func.func @quantize_c3(%x: tensor<64x?xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{expected a scale of sizes 4x?, got 'tensor<f32>'}}
  %0 = gyre.quantize %x, %s {format = "int8", block = array<i64: 16, 1>} : tensor<64x?xf32>, tensor<f32>
  return
}

// -----

func.func @quantize_c4(%x: tensor<64x?xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{expected axis -1 to have a known even size and even blocks, got 'tensor<64x?xf32>' and [0, 0]}}
  %0 = gyre.quantize %x, %s {format = "int4", block = array<i64: 0, 0>} : tensor<64x?xf32>, tensor<f32>
  return
}

// -----

func.func @quantize_c5(%x: tensor<64x?xf32>, %s: tensor<f32>, %z: tensor<64xi32>) {
  // expected-error @+1 {{expected a zero point of a format of integers with the sizes , got 'tensor<64xi32>'}}
  %0 = gyre.quantize %x, %s zero(%z) {format = "int8", block = array<i64: 0, 0>} : tensor<64x?xf32>, tensor<f32>, tensor<64xi32>
  return
}

// -----

func.func @quantize_range_c1(%x: tensor<64x?xf32>) {
  // expected-error @+1 {{expected a block with an entry of 0 or more for each dimension of 'tensor<64x?xf32>', got [0]}}
  %s, %z = gyre.quantize_range %x {format = "int8", block = array<i64: 0>} : tensor<64x?xf32>
  return
}

// -----

func.func @quantize_range_c2(%x: tensor<64x?xf32>) {
  // expected-error @+1 {{expected blocks of 10 to divide a known size, got 'tensor<64x?xf32>'}}
  %s, %z = gyre.quantize_range %x {format = "uint4", block = array<i64: 10, 1>} : tensor<64x?xf32>
  return
}

// -----

func.func @dequantize_c6(%q: tensor<64x?xf8E5M2>, %s: tensor<f32>, %z: tensor<i32>) {
  // expected-error @+1 {{expected a zero point of a format of integers with the sizes , got 'tensor<i32>'}}
  %0 = gyre.dequantize %q, %s zero(%z) {format = "e5m2", block = array<i64: 0, 0>} : tensor<64x?xf8E5M2>, tensor<f32>, tensor<i32> -> tensor<64x?xf32>
  return
}

// -----

func.func @dequantize_c1(%q: tensor<64x?xi8>, %s: tensor<f32>) {
  // expected-error @+1 {{expected a block with an entry of 0 or more for each dimension of 'tensor<64x?xf32>', got []}}
  %0 = gyre.dequantize %q, %s {format = "int8", block = array<i64>} : tensor<64x?xi8>, tensor<f32> -> tensor<64x?xf32>
  return
}

// -----

func.func @dequantize_c2(%q: tensor<64x?xi8>, %s: tensor<f32>) {
  // expected-error @+1 {{expected blocks of 3 to divide a known size, got 'tensor<64x?xf32>'}}
  %0 = gyre.dequantize %q, %s {format = "int8", block = array<i64: 3, 0>} : tensor<64x?xi8>, tensor<f32> -> tensor<64x?xf32>
  return
}

// -----

func.func @dequantize_c3(%q: tensor<64x?xi8>, %s: tensor<f32>) {
  // expected-error @+1 {{expected a scale of sizes ?, got 'tensor<f32>'}}
  %0 = gyre.dequantize %q, %s {format = "int8", block = array<i64: 0, 1>} : tensor<64x?xi8>, tensor<f32> -> tensor<64x?xf32>
  return
}

// -----

func.func @dequantize_c4(%q: tensor<64x?xi8>, %s: tensor<64xf32>) {
  // expected-error @+1 {{expected axis 0 to have a known even size and even blocks, got 'tensor<64x?xf32>' and [1, 0]}}
  %0 = gyre.dequantize %q, %s {format = "int4", block = array<i64: 1, 0>, axis = 0 : i64} : tensor<64x?xi8>, tensor<64xf32> -> tensor<64x?xf32>
  return
}

// -----

func.func @dequantize_c5(%q: tensor<64x?xi8>, %s: tensor<f32>) {
  // expected-error @+1 {{expected q to be 'tensor<64x?xf8E4M3FN>', got 'tensor<64x?xi8>'}}
  %0 = gyre.dequantize %q, %s {format = "e4m3", block = array<i64: 0, 0>} : tensor<64x?xi8>, tensor<f32> -> tensor<64x?xf32>
  return
}

// -----

func.func @nearest_code_c2_groups(%x: tensor<?x3x64xf32>, %e: tensor<2x9x64xf32>) {
  // expected-error @+1 {{expected x and codebook to agree in the last dimension and in groups}}
  %k = gyre.nearest_code %x, %e : tensor<?x3x64xf32>, tensor<2x9x64xf32>
  return
}

// -----

func.func @residual_encode_c1(%x: tensor<?x64xf32>, %e: tensor<9x64xf32>) {
  // expected-error @+1 {{expected codebooks of rank 3, or 4 with groups, and vectors of rank 1 or more, 2 with groups, got 2 and 2}}
  %k, %z = gyre.residual_encode %x, %e : tensor<?x64xf32>, tensor<9x64xf32>
  return
}

// -----

func.func @residual_encode_c2(%x: tensor<?x64xf32>, %e: tensor<4x9x32xf32>) {
  // expected-error @+1 {{expected vectors ?x64 to have the features and groups of 'tensor<4x9x32xf32>'}}
  %k, %z = gyre.residual_encode %x, %e : tensor<?x64xf32>, tensor<4x9x32xf32>
  return
}

// -----

func.func @residual_decode_c1(%k: tensor<i32>, %e: tensor<4x9x32xf32>) {
  // expected-error @+1 {{expected indices of rank 1 or more}}
  %z = gyre.residual_decode %k, %e : tensor<i32>, tensor<4x9x32xf32>
  return
}

// -----

func.func @residual_decode_c2(%k: tensor<?x2x4xi32>, %e: tensor<4x3x9x32xf32>) {
  // expected-error @+1 {{expected vectors ?x2x32 to have the features and groups of 'tensor<4x3x9x32xf32>'}}
  %z = gyre.residual_decode %k, %e : tensor<?x2x4xi32>, tensor<4x3x9x32xf32>
  return
}

// -----

func.func @residual_decode_c3(%k: tensor<?x5xi32>, %e: tensor<4x9x32xf32>) {
  // expected-error @+1 {{expected an index for each of 4 codebooks, got 'tensor<?x5xi32>'}}
  %z = gyre.residual_decode %k, %e : tensor<?x5xi32>, tensor<4x9x32xf32>
  return
}

// -----

func.func @lfq_encode_c1(%z: tensor<?x25xf32>) {
  // expected-error @+1 {{expected a known last dimension of 1 to 24, got 'tensor<?x25xf32>'}}
  %c, %k = gyre.lfq_encode %z : tensor<?x25xf32>
  return
}

// -----

func.func @lfq_decode_c1(%k: tensor<?xi32>) {
  // expected-error @+1 {{expected a known last dimension of 1 to 24, got 'tensor<?x?xf32>'}}
  %c = gyre.lfq_decode %k : tensor<?xi32> -> tensor<?x?xf32>
  return
}

// -----

func.func @lfq_decode_c2(%k: tensor<?xi32>) {
  // expected-error @+1 {{expected indices to have sizes }}
  %c = gyre.lfq_decode %k : tensor<?xi32> -> tensor<5x6x3xf32>
  return
}

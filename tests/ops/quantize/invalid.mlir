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
  // expected-error @+1 {{expected x of rank 1 or more and codebook of rank 2, got 2 and 1}}
  %k = gyre.nearest_code %x, %e : tensor<?x64xf32>, tensor<64xf32>
  return
}

// -----

func.func @nearest_code_c2(%x: tensor<?x32xf32>, %e: tensor<100x64xf32>) {
  // expected-error @+1 {{expected x and codebook to agree in the last dimension}}
  %k = gyre.nearest_code %x, %e : tensor<?x32xf32>, tensor<100x64xf32>
  return
}

// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Positions.td.

func.func @tie_positions_c1() {
  // expected-error @+1 {{expected a result of sizes 17x2, got 'tensor<16x2xf32>'}}
  %p = gyre.tie_positions text(5), image(3, 4) : tensor<16x2xf32>
  return
}

// -----

func.func @tie_positions_c2() {
  // expected-error @+1 {{expected sizes from 0 to 2^24, got -1}}
  %p = gyre.tie_positions text(-1) : tensor<?x2xf32>
  return
}

// -----

func.func @tie_positions_spelling() {
  // expected-error @+1 {{expected text(n), image(h, w) or video(t, h, w)}}
  %p = gyre.tie_positions sound(4) : tensor<?x2xf32>
  return
}

// -----

func.func @tie_positions_video() {
  // expected-error @+1 {{expected spans of at most 2 sizes, got 3}}
  %p = gyre.tie_positions video(4, 2, 2) : tensor<?x2xf32>
  return
}

// -----

func.func @mrope_positions_c1() {
  // expected-error @+1 {{expected a result of sizes 29x3, got 'tensor<29x2xi32>'}}
  %p = gyre.mrope_positions text(5), video(2, 3, 4) : tensor<29x2xi32>
  return
}

// -----

func.func @mrope_positions_c2() {
  // expected-error @+1 {{expected sizes from 0 to 2^24, got 16777217}}
  %p = gyre.mrope_positions image(1, 16777217) : tensor<?x3xi32>
  return
}

// -----

func.func @mrope_positions_c3() {
  // expected-error @+1 {{expected an interval above 0 and at most 1024, got 0}}
  %p = gyre.mrope_positions text(1) {interval = 0.0} : tensor<1x3xi32>
  return
}

// -----

func.func @sinusoidal_c1() {
  // expected-error @+1 {{expected an even number of features up to 65536, got 'tensor<4x5xf32>'}}
  %y = gyre.sinusoidal : tensor<4x5xf32>
  return
}

// -----

func.func @sinusoidal_c1_shift() {
  // expected-error @+1 {{expected a shift below 1, got 1.0}}
  %y = gyre.sinusoidal {shift = 1.0} : tensor<4x2xf32>
  return
}

// -----

func.func @sinusoidal_c2(%p: tensor<3xi32>) {
  // expected-error @+1 {{expected a result of sizes 3 and the features, got 'tensor<4x6xf32>'}}
  %y = gyre.sinusoidal positions(%p : tensor<3xi32>) : tensor<4x6xf32>
  return
}

// -----

func.func @sinusoidal_c2_rank() {
  // expected-error @+1 {{expected a result of two dimensions without positions, got 'tensor<6xf32>'}}
  %y = gyre.sinusoidal : tensor<6xf32>
  return
}

// -----

func.func @sinusoidal_c3(%p: tensor<3xi32>, %o: index) {
  // expected-error @+1 {{expected no offset with positions}}
  %y = gyre.sinusoidal positions(%p : tensor<3xi32>) offset(%o) : tensor<3x6xf32>
  return
}

// -----

func.func @sinusoidal_c3_length() {
  // expected-error @+1 {{expected a length for 'tensor<?x6xf32>'}}
  %y = gyre.sinusoidal : tensor<?x6xf32>
  return
}

// -----

func.func @sinusoidal_c4() {
  // expected-error @+1 {{expected a positive base and a finite scale, got 0.000000e+00 and 1.000000e+00}}
  %y = gyre.sinusoidal {base = 0.0} : tensor<4x6xf32>
  return
}

// -----

func.func @complex_embedding_c1(%ids: tensor<3xi32>, %t: tensor<?x4xf32>) {
  // expected-error @+1 {{expected tables of a known number of words and features, got 'tensor<?x4xf32>'}}
  %re, %im = gyre.complex_embedding %ids, %t, %t, %t : tensor<3xi32>, tensor<?x4xf32>
  return
}

// -----

func.func @complex_embedding_c2(%ids: tensor<i32>, %t: tensor<9x4xf32>) {
  // expected-error @+1 {{expected ids along a sequence, got 'tensor<i32>'}}
  %re, %im = gyre.complex_embedding %ids, %t, %t, %t : tensor<i32>, tensor<9x4xf32>
  return
}

// -----

func.func @tie_positions_c2_count(%n: index) {
  // expected-error @+1 {{expected 1 sizes of spans, got 2 with 0 values}}
  %p = "gyre.tie_positions"() {static_sizes = array<i64: 1, 2>, ranks = array<i64: 1>} : () -> tensor<3x2xf32>
  return
}

// -----

func.func @sinusoidal_c3_known(%n: index) {
  // expected-error @+1 {{expected no length}}
  %y = gyre.sinusoidal length(%n) : tensor<4x6xf32>
  return
}

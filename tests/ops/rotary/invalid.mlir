// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Rotary.td.

func.func @rotary_c1(%x: tensor<?x4x64xf32>) {
  // expected-error @+1 {{expected dim to be one of the 2 dimensions before the last, got -1}}
  %y = gyre.rotary %x {dim = -1} : tensor<?x4x64xf32>
  return
}

// -----

func.func @rotary_c2(%x: tensor<?x4x64xf32>) {
  // expected-error @+1 {{expected dims to be even and in [2, 64], got 65}}
  %y = gyre.rotary %x {dims = 65} : tensor<?x4x64xf32>
  return
}

// -----

func.func @rotary_c2_most(%x: tensor<2x1099511627776xf32>) {
  // expected-error @+1 {{expected dims to be even and in [2, 65536], got 1099511627776}}
  %y = gyre.rotary %x : tensor<2x1099511627776xf32>
  return
}

// -----

func.func @rotary_c2_dynamic(%x: tensor<?x4x?xf32>) {
  // expected-error @+1 {{expected a known last dimension of x, got 'tensor<?x4x?xf32>'}}
  %y = gyre.rotary %x : tensor<?x4x?xf32>
  return
}

// -----

func.func @rotary_c2_start(%x: tensor<?x4x64xf32>) {
  // expected-error @+1 {{expected start to be in [0, 32], got 33}}
  %y = gyre.rotary %x {dims = 32, start = 33} : tensor<?x4x64xf32>
  return
}

// -----

func.func @rotary_c3(%x: tensor<3x8x4x64xf32>, %p: tensor<2x4xi32>) {
  // expected-error @+1 {{expected positions to have sizes 3x4, got 2x4}}
  %y = gyre.rotary %x positions(%p) : tensor<3x8x4x64xf32>, tensor<2x4xi32>
  return
}

// -----

func.func @rotary_c3_axes(%x: tensor<3x8x4x64xf32>, %p: tensor<4x3xi32>) {
  // expected-error @+1 {{expected positions to have sizes 4x2, got 4x3}}
  %y = gyre.rotary %x positions(%p) {sections = array<i64: 16, 16>}
      : tensor<3x8x4x64xf32>, tensor<4x3xi32>
  return
}

// -----

func.func @rotary_c4(%x: tensor<8x64xf32>, %p: tensor<8x2xi32>) {
  // expected-error @+1 {{expected sections to sum to 32 pairs, got 24}}
  %y = gyre.rotary %x positions(%p) {sections = array<i64: 16, 8>}
      : tensor<8x64xf32>, tensor<8x2xi32>
  return
}

// -----

func.func @rotary_c4_alternate(%x: tensor<8x64xf32>, %p: tensor<8x2xi32>) {
  // expected-error @+1 {{expected alternating axes to find 24 of 32 pairs for axis 1, got [8, 24]}}
  %y = gyre.rotary %x positions(%p)
      {sections = array<i64: 8, 24>, frequencies = "alternate"}
      : tensor<8x64xf32>, tensor<8x2xi32>
  return
}

// -----

func.func @rotary_c5(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected a positive base, got 0.000000e+00}}
  %y = gyre.rotary %x {base = 0.0} : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c6(%x: tensor<8x64xf32>, %p: tensor<8xi32>, %o: index) {
  // expected-error @+1 {{expected no offset with positions}}
  %y = gyre.rotary %x positions(%p) offset(%o) : tensor<8x64xf32>, tensor<8xi32>
  return
}

// -----

func.func @rotary_c7(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected rope_type to be one of default, linear, ntk, dynamic, yarn, longrope, llama3, proportional, got "llama4"}}
  %y = gyre.rotary %x {scaling = {rope_type = "llama4"}} : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c7_missing(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected rope_type "yarn" to come with original_max_position_embeddings}}
  %y = gyre.rotary %x {scaling = {rope_type = "yarn", factor = 4.0}} : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c7_unknown(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected no beta_fast with rope_type "linear"}}
  %y = gyre.rotary %x {scaling = {rope_type = "linear", factor = 4.0, beta_fast = 1.0}}
      : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c7_number(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected factor to be a positive number, got "four"}}
  %y = gyre.rotary %x {scaling = {rope_type = "linear", factor = "four"}} : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c7_list(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected long_factor to be array<f64: ..> of 32 positive numbers}}
  %y = gyre.rotary %x {scaling = {rope_type = "longrope", original_max_position_embeddings = 4096,
      short_factor = array<f64: 1.0>, long_factor = array<f64: 1.0>}} : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c7_trained(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected original_max_position_embeddings above 1, got 1.0}}
  %y = gyre.rotary %x {scaling = {rope_type = "dynamic", factor = 2.0,
      original_max_position_embeddings = 1}} : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c7_restart(%x: tensor<8x64xf32>, %p: tensor<8x2xi32>) {
  // expected-error @+1 {{expected no scaling of frequencies that restart}}
  %y = gyre.rotary %x positions(%p) {sections = array<i64: 16, 16>, frequencies = "restart",
      scaling = {rope_type = "linear", factor = 2.0}} : tensor<8x64xf32>, tensor<8x2xi32>
  return
}

// -----

func.func @rotary_c7_base(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected a base above 1 to scale, got 1.0}}
  %y = gyre.rotary %x {base = 1.0, scaling = {rope_type = "yarn", factor = 2.0,
      original_max_position_embeddings = 64}} : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c8(%x: tensor<8x64xf32>, %c: tensor<9x32xf32>, %s: tensor<9x16xf32>) {
  // expected-error @+1 {{expected cosines and sines of one type}}
  %y = gyre.rotary %x table(%c, %s) : tensor<8x64xf32>, tensor<9x32xf32>, tensor<9x16xf32>
  return
}

// -----

func.func @rotary_c8_rows(%x: tensor<8x64xf32>, %c: tensor<?x16xf32>) {
  // expected-error @+1 {{expected a table of rows of 32, got 'tensor<?x16xf32>'}}
  %y = gyre.rotary %x table(%c, %c) : tensor<8x64xf32>, tensor<?x16xf32>, tensor<?x16xf32>
  return
}

// -----

func.func @rotary_c8_fractional(%x: tensor<8x64xf32>, %p: tensor<8xf32>, %c: tensor<9x32xf32>) {
  // expected-error @+1 {{expected integer positions with a table, got 'tensor<8xf32>'}}
  %y = gyre.rotary %x positions(%p) table(%c, %c)
      : tensor<8x64xf32>, tensor<8xf32>, tensor<9x32xf32>, tensor<9x32xf32>
  return
}

// -----

func.func @rotary_c8_twice(%x: tensor<2x8x64xf32>, %c: tensor<2x8x32xf32>, %o: index) {
  // expected-error @+1 {{expected neither positions nor an offset with a table of a row a token}}
  %y = gyre.rotary %x offset(%o) table(%c, %c)
      : tensor<2x8x64xf32>, tensor<2x8x32xf32>, tensor<2x8x32xf32>
  return
}

// -----

func.func @rotary_c8_tokens(%x: tensor<2x8x64xf32>, %c: tensor<2x7x32xf32>) {
  // expected-error @+1 {{expected cosines to have sizes 2x8x32, got 2x7x32}}
  %y = gyre.rotary %x table(%c, %c) : tensor<2x8x64xf32>, tensor<2x7x32xf32>, tensor<2x7x32xf32>
  return
}

// -----

func.func @rotary_c8_scaling(%x: tensor<8x64xf32>, %c: tensor<9x32xf32>) {
  // expected-error @+1 {{expected no scaling with a table}}
  %y = gyre.rotary %x table(%c, %c) {scaling = {rope_type = "linear", factor = 2.0}}
      : tensor<8x64xf32>, tensor<9x32xf32>, tensor<9x32xf32>
  return
}

// -----

func.func @rotary_c9(%x: tensor<8x64xf32>, %p: tensor<8xi32>) {
  // expected-error @+1 {{expected a length for this scaling}}
  %y = gyre.rotary %x positions(%p) {scaling = {rope_type = "dynamic", factor = 2.0,
      original_max_position_embeddings = 4}} : tensor<8x64xf32>, tensor<8xi32>
  return
}

// -----

func.func @rotary_c9_needless(%x: tensor<8x64xf32>, %p: tensor<8xi32>, %n: index) {
  // expected-error @+1 {{expected no length}}
  %y = gyre.rotary %x positions(%p) length(%n) : tensor<8x64xf32>, tensor<8xi32>
  return
}

// -----

func.func @rotary_c4_range(%x: tensor<8x64xf32>, %p: tensor<8x2xi32>) {
  // expected-error @+1 {{expected sections of 1 to 32 pairs, got 33}}
  %y = gyre.rotary %x positions(%p) {sections = array<i64: 33, -1>}
      : tensor<8x64xf32>, tensor<8x2xi32>
  return
}

// -----

func.func @rotary_c7_factor(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected a factor of at least 1, got 5.0}}
  %y = gyre.rotary %x {scaling = {rope_type = "linear", factor = 0.5}} : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c7_truncate(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected truncate to be true or false, got 1 : i64}}
  %y = gyre.rotary %x {scaling = {rope_type = "yarn", factor = 2.0,
      original_max_position_embeddings = 64, truncate = 1}} : tensor<8x64xf32>
  return
}

// -----

func.func @rotary_c7_order(%x: tensor<8x64xf32>) {
  // expected-error @+1 {{expected low_freq_factor to be below high_freq_factor, got 4.000000e+00 and 4.000000e+00}}
  %y = gyre.rotary %x {scaling = {rope_type = "llama3", factor = 2.0, low_freq_factor = 4.0,
      high_freq_factor = 4.0, original_max_position_embeddings = 64}} : tensor<8x64xf32>
  return
}

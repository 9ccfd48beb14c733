// RUN: gyre-opt --gyre-decompose --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Scan.td.

func.func @linear_recurrence_c1(%a: tensor<?x64xf32>, %b: tensor<?x32xf32>) {
  // expected-error @+1 {{expected a to have the last sizes of b, got ?x64 and ?x32}}
  %h, %last = gyre.linear_recurrence %a, %b : tensor<?x64xf32>, tensor<?x32xf32>
  return
}

// -----

func.func @linear_recurrence_c2(%a: tensor<?x64xf32>) {
  // expected-error @+1 {{expected dim in [-2, 2), got 2}}
  %h, %last = gyre.linear_recurrence %a, %a {dim = 2} : tensor<?x64xf32>, tensor<?x64xf32>
  return
}

// -----

func.func @linear_recurrence_c3(%a: tensor<?x64xf32>, %h0: tensor<32xf32>) {
  // expected-error @+1 {{expected the initial state to have sizes 64, got 32}}
  %h, %last = gyre.linear_recurrence %a, %a initial(%h0) {dim = 0}
      : tensor<?x64xf32>, tensor<?x64xf32>, tensor<32xf32>
  return
}

// -----

func.func @selective_scan_c1(%u: tensor<?x128xf32>, %delta: tensor<?x64xf32>,
                             %a: tensor<128x16xf32>, %b: tensor<?x16xf32>) {
  // expected-error @+1 {{expected delta to have sizes ?x128, got ?x64}}
  %y, %h = gyre.selective_scan %u, %delta, %a, %b, %b
      : tensor<?x128xf32>, tensor<?x64xf32>, tensor<128x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>
  return
}

// -----

func.func @selective_scan_c2(%u: tensor<?x128xf32>, %a: tensor<64x16xf32>, %b: tensor<?x16xf32>) {
  // expected-error @+1 {{expected A to have rank 2 and 128 rows, as u has channels, got 'tensor<64x16xf32>'}}
  %y, %h = gyre.selective_scan %u, %u, %a, %b, %b
      : tensor<?x128xf32>, tensor<?x128xf32>, tensor<64x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>
  return
}

// -----

func.func @selective_scan_c3(%u: tensor<?x128xf32>, %a: tensor<128x16xf32>, %b: tensor<?x8xf32>) {
  // expected-error @+1 {{expected B to have sizes ?x16, got ?x8}}
  %y, %h = gyre.selective_scan %u, %u, %a, %b, %b
      : tensor<?x128xf32>, tensor<?x128xf32>, tensor<128x16xf32>, tensor<?x8xf32>, tensor<?x8xf32>
  return
}

// -----

func.func @selective_scan_c3_groups(%u: tensor<?x128xf32>, %a: tensor<128x16xf32>, %b: tensor<?x3x16xf32>) {
  // expected-error @+1 {{expected groups that divide the channels, got 3 and 128}}
  %y, %h = gyre.selective_scan %u, %u, %a, %b, %b
      : tensor<?x128xf32>, tensor<?x128xf32>, tensor<128x16xf32>, tensor<?x3x16xf32>, tensor<?x3x16xf32>
  return
}

// -----

func.func @selective_scan_c4(%u: tensor<?x128xf32>, %a: tensor<128x16xf32>, %b: tensor<?x16xf32>, %d: tensor<16xf32>) {
  // expected-error @+1 {{expected skip to have sizes 128, got 16}}
  %y, %h = gyre.selective_scan %u, %u, %a, %b, %b skip(%d)
      : tensor<?x128xf32>, tensor<?x128xf32>, tensor<128x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<16xf32>
  return
}

// -----

func.func @selective_scan_c5(%u: tensor<?x128xf32>, %a: tensor<128x16xf32>, %b: tensor<?x16xf32>, %h0: tensor<16x128xf32>) {
  // expected-error @+1 {{expected the initial state to have sizes 128x16, got 16x128}}
  %y, %h = gyre.selective_scan %u, %u, %a, %b, %b initial(%h0)
      : tensor<?x128xf32>, tensor<?x128xf32>, tensor<128x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<16x128xf32>
  return
}

// -----

func.func @complex_recurrence_c1(%a: tensor<64xf32>, %i: tensor<32xf32>, %b: tensor<?x64xf32>) {
  // expected-error @+1 {{expected a_im to have sizes 64, got 32}}
  %0:4 = gyre.complex_recurrence %a, %i, %b, %b {dim = 0}
      : tensor<64xf32>, tensor<32xf32>, tensor<?x64xf32>, tensor<?x64xf32>
  return
}

// -----

func.func @complex_recurrence_c1_last(%a: tensor<32xf32>, %b: tensor<?x64xf32>) {
  // expected-error @+1 {{expected a to have the last sizes of b, got 32 and ?x64}}
  %0:4 = gyre.complex_recurrence %a, %a, %b, %b {dim = 0}
      : tensor<32xf32>, tensor<32xf32>, tensor<?x64xf32>, tensor<?x64xf32>
  return
}

// -----

func.func @complex_recurrence_c2(%a: tensor<64xf32>, %b: tensor<?x64xf32>) {
  // expected-error @+1 {{expected dim in [-2, 2), got -3}}
  %0:4 = gyre.complex_recurrence %a, %a, %b, %b {dim = -3}
      : tensor<64xf32>, tensor<64xf32>, tensor<?x64xf32>, tensor<?x64xf32>
  return
}

// -----

func.func @complex_recurrence_c3(%a: tensor<64xf32>, %b: tensor<?x64xf32>) {
  // expected-error @+1 {{expected both parts of the initial state or none, got 1}}
  %0:4 = gyre.complex_recurrence %a, %a, %b, %b initial(%a) {dim = 0}
      : tensor<64xf32>, tensor<64xf32>, tensor<?x64xf32>, tensor<?x64xf32>, tensor<64xf32>
  return
}

// -----

func.func @complex_recurrence_c3_sizes(%a: tensor<64xf32>, %b: tensor<?x64xf32>, %h: tensor<16xf32>) {
  // expected-error @+1 {{expected the initial state to have sizes 64, got 16}}
  %0:4 = gyre.complex_recurrence %a, %a, %b, %b initial(%a, %h) {dim = 0}
      : tensor<64xf32>, tensor<64xf32>, tensor<?x64xf32>, tensor<?x64xf32>, tensor<64xf32>, tensor<16xf32>
  return
}

// -----

func.func @ssd_scan_c1(%x: tensor<?x8xf32>, %d: tensor<?xf32>, %a: tensor<8xf32>, %b: tensor<16xf32>) {
  // expected-error @+1 {{expected x of rank 3 or more, got 'tensor<?x8xf32>'}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b
      : tensor<?x8xf32>, tensor<?xf32>, tensor<8xf32>, tensor<16xf32>, tensor<16xf32>
  return
}

// -----

func.func @ssd_scan_c1_delta(%x: tensor<?x8x64xf32>, %d: tensor<?x4xf32>, %a: tensor<8xf32>, %b: tensor<?x16xf32>) {
  // expected-error @+1 {{expected delta to have sizes ?x8, got ?x4}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b
      : tensor<?x8x64xf32>, tensor<?x4xf32>, tensor<8xf32>, tensor<?x16xf32>, tensor<?x16xf32>
  return
}

// -----

func.func @ssd_scan_c2(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8x16xf32>, %b: tensor<?x16xf32>) {
  // expected-error @+1 {{expected a to have sizes 8, got 8x16}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>
  return
}

// -----

func.func @ssd_scan_c3(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8xf32>, %b: tensor<?x3x16xf32>) {
  // expected-error @+1 {{expected groups that divide the heads, got 3 and 8}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8xf32>, tensor<?x3x16xf32>, tensor<?x3x16xf32>
  return
}

// -----

func.func @ssd_scan_c3_sizes(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8xf32>, %b: tensor<?x16xf32>, %c: tensor<?x8xf32>) {
  // expected-error @+1 {{expected C to have sizes ?x16, got ?x8}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %c
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8xf32>, tensor<?x16xf32>, tensor<?x8xf32>
  return
}

// -----

func.func @ssd_scan_c3_known(%x: tensor<?x?x64xf32>, %d: tensor<?x?xf32>, %a: tensor<?xf32>, %b: tensor<?x2x16xf32>) {
  // expected-error @+1 {{expected groups that divide the heads, got 2 and ?}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b
      : tensor<?x?x64xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>
  return
}

// -----

func.func @ssd_scan_c3_rank(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8xf32>, %b: tensor<f32>) {
  // expected-error @+1 {{expected B with states, got 'tensor<f32>'}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8xf32>, tensor<f32>, tensor<f32>
  return
}

// -----

func.func @ssd_scan_c4(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8xf32>, %b: tensor<?x16xf32>, %skip: tensor<8x32xf32>) {
  // expected-error @+1 {{expected skip to have sizes 8x64, got 8x32}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b skip(%skip)
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<8x32xf32>
  return
}

// -----

func.func @ssd_scan_c5(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8xf32>, %b: tensor<?x16xf32>, %h0: tensor<8x16x64xf32>) {
  // expected-error @+1 {{expected the initial state to have sizes 8x64x16, got 8x16x64}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b initial(%h0)
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<8x16x64xf32>
  return
}

// -----

func.func @ssd_scan_c6(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8xf32>, %b: tensor<?x16xf32>) {
  // expected-error @+1 {{expected a chunk in [1, 1024], got 0}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b {chunk = 0}
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8xf32>, tensor<?x16xf32>, tensor<?x16xf32>
  return
}

// -----

func.func @ssd_scan_c7(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8xf32>, %b: tensor<?x16xf32>) {
  // expected-error @+1 {{expected two limits, the lower one first}}
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b {limits = array<f64: 1.0, 0.5>}
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8xf32>, tensor<?x16xf32>, tensor<?x16xf32>
  return
}

// -----

func.func @causal_conv_c1(%x: tensor<64xf32>, %w: tensor<64x4xf32>) {
  // expected-error @+1 {{expected x of rank 2 or more, got 'tensor<64xf32>'}}
  %y, %h = gyre.causal_conv %x, %w : tensor<64xf32>, tensor<64x4xf32>
  return
}

// -----

func.func @causal_conv_c2(%x: tensor<?x64xf32>, %w: tensor<64x1xf32>) {
  // expected-error @+1 {{expected weight to have sizes 64 and K in [2, 64], got 'tensor<64x1xf32>'}}
  %y, %h = gyre.causal_conv %x, %w : tensor<?x64xf32>, tensor<64x1xf32>
  return
}

// -----

func.func @causal_conv_c3(%x: tensor<?x64xf32>, %w: tensor<64x4xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{expected bias to have sizes 64, got 4}}
  %y, %h = gyre.causal_conv %x, %w bias(%b) : tensor<?x64xf32>, tensor<64x4xf32>, tensor<4xf32>
  return
}

// -----

func.func @causal_conv_c4(%x: tensor<?x64xf32>, %w: tensor<64x4xf32>, %h0: tensor<4x64xf32>) {
  // expected-error @+1 {{expected the initial rows to have sizes 3x64, got 4x64}}
  %y, %h = gyre.causal_conv %x, %w initial(%h0) : tensor<?x64xf32>, tensor<64x4xf32>, tensor<4x64xf32>
  return
}

// -----

func.func @diagonal_ssm_c1(%u: tensor<64xf32>, %s: tensor<64xf32>, %a: tensor<64x16xf32>) {
  // expected-error @+1 {{expected u of rank 2 or more, got 'tensor<64xf32>'}}
  %0:3 = gyre.diagonal_ssm %u, %s, %a, %a, %a, %a : tensor<64xf32>, tensor<64xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>
  return
}

// -----

func.func @diagonal_ssm_c1_step(%u: tensor<?x64xf32>, %s: tensor<16xf32>, %a: tensor<64x16xf32>) {
  // expected-error @+1 {{expected step to have sizes 64, got 16}}
  %0:3 = gyre.diagonal_ssm %u, %s, %a, %a, %a, %a : tensor<?x64xf32>, tensor<16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>
  return
}

// -----

func.func @diagonal_ssm_c2(%u: tensor<?x64xf32>, %s: tensor<64xf32>, %a: tensor<64x16xf32>, %c: tensor<64x8xf32>) {
  // expected-error @+1 {{expected c_im to have sizes 64x16, got 64x8}}
  %0:3 = gyre.diagonal_ssm %u, %s, %a, %a, %a, %c : tensor<?x64xf32>, tensor<64xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x8xf32>
  return
}

// -----

func.func @diagonal_ssm_c2_rows(%u: tensor<?x64xf32>, %s: tensor<64xf32>, %a: tensor<32x16xf32>) {
  // expected-error @+1 {{expected a_re to have rank 2 and 64 rows, as u has channels, got 'tensor<32x16xf32>'}}
  %0:3 = gyre.diagonal_ssm %u, %s, %a, %a, %a, %a : tensor<?x64xf32>, tensor<64xf32>, tensor<32x16xf32>, tensor<32x16xf32>, tensor<32x16xf32>, tensor<32x16xf32>
  return
}

// -----

func.func @diagonal_ssm_c3(%u: tensor<?x64xf32>, %s: tensor<64xf32>, %a: tensor<64x16xf32>, %skip: tensor<16xf32>) {
  // expected-error @+1 {{expected skip to have sizes 64, got 16}}
  %0:3 = gyre.diagonal_ssm %u, %s, %a, %a, %a, %a skip(%skip) : tensor<?x64xf32>, tensor<64xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<16xf32>
  return
}

// -----

func.func @diagonal_ssm_c4(%u: tensor<?x64xf32>, %s: tensor<64xf32>, %a: tensor<64x16xf32>) {
  // expected-error @+1 {{expected both parts of the initial state or none, got 1}}
  %0:3 = gyre.diagonal_ssm %u, %s, %a, %a, %a, %a initial(%a) : tensor<?x64xf32>, tensor<64xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>
  return
}

// -----

func.func @diagonal_ssm_c4_sizes(%u: tensor<?x64xf32>, %s: tensor<64xf32>, %a: tensor<64x16xf32>, %h: tensor<16x64xf32>) {
  // expected-error @+1 {{expected the initial state to have sizes 64x16, got 16x64}}
  %0:3 = gyre.diagonal_ssm %u, %s, %a, %a, %a, %a initial(%a, %h) : tensor<?x64xf32>, tensor<64xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<16x64xf32>
  return
}

// -----

func.func @lru_c1(%u: tensor<64xf32>, %n: tensor<32xf32>, %b: tensor<64x32xf32>, %c: tensor<32x8xf32>) {
  // expected-error @+1 {{expected u of rank 2 or more, got 'tensor<64xf32>'}}
  %0:3 = gyre.lru %u, %n, %n, %b, %b, %c, %c : tensor<64xf32>, tensor<32xf32>, tensor<32xf32>, tensor<64x32xf32>, tensor<64x32xf32>, tensor<32x8xf32>, tensor<32x8xf32>
  return
}

// -----

func.func @lru_c2(%u: tensor<?x64xf32>, %n: tensor<32xf32>, %b: tensor<64x32xf32>, %c: tensor<32x8xf32>, %g: tensor<64xf32>) {
  // expected-error @+1 {{expected gamma to have sizes 32, got 64}}
  %0:3 = gyre.lru %u, %n, %n, %b, %b, %c, %c gamma(%g) : tensor<?x64xf32>, tensor<32xf32>, tensor<32xf32>, tensor<64x32xf32>, tensor<64x32xf32>, tensor<32x8xf32>, tensor<32x8xf32>, tensor<64xf32>
  return
}

// -----

func.func @lru_c3(%u: tensor<?x64xf32>, %n: tensor<32xf32>, %b: tensor<64x32xf32>, %c: tensor<32x8xf32>, %d: tensor<64x16xf32>) {
  // expected-error @+1 {{expected b_im to have sizes 64x32, got 64x16}}
  %0:3 = gyre.lru %u, %n, %n, %b, %d, %c, %c : tensor<?x64xf32>, tensor<32xf32>, tensor<32xf32>, tensor<64x32xf32>, tensor<64x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>
  return
}

// -----

func.func @lru_c3_states(%u: tensor<?x64xf32>, %n: tensor<32xf32>, %b: tensor<64x32xf32>, %c: tensor<32x8xf32>) {
  // expected-error @+1 {{expected c_re to have rank 2 and 32 rows, got 'tensor<64x32xf32>'}}
  %0:3 = gyre.lru %u, %n, %n, %b, %b, %b, %c : tensor<?x64xf32>, tensor<32xf32>, tensor<32xf32>, tensor<64x32xf32>, tensor<64x32xf32>, tensor<64x32xf32>, tensor<32x8xf32>
  return
}

// -----

func.func @lru_c4(%u: tensor<?x64xf32>, %n: tensor<32xf32>, %b: tensor<64x32xf32>, %c: tensor<32x8xf32>) {
  // expected-error @+1 {{expected both parts of the initial state or none, got 1}}
  %0:3 = gyre.lru %u, %n, %n, %b, %b, %c, %c initial(%n) : tensor<?x64xf32>, tensor<32xf32>, tensor<32xf32>, tensor<64x32xf32>, tensor<64x32xf32>, tensor<32x8xf32>, tensor<32x8xf32>, tensor<32xf32>
  return
}

// -----

func.func @hippo_c1() {
  // expected-error @+1 {{expected A of sizes N x N and B of size N in [1, 1024], got 8x8 and 4}}
  %a, %b = gyre.hippo : tensor<8x8xf32>, tensor<4xf32>
  return
}

// -----

func.func @hippo_c1_empty() {
  // expected-error @+1 {{expected A of sizes N x N and B of size N in [1, 1024], got 0x0 and 0}}
  %a, %b = gyre.hippo : tensor<0x0xf32>, tensor<0xf32>
  return
}

// -----

func.func @hippo_c2() {
  // expected-error @+1 {{expected a positive window, got 0}}
  %a, %b = gyre.hippo {window = 0.0} : tensor<8x8xf32>, tensor<8xf32>
  return
}

// -----

func.func @discretize_c1(%a: tensor<4x4xf64>, %b: tensor<?xf64>) {
  // expected-error @+1 {{expected A of sizes N x N and B of size N in [1, 1024], got 4x4 and ?}}
  %r, %w = gyre.discretize %a, %b : tensor<4x4xf64>, tensor<?xf64> -> tensor<4x4xf32>, tensor<4xf32>
  return
}

// -----

func.func @discretize_c2(%a: tensor<4x4xf64>, %b: tensor<4xf64>) {
  // expected-error @+1 {{expected R and W to have the sizes of A and B after the number of steps, got 4x4 and 4}}
  %r, %w = gyre.discretize %a, %b {varying} : tensor<4x4xf64>, tensor<4xf64> -> tensor<4x4xf32>, tensor<4xf32>
  return
}

// -----

func.func @discretize_c2_steps(%a: tensor<4x4xf64>, %b: tensor<4xf64>) {
  // expected-error @+1 {{expected R and W to have the sizes of A and B after the number of steps, got 9x4x4 and 8x4}}
  %r, %w = gyre.discretize %a, %b {varying} : tensor<4x4xf64>, tensor<4xf64> -> tensor<9x4x4xf32>, tensor<8x4xf32>
  return
}

// -----

func.func @discretize_c2_work(%a: tensor<64x64xf64>, %b: tensor<64xf64>) {
  // expected-error @+1 {{expected at most 1024 matrices of size 64, got 1025}}
  %r, %w = gyre.discretize %a, %b {varying} : tensor<64x64xf64>, tensor<64xf64> -> tensor<1025x64x64xf32>, tensor<1025x64xf32>
  return
}

// -----

func.func @discretize_c3(%a: tensor<4x4xf64>, %b: tensor<4xf64>) {
  // expected-error @+1 {{expected a positive step, and 1 with varying, got -1}}
  %r, %w = gyre.discretize %a, %b {step = -1.0} : tensor<4x4xf64>, tensor<4xf64> -> tensor<4x4xf32>, tensor<4xf32>
  return
}

// -----

func.func @discretize_c5(%a: tensor<4x4xf64>, %b: tensor<4xf64>) {
  // expected-error @+1 {{expected alpha with the method generalized, and with no other}}
  %r, %w = gyre.discretize %a, %b {method = "generalized"} : tensor<4x4xf64>, tensor<4xf64> -> tensor<4x4xf32>, tensor<4xf32>
  return
}

// -----

func.func @discretize_c5_range(%a: tensor<4x4xf64>, %b: tensor<4xf64>) {
  // expected-error @+1 {{expected alpha in [0, 1], got 2}}
  %r, %w = gyre.discretize %a, %b {method = "generalized", alpha = 2.0} : tensor<4x4xf64>, tensor<4xf64> -> tensor<4x4xf32>, tensor<4xf32>
  return
}

// -----

func.func @discretize_c4(%a: tensor<4x4xf64>, %b: tensor<4xf64>) {
  // expected-error @+2 {{expected A and B to be constants}}
  // expected-error @+1 {{failed to decompose operation gyre.discretize}}
  %r, %w = gyre.discretize %a, %b : tensor<4x4xf64>, tensor<4xf64> -> tensor<4x4xf32>, tensor<4xf32>
  return
}

// -----

func.func @discretize_c4_inverse() -> tensor<2x2xf32> {
  %a = arith.constant dense<[[1.0, 0.0], [0.0, 0.5]]> : tensor<2x2xf64>
  %b = arith.constant dense<1.0> : tensor<2xf64>
  // expected-error @+2 {{expected I - alpha s A to have an inverse}}
  // expected-error @+1 {{failed to decompose operation gyre.discretize}}
  %r, %w = gyre.discretize %a, %b {method = "backward_euler"}
      : tensor<2x2xf64>, tensor<2xf64> -> tensor<2x2xf32>, tensor<2xf32>
  return %r : tensor<2x2xf32>
}

// -----

func.func @lru_c2_rank(%u: tensor<?x64xf32>, %n: tensor<32x1xf32>, %b: tensor<64x32xf32>, %c: tensor<32x8xf32>) {
  // expected-error @+1 {{expected nu of rank 1, got 'tensor<32x1xf32>'}}
  %0:3 = gyre.lru %u, %n, %n, %b, %b, %c, %c : tensor<?x64xf32>, tensor<32x1xf32>, tensor<32x1xf32>, tensor<64x32xf32>, tensor<64x32xf32>, tensor<32x8xf32>, tensor<32x8xf32>
  return
}

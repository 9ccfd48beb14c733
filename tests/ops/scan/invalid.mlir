// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Scan.td.

func.func @linear_recurrence_c1(%a: tensor<?x64xf32>, %b: tensor<?x32xf32>) {
  // expected-error @+1 {{expected a and b to have the same sizes, got ?x64 and ?x32}}
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

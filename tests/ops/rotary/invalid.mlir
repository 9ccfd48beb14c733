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

func.func @rotary_c2_dynamic(%x: tensor<?x4x?xf32>) {
  // expected-error @+1 {{expected a known last dimension of x, got 'tensor<?x4x?xf32>'}}
  %y = gyre.rotary %x : tensor<?x4x?xf32>
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
  // expected-error @+1 {{expected equal sections to alternate, got [24, 8]}}
  %y = gyre.rotary %x positions(%p)
      {sections = array<i64: 24, 8>, frequencies = "alternate"}
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

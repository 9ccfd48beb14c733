// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Nn.td.

func.func @linear_c1(%x: tensor<f32>, %w: tensor<64x128xf32>) {
  // expected-error @+1 {{expected x of rank 1 or more and weight of rank 2, got 0 and 2}}
  %y = gyre.linear %x, %w : tensor<f32>, tensor<64x128xf32>
  return
}

// -----

func.func @linear_c2(%x: tensor<?x32xf32>, %w: tensor<64x128xf32>) {
  // expected-error @+1 {{expected weight to have 32 rows, as x has columns, got 64}}
  %y = gyre.linear %x, %w : tensor<?x32xf32>, tensor<64x128xf32>
  return
}

// -----

func.func @linear_c3(%x: tensor<?x64xf32>, %w: tensor<64x128xf32>, %b: tensor<64xf32>) {
  // expected-error @+1 {{expected bias to have sizes 128, got 64}}
  %y = gyre.linear %x, %w, %b : tensor<?x64xf32>, tensor<64x128xf32>, tensor<64xf32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<f32>) {
  // expected-error @+1 {{expected x of rank 1 or more, got 'tensor<f32>'}}
  %y = gyre.layer_norm %x : tensor<f32>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<?x64xf32>, %w: tensor<32xf32>) {
  // expected-error @+1 {{expected weight to have sizes 64, got 32}}
  %y = gyre.layer_norm %x, %w : tensor<?x64xf32>, tensor<32xf32>
  return
}

// -----

func.func @layer_norm_c3(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{expected eps of 0 or more, got -1.000000e+00}}
  %y = gyre.layer_norm %x {eps = -1.0} : tensor<?x64xf32>
  return
}

// -----

func.func @rms_norm_c1(%x: tensor<f32>) {
  // expected-error @+1 {{expected x of rank 1 or more, got 'tensor<f32>'}}
  %y = gyre.rms_norm %x : tensor<f32>
  return
}

// -----

func.func @rms_norm_c2(%x: tensor<?x64xf32>, %w: tensor<64xf32>, %b: tensor<1x64xf32>) {
  // expected-error @+1 {{expected bias to have sizes 64, got 1x64}}
  %y = gyre.rms_norm %x, %w, %b : tensor<?x64xf32>, tensor<64xf32>, tensor<1x64xf32>
  return
}

// -----

func.func @rms_norm_c3(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{expected eps of 0 or more, got -1.000000e-03}}
  %y = gyre.rms_norm %x {eps = -0.001} : tensor<?x64xf32>
  return
}

// -----

func.func @group_norm_c1(%x: tensor<?x?x8xf32>) {
  // expected-error @+1 {{expected x of rank 2 or more with a known dimension 1, got 'tensor<?x?x8xf32>'}}
  %y = gyre.group_norm %x {groups = 2} : tensor<?x?x8xf32>
  return
}

// -----

func.func @group_norm_c2(%x: tensor<?x32x8xf32>) {
  // expected-error @+1 {{expected groups to divide the 32 channels, got 5}}
  %y = gyre.group_norm %x {groups = 5} : tensor<?x32x8xf32>
  return
}

// -----

func.func @group_norm_c3(%x: tensor<?x32x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{expected weight to have sizes 32, got 8}}
  %y = gyre.group_norm %x, %w {groups = 4} : tensor<?x32x8xf32>, tensor<8xf32>
  return
}

// -----

func.func @group_norm_c4(%x: tensor<?x32x8xf32>) {
  // expected-error @+1 {{expected eps of 0 or more}}
  %y = gyre.group_norm %x {groups = 4, eps = -1.0} : tensor<?x32x8xf32>
  return
}

// -----

func.func @embedding_c1(%table: tensor<0x8xf32>, %ids: tensor<?xi32>) {
  // expected-error @+1 {{expected a table of rank 2 with rows, got 'tensor<0x8xf32>'}}
  %y = gyre.embedding %table, %ids : tensor<0x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @cross_entropy_c1(%x: tensor<4x10xf32>, %labels: tensor<5xi32>) {
  // expected-error @+1 {{expected logits with one dimension more than labels and else their sizes}}
  %y = gyre.cross_entropy %x, %labels : tensor<4x10xf32>, tensor<5xi32>
  return
}

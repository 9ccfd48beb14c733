// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Probability.td.

func.func @softmax_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expected dim in [-2, 2), got 2}}
  %y = gyre.softmax %x {dim = 2} : tensor<2x3xf32>
  return
}

// -----

func.func @softmax_c2(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expected a positive temperature, got 0.000000e+00}}
  %y = gyre.softmax %x {temperature = 0.0} : tensor<2x3xf32>
  return
}

// -----

func.func @log_softmax_c1(%x: tensor<f32>) {
  // expected-error @+1 {{expected dim in [0, 0), got -1}}
  %y = gyre.log_softmax %x : tensor<f32>
  return
}

// -----

func.func @log_softmax_c2(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expected a positive temperature, got -1.000000e+00}}
  %y = gyre.log_softmax %x {temperature = -1.0} : tensor<2x3xf32>
  return
}

// -----

func.func @taylor_softmax_c1(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected dim in [-2, 2), got 2}}
  %y = gyre.taylor_softmax %x {dim = 2} : tensor<4x5xf32>
  return
}

// -----

func.func @taylor_softmax_c2(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected an even order from 2 to 16, got 3}}
  %y = gyre.taylor_softmax %x {order = 3} : tensor<4x5xf32>
  return
}

// -----

func.func @gumbel_max_c1(%x: tensor<f32>, %s: i64) {
  // expected-error @+1 {{expected x of rank 1 or more, got 'tensor<f32>'}}
  %y = gyre.gumbel_max %x seed(%s) offset(%s) : tensor<f32>
  return
}

// -----

func.func @gumbel_max_c2(%x: tensor<4x5xf32>, %s: i64) {
  // expected-error @+1 {{expected a positive temperature, got -1.0}}
  %y = gyre.gumbel_max %x seed(%s) offset(%s) {temperature = -1.0} : tensor<4x5xf32>
  return
}

// -----

func.func @gumbel_softmax_c1(%x: tensor<f32>, %s: i64) {
  // expected-error @+1 {{expected x of rank 1 or more, got 'tensor<f32>'}}
  %y = gyre.gumbel_softmax %x seed(%s) offset(%s) : tensor<f32>
  return
}

// -----

func.func @gumbel_softmax_c2(%x: tensor<4x5xf32>, %s: i64) {
  // expected-error @+1 {{expected a positive temperature, got 0.0}}
  %y = gyre.gumbel_softmax %x seed(%s) offset(%s) {temperature = 0.0} : tensor<4x5xf32>
  return
}

// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Score.td.

func.func @edm_coefficients_c1(%s: f32) {
  // expected-error @+1 {{expected a positive sigma_data, got 0.000000e+00}}
  %0, %1, %2, %3 = gyre.edm_coefficients %s {sigma_data = 0.0} : f32
  return
}

// -----

func.func @karras_sigmas_c1() {
  // expected-error @+1 {{expected steps if and only if the size of the result is not known, got 'tensor<?xf32>'}}
  %0 = gyre.karras_sigmas : tensor<?xf32>
  return
}

// -----

func.func @karras_sigmas_c1_size() {
  // expected-error @+1 {{expected a result of at least 2 elements, got 'tensor<1xf32>'}}
  %0 = gyre.karras_sigmas : tensor<1xf32>
  return
}

// -----

func.func @karras_sigmas_c2() {
  // expected-error @+1 {{expected 0 < sigma_min <= sigma_max and 0 < rho}}
  %0 = gyre.karras_sigmas {sigma_min = 100.0} : tensor<19xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>) -> tensor<4xf32>
func.func @edm_sample_c1(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected @f to be '(tensor<4xf32>, f32) -> tensor<4xf32>', got '(tensor<4xf32>) -> tensor<4xf32>'}}
  %0 = gyre.edm_sample @f(%x) {steps = 8} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @edm_sample_c2(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected steps once, as an operand or an attribute}}
  %0 = gyre.edm_sample @f(%x) : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @edm_sample_c3(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected 0 < sigma_min <= sigma_max and 0 < rho}}
  %0 = gyre.edm_sample @f(%x) {steps = 8, rho = 0.0} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @edm_sample_c4(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected a seed if and only if churn is above 0, got churn 4.000000e+01 without a seed}}
  %0 = gyre.edm_sample @f(%x) {steps = 8, churn = 40.0} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @edm_sample_c5(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected order 1 or 2, got 3}}
  %0 = gyre.edm_sample @f(%x) {steps = 8, order = 3} : tensor<4xf32>
  return
}

// -----

func.func @flow_sample_c1(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected a function @nowhere}}
  %0 = gyre.flow_sample @nowhere(%x) {steps = 8} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @flow_sample_c2(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected at least one step, got 0}}
  %0 = gyre.flow_sample @f(%x) {steps = 0} : tensor<4xf32>
  return
}

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
  // expected-error @+1 {{expected a seed if and only if churn or eta is above 0, got churn 4.000000e+01 and eta 0.000000e+00 without a seed}}
  %0 = gyre.edm_sample @f(%x) {steps = 8, churn = 40.0} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @edm_sample_c5(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected order 1 to 2, got 3}}
  %0 = gyre.edm_sample @f(%x) {steps = 8, order = 3} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @edm_sample_c6(%x: tensor<4xf32>, %s: i64) {
  // expected-error @+1 {{expected eta in [0, 1] with method dpm and 0 with others, got 1.000000e+00 with heun}}
  %0 = gyre.edm_sample @f(%x) seed(%s) {steps = 8, eta = 1.0} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddpm_sample_c1_learned(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected @f to be '(tensor<4xf32>, f32) -> (tensor<4xf32>, tensor<4xf32>)', got '(tensor<4xf32>, f32) -> tensor<4xf32>'}}
  %0 = gyre.ddpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) seed(%s) {steps = 3, variance = "learned"} : tensor<4xf32>
  return
}

// -----

func.func @guidance_c1(%x: tensor<4xf32>, %s: f32) {
  // expected-error @+1 {{expected rescale in [0, 1], got 2.0}}
  %0 = gyre.guidance %x, %x by %s {rescale = 2.0} : tensor<4xf32>, f32
  return
}

// -----

func.func @guidance_c2(%x: tensor<4xf32>, %s: f32) {
  // expected-error @+1 {{expected samples of a dimension or more, got 'tensor<4xf32>'}}
  %0 = gyre.guidance %x, %x by %s {rescale = 0.7} : tensor<4xf32>, f32
  return
}

// -----

func.func @ddpm_step_c3(%x: tensor<4xf32>, %a: f32) {
  // expected-error @+1 {{expected what is learned with that variance only, got none with learned}}
  %0 = gyre.ddpm_step %x, %x from %a, %a to %a, %a noise(%x : tensor<4xf32>) {variance = "learned"} : tensor<4xf32>, f32
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

// -----

func.func @diffusion_schedule_c1(%n: index) {
  // expected-error @+1 {{expected results of a known size of at least 2, got 'tensor<1xf32>'}}
  %0, %1 = gyre.diffusion_schedule : tensor<1xf32>
  return
}

// -----

func.func @diffusion_schedule_c2() {
  // expected-error @+1 {{expected 0 < beta_start <= beta_end < 1, got 1.000000e-04 and 1.000000e+00}}
  %0, %1 = gyre.diffusion_schedule {beta_end = 1.0} : tensor<10xf32>
  return
}

// -----

func.func @convert_prediction_c1(%x: tensor<4xf32>, %a: f32) {
  // expected-error @+1 {{expected a positive sigma_data, got -1.000000e+00}}
  %0 = gyre.convert_prediction %x of %x at %a, %a {from = "edm", to = "v", sigma_data = -1.0} : tensor<4xf32>, f32
  return
}

// -----

func.func @ddim_step_c1(%x: tensor<4xf32>, %a: f32) {
  // expected-error @+1 {{expected noise if and only if eta is above 0, got eta 1.000000e+00 without noise}}
  %0 = gyre.ddim_step %x, %x from %a, %a to %a, %a {eta = 1.0} : tensor<4xf32>, f32
  return
}

// -----

func.func @ddim_step_c2(%x: tensor<4xf32>, %a: f32) {
  // expected-error @+1 {{expected eta in [0, 1] and a clip of 0 or more, got 0.000000e+00 and -1.000000e+00}}
  %0 = gyre.ddim_step %x, %x from %a, %a to %a, %a {clip = -1.0} : tensor<4xf32>, f32
  return
}

// -----

func.func @ddim_step_c3(%x: tensor<4xf32>, %a: f32, %n: tensor<5xf32>) {
  // expected-error @+1 {{expected noise to}}
  %0 = gyre.ddim_step %x, %x from %a, %a to %a, %a noise(%n : tensor<5xf32>) {eta = 1.0} : tensor<4xf32>, f32
  return
}

// -----

func.func @ddpm_step_c1(%x: tensor<4xf32>, %a: f32) {
  // expected-error @+1 {{expected a clip of 0 or more, got -1.000000e+00}}
  %0 = gyre.ddpm_step %x, %x from %a, %a to %a, %a noise(%x : tensor<4xf32>) {clip = -1.0} : tensor<4xf32>, f32
  return
}

// -----

func.func @ddpm_step_c2(%x: tensor<4xf32>, %a: f32, %n: tensor<5xf32>) {
  // expected-error @+1 {{expected noise to}}
  %0 = gyre.ddpm_step %x, %x from %a, %a to %a, %a noise(%n : tensor<5xf32>) : tensor<4xf32>, f32
  return
}

// -----

func.func @ddim_sample_c1(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected a function @nowhere}}
  %0 = gyre.ddim_sample @nowhere(%x) levels(%l, %l : tensor<9xf32>) {steps = 3} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddim_sample_c2(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected one of steps, as an operand or an attribute, and timesteps}}
  %0 = gyre.ddim_sample @f(%x) levels(%l, %l : tensor<9xf32>) {steps = 3, timesteps = array<i64: 1>} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddim_sample_c2_count(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected 1 to 9 steps, got 10}}
  %0 = gyre.ddim_sample @f(%x) levels(%l, %l : tensor<9xf32>) {steps = 10} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddim_sample_c3(%x: tensor<4xf32>, %l: tensor<?xf32>, %s: i64) {
  // expected-error @+1 {{expected tables of a known size of at least 1, got 'tensor<?xf32>'}}
  %0 = gyre.ddim_sample @f(%x) levels(%l, %l : tensor<?xf32>) {steps = 3} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddim_sample_c4(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected timesteps that fall, from below 9 to 0 or more, got [9, 3]}}
  %0 = gyre.ddim_sample @f(%x) levels(%l, %l : tensor<9xf32>) {timesteps = array<i64: 9, 3>} : tensor<4xf32>
  return
}

// -----

func.func @ddpm_sample_c1(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected a function @nowhere}}
  %0 = gyre.ddpm_sample @nowhere(%x) levels(%l, %l : tensor<9xf32>) seed(%s) {steps = 3} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddpm_sample_c2(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected one of steps, as an operand or an attribute, and timesteps}}
  %0 = gyre.ddpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) seed(%s) {steps = 3, timesteps = array<i64: 1>} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddpm_sample_c2_count(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected 1 to 9 steps, got 10}}
  %0 = gyre.ddpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) seed(%s) {steps = 10} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddpm_sample_c3(%x: tensor<4xf32>, %l: tensor<?xf32>, %s: i64) {
  // expected-error @+1 {{expected tables of a known size of at least 1, got 'tensor<?xf32>'}}
  %0 = gyre.ddpm_sample @f(%x) levels(%l, %l : tensor<?xf32>) seed(%s) {steps = 3} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddpm_sample_c4(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected timesteps that fall, from below 9 to 0 or more, got [9, 3]}}
  %0 = gyre.ddpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) seed(%s) {timesteps = array<i64: 9, 3>} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddim_sample_c5(%x: tensor<4xf32>, %l: tensor<9xf32>) {
  // expected-error @+1 {{expected a seed if and only if eta is above 0, got eta 1.000000e+00 without a seed}}
  %0 = gyre.ddim_sample @f(%x) levels(%l, %l : tensor<9xf32>) {steps = 3, eta = 1.0} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddim_sample_c6(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected eta in [0, 1] and a clip of 0 or more, got 2.000000e+00 and 0.000000e+00}}
  %0 = gyre.ddim_sample @f(%x) levels(%l, %l : tensor<9xf32>) seed(%s) {steps = 3, eta = 2.0} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddpm_sample_c5(%x: tensor<4xf32>, %l: tensor<9xf32>) {
  // expected-error @+1 {{expected a seed}}
  %0 = gyre.ddpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) {steps = 3} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @ddpm_sample_c6(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected a clip of 0 or more, got -1.000000e+00}}
  %0 = gyre.ddpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) seed(%s) {steps = 3, clip = -1.0} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @edm_sample_c5_adams(%x: tensor<4xf32>, %s: i64) {
  // expected-error @+1 {{expected no churn with method adams, got 1.000000e+00}}
  %0 = gyre.edm_sample @f(%x) seed(%s) {steps = 8, churn = 1.0, method = "adams"} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @flow_sample_c4(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected smallest in [0, 1), got 1.0}}
  %0 = gyre.flow_sample @f(%x) {steps = 8, smallest = 1.0} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @flow_sample_c3(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected a positive shift, got 0.000000e+00}}
  %0 = gyre.flow_sample @f(%x) {steps = 8, shift = 0.0} : tensor<4xf32>
  return
}

// -----

func.func @dpm_sample_c1(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected a function @nowhere}}
  %0 = gyre.dpm_sample @nowhere(%x) levels(%l, %l : tensor<9xf32>) {steps = 3} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @dpm_sample_c2(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected 1 to 9 steps, got 10}}
  %0 = gyre.dpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) {steps = 10} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @dpm_sample_c3(%x: tensor<4xf32>, %l: tensor<?xf32>) {
  // expected-error @+1 {{expected tables of a known size of at least 1, got 'tensor<?xf32>'}}
  %0 = gyre.dpm_sample @f(%x) levels(%l, %l : tensor<?xf32>) {steps = 3} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @dpm_sample_c4(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected timesteps that fall, from below 9 to 0 or more, got [3, 9]}}
  %0 = gyre.dpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) {timesteps = array<i64: 3, 9>} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @dpm_sample_c5(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected a seed if and only if eta is above 0, got eta 0.000000e+00 with a seed}}
  %0 = gyre.dpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) seed(%s) {steps = 3} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @dpm_sample_c6(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected eta in [0, 1] and a clip of 0 or more, got 2.000000e+00 and 0.000000e+00}}
  %0 = gyre.dpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) seed(%s) {steps = 3, eta = 2.0} : tensor<4xf32>
  return
}

// -----

func.func private @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32>
func.func @dpm_sample_c7(%x: tensor<4xf32>, %l: tensor<9xf32>, %s: i64) {
  // expected-error @+1 {{expected order 1 to 3, got 4}}
  %0 = gyre.dpm_sample @f(%x) levels(%l, %l : tensor<9xf32>) {steps = 3, order = 4} : tensor<4xf32>
  return
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps, and samplers as whole loops, stored as !T: tests/hostile compiles this with each type of floats
// in its place and compares their results.

!T = f16

func.func @steps(%x: tensor<?x!T> {gyre.dims = ["N"]}, %d: tensor<?x!T> {gyre.dims = ["N"]}, %n: tensor<?x!T> {gyre.dims = ["N"]}, %at: f32, %to: f32)
    -> (tensor<?x!T> {gyre.dims = ["N"], gyre.name = "euler"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "heun"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "flow"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "ddim"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "ddpm"},
        tensor<?x!T> {gyre.dims = ["N"], gyre.name = "converted"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "guided"}) {
  %0 = gyre.euler_step %x, %d from %at to %to : tensor<?x!T>, f32
  %1 = gyre.heun_step %x, %d, %n, %d from %at to %to : tensor<?x!T>, f32
  %2 = gyre.flow_step %x, %d from %at to %to : tensor<?x!T>, f32
  %3 = gyre.ddim_step %x, %d from %at, %at to %at, %at noise(%n : tensor<?x!T>) {eta = 1.0} : tensor<?x!T>, f32
  %4 = gyre.ddpm_step %x, %d from %at, %at to %at, %to noise(%n : tensor<?x!T>) : tensor<?x!T>, f32
  %5 = gyre.convert_prediction %d of %x at %at, %to {from = "v", to = "epsilon"} : tensor<?x!T>, f32
  %6 = gyre.guidance %x, %d by %at : tensor<?x!T>, f32
  return %0, %1, %2, %3, %4, %5, %6 : tensor<?x!T>, tensor<?x!T>, tensor<?x!T>, tensor<?x!T>, tensor<?x!T>, tensor<?x!T>, tensor<?x!T>
}

func.func @coefficients(%s: tensor<?x!T> {gyre.dims = ["N"]})
    -> (tensor<?x!T> {gyre.dims = ["N"], gyre.name = "skip"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "out"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "in"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "noise"}) {
  %0:4 = gyre.edm_coefficients %s : tensor<?x!T>
  return %0#0, %0#1, %0#2, %0#3 : tensor<?x!T>, tensor<?x!T>, tensor<?x!T>, tensor<?x!T>
}

// A denoiser, a velocity or a predicted noise, as samplers ask for it.
func.func private @model(%x: tensor<?x!T>, %time: f32) -> tensor<?x!T> {
  %y = gyre.sigmoid %x : tensor<?x!T>
  return %y : tensor<?x!T>
}

// Four steps, each of which stores what the model says and where it leads, on
// errors that grow by no more than 1.3 a step.
func.func @continuous_8_roundings(%x: tensor<?x!T> {gyre.dims = ["N"]})
    -> (tensor<?x!T> {gyre.dims = ["N"], gyre.name = "euler"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "heun"},
        tensor<?x!T> {gyre.dims = ["N"], gyre.name = "adams"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "flow"}) {
  %0 = gyre.edm_sample @model(%x) {steps = 4, sigma_max = 2.0, sigma_min = 0.5, order = 1} : tensor<?x!T>
  %1 = gyre.edm_sample @model(%x) {steps = 4, sigma_max = 2.0, sigma_min = 0.5} : tensor<?x!T>
  %2 = gyre.edm_sample @model(%x) {steps = 4, sigma_max = 2.0, sigma_min = 0.5, method = "adams"} : tensor<?x!T>
  %3 = gyre.flow_sample @model(%x) {steps = 4} : tensor<?x!T>
  return %0, %1, %2, %3 : tensor<?x!T>, tensor<?x!T>, tensor<?x!T>, tensor<?x!T>
}

func.func @discrete_8_roundings(%x: tensor<?x!T> {gyre.dims = ["N"]}, %seed: i64)
    -> (tensor<?x!T> {gyre.dims = ["N"], gyre.name = "ddim"}, tensor<?x!T> {gyre.dims = ["N"], gyre.name = "ddpm"},
        tensor<?x!T> {gyre.dims = ["N"], gyre.name = "dpm"}) {
  %alphas, %sigmas = gyre.diffusion_schedule {beta_end = 0.1} : tensor<8xf64>
  %0 = gyre.ddim_sample @model(%x) levels(%alphas, %sigmas : tensor<8xf64>) {steps = 4} : tensor<?x!T>
  %1 = gyre.ddpm_sample @model(%x) levels(%alphas, %sigmas : tensor<8xf64>) seed(%seed) {steps = 4} : tensor<?x!T>
  %2 = gyre.dpm_sample @model(%x) levels(%alphas, %sigmas : tensor<8xf64>) {steps = 4} : tensor<?x!T>
  return %0, %1, %2 : tensor<?x!T>, tensor<?x!T>, tensor<?x!T>
}

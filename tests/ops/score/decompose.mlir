// RUN: gyre-opt --pass-pipeline='builtin.module(func.func(gyre-decompose{callers}))' %s | FileCheck %s --check-prefix=CALLS
// RUN: gyre-opt --gyre-decompose --canonicalize --cse %s | FileCheck %s
//
// A sampler is a loop around calls of the user's function, which is there once;
// steps and schedules are maps and constants.

func.func private @denoise(%x: tensor<?x8xf32>, %sigma: f32, %class: tensor<?xi32>) -> tensor<?x8xf32> {
  return %x : tensor<?x8xf32>
}

// CALLS-LABEL: @heun
// CALLS: scf.for
// CALLS-COUNT-1: call @denoise
// CALLS-NOT: call @denoise
// CALLS: return

// An evaluation a trip: 2 N - 1 of them.
// CHECK-LABEL: @heun
// CHECK-DAG: %[[TRIPS:.*]] = arith.constant 35 : index
// CHECK-DAG: %[[SIGMAS:.*]] = arith.constant dense<[8.000000e+01, {{.*}}, 0.000000e+00]> : tensor<19xf32>
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[TRIPS]]
// CHECK: %[[LEVEL:.*]] = arith.select
// CHECK: %[[D:.*]] = func.call @denoise(%{{.*}}, %[[LEVEL]], %{{.*}})
// CHECK: linalg.generic
func.func @heun(%noise: tensor<?x8xf32>, %class: tensor<?xi32>) -> tensor<?x8xf32> {
  %y = gyre.edm_sample @denoise(%noise, %class) {steps = 18} : tensor<?x8xf32>, tensor<?xi32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: @euler
// CHECK: scf.for
// CHECK: func.call @denoise
// CHECK: linalg.generic
func.func @euler(%noise: tensor<?x8xf32>, %class: tensor<?xi32>, %n: index) -> tensor<?x8xf32> {
  %y = gyre.edm_sample @denoise(%noise, %class) steps(%n) {order = 1} : tensor<?x8xf32>, tensor<?xi32>
  return %y : tensor<?x8xf32>
}

// Fresh noise comes from the counters of the step.
// CHECK-LABEL: @churn
// CHECK: scf.for
// CHECK: math.fma
// CHECK: func.call @denoise
func.func @churn(%noise: tensor<?x8xf32>, %class: tensor<?xi32>, %seed: i64) -> tensor<?x8xf32> {
  %y = gyre.edm_sample @denoise(%noise, %class) seed(%seed) {steps = 18, churn = 40.0}
      : tensor<?x8xf32>, tensor<?xi32>
  return %y : tensor<?x8xf32>
}

func.func private @velocity(%x: tensor<4xf32>, %t: f32) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// CHECK-LABEL: @flow
// CHECK: scf.for
// CHECK: func.call @velocity
// CHECK: linalg.generic
func.func @flow(%noise: tensor<4xf32>) -> tensor<4xf32> {
  %y = gyre.flow_sample @velocity(%noise) {steps = 8} : tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: @scalars
// CHECK: math.sqrt
// CHECK: math.log2
func.func @scalars(%sigma: f32, %sigmas: tensor<?xf32>) -> (f32, tensor<?xf32>) {
  %skip, %out, %in, %noise = gyre.edm_coefficients %sigma : f32
  %skips, %outs, %ins, %noises = gyre.edm_coefficients %sigmas : tensor<?xf32>
  %0 = arith.addf %out, %in : f32
  return %0, %noises : f32, tensor<?xf32>
}

// A known schedule is a table of constants.
// CHECK-LABEL: @ddim
// CHECK-DAG: arith.constant dense<[{{.*}}]> : tensor<20xf64>
// CHECK: scf.for
// CHECK: func.call @model
// CHECK: linalg.generic
func.func private @model(%x: tensor<?x8xf32>, %i: f32) -> tensor<?x8xf32> {
  return %x : tensor<?x8xf32>
}
func.func @ddim(%noise: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %alphas, %sigmas = gyre.diffusion_schedule : tensor<20xf64>
  %y = gyre.ddim_sample @model(%noise) levels(%alphas, %sigmas : tensor<20xf64>) {steps = 5}
      : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// What a step of the third order carries: x and two of what the model said.
// CHECK-LABEL: @dpm
// CHECK: scf.for {{.*}} -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
func.func @dpm(%noise: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = gyre.edm_sample @model(%noise) {steps = 5, method = "dpm", order = 3} : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// Means, then deviations from them.
// CHECK-LABEL: @rescaled
// CHECK: gyre.reduce
// CHECK: gyre.reduce
// CHECK: math.sqrt
// CHECK-NOT: gyre.reduce
func.func @rescaled(%x: tensor<?x8xf32>, %y: tensor<?x8xf32>, %s: f32) -> tensor<?x8xf32> {
  %0 = gyre.guidance %x, %y by %s {rescale = 0.7} : tensor<?x8xf32>, f32
  return %0 : tensor<?x8xf32>
}

// The last step ends without noise and draws none.
// CHECK-LABEL: @stirred
// CHECK: scf.for
// CHECK: %[[LAST:.*]] = arith.cmpi eq
// CHECK: scf.if %[[LAST]] -> (tensor<?x8xf32>)
// CHECK-NOT: arith.muli
// CHECK: } else {
// CHECK: scf.yield
func.func @stirred(%noise: tensor<?x8xf32>, %seed: i64) -> tensor<?x8xf32> {
  %alphas, %sigmas = gyre.diffusion_schedule : tensor<20xf64>
  %y = gyre.ddim_sample @model(%noise) levels(%alphas, %sigmas : tensor<20xf64>) seed(%seed)
      {steps = 5, eta = 1.0} : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

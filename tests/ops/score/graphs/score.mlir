// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Samplers around the exact denoiser of Gaussian data with the standard
// deviation 0.5 and a mean for each sample: D = mean + (x - mean) v / (v + sigma^2).

!x = tensor<?x3xf32>

func.func private @denoise(%x: !x, %sigma: f32, %mean: !x) -> !x {
  %v = arith.constant 0.25 : f32
  %s2 = arith.mulf %sigma, %sigma : f32
  %sum = arith.addf %v, %s2 : f32
  %share = arith.divf %v, %sum : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !x
  %shares = tensor.splat %share[%n] : !x
  %d = arith.subf %x, %mean : !x
  %kept = arith.mulf %d, %shares : !x
  %y = arith.addf %mean, %kept : !x
  return %y : !x
}

func.func @heun(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %steps: index)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %y = gyre.edm_sample @denoise(%noise, %mean) steps(%steps) : !x, !x
  return %y : !x
}

func.func @heun_18(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]})
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %y = gyre.edm_sample @denoise(%noise, %mean) {steps = 18} : !x, !x
  return %y : !x
}

func.func @euler(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %steps: index)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %y = gyre.edm_sample @denoise(%noise, %mean) steps(%steps) {order = 1} : !x, !x
  return %y : !x
}

func.func @churn(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %seed: i64)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %y = gyre.edm_sample @denoise(%noise, %mean) seed(%seed)
      {steps = 12, churn = 5.0, churn_min = 0.05, churn_max = 50.0, churn_noise = 1.003} : !x, !x
  return %y : !x
}

func.func private @velocity(%x: !x, %t: f32, %target: !x) -> !x {
  %y = arith.subf %x, %target : !x
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !x
  %times = tensor.splat %t[%n] : !x
  %z = arith.divf %y, %times : !x
  return %z : !x
}

func.func @flow(%noise: !x {gyre.dims = ["B", 3]}, %target: !x {gyre.dims = ["B", 3]}, %steps: index)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %y = gyre.flow_sample @velocity(%noise, %target) steps(%steps) : !x, !x
  return %y : !x
}

func.func @sigmas(%like: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N + 1"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %like, %c0 : tensor<?xf32>
  %y = gyre.karras_sigmas steps(%n) : tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @coefficients(%sigma: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "skip"},
        tensor<?xf32> {gyre.dims = ["N"], gyre.name = "out"},
        tensor<?xf32> {gyre.dims = ["N"], gyre.name = "input"},
        tensor<?xf32> {gyre.dims = ["N"], gyre.name = "noise"}) {
  %skip, %out, %in, %noise = gyre.edm_coefficients %sigma : tensor<?xf32>
  return %skip, %out, %in, %noise : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

func.func @euler_step(%x: !x {gyre.dims = ["B", 3]}, %denoised: !x {gyre.dims = ["B", 3]}, %sigma: f32, %next: f32)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %y = gyre.euler_step %x, %denoised from %sigma to %next : !x, f32
  return %y : !x
}

func.func @heun_step(%x: !x {gyre.dims = ["B", 3]}, %denoised: !x {gyre.dims = ["B", 3]},
                     %euler: !x {gyre.dims = ["B", 3]}, %again: !x {gyre.dims = ["B", 3]}, %sigma: f32, %next: f32)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %y = gyre.heun_step %x, %denoised, %euler, %again from %sigma to %next : !x, f32
  return %y : !x
}

func.func @flow_step(%x: !x {gyre.dims = ["B", 3]}, %velocity: !x {gyre.dims = ["B", 3]}, %time: f32, %next: f32)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %y = gyre.flow_step %x, %velocity from %time to %next : !x, f32
  return %y : !x
}

func.func @heun_step_f16(%x: tensor<?xf16> {gyre.dims = ["N"]}, %denoised: tensor<?xf16> {gyre.dims = ["N"]},
                         %euler: tensor<?xf16> {gyre.dims = ["N"]}, %again: tensor<?xf16> {gyre.dims = ["N"]}, %sigma: f32, %next: f32)
    -> (tensor<?xf16> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.heun_step %x, %denoised, %euler, %again from %sigma to %next : tensor<?xf16>, f32
  return %y : tensor<?xf16>
}

func.func @shifted(%noise: !x {gyre.dims = ["B", 3]}, %target: !x {gyre.dims = ["B", 3]}, %steps: index)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}, !x {gyre.dims = ["B", 3], gyre.name = "twice"}) {
  %y = gyre.flow_sample @bent(%noise, %target) {steps = 6, shift = 3.0} : !x, !x
  %twice = gyre.flow_sample @bent(%noise, %target) steps(%steps) {shift = 3.0, smallest = 0.002994012} : !x, !x
  return %y, %twice : !x, !x
}

// A velocity that depends on time: x - t target.
func.func private @bent(%x: !x, %t: f32, %target: !x) -> !x {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !x
  %times = tensor.splat %t[%n] : !x
  %y = arith.mulf %times, %target : !x
  %z = arith.subf %x, %y : !x
  return %z : !x
}

func.func @adams(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %steps: index)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "second"}, !x {gyre.dims = ["B", 3], gyre.name = "fourth"}) {
  %0 = gyre.edm_sample @denoise(%noise, %mean) steps(%steps) {method = "adams", schedule = "exponential"} : !x, !x
  %1 = gyre.edm_sample @denoise(%noise, %mean) {steps = 20, method = "adams", order = 4} : !x, !x
  return %0, %1 : !x, !x
}

func.func @exponential() -> (tensor<19xf32> {gyre.name = "y"}) {
  %y = gyre.karras_sigmas {schedule = "exponential"} : tensor<19xf32>
  return %y : tensor<19xf32>
}

// DPM-Solver++ along EDM's levels, and stirred: Euler's ancestral method, three points.
func.func @multistep(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %steps: index, %seed: i64)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "second"}, !x {gyre.dims = ["B", 3], gyre.name = "third"},
        !x {gyre.dims = ["B", 3], gyre.name = "ancestral"}, !x {gyre.dims = ["B", 3], gyre.name = "stirred"}) {
  %0 = gyre.edm_sample @denoise(%noise, %mean) steps(%steps) {method = "dpm"} : !x, !x
  %1 = gyre.edm_sample @denoise(%noise, %mean) steps(%steps) {method = "dpm", order = 3} : !x, !x
  %2 = gyre.edm_sample @denoise(%noise, %mean) seed(%seed) {steps = 9, method = "dpm", order = 1, eta = 1.0} : !x, !x
  %3 = gyre.edm_sample @denoise(%noise, %mean) seed(%seed)
      {steps = 7, method = "dpm", order = 3, eta = 0.5, schedule = "exponential"} : !x, !x
  return %0, %1, %2, %3 : !x, !x, !x, !x
}

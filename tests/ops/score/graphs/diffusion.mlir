// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Samplers along tables of levels around the exact model of Gaussian data with
// the standard deviation 0.5 and a mean for each sample:
// e = sigma (x - alpha mean) / (alpha^2 / 4 + sigma^2).

!x = tensor<?x3xf32>
!table = tensor<1000xf64>
!short = tensor<20xf64>

func.func private @epsilon(%x: !x, %a: f64, %s: f64, %mean: !x) -> !x {
  %quarter = arith.constant 0.25 : f64
  %a2 = arith.mulf %a, %a : f64
  %s2 = arith.mulf %s, %s : f64
  %signal = arith.mulf %a2, %quarter : f64
  %power = arith.addf %signal, %s2 : f64
  %share = arith.divf %s, %power : f64
  %share32 = arith.truncf %share : f64 to f32
  %a32 = arith.truncf %a : f64 to f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !x
  %shares = tensor.splat %share32[%n] : !x
  %alphas = tensor.splat %a32[%n] : !x
  %center = arith.mulf %alphas, %mean : !x
  %d = arith.subf %x, %center : !x
  %e = arith.mulf %d, %shares : !x
  return %e : !x
}

func.func private @model(%x: !x, %time: f32, %mean: !x) -> !x {
  %alphas, %sigmas = gyre.diffusion_schedule : !table
  %t = arith.fptosi %time : f32 to i32
  %i = arith.index_cast %t : i32 to index
  %a = tensor.extract %alphas[%i] : !table
  %s = tensor.extract %sigmas[%i] : !table
  %e = call @epsilon(%x, %a, %s, %mean) : (!x, f64, f64, !x) -> !x
  return %e : !x
}

func.func @ddim(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %steps: index)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %alphas, %sigmas = gyre.diffusion_schedule : !table
  %y = gyre.ddim_sample @model(%noise, %mean) levels(%alphas, %sigmas : !table)
      steps(%steps) {offset = 1} : !x, !x
  return %y : !x
}

func.func @trailing(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %steps: index)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %alphas, %sigmas = gyre.diffusion_schedule : !table
  %y = gyre.ddim_sample @model(%noise, %mean) levels(%alphas, %sigmas : !table)
      steps(%steps) {spacing = "trailing", last = "first"} : !x, !x
  return %y : !x
}

// What predicts v, along a table of its own, clipped, and stirred.
func.func private @model_v(%x: !x, %time: f32, %mean: !x) -> !x {
  %alphas, %sigmas = gyre.diffusion_schedule {schedule = "cosine"} : !table
  %t = arith.fptosi %time : f32 to i32
  %i = arith.index_cast %t : i32 to index
  %a = tensor.extract %alphas[%i] : !table
  %s = tensor.extract %sigmas[%i] : !table
  %e = call @epsilon(%x, %a, %s, %mean) : (!x, f64, f64, !x) -> !x
  %v = gyre.convert_prediction %e of %x at %a, %s {from = "epsilon", to = "v"} : !x, f64
  return %v : !x
}

func.func @subset(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %seed: i64)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %alphas, %sigmas = gyre.diffusion_schedule {schedule = "cosine"} : !table
  %y = gyre.ddim_sample @model_v(%noise, %mean) levels(%alphas, %sigmas : !table) seed(%seed)
      {timesteps = array<i64: 980, 700, 310, 42, 3>, kind = "v", eta = 0.7, clip = 1.0, clip_epsilon}
      : !x, !x
  return %y : !x
}

func.func private @model_20(%x: !x, %time: f32, %mean: !x) -> !x {
  %alphas, %sigmas = gyre.diffusion_schedule {beta_end = 0.3} : !short
  %t = arith.fptosi %time : f32 to i32
  %i = arith.index_cast %t : i32 to index
  %a = tensor.extract %alphas[%i] : !short
  %s = tensor.extract %sigmas[%i] : !short
  %e = call @epsilon(%x, %a, %s, %mean) : (!x, f64, f64, !x) -> !x
  return %e : !x
}

func.func @ddpm(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %seed: i64)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}, !x {gyre.dims = ["B", 3], gyre.name = "ddim"},
        !x {gyre.dims = ["B", 3], gyre.name = "large"}) {
  %alphas, %sigmas = gyre.diffusion_schedule {beta_end = 0.3} : !short
  %y = gyre.ddpm_sample @model_20(%noise, %mean) levels(%alphas, %sigmas : !short)
      seed(%seed) {steps = 20} : !x, !x
  %ddim = gyre.ddim_sample @model_20(%noise, %mean) levels(%alphas, %sigmas : !short)
      seed(%seed) {steps = 20, spacing = "linspace", eta = 1.0} : !x, !x
  %large = gyre.ddpm_sample @model_20(%noise, %mean) levels(%alphas, %sigmas : !short)
      seed(%seed) {steps = 7, spacing = "linspace", variance = "large", clip = 0.8} : !x, !x
  return %y, %ddim, %large : !x, !x, !x
}

// Round trips through all that a model may predict, both ways.
func.func @conversions(%e: !x {gyre.dims = ["B", 3]}, %x: !x {gyre.dims = ["B", 3]}, %a: f32, %s: f32)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "clean"}, !x {gyre.dims = ["B", 3], gyre.name = "v"},
        !x {gyre.dims = ["B", 3], gyre.name = "score"}, !x {gyre.dims = ["B", 3], gyre.name = "velocity"},
        !x {gyre.dims = ["B", 3], gyre.name = "edm"}, !x {gyre.dims = ["B", 3], gyre.name = "back"},
        !x {gyre.dims = ["B", 3], gyre.name = "again"}) {
  %clean = gyre.convert_prediction %e of %x at %a, %s {from = "epsilon", to = "sample"} : !x, f32
  %v = gyre.convert_prediction %clean of %x at %a, %s {from = "sample", to = "v"} : !x, f32
  %score = gyre.convert_prediction %v of %x at %a, %s {from = "v", to = "score"} : !x, f32
  %velocity = gyre.convert_prediction %score of %x at %a, %s {from = "score", to = "velocity"} : !x, f32
  %edm = gyre.convert_prediction %velocity of %x at %a, %s {from = "velocity", to = "edm"} : !x, f32
  %back = gyre.convert_prediction %edm of %x at %a, %s {from = "edm", to = "epsilon"} : !x, f32
  %edm2 = gyre.convert_prediction %e of %x at %a, %s {from = "epsilon", to = "edm"} : !x, f32
  %clean2 = gyre.convert_prediction %edm2 of %x at %a, %s {from = "edm", to = "sample"} : !x, f32
  %velocity2 = gyre.convert_prediction %clean2 of %x at %a, %s {from = "sample", to = "velocity"} : !x, f32
  %v2 = gyre.convert_prediction %velocity2 of %x at %a, %s {from = "velocity", to = "v"} : !x, f32
  %again = gyre.convert_prediction %v2 of %x at %a, %s {from = "v", to = "epsilon"} : !x, f32
  return %clean, %v, %score, %velocity, %edm, %back, %again : !x, !x, !x, !x, !x, !x, !x
}

// A model that says where its variance lies besides: at a tenth of the mean.
func.func private @model_learned(%x: !x, %time: f32, %mean: !x) -> (!x, !x) {
  %e = call @model_20(%x, %time, %mean) : (!x, f32, !x) -> !x
  %tenth = arith.constant 0.1 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !x
  %tenths = tensor.splat %tenth[%n] : !x
  %v = arith.mulf %mean, %tenths : !x
  return %e, %v : !x, !x
}

func.func @learned(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %seed: i64)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %alphas, %sigmas = gyre.diffusion_schedule {beta_end = 0.3} : !short
  %y = gyre.ddpm_sample @model_learned(%noise, %mean) levels(%alphas, %sigmas : !short)
      seed(%seed) {steps = 7, spacing = "linspace", variance = "learned"} : !x, !x
  return %y : !x
}

!image = tensor<?x?x5xf32>
func.func @rescaled(%with: !image {gyre.dims = ["B", "H", 5]}, %without: !image {gyre.dims = ["B", "H", 5]}, %scale: f32)
    -> (!image {gyre.dims = ["B", "H", 5], gyre.name = "y"}, !image {gyre.dims = ["B", "H", 5], gyre.name = "whole"}) {
  %y = gyre.guidance %with, %without by %scale {rescale = 0.7} : !image, f32
  %whole = gyre.guidance %with, %without by %scale {rescale = 1.0} : !image, f32
  return %y, %whole : !image, !image
}

func.func @guidance(%with: !x {gyre.dims = ["B", 3]}, %without: !x {gyre.dims = ["B", 3]}, %scale: f32)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}) {
  %y = gyre.guidance %with, %without by %scale : !x, f32
  return %y : !x
}

func.func @step_f16(%x: tensor<?xf16> {gyre.dims = ["N"]}, %e: tensor<?xf16> {gyre.dims = ["N"]},
                    %a: f32, %s: f32, %an: f32, %sn: f32)
    -> (tensor<?xf16> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.ddim_step %x, %e from %a, %s to %an, %sn {clip = 1.5} : tensor<?xf16>, f32
  return %y : tensor<?xf16>
}

func.func @step_bf16(%x: tensor<?xbf16> {gyre.dims = ["N"]}, %e: tensor<?xbf16> {gyre.dims = ["N"]},
                     %a: f32, %s: f32, %an: f32, %sn: f32)
    -> (tensor<?xbf16> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.ddim_step %x, %e from %a, %s to %an, %sn : tensor<?xbf16>, f32
  return %y : tensor<?xbf16>
}

func.func @tables(%like: tensor<1xf32>)
    -> (tensor<1000xf32> {gyre.name = "linear"}, tensor<1000xf32> {gyre.name = "linear_noise"},
        tensor<1000xf32> {gyre.name = "scaled"}, tensor<1000xf64> {gyre.name = "cosine"},
        tensor<1000xf64> {gyre.name = "cosine_noise"}, tensor<100xf64> {gyre.name = "terminal"}) {
  %0, %1 = gyre.diffusion_schedule : tensor<1000xf32>
  %2, %3 = gyre.diffusion_schedule {schedule = "scaled_linear", beta_start = 0.00085, beta_end = 0.012}
      : tensor<1000xf32>
  %4, %5 = gyre.diffusion_schedule {schedule = "cosine"} : tensor<1000xf64>
  %6, %7 = gyre.diffusion_schedule {zero_terminal} : tensor<100xf64>
  return %0, %1, %2, %4, %5, %6 : tensor<1000xf32>, tensor<1000xf32>, tensor<1000xf32>,
      tensor<1000xf64>, tensor<1000xf64>, tensor<100xf64>
}

func.func @dpm(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %steps: index)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}, !x {gyre.dims = ["B", 3], gyre.name = "first_order"},
        !x {gyre.dims = ["B", 3], gyre.name = "third_order"}) {
  %alphas, %sigmas = gyre.diffusion_schedule : !table
  %y = gyre.dpm_sample @model(%noise, %mean) levels(%alphas, %sigmas : !table)
      steps(%steps) {spacing = "trailing", last = "first"} : !x, !x
  %1 = gyre.dpm_sample @model(%noise, %mean) levels(%alphas, %sigmas : !table)
      steps(%steps) {spacing = "trailing", last = "first", order = 1} : !x, !x
  %2 = gyre.dpm_sample @model(%noise, %mean) levels(%alphas, %sigmas : !table)
      steps(%steps) {spacing = "trailing", last = "first", order = 3} : !x, !x
  return %y, %1, %2 : !x, !x, !x
}

func.func @dpm_sde(%noise: !x {gyre.dims = ["B", 3]}, %mean: !x {gyre.dims = ["B", 3]}, %seed: i64)
    -> (!x {gyre.dims = ["B", 3], gyre.name = "y"}, !x {gyre.dims = ["B", 3], gyre.name = "half"}) {
  %alphas, %sigmas = gyre.diffusion_schedule {schedule = "cosine"} : !table
  %y = gyre.dpm_sample @model_v(%noise, %mean) levels(%alphas, %sigmas : !table) seed(%seed)
      {timesteps = array<i64: 980, 700, 310, 42, 3>, kind = "v", eta = 1.0, clip = 1.0} : !x, !x
  %1 = gyre.dpm_sample @model_v(%noise, %mean) levels(%alphas, %sigmas : !table) seed(%seed)
      {timesteps = array<i64: 980, 700, 310, 42>, kind = "v", eta = 0.5, last = "first", lower_order_last} : !x, !x
  return %y, %1 : !x, !x
}

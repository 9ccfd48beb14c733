// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Diffusion and flow matching: preconditioning, schedules, steps and whole
// sampling loops around a function of the same module.

#ifndef GYRE_SCORE_TD
#define GYRE_SCORE_TD

include "dialect/ops/Operators.td"
include "mlir/IR/SymbolInterfaces.td"

def Gyre_Level : AnyTypeOf<[F32, F64]>;
def Gyre_Prediction
    : Gyre_Choice<["epsilon", "sample", "v", "score", "velocity", "edm"]>;

def Gyre_EdmCoefficientsOp : Gyre_NamedOp<"edm_coefficients", [
    AllTypesMatch<["sigma", "c_skip", "c_out", "c_in", "c_noise"]>]> {
  let summary = "EDM's four factors of a noise level";
  let description = [{
    ```
    c_skip  = s^2 / (sigma^2 + s^2)
    c_out   = sigma s / sqrt(sigma^2 + s^2)
    c_in    = 1 / sqrt(sigma^2 + s^2)
    c_noise = ln(sigma) / 4
    ```

    with s = `sigma_data`; a denoiser of a network F is then
    c_skip x + c_out F(c_in x, c_noise). sigma is a scalar or a tensor of noise
    levels. arXiv 2206.00364, table 1.

    * (C1) `sigma_data` is positive.

    ```mlir
    %skip, %out, %in, %noise = gyre.edm_coefficients %sigma : f32
    ```
  }];
  let arguments = (ins AnyTypeOf<[Gyre_Level, Gyre_FloatTensor]>:$sigma,
    DefaultValuedAttr<F64Attr, "0.5">:$sigma_data);
  let results = (outs AnyType:$c_skip, AnyType:$c_out, AnyType:$c_in,
    AnyType:$c_noise);
  let assemblyFormat = "$sigma attr-dict `:` type($sigma)";
  let hasVerifier = 1;
}

def Gyre_KarrasSigmasOp : Gyre_NamedOp<"karras_sigmas"> {
  let summary = "EDM's noise levels from sigma_max to sigma_min, then 0";
  let description = [{
    ```
    y[i] = (max^(1/rho) + i / (N - 1) (min^(1/rho) - max^(1/rho)))^rho,  y[N] = 0
    ```

    for N `steps`, an operand where the result's size is not known; it has
    N + 1 elements. With `schedule = "exponential"` the logarithms are evenly
    spaced, which is the limit of large rho. A known schedule is a constant. arXiv 2206.00364.

    * (C1) `steps` is given where the result's size is `?`, else the size is at
      least 2.
    * (C2) 0 < sigma_min <= sigma_max, 0 < rho.

    ```mlir
    %sigmas = gyre.karras_sigmas {sigma_max = 10.0} : tensor<19xf32>
    %others = gyre.karras_sigmas steps(%n) : tensor<?xf32>
    ```
  }];
  let arguments = (ins Optional<Index>:$steps,
    DefaultValuedAttr<F64Attr, "0.002">:$sigma_min,
    DefaultValuedAttr<F64Attr, "80.0">:$sigma_max,
    DefaultValuedAttr<F64Attr, "7.0">:$rho,
    DefaultValuedStrAttr<Gyre_Choice<["karras", "exponential"]>, "karras">:$schedule);
  let results = (outs 1DTensorOf<[F32, F64]>:$sigmas);
  let assemblyFormat = [{
    (`steps` `(` $steps^ `)`)? attr-dict `:` type($sigmas)
  }];
  let hasVerifier = 1;
}

def Gyre_DiffusionScheduleOp : Gyre_NamedOp<"diffusion_schedule", [
    AllTypesMatch<["alphas", "sigmas"]>]> {
  let summary = "signal and noise of each training step of a diffusion model";
  let description = [{
    A training step i of T noises by x_i = alphas[i] x_0 + sigmas[i] e, with

    ```
    alphas[i]^2 = product of (1 - beta_j) for j <= i,  sigmas[i]^2 = 1 - alphas[i]^2
    linear:         beta_i = beta_start + i / (T - 1) (beta_end - beta_start)
    scaled_linear:  beta_i = (sqrt(beta_start) + i / (T - 1) (sqrt(beta_end) - sqrt(beta_start)))^2
    cosine:         beta_i = min(1 - f(i + 1) / f(i), 0.999),  f(i) = cos^2((i / T + 0.008) / 1.008 pi / 2)
    ```

    T is the size of the results, which are constants. `zero_terminal` shifts and
    stretches alphas so that the last is 0 and the first stays (arXiv
    2305.08891). DDPM, arXiv 2006.11239 (linear); latent diffusion, arXiv
    2112.10752 (scaled_linear); arXiv 2102.09672 (cosine).

    * (C1) the results have a known size of at least 2.
    * (C2) 0 < beta_start <= beta_end < 1.

    Law: alphas^2 + sigmas^2 = 1, and alphas falls.

    ```mlir
    %alphas, %sigmas = gyre.diffusion_schedule {schedule = "cosine"} : tensor<1000xf64>
    ```
  }];
  let arguments = (ins DefaultValuedStrAttr<
      Gyre_Choice<["linear", "scaled_linear", "cosine"]>, "linear">:$schedule,
    DefaultValuedAttr<F64Attr, "1.0e-4">:$beta_start,
    DefaultValuedAttr<F64Attr, "0.02">:$beta_end, UnitAttr:$zero_terminal);
  let results = (outs 1DTensorOf<[F32, F64]>:$alphas, AnyType:$sigmas);
  let assemblyFormat = "attr-dict `:` type($alphas)";
  let hasVerifier = 1;
}

def Gyre_ConvertPredictionOp : Gyre_NamedOp<"convert_prediction", [
    AllTypesMatch<["x", "prediction", "result"]>,
    AllTypesMatch<["alpha", "sigma"]>]> {
  let summary = "what a model predicts, as another one would";
  let description = [{
    With x = alpha x_0 + sigma e, each of these says the same about x:

    ```
    epsilon:   e
    sample:    x_0
    v:         alpha e - sigma x_0
    score:     -e / sigma
    velocity:  e - x_0
    edm:       F with x_0 = c_skip y + c_out F, y = x / alpha at the level sigma / alpha
    ```

    where c_skip and c_out are those of `gyre.edm_coefficients` with
    `sigma_data`. v is the velocity of arXiv 2202.00512, velocity that of flow
    matching.

    * (C1) `sigma_data` is positive.

    Law, as a fold: converting back at the same level gives the prediction.

    ```mlir
    %x0 = gyre.convert_prediction %v of %x at %alpha, %sigma {from = "v", to = "sample"}
        : tensor<?x64xf32>, f32
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$prediction, Gyre_FloatTensor:$x,
    Gyre_Level:$alpha, Gyre_Level:$sigma, Gyre_Prediction:$from,
    Gyre_Prediction:$to, DefaultValuedAttr<F64Attr, "0.5">:$sigma_data);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $prediction `of` $x `at` $alpha `,` $sigma attr-dict
    `:` type($x) `,` type($alpha)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Gyre_GuidanceOp : Gyre_NamedOp<"guidance", [
    AllTypesMatch<["conditional", "unconditional", "result"]>]> {
  let summary = "classifier-free guidance: away from what is predicted without a condition";
  let description = [{
    ```
    y = unconditional + scale (conditional - unconditional)
    ```

    Called in the function that a sampler calls, it is part of the sampler's loop.
    A paper's w is scale - 1. arXiv 2207.12598.

    Strong guidance makes samples too bright. `rescale` = r takes part of that
    back: y of each sample (an element of the first dimension) is multiplied by
    r std(conditional) / std(y) + 1 - r (arXiv 2305.08891; diffusers'
    guidance_rescale, with 0.7 in the paper).

    * (C1) `rescale` is in [0, 1].
    * (C2) with `rescale` above 0 there are two dimensions or more.

    Laws: as folds, a scale of 1 gives `conditional`, one of 0 without rescale
    `unconditional`; with rescale 1 each sample has the deviation of
    `conditional`.

    ```mlir
    %y = gyre.guidance %with, %without by %scale : tensor<?x64xf32>, f32
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$conditional,
    Gyre_FloatTensor:$unconditional, Gyre_Level:$scale,
    DefaultValuedAttr<F64Attr, "0.0">:$rescale);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $conditional `,` $unconditional `by` $scale attr-dict
    `:` type($conditional) `,` type($scale)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Gyre_EulerStepOp : Gyre_NamedOp<"euler_step", [
    AllTypesMatch<["x", "denoised", "result"]>,
    AllTypesMatch<["sigma", "next"]>]> {
  let summary = "one Euler step of the probability flow";
  let description = [{
    ```
    d = (x - denoised) / sigma,  y = x + (next - sigma) d
    ```

    `denoised` is the denoiser's value at x and sigma. arXiv 2206.00364,
    algorithm 1.

    ```mlir
    %y = gyre.euler_step %x, %denoised from %sigma to %next : tensor<?x64xf32>, f32
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$denoised,
    Gyre_Level:$sigma, Gyre_Level:$next);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x `,` $denoised `from` $sigma `to` $next attr-dict `:` type($x) `,` type($sigma)
  }];
}

def Gyre_HeunStepOp : Gyre_NamedOp<"heun_step", [
    AllTypesMatch<["x", "denoised", "euler", "denoised_next", "result"]>,
    AllTypesMatch<["sigma", "next"]>]> {
  let summary = "Heun's correction of an Euler step";
  let description = [{
    ```
    d = (x - denoised) / sigma,  d' = (euler - denoised_next) / next
    y = x + (next - sigma) (d + d') / 2
    ```

    `euler` is the result of `gyre.euler_step` and `denoised_next` the
    denoiser's value there, at the level `next`, which is not 0.
    arXiv 2206.00364, algorithm 1.

    ```mlir
    %z = gyre.heun_step %x, %denoised, %y, %again from %sigma to %next
        : tensor<?x64xf32>, f32
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$denoised,
    Gyre_FloatTensor:$euler, Gyre_FloatTensor:$denoised_next,
    Gyre_Level:$sigma, Gyre_Level:$next);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x `,` $denoised `,` $euler `,` $denoised_next `from` $sigma `to` $next
    attr-dict `:` type($x) `,` type($sigma)
  }];
}

def Gyre_FlowStepOp : Gyre_NamedOp<"flow_step", [
    AllTypesMatch<["x", "velocity", "result"]>,
    AllTypesMatch<["time", "next"]>]> {
  let summary = "one Euler step along a velocity";
  let description = [{
    ```
    y = x + (next - time) velocity
    ```

    Flow matching, arXiv 2210.02747; rectified flow, arXiv 2209.03003.

    ```mlir
    %y = gyre.flow_step %x, %v from %t to %next : tensor<?x64xf32>, f32
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$velocity,
    Gyre_Level:$time, Gyre_Level:$next);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x `,` $velocity `from` $time `to` $next attr-dict `:` type($x) `,` type($time)
  }];
}

def Gyre_DdimStepOp : Gyre_NamedOp<"ddim_step", [
    AllTypesMatch<["x", "prediction", "result"]>,
    AllTypesMatch<["alpha", "sigma", "next_alpha", "next_sigma"]>]> {
  let summary = "one step of DDIM from one noise level to a lower one";
  let description = [{
    From x = alpha x_0 + sigma e, where `kind` says what is predicted (see
    `gyre.convert_prediction`):

    ```
    s = eta next_sigma / sigma sqrt(sigma^2 - (alpha / next_alpha)^2 next_sigma^2)
    y = next_alpha x_0 + sqrt(next_sigma^2 - s^2) e + s noise
    ```

    `clip` above 0 clips x_0 to [-clip, clip]; e stays as predicted, or follows
    the clipped x_0 with `clip_epsilon`. Any schedule will do; with
    alpha^2 + sigma^2 = 1 it is DDIM, arXiv 2010.02502, with alpha = 1 the
    ancestral Euler step.

    * (C1) `noise` is given if and only if `eta` is above 0.
    * (C2) `eta` is in [0, 1], and `clip` is not negative.
    * (C3) `noise` has the sizes of x.

    Laws: at eta = 0 a step back with the same e returns x; at eta = 1 a step is
    DDPM's.

    ```mlir
    %y = gyre.ddim_step %x, %e from %a, %s to %an, %sn {clip = 1.0}
        : tensor<?x64xf32>, f32
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$prediction,
    Optional<Gyre_FloatTensor>:$noise, Gyre_Level:$alpha, Gyre_Level:$sigma,
    Gyre_Level:$next_alpha, Gyre_Level:$next_sigma,
    DefaultValuedStrAttr<Gyre_Prediction, "epsilon">:$kind,
    DefaultValuedAttr<F64Attr, "0.0">:$eta,
    DefaultValuedAttr<F64Attr, "0.0">:$clip, UnitAttr:$clip_epsilon);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x `,` $prediction `from` $alpha `,` $sigma `to` $next_alpha `,` $next_sigma
    (`noise` `(` $noise^ `:` type($noise) `)`)? attr-dict
    `:` type($x) `,` type($alpha)
  }];
  let hasVerifier = 1;
}

def Gyre_DdpmStepOp : Gyre_NamedOp<"ddpm_step", [
    AllTypesMatch<["x", "prediction", "result"]>,
    AllTypesMatch<["alpha", "sigma", "next_alpha", "next_sigma"]>]> {
  let summary = "one ancestral step of DDPM";
  let description = [{
    The mean of the posterior of x_0 and x, and its noise:

    ```
    r = alpha / next_alpha,  beta = sigma^2 - r^2 next_sigma^2
    y = (next_alpha beta x_0 + r next_sigma^2 x) / sigma^2 + s noise
    small:    s^2 = beta next_sigma^2 / sigma^2
    large:    s^2 = beta, and 0 where next_sigma is
    learned:  s^2 = small^((1 - v) / 2) large^((1 + v) / 2)
    ```

    v, in [-1, 1], is what a model with learned variance says besides (Improved
    DDPM, arXiv 2102.09672; diffusers' learned_range, as DiT has it).

    x_0 follows from what is predicted (`kind`) and is clipped to [-clip, clip]
    where `clip` is above 0. DDPM, arXiv 2006.11239.

    * (C1) `clip` is not negative.
    * (C2) `noise` has the sizes of x.
    * (C3) `learned` is given with that variance only, and has the sizes of x.

    ```mlir
    %y = gyre.ddpm_step %x, %e from %a, %s to %an, %sn noise(%n : tensor<?x64xf32>)
        : tensor<?x64xf32>, f32
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$prediction,
    Gyre_FloatTensor:$noise, Optional<Gyre_FloatTensor>:$fraction,
    Gyre_Level:$alpha, Gyre_Level:$sigma,
    Gyre_Level:$next_alpha, Gyre_Level:$next_sigma,
    DefaultValuedStrAttr<Gyre_Prediction, "epsilon">:$kind,
    DefaultValuedStrAttr<Gyre_Choice<["small", "large", "learned"]>, "small">:$variance,
    DefaultValuedAttr<F64Attr, "0.0">:$clip);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x `,` $prediction `from` $alpha `,` $sigma `to` $next_alpha `,` $next_sigma
    `noise` `(` $noise `:` type($noise) `)`
    (`learned` `(` $fraction^ `:` type($fraction) `)`)? attr-dict
    `:` type($x) `,` type($alpha)
  }];
  let hasVerifier = 1;
}

// A loop around a function of the same module: (x, level, conditions..) -> x.
class Gyre_SampleOp<string mnemonic> : Gyre_NamedOp<mnemonic, [
    AttrSizedOperandSegments, AllTypesMatch<["noise", "result"]>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let results = (outs Gyre_FloatTensor:$result);
}

def Gyre_EdmSampleOp : Gyre_SampleOp<"edm_sample"> {
  let summary = "EDM's sampler, from noise to a sample, around a denoiser";
  let description = [{
    The denoiser is a function (x, sigma: f32, conditions..) -> x of the same
    module. With t_0 .. t_N as in `gyre.karras_sigmas`:

    ```
    x = t_0 noise
    for i in 0 .. N - 1:
      gamma = min(churn / N, sqrt 2 - 1) where churn_min <= t_i <= churn_max, else 0
      t = t_i (1 + gamma)
      x = x + sqrt(t^2 - t_i^2) churn_noise e            e fresh normal numbers
      d = (x - denoiser(x, t)) / t
      y = x + (t_(i+1) - t) d
      if order is 2 and t_(i+1) > 0:
        y = x + (t_(i+1) - t) (d + (y - denoiser(y, t_(i+1))) / t_(i+1)) / 2
      x = y
    ```

    `noise` is normal with variance 1. N is `steps`: an operand or an attribute.
    With `churn` above 0, e of step i is drawn as by `gyre.random_normal` under
    `seed`, from the counter i ceil(n / 4) on for n elements.
    arXiv 2206.00364, algorithm 2; `order` 1 is Euler's method.

    With `schedule = "exponential"` the logarithms of t_i are evenly spaced instead.
    With `method = "adams"` the last `order` slopes d make a polynomial in t, which
    is integrated from t_i to t_(i+1) (Adams and Bashforth's method, known as LMS);
    the first steps have fewer.

    With `method = "dpm"` steps are those of `gyre.dpm_sample`, of order 1 to 3 and
    with its `eta`, drawing noise in each step. Order 1 with eta = 1 is the
    ancestral Euler method ("Euler a"), order 2 k-diffusion's "DPM++ 2M" and with
    eta = 1 its SDE form, order 3 the same with three points.

    * (C1) the function takes x, an f32 and the conditions, and returns x.
    * (C2) `steps` is given once, as an operand or a positive attribute; an
      operand below 1 counts as 1.
    * (C3) 0 < sigma_min <= sigma_max, 0 < rho.
    * (C4) `seed` is given if and only if `churn` or `eta` is above 0.
    * (C5) `order` is 1 or 2; with "adams" 1 to 4, with "dpm" 1 to 3, and `churn`
      is 0 with both.
    * (C6) `eta` is in [0, 1], and 0 but for "dpm".

    Law: one step is x = denoiser(t_0 noise, t_0).

    ```mlir
    %x = gyre.edm_sample @denoise(%noise, %class) {steps = 18}
        : tensor<?x8x8xf32>, tensor<?xi32>
    %y = gyre.edm_sample @denoise(%noise, %class) steps(%n) seed(%s) {churn = 40.0}
        : tensor<?x8x8xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$denoiser, Gyre_FloatTensor:$noise,
    Variadic<AnyType>:$conditions, Optional<Index>:$step_count,
    Optional<I64>:$seed, OptionalAttr<I64Attr>:$steps,
    DefaultValuedAttr<F64Attr, "0.002">:$sigma_min,
    DefaultValuedAttr<F64Attr, "80.0">:$sigma_max,
    DefaultValuedAttr<F64Attr, "7.0">:$rho,
    DefaultValuedAttr<F64Attr, "0.0">:$churn,
    DefaultValuedAttr<F64Attr, "0.0">:$churn_min,
    DefaultValuedAttr<F64Attr, "1.0e38">:$churn_max,
    DefaultValuedAttr<F64Attr, "1.0">:$churn_noise,
    DefaultValuedAttr<I64Attr, "2">:$order,
    DefaultValuedAttr<F64Attr, "0.0">:$eta,
    DefaultValuedStrAttr<Gyre_Choice<["heun", "adams", "dpm"]>, "heun">:$method,
    DefaultValuedStrAttr<Gyre_Choice<["karras", "exponential"]>, "karras">:$schedule);
  let assemblyFormat = [{
    $denoiser `(` $noise (`,` $conditions^)? `)`
    (`steps` `(` $step_count^ `)`)? (`seed` `(` $seed^ `)`)? attr-dict
    `:` type($noise) (`,` type($conditions)^)?
  }];
  let hasVerifier = 1;
}

def Gyre_FlowSampleOp : Gyre_SampleOp<"flow_sample"> {
  let summary = "Euler's method along a flow, from noise at time 1 to a sample at 0";
  let description = [{
    The velocity is a function (x, time: f32, conditions..) -> x of the same
    module.

    ```
    x = noise
    for i in 0 .. N - 1:
      x = x + (t_(i+1) - t_i) velocity(x, t_i)
    ```

    with t_i = shift u / (1 + (shift - 1) u), u = 1 - i / N: a `shift` above 1, as
    large images want, spends more steps on noise (arXiv 2403.03206). N is
    `steps`: an operand or an attribute. arXiv 2210.02747, 2209.03003.

    With `smallest` above 0 u falls evenly from 1 to that in the N times before 0,
    u = 1 - i (1 - smallest) / (N - 1). diffusers' schedule is of this kind, from
    numbers that it has shifted already: `smallest` is shift / (999 + shift) for
    1000 training steps (Stable Diffusion 3).

    * (C1) the function takes x, an f32 and the conditions, and returns x.
    * (C2) `steps` is given once, as an operand or a positive attribute; an
      operand below 1 counts as 1.
    * (C3) `shift` is positive.
    * (C4) `smallest` is in [0, 1).

    Law: a constant velocity is followed exactly by one step.

    ```mlir
    %x = gyre.flow_sample @velocity(%noise) {steps = 8} : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$velocity, Gyre_FloatTensor:$noise,
    Variadic<AnyType>:$conditions, Optional<Index>:$step_count,
    OptionalAttr<I64Attr>:$steps, DefaultValuedAttr<F64Attr, "1.0">:$shift,
    DefaultValuedAttr<F64Attr, "0.0">:$smallest);
  let assemblyFormat = [{
    $velocity `(` $noise (`,` $conditions^)? `)`
    (`steps` `(` $step_count^ `)`)? attr-dict
    `:` type($noise) (`,` type($conditions)^)?
  }];
  let hasVerifier = 1;
}

// Along tables of noise levels, such as gyre.diffusion_schedule makes.
class Gyre_DiffusionSampleOp<string mnemonic, dag extra>
    : Gyre_NamedOp<mnemonic, [AttrSizedOperandSegments,
        AllTypesMatch<["noise", "result"]>,
        AllTypesMatch<["alphas", "sigmas"]>,
        DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let arguments = !con((ins FlatSymbolRefAttr:$model, Gyre_FloatTensor:$noise,
    Variadic<AnyType>:$conditions, 1DTensorOf<[F32, F64]>:$alphas,
    AnyType:$sigmas, Optional<Index>:$step_count, Optional<I64>:$seed,
    OptionalAttr<I64Attr>:$steps, OptionalAttr<DenseI64ArrayAttr>:$timesteps,
    DefaultValuedStrAttr<Gyre_Choice<["leading", "trailing", "linspace"]>,
                         "leading">:$spacing,
    DefaultValuedAttr<I64Attr, "0">:$offset,
    DefaultValuedStrAttr<Gyre_Choice<["clean", "first"]>, "clean">:$last,
    DefaultValuedStrAttr<Gyre_Prediction, "epsilon">:$kind,
    DefaultValuedAttr<F64Attr, "0.0">:$clip), extra);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $model `(` $noise (`,` $conditions^)? `)`
    `levels` `(` $alphas `,` $sigmas `:` type($alphas) `)`
    (`steps` `(` $step_count^ `)`)? (`seed` `(` $seed^ `)`)? attr-dict
    `:` type($noise) (`,` type($conditions)^)?
  }];
  let hasVerifier = 1;
}

def Gyre_DdimSampleOp : Gyre_DiffusionSampleOp<"ddim_sample",
    (ins DefaultValuedAttr<F64Attr, "0.0">:$eta, UnitAttr:$clip_epsilon)> {
  let summary = "DDIM's sampler, from noise to a sample, around a model";
  let description = [{
    The model is a function (x, i: f32, conditions..) -> prediction of the same
    module; i is a number of the tables `alphas` and `sigmas` of T training
    steps (`gyre.diffusion_schedule`), and `kind` says what it predicts.

    ```
    x = noise
    for i in times:
      x = ddim_step(x, model(x, i)) from level i to that of the next time
    ```

    The times are `timesteps`, any falling ones, or N = `steps` of them, an
    operand or an attribute, j = 0 .. N - 1:

    ```
    leading:   (N - 1 - j) floor(T / N) + offset
    trailing:  round(T - j T / N) - 1
    linspace:  round((N - 1 - j) (T - 1) / (N - 1))
    ```

    with halves rounded to even, and no number above T - 1. After the last time
    stands the clean level (1, 0), or level 0 with `last = "first"`. Noise for
    `eta` above 0 is drawn as in `gyre.edm_sample`. `clip` and `clip_epsilon` are
    those of `gyre.ddim_step`. (diffusers clips by default, and has an offset of
    0 or 1 in a model's configuration.) arXiv 2010.02502.

    * (C1) the function takes x, an f32 and the conditions, and returns x.
    * (C2) one of `steps`, as an operand or an attribute from 1 to T, and
      `timesteps` is given; an operand counts as 1 below 1 and as T above T.
    * (C3) `alphas` and `sigmas` have a known size, at least 1.
    * (C4) `timesteps` fall, from below T to 0 or more.
    * (C5) `seed` is given if and only if `eta` is above 0.
    * (C6) `eta` is in [0, 1], and `clip` is not negative.

    ```mlir
    %alphas, %sigmas = gyre.diffusion_schedule {schedule = "scaled_linear",
        beta_start = 0.00085, beta_end = 0.012} : tensor<1000xf64>
    %x = gyre.ddim_sample @unet(%noise, %text) levels(%alphas, %sigmas : tensor<1000xf64>)
        {steps = 50, offset = 1} : tensor<?x64x64x4xf32>, tensor<?x77x768xf32>
    ```
  }];
}

def Gyre_DdpmSampleOp : Gyre_DiffusionSampleOp<"ddpm_sample",
    (ins DefaultValuedStrAttr<Gyre_Choice<["small", "large", "learned"]>, "small">:$variance)> {
  let summary = "DDPM's ancestral sampler around a model";
  let description = [{
    As `gyre.ddim_sample`, with `gyre.ddpm_step` as the step. `steps` of the size
    of the tables are all training steps. arXiv 2006.11239.

    * (C1) the function takes x, an f32 and the conditions, and returns x; with
      learned variance another tensor like x besides, which that step takes.
    * (C2) one of `steps`, as an operand or an attribute from 1 to T, and
      `timesteps` is given; an operand counts as 1 below 1 and as T above T.
    * (C3) `alphas` and `sigmas` have a known size, at least 1.
    * (C4) `timesteps` fall, from below T to 0 or more.
    * (C5) `seed` is given.
    * (C6) `clip` is not negative.

    Law: with the small variance it is DDIM with eta = 1.

    ```mlir
    %alphas, %sigmas = gyre.diffusion_schedule : tensor<1000xf64>
    %x = gyre.ddpm_sample @unet(%noise) levels(%alphas, %sigmas : tensor<1000xf64>)
        seed(%seed) {steps = 1000, clip = 1.0} : tensor<?x32x32x3xf32>
    ```
  }];
}

def Gyre_DpmSampleOp : Gyre_DiffusionSampleOp<"dpm_sample",
    (ins DefaultValuedAttr<I64Attr, "2">:$order,
         DefaultValuedAttr<F64Attr, "0.0">:$eta, UnitAttr:$lower_order_last)> {
  let summary = "DPM-Solver++'s multistep sampler around a model";
  let description = [{
    As `gyre.ddim_sample`, with another step. With h the growth of
    ln(alpha / sigma) in this step, h_1 that in the step before, and x_0, x_1 what
    the model says of the clean sample in this step and in the one before:

    ```
    D = x_0 + h / (2 h_1) (x_0 - x_1)
    y = next_sigma / sigma e^(-eta h) x + next_alpha (1 - e^(-(1 + eta) h)) D
        + next_sigma sqrt(1 - e^(-2 eta h)) noise
    ```

    Order 3 has another point: D is Newton's polynomial through x_0, x_1 and x_2
    with h, h_1 and h_2, integrated with its exponential as in k-diffusion's "DPM++
    3M"; the second step is of order 2.

    D is x_0 where `order` is 1, in the first step, where next_sigma is 0, and in
    the last step with `lower_order_last` (as diffusers does below 15 steps).
    `eta` = 0 is the solver (2M of order 2) and 1 its SDE form. arXiv 2211.01095.

    * (C1) the function takes x, an f32 and the conditions, and returns x.
    * (C2) one of `steps`, as an operand or an attribute from 1 to T, and
      `timesteps` is given; an operand counts as 1 below 1 and as T above T.
    * (C3) `alphas` and `sigmas` have a known size, at least 1.
    * (C4) `timesteps` fall, from below T to 0 or more.
    * (C5) `seed` is given if and only if `eta` is above 0.
    * (C6) `eta` is in [0, 1], and `clip` is not negative.
    * (C7) `order` is 1, 2 or 3.

    Law: order 1 with eta = 0 is DDIM.

    ```mlir
    %alphas, %sigmas = gyre.diffusion_schedule : tensor<1000xf64>
    %x = gyre.dpm_sample @unet(%noise) levels(%alphas, %sigmas : tensor<1000xf64>)
        {steps = 20, spacing = "trailing"} : tensor<?x32x32x3xf32>
    ```
  }];
}

#endif // GYRE_SCORE_TD

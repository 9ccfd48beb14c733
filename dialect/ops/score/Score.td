// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Diffusion and flow matching: preconditioning, schedules, steps and whole
// sampling loops around a function of the same module.

#ifndef GYRE_SCORE_TD
#define GYRE_SCORE_TD

include "dialect/ops/Operators.td"
include "mlir/IR/SymbolInterfaces.td"

def Gyre_Level : AnyTypeOf<[F32, F64]>;

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
    N + 1 elements. A known schedule is a constant. arXiv 2206.00364.

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
    DefaultValuedAttr<F64Attr, "7.0">:$rho);
  let results = (outs 1DTensorOf<[F32, F64]>:$sigmas);
  let assemblyFormat = [{
    (`steps` `(` $steps^ `)`)? attr-dict `:` type($sigmas)
  }];
  let hasVerifier = 1;
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

    * (C1) the function takes x, an f32 and the conditions, and returns x.
    * (C2) `steps` is given once, as an operand or a positive attribute; an
      operand below 1 counts as 1.
    * (C3) 0 < sigma_min <= sigma_max, 0 < rho.
    * (C4) `seed` is given if and only if `churn` is above 0.
    * (C5) `order` is 1 or 2.

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
    DefaultValuedAttr<I64Attr, "2">:$order);
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
      x = x - velocity(x, 1 - i / N) / N
    ```

    N is `steps`: an operand or an attribute. arXiv 2210.02747, 2209.03003.

    * (C1) the function takes x, an f32 and the conditions, and returns x.
    * (C2) `steps` is given once, as an operand or a positive attribute; an
      operand below 1 counts as 1.

    Law: a constant velocity is followed exactly by one step.

    ```mlir
    %x = gyre.flow_sample @velocity(%noise) {steps = 8} : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$velocity, Gyre_FloatTensor:$noise,
    Variadic<AnyType>:$conditions, Optional<Index>:$step_count,
    OptionalAttr<I64Attr>:$steps);
  let assemblyFormat = [{
    $velocity `(` $noise (`,` $conditions^)? `)`
    (`steps` `(` $step_count^ `)`)? attr-dict
    `:` type($noise) (`,` type($conditions)^)?
  }];
  let hasVerifier = 1;
}

#endif // GYRE_SCORE_TD

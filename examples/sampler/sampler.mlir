// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network of one hidden layer, guided by a class, as the noise that DDIM
// removes and as the velocity of a flow.

!x = tensor<?x16xf32>
!hidden = tensor<?x32xf32>
!classes = tensor<?xi32>

#weight = #ml_program.extern

ml_program.global private @in(#weight) : tensor<16x32xf32>
ml_program.global private @bias(#weight) : tensor<32xf32>
ml_program.global private @time(#weight) : tensor<32xf32>
ml_program.global private @classes(#weight) : tensor<10x32xf32>
ml_program.global private @out(#weight) : tensor<32x16xf32>

// silu(x in + bias + t time + classes[class]) out
func.func private @network(%x: !x, %t: f32, %label: !classes) -> !x {
  %in = ml_program.global_load_const @in : tensor<16x32xf32>
  %bias = ml_program.global_load_const @bias : tensor<32xf32>
  %time = ml_program.global_load_const @time : tensor<32xf32>
  %table = ml_program.global_load_const @classes : tensor<10x32xf32>
  %out = ml_program.global_load_const @out : tensor<32x16xf32>
  %0 = gyre.linear %x, %in, %bias : !x, tensor<16x32xf32>, tensor<32xf32>
  %wanted = gyre.embedding %table, %label : tensor<10x32xf32>, !classes
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !x
  %empty = tensor.empty(%n) : !hidden
  %features = linalg.broadcast ins(%time : tensor<32xf32>) outs(%empty : !hidden) dimensions = [0]
  %times = tensor.splat %t[%n] : !hidden
  %1 = arith.mulf %features, %times : !hidden
  %2 = arith.addf %0, %1 : !hidden
  %3 = arith.addf %2, %wanted : !hidden
  %4 = gyre.silu %3 : !hidden
  %y = gyre.linear %4, %out : !hidden, tensor<32x16xf32>
  return %y : !x
}

// Twice as far from what no class gives; class -1 is none.
func.func private @guided(%x: !x, %t: f32, %label: !classes) -> !x {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !x
  %minus = arith.constant -1 : i32
  %none = tensor.splat %minus[%n] : !classes
  %with = call @network(%x, %t, %label) : (!x, f32, !classes) -> !x
  %without = call @network(%x, %t, %none) : (!x, f32, !classes) -> !x
  %two = arith.constant 2.0 : f32
  %y = gyre.guidance %with, %without by %two : !x, f32
  return %y : !x
}

// The table counts steps to 1000.
func.func private @noise_of(%x: !x, %step: f32, %label: !classes) -> !x {
  %scale = arith.constant 0.001 : f32
  %t = arith.mulf %step, %scale : f32
  %y = call @guided(%x, %t, %label) : (!x, f32, !classes) -> !x
  return %y : !x
}

func.func @ddim(%noise: !x {gyre.dims = ["B", 16]}, %label: !classes {gyre.dims = ["B"]})
    -> (!x {gyre.dims = ["B", 16], gyre.name = "samples"}) {
  %alphas, %sigmas = gyre.diffusion_schedule {schedule = "cosine"} : tensor<1000xf64>
  %y = gyre.ddim_sample @noise_of(%noise, %label) levels(%alphas, %sigmas : tensor<1000xf64>)
      {steps = 20, clip = 1.5} : !x, !classes
  return %y : !x
}

func.func @flow(%noise: !x {gyre.dims = ["B", 16]}, %label: !classes {gyre.dims = ["B"]}, %steps: index)
    -> (!x {gyre.dims = ["B", 16], gyre.name = "samples"}) {
  %y = gyre.flow_sample @guided(%noise, %label) steps(%steps) {shift = 3.0} : !x, !classes
  return %y : !x
}

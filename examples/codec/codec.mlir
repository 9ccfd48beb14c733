// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Frames as four numbers each: a network, four codebooks of 32 codes in a row, a
// network back.

!frames = tensor<?x40xf32>
!latents = tensor<?x16xf32>
!numbers = tensor<?x4xi32>
!books = tensor<4x32x16xf32>

#weight = #ml_program.extern

ml_program.global private @codebooks(#weight) : !books
ml_program.global private @encoder.in(#weight) : tensor<40x64xf32>
ml_program.global private @encoder.bias(#weight) : tensor<64xf32>
ml_program.global private @encoder.out(#weight) : tensor<64x16xf32>
ml_program.global private @decoder.in(#weight) : tensor<16x64xf32>
ml_program.global private @decoder.bias(#weight) : tensor<64xf32>
ml_program.global private @decoder.out(#weight) : tensor<64x40xf32>

func.func @encode(%frames: !frames {gyre.dims = ["T", 40]})
    -> (!numbers {gyre.dims = ["T", 4], gyre.name = "numbers"}) {
  %in = ml_program.global_load_const @encoder.in : tensor<40x64xf32>
  %bias = ml_program.global_load_const @encoder.bias : tensor<64xf32>
  %out = ml_program.global_load_const @encoder.out : tensor<64x16xf32>
  %books = ml_program.global_load_const @codebooks : !books
  %0 = gyre.linear %frames, %in, %bias : !frames, tensor<40x64xf32>, tensor<64xf32>
  %1 = gyre.silu %0 : tensor<?x64xf32>
  %latents = gyre.linear %1, %out : tensor<?x64xf32>, tensor<64x16xf32>
  %numbers, %codes = gyre.residual_encode %latents, %books : !latents, !books
  return %numbers : !numbers
}

func.func @decode(%numbers: !numbers {gyre.dims = ["T", 4]})
    -> (!frames {gyre.dims = ["T", 40], gyre.name = "frames"}) {
  %in = ml_program.global_load_const @decoder.in : tensor<16x64xf32>
  %bias = ml_program.global_load_const @decoder.bias : tensor<64xf32>
  %out = ml_program.global_load_const @decoder.out : tensor<64x40xf32>
  %books = ml_program.global_load_const @codebooks : !books
  %codes = gyre.residual_decode %numbers, %books : !numbers, !books
  %0 = gyre.linear %codes, %in, %bias : !latents, tensor<16x64xf32>, tensor<64xf32>
  %1 = gyre.silu %0 : tensor<?x64xf32>
  %frames = gyre.linear %1, %out : tensor<?x64xf32>, tensor<64x40xf32>
  return %frames : !frames
}

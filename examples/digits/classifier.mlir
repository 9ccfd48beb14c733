// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a digit: Mamba's selective scan over 16 patches, row by row in the first
// block, column by column in the second.

!images = tensor<?x8x8xf32>
!patches = tensor<?x16x4xf32>
!tokens = tensor<?x16x64xf32>
!inner = tensor<?x16x128xf32>
!rank = tensor<?x16x8xf32>
!states = tensor<?x16x16xf32>
!pooled = tensor<?x64xf32>
!logits = tensor<?x10xf32>

#weight = #ml_program.extern

ml_program.global private @patch.weight(#weight) : tensor<4x64xf32>
ml_program.global private @patch.bias(#weight) : tensor<64xf32>
ml_program.global private @position(#weight) : tensor<16x64xf32>
ml_program.global private @norm.weight(#weight) : tensor<64xf32>
ml_program.global private @head.weight(#weight) : tensor<64x10xf32>
ml_program.global private @head.bias(#weight) : tensor<10xf32>

// Of both blocks: the first dimension is the block.
ml_program.global private @blocks.norm.weight(#weight) : tensor<2x64xf32>
ml_program.global private @blocks.input.weight(#weight) : tensor<2x64x128xf32>
ml_program.global private @blocks.input.bias(#weight) : tensor<2x128xf32>
ml_program.global private @blocks.gate.weight(#weight) : tensor<2x64x128xf32>
ml_program.global private @blocks.gate.bias(#weight) : tensor<2x128xf32>
ml_program.global private @blocks.scan.step_down.weight(#weight) : tensor<2x128x8xf32>
ml_program.global private @blocks.scan.step_up.weight(#weight) : tensor<2x8x128xf32>
ml_program.global private @blocks.scan.step_bias(#weight) : tensor<2x128xf32>
ml_program.global private @blocks.scan.a_log(#weight) : tensor<2x128x16xf32>
ml_program.global private @blocks.scan.b.weight(#weight) : tensor<2x128x16xf32>
ml_program.global private @blocks.scan.c.weight(#weight) : tensor<2x128x16xf32>
ml_program.global private @blocks.scan.skip(#weight) : tensor<2x128xf32>
ml_program.global private @blocks.output.weight(#weight) : tensor<2x128x64xf32>
ml_program.global private @blocks.output.bias(#weight) : tensor<2x64xf32>

// The 4 x 4 patches of 2 x 2 pixels, as tokens.
func.func private @patches(%images: !images) -> !patches {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %images, %c0 : !images
  %cut = tensor.expand_shape %images [[0], [1, 2], [3, 4]] output_shape [%n, 4, 2, 4, 2]
      : !images into tensor<?x4x2x4x2xf32>
  %empty = tensor.empty(%n) : tensor<?x4x4x2x2xf32>
  %ordered = linalg.transpose ins(%cut : tensor<?x4x2x4x2xf32>)
      outs(%empty : tensor<?x4x4x2x2xf32>) permutation = [0, 1, 3, 2, 4]
  %tokens = tensor.collapse_shape %ordered [[0], [1, 2], [3, 4]]
      : tensor<?x4x4x2x2xf32> into !patches
  return %tokens : !patches
}

// Patches row by row become patches column by column.
func.func private @by_columns(%x: !tokens) -> !tokens {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !tokens
  %rows = tensor.expand_shape %x [[0], [1, 2], [3]] output_shape [%n, 4, 4, 64]
      : !tokens into tensor<?x4x4x64xf32>
  %empty = tensor.empty(%n) : tensor<?x4x4x64xf32>
  %columns = linalg.transpose ins(%rows : tensor<?x4x4x64xf32>)
      outs(%empty : tensor<?x4x4x64xf32>) permutation = [0, 2, 1, 3]
  %y = tensor.collapse_shape %columns [[0], [1, 2], [3]] : tensor<?x4x4x64xf32> into !tokens
  return %y : !tokens
}

func.func private @embed(%images: !images) -> !tokens {
  %patches = call @patches(%images) : (!images) -> !patches
  %w = ml_program.global_load_const @patch.weight : tensor<4x64xf32>
  %b = ml_program.global_load_const @patch.bias : tensor<64xf32>
  %x = gyre.linear %patches, %w, %b : !patches, tensor<4x64xf32>, tensor<64xf32>
  %position = ml_program.global_load_const @position : tensor<16x64xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !tokens
  %empty = tensor.empty(%n) : !tokens
  %positions = linalg.broadcast ins(%position : tensor<16x64xf32>) outs(%empty : !tokens)
      dimensions = [0]
  %y = arith.addf %x, %positions : !tokens
  return %y : !tokens
}

// x + linear(scan(silu(linear(h))) silu(linear(h))) with h = rms_norm(x): Mamba
// without its convolution. `%i` is the number of the block.
func.func private @block(%x: !tokens, %i: index) -> !tokens {
  %norms = ml_program.global_load_const @blocks.norm.weight : tensor<2x64xf32>
  %norm = tensor.extract_slice %norms[%i, 0] [1, 64] [1, 1] : tensor<2x64xf32> to tensor<64xf32>
  %h = gyre.rms_norm %x, %norm : !tokens, tensor<64xf32>

  %u_weights = ml_program.global_load_const @blocks.input.weight : tensor<2x64x128xf32>
  %u_biases = ml_program.global_load_const @blocks.input.bias : tensor<2x128xf32>
  %u_linear = call @widen(%h, %u_weights, %u_biases, %i)
      : (!tokens, tensor<2x64x128xf32>, tensor<2x128xf32>, index) -> !inner
  %u = gyre.silu %u_linear : !inner

  %z_weights = ml_program.global_load_const @blocks.gate.weight : tensor<2x64x128xf32>
  %z_biases = ml_program.global_load_const @blocks.gate.bias : tensor<2x128xf32>
  %z = call @widen(%h, %z_weights, %z_biases, %i)
      : (!tokens, tensor<2x64x128xf32>, tensor<2x128xf32>, index) -> !inner

  %y = call @scan(%u, %z, %i) : (!inner, !inner, index) -> !inner

  %weights = ml_program.global_load_const @blocks.output.weight : tensor<2x128x64xf32>
  %weight = tensor.extract_slice %weights[%i, 0, 0] [1, 128, 64] [1, 1, 1]
      : tensor<2x128x64xf32> to tensor<128x64xf32>
  %biases = ml_program.global_load_const @blocks.output.bias : tensor<2x64xf32>
  %bias = tensor.extract_slice %biases[%i, 0] [1, 64] [1, 1] : tensor<2x64xf32> to tensor<64xf32>
  %out = gyre.linear %y, %weight, %bias : !inner, tensor<128x64xf32>, tensor<64xf32>
  %sum = arith.addf %x, %out : !tokens
  return %sum : !tokens
}

func.func private @widen(%x: !tokens, %weights: tensor<2x64x128xf32>,
                         %biases: tensor<2x128xf32>, %i: index) -> !inner {
  %weight = tensor.extract_slice %weights[%i, 0, 0] [1, 64, 128] [1, 1, 1]
      : tensor<2x64x128xf32> to tensor<64x128xf32>
  %bias = tensor.extract_slice %biases[%i, 0] [1, 128] [1, 1]
      : tensor<2x128xf32> to tensor<128xf32>
  %y = gyre.linear %x, %weight, %bias : !tokens, tensor<64x128xf32>, tensor<128xf32>
  return %y : !inner
}

//   step    = softplus(u W_down W_up + bias),  B = u W_b,  C = u W_c,  A = -exp(a_log)
//   h[d, n] = exp(step A[d, n]) h[d, n] + step u[d] B[n]
//   y[d]    = (sum_n C[n] h[d, n] + skip[d] u[d]) silu(z[d])           token by token
func.func private @scan(%u: !inner, %z: !inner, %i: index) -> !inner {
  %downs = ml_program.global_load_const @blocks.scan.step_down.weight : tensor<2x128x8xf32>
  %down = tensor.extract_slice %downs[%i, 0, 0] [1, 128, 8] [1, 1, 1]
      : tensor<2x128x8xf32> to tensor<128x8xf32>
  %narrow = gyre.linear %u, %down : !inner, tensor<128x8xf32>
  %ups = ml_program.global_load_const @blocks.scan.step_up.weight : tensor<2x8x128xf32>
  %up = tensor.extract_slice %ups[%i, 0, 0] [1, 8, 128] [1, 1, 1]
      : tensor<2x8x128xf32> to tensor<8x128xf32>
  %step = gyre.linear %narrow, %up : !rank, tensor<8x128xf32>

  %bs = ml_program.global_load_const @blocks.scan.b.weight : tensor<2x128x16xf32>
  %b_weight = tensor.extract_slice %bs[%i, 0, 0] [1, 128, 16] [1, 1, 1]
      : tensor<2x128x16xf32> to tensor<128x16xf32>
  %b = gyre.linear %u, %b_weight : !inner, tensor<128x16xf32>
  %cs = ml_program.global_load_const @blocks.scan.c.weight : tensor<2x128x16xf32>
  %c_weight = tensor.extract_slice %cs[%i, 0, 0] [1, 128, 16] [1, 1, 1]
      : tensor<2x128x16xf32> to tensor<128x16xf32>
  %c = gyre.linear %u, %c_weight : !inner, tensor<128x16xf32>

  %a_logs = ml_program.global_load_const @blocks.scan.a_log : tensor<2x128x16xf32>
  %a_log = tensor.extract_slice %a_logs[%i, 0, 0] [1, 128, 16] [1, 1, 1]
      : tensor<2x128x16xf32> to tensor<128x16xf32>
  %a_exp = math.exp %a_log : tensor<128x16xf32>
  %a = arith.negf %a_exp : tensor<128x16xf32>

  %skips = ml_program.global_load_const @blocks.scan.skip : tensor<2x128xf32>
  %skip = tensor.extract_slice %skips[%i, 0] [1, 128] [1, 1] : tensor<2x128xf32> to tensor<128xf32>
  %biases = ml_program.global_load_const @blocks.scan.step_bias : tensor<2x128xf32>
  %bias = tensor.extract_slice %biases[%i, 0] [1, 128] [1, 1] : tensor<2x128xf32> to tensor<128xf32>
  %y, %last = gyre.selective_scan %u, %step, %a, %b, %c skip(%skip) gate(%z) bias(%bias) {softplus}
      : !inner, !inner, tensor<128x16xf32>, !states, !states, tensor<128xf32>, !inner, tensor<128xf32>
  return %y : !inner
}

func.func private @mean_of_tokens(%x: !tokens) -> !pooled {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !tokens
  %empty = tensor.empty(%n) : !pooled
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : !pooled) -> !pooled
  %sum = linalg.reduce {arith.addf} ins(%x : !tokens) outs(%zeros : !pooled) dimensions = [1]
  %share = arith.constant 0.0625 : f32
  %shares = linalg.fill ins(%share : f32) outs(%empty : !pooled) -> !pooled
  %mean = arith.mulf %sum, %shares : !pooled
  return %mean : !pooled
}

// The class of an image is the place of the largest of its logits.
func.func @classify(%images: !images {gyre.name = "images", gyre.dims = ["N", 8, 8]})
    -> (!logits {gyre.name = "logits", gyre.dims = ["N", 10]}) {
  %first = arith.constant 0 : index
  %second = arith.constant 1 : index
  %x0 = call @embed(%images) : (!images) -> !tokens
  %x1 = call @block(%x0, %first) : (!tokens, index) -> !tokens
  %x2 = call @by_columns(%x1) : (!tokens) -> !tokens
  %x3 = call @block(%x2, %second) : (!tokens, index) -> !tokens

  %norm = ml_program.global_load_const @norm.weight : tensor<64xf32>
  %h = gyre.rms_norm %x3, %norm : !tokens, tensor<64xf32>
  %pooled = call @mean_of_tokens(%h) : (!tokens) -> !pooled
  %weight = ml_program.global_load_const @head.weight : tensor<64x10xf32>
  %bias = ml_program.global_load_const @head.bias : tensor<10xf32>
  %logits = gyre.linear %pooled, %weight, %bias : !pooled, tensor<64x10xf32>, tensor<10xf32>
  return %logits : !logits
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Digits as 16 tokens of 1000 values and back: finite scalar quantization
// between two small transformers of one shape.

!images = tensor<?x8x8xf32>
!patches = tensor<?x16x4xf32>
!tokens = tensor<?x16x64xf32>
!hidden = tensor<?x16x128xf32>
!heads = tensor<?x16x4x16xf32>
!indices = tensor<?x16xi32>

// Stacked over encoder (0) and decoder (1).
!input = tensor<2x4x64xf32>
!positions = tensor<2x16x64xf32>
!norm = tensor<2x64xf32>
!output = tensor<2x64x4xf32>
!output_bias = tensor<2x4xf32>

// Stacked over blocks: 0 and 1 are the encoder's, 2 and 3 the decoder's.
!square = tensor<4x64x64xf32>
!up = tensor<4x64x128xf32>
!up_bias = tensor<4x128xf32>
!down = tensor<4x128x64xf32>
!row = tensor<4x64xf32>

#weight = #ml_program.extern

ml_program.global private @input.weight(#weight) : !input
ml_program.global private @input.bias(#weight) : !norm
ml_program.global private @position(#weight) : !positions
ml_program.global private @norm.weight(#weight) : !norm
ml_program.global private @norm.bias(#weight) : !norm
ml_program.global private @output.weight(#weight) : !output
ml_program.global private @output.bias(#weight) : !output_bias

ml_program.global private @blocks.attention_norm.weight(#weight) : !row
ml_program.global private @blocks.attention_norm.bias(#weight) : !row
ml_program.global private @blocks.attention.query.weight(#weight) : !square
ml_program.global private @blocks.attention.query.bias(#weight) : !row
ml_program.global private @blocks.attention.key.weight(#weight) : !square
ml_program.global private @blocks.attention.key.bias(#weight) : !row
ml_program.global private @blocks.attention.value.weight(#weight) : !square
ml_program.global private @blocks.attention.value.bias(#weight) : !row
ml_program.global private @blocks.attention.output.weight(#weight) : !square
ml_program.global private @blocks.attention.output.bias(#weight) : !row
ml_program.global private @blocks.mlp_norm.weight(#weight) : !row
ml_program.global private @blocks.mlp_norm.bias(#weight) : !row
ml_program.global private @blocks.mlp.up.weight(#weight) : !up
ml_program.global private @blocks.mlp.up.bias(#weight) : !up_bias
ml_program.global private @blocks.mlp.down.weight(#weight) : !down
ml_program.global private @blocks.mlp.down.bias(#weight) : !row

//===----------------------------------------------------------------------===//
// Patches
//===----------------------------------------------------------------------===//

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

// The way back.
func.func private @unpatches(%tokens: !patches) -> !images {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %tokens, %c0 : !patches
  %cut = tensor.expand_shape %tokens [[0], [1, 2], [3, 4]] output_shape [%n, 4, 4, 2, 2]
      : !patches into tensor<?x4x4x2x2xf32>
  %empty = tensor.empty(%n) : tensor<?x4x2x4x2xf32>
  %ordered = linalg.transpose ins(%cut : tensor<?x4x4x2x2xf32>)
      outs(%empty : tensor<?x4x2x4x2xf32>) permutation = [0, 1, 3, 2, 4]
  %images = tensor.collapse_shape %ordered [[0], [1, 2], [3, 4]]
      : tensor<?x4x2x4x2xf32> into !images
  return %images : !images
}

//===----------------------------------------------------------------------===//
// One block: x + attention(norm(x)), then x + mlp(norm(x))
//===----------------------------------------------------------------------===//

// Layer norm with the weights of block i.
func.func private @norm(%x: !tokens, %weights: !row, %biases: !row, %i: index) -> !tokens {
  %weight = tensor.extract_slice %weights[%i, 0] [1, 64] [1, 1] : !row to tensor<64xf32>
  %bias = tensor.extract_slice %biases[%i, 0] [1, 64] [1, 1] : !row to tensor<64xf32>
  %y = gyre.layer_norm %x, %weight, %bias : !tokens, tensor<64xf32>, tensor<64xf32>
  return %y : !tokens
}

// x W + b with the weights of block i.
func.func private @project(%x: !tokens, %weights: !square, %biases: !row, %i: index) -> !tokens {
  %weight = tensor.extract_slice %weights[%i, 0, 0] [1, 64, 64] [1, 1, 1]
      : !square to tensor<64x64xf32>
  %bias = tensor.extract_slice %biases[%i, 0] [1, 64] [1, 1] : !row to tensor<64xf32>
  %y = gyre.linear %x, %weight, %bias : !tokens, tensor<64x64xf32>, tensor<64xf32>
  return %y : !tokens
}

// A token's 64 values are 4 heads of 16.
func.func private @split(%x: !tokens) -> !heads {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !tokens
  %y = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [%n, 16, 4, 16] : !tokens into !heads
  return %y : !heads
}

// softmax(q k^T / sqrt(16)) v in each head, between linear layers.
func.func private @attention(%x: !tokens, %i: index) -> !tokens {
  %q_weights = ml_program.global_load_const @blocks.attention.query.weight : !square
  %q_biases = ml_program.global_load_const @blocks.attention.query.bias : !row
  %k_weights = ml_program.global_load_const @blocks.attention.key.weight : !square
  %k_biases = ml_program.global_load_const @blocks.attention.key.bias : !row
  %v_weights = ml_program.global_load_const @blocks.attention.value.weight : !square
  %v_biases = ml_program.global_load_const @blocks.attention.value.bias : !row
  %o_weights = ml_program.global_load_const @blocks.attention.output.weight : !square
  %o_biases = ml_program.global_load_const @blocks.attention.output.bias : !row

  %q_all = call @project(%x, %q_weights, %q_biases, %i) : (!tokens, !square, !row, index) -> !tokens
  %k_all = call @project(%x, %k_weights, %k_biases, %i) : (!tokens, !square, !row, index) -> !tokens
  %v_all = call @project(%x, %v_weights, %v_biases, %i) : (!tokens, !square, !row, index) -> !tokens
  %q = call @split(%q_all) : (!tokens) -> !heads
  %k = call @split(%k_all) : (!tokens) -> !heads
  %v = call @split(%v_all) : (!tokens) -> !heads
  %o = gyre.attention %q, %k, %v {layout = "bthd"} : !heads, !heads, !heads
  %joined = tensor.collapse_shape %o [[0], [1], [2, 3]] : !heads into !tokens
  %y = call @project(%joined, %o_weights, %o_biases, %i) : (!tokens, !square, !row, index) -> !tokens
  return %y : !tokens
}

// linear(gelu(linear(x))), 128 values wide inside.
func.func private @mlp(%x: !tokens, %i: index) -> !tokens {
  %ups = ml_program.global_load_const @blocks.mlp.up.weight : !up
  %up = tensor.extract_slice %ups[%i, 0, 0] [1, 64, 128] [1, 1, 1] : !up to tensor<64x128xf32>
  %up_biases = ml_program.global_load_const @blocks.mlp.up.bias : !up_bias
  %up_bias = tensor.extract_slice %up_biases[%i, 0] [1, 128] [1, 1] : !up_bias to tensor<128xf32>
  %downs = ml_program.global_load_const @blocks.mlp.down.weight : !down
  %down = tensor.extract_slice %downs[%i, 0, 0] [1, 128, 64] [1, 1, 1] : !down to tensor<128x64xf32>
  %down_biases = ml_program.global_load_const @blocks.mlp.down.bias : !row
  %down_bias = tensor.extract_slice %down_biases[%i, 0] [1, 64] [1, 1] : !row to tensor<64xf32>

  %wide = gyre.linear %x, %up, %up_bias : !tokens, tensor<64x128xf32>, tensor<128xf32>
  %active = gyre.gelu %wide : !hidden
  %y = gyre.linear %active, %down, %down_bias : !hidden, tensor<128x64xf32>, tensor<64xf32>
  return %y : !tokens
}

func.func private @block(%x0: !tokens, %i: index) -> !tokens {
  %a_weights = ml_program.global_load_const @blocks.attention_norm.weight : !row
  %a_biases = ml_program.global_load_const @blocks.attention_norm.bias : !row
  %h0 = call @norm(%x0, %a_weights, %a_biases, %i) : (!tokens, !row, !row, index) -> !tokens
  %attention = call @attention(%h0, %i) : (!tokens, index) -> !tokens
  %x1 = arith.addf %x0, %attention : !tokens

  %m_weights = ml_program.global_load_const @blocks.mlp_norm.weight : !row
  %m_biases = ml_program.global_load_const @blocks.mlp_norm.bias : !row
  %h1 = call @norm(%x1, %m_weights, %m_biases, %i) : (!tokens, !row, !row, index) -> !tokens
  %mlp = call @mlp(%h1, %i) : (!tokens, index) -> !tokens
  %x2 = arith.addf %x1, %mlp : !tokens
  return %x2 : !tokens
}

//===----------------------------------------------------------------------===//
// Encoder and decoder
//===----------------------------------------------------------------------===//

// The values of tokens as inner vectors, each with its place.
func.func private @embed(%values: !patches, %side: index) -> !tokens {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %values, %c0 : !patches
  %weights = ml_program.global_load_const @input.weight : !input
  %weight = tensor.extract_slice %weights[%side, 0, 0] [1, 4, 64] [1, 1, 1]
      : !input to tensor<4x64xf32>
  %biases = ml_program.global_load_const @input.bias : !norm
  %bias = tensor.extract_slice %biases[%side, 0] [1, 64] [1, 1] : !norm to tensor<64xf32>
  %linear = gyre.linear %values, %weight, %bias : !patches, tensor<4x64xf32>, tensor<64xf32>
  %both = ml_program.global_load_const @position : !positions
  %position = tensor.extract_slice %both[%side, 0, 0] [1, 16, 64] [1, 1, 1]
      : !positions to tensor<16x64xf32>
  %empty = tensor.empty(%n) : !tokens
  %positions = linalg.broadcast ins(%position : tensor<16x64xf32>) outs(%empty : !tokens)
      dimensions = [0]
  %embedded = arith.addf %linear, %positions : !tokens
  return %embedded : !tokens
}

// The way back to 4 values a token: linear(norm(x)).
func.func private @read(%x: !tokens, %side: index) -> !patches {
  %norms = ml_program.global_load_const @norm.weight : !norm
  %norm = tensor.extract_slice %norms[%side, 0] [1, 64] [1, 1] : !norm to tensor<64xf32>
  %norm_biases = ml_program.global_load_const @norm.bias : !norm
  %norm_bias = tensor.extract_slice %norm_biases[%side, 0] [1, 64] [1, 1]
      : !norm to tensor<64xf32>
  %h = gyre.layer_norm %x, %norm, %norm_bias : !tokens, tensor<64xf32>, tensor<64xf32>
  %weights = ml_program.global_load_const @output.weight : !output
  %weight = tensor.extract_slice %weights[%side, 0, 0] [1, 64, 4] [1, 1, 1]
      : !output to tensor<64x4xf32>
  %biases = ml_program.global_load_const @output.bias : !output_bias
  %bias = tensor.extract_slice %biases[%side, 0] [1, 4] [1, 1] : !output_bias to tensor<4xf32>
  %y = gyre.linear %h, %weight, %bias : !tokens, tensor<64x4xf32>, tensor<4xf32>
  return %y : !patches
}

// A transformer of two blocks from 4 values a token to 4 values a token; side 0
// encodes, side 1 decodes.
func.func private @coder(%values: !patches, %side: index) -> !patches {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %embedded = call @embed(%values, %side) : (!patches, index) -> !tokens
  %begin = arith.muli %side, %c2 : index
  %end = arith.addi %begin, %c2 : index
  %coded = scf.for %i = %begin to %end step %c1 iter_args(%x = %embedded) -> !tokens {
    %y = func.call @block(%x, %i) : (!tokens, index) -> !tokens
    scf.yield %y : !tokens
  }
  %y = call @read(%coded, %side) : (!tokens, index) -> !patches
  return %y : !patches
}

// The tokens of an image: 16 numbers in [0, 1000).
func.func @encode(%images: !images {gyre.name = "images", gyre.dims = ["N", 8, 8]})
    -> (!indices {gyre.name = "indices", gyre.dims = ["N", 16]}) {
  %encoder = arith.constant 0 : index
  %patches = call @patches(%images) : (!images) -> !patches
  %z = call @coder(%patches, %encoder) : (!patches, index) -> !patches
  %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 5, 5, 5>} : !patches
  return %indices : !indices
}

// The image of 16 tokens.
func.func @decode(%indices: !indices {gyre.name = "indices", gyre.dims = ["N", 16]})
    -> (!images {gyre.name = "images", gyre.dims = ["N", 8, 8]}) {
  %decoder = arith.constant 1 : index
  %codes = gyre.fsq_decode %indices {levels = array<i64: 8, 5, 5, 5>} : !indices
  %patches = call @coder(%codes, %decoder) : (!patches, index) -> !patches
  %images = call @unpatches(%patches) : (!patches) -> !images
  return %images : !images
}

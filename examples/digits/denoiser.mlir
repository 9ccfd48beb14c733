// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Draws digits of wanted classes: a transformer under EDM's preconditioning whose
// attention turns by two-axis rotary, and EDM's sampling loop around it with
// classifier-free guidance.

!images = tensor<?x8x8xf32>
!patches = tensor<?x16x4xf32>
!tokens = tensor<?x16x96xf32>
!hidden = tensor<?x16x192xf32>
!heads = tensor<?x16x3x32xf32>
!levels = tensor<?xf32>
!labels = tensor<?xi32>
!condition = tensor<?x96xf32>

!matrix = tensor<96x96xf32>
!vector = tensor<96xf32>
// Stacked over the 4 blocks.
!matrices = tensor<4x96x96xf32>
!vectors = tensor<4x96xf32>
!ups = tensor<4x96x192xf32>
!up_biases = tensor<4x192xf32>
!downs = tensor<4x192x96xf32>

#weight = #ml_program.extern

ml_program.global private @patch.weight(#weight) : tensor<4x96xf32>
ml_program.global private @patch.bias(#weight) : !vector
ml_program.global private @position(#weight) : tensor<16x96xf32>
ml_program.global private @noise_in.weight(#weight) : tensor<1x96xf32>
ml_program.global private @noise_in.bias(#weight) : !vector
ml_program.global private @noise_out.weight(#weight) : !matrix
ml_program.global private @noise_out.bias(#weight) : !vector
ml_program.global private @classes(#weight) : tensor<11x96xf32>
ml_program.global private @norm.scale.weight(#weight) : !matrix
ml_program.global private @norm.scale.bias(#weight) : !vector
ml_program.global private @norm.shift.weight(#weight) : !matrix
ml_program.global private @norm.shift.bias(#weight) : !vector
ml_program.global private @head.weight(#weight) : tensor<96x4xf32>
ml_program.global private @head.bias(#weight) : tensor<4xf32>

ml_program.global private @blocks.attention_norm.scale.weight(#weight) : !matrices
ml_program.global private @blocks.attention_norm.scale.bias(#weight) : !vectors
ml_program.global private @blocks.attention_norm.shift.weight(#weight) : !matrices
ml_program.global private @blocks.attention_norm.shift.bias(#weight) : !vectors
ml_program.global private @blocks.attention.query.weight(#weight) : !matrices
ml_program.global private @blocks.attention.query.bias(#weight) : !vectors
ml_program.global private @blocks.attention.key.weight(#weight) : !matrices
ml_program.global private @blocks.attention.key.bias(#weight) : !vectors
ml_program.global private @blocks.attention.value.weight(#weight) : !matrices
ml_program.global private @blocks.attention.value.bias(#weight) : !vectors
ml_program.global private @blocks.attention.output.weight(#weight) : !matrices
ml_program.global private @blocks.attention.output.bias(#weight) : !vectors
ml_program.global private @blocks.mlp_norm.scale.weight(#weight) : !matrices
ml_program.global private @blocks.mlp_norm.scale.bias(#weight) : !vectors
ml_program.global private @blocks.mlp_norm.shift.weight(#weight) : !matrices
ml_program.global private @blocks.mlp_norm.shift.bias(#weight) : !vectors
ml_program.global private @blocks.mlp.up.weight(#weight) : !ups
ml_program.global private @blocks.mlp.up.bias(#weight) : !up_biases
ml_program.global private @blocks.mlp.down.weight(#weight) : !downs
ml_program.global private @blocks.mlp.down.bias(#weight) : !vectors

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
// The condition: noise level and class as one vector an image
//===----------------------------------------------------------------------===//

// c = silu(linear(silu(linear(c_noise))) + classes[label])
func.func private @condition(%c_noise: !levels, %labels: !labels) -> !condition {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %c_noise, %c0 : !levels
  %column = tensor.expand_shape %c_noise [[0, 1]] output_shape [%n, 1]
      : !levels into tensor<?x1xf32>
  %in_weight = ml_program.global_load_const @noise_in.weight : tensor<1x96xf32>
  %in_bias = ml_program.global_load_const @noise_in.bias : !vector
  %in = gyre.linear %column, %in_weight, %in_bias : tensor<?x1xf32>, tensor<1x96xf32>, !vector
  %active = gyre.silu %in : !condition
  %out_weight = ml_program.global_load_const @noise_out.weight : !matrix
  %out_bias = ml_program.global_load_const @noise_out.bias : !vector
  %noise = gyre.linear %active, %out_weight, %out_bias : !condition, !matrix, !vector
  %classes = ml_program.global_load_const @classes : tensor<11x96xf32>
  %class = gyre.embedding %classes, %labels : tensor<11x96xf32>, !labels
  %sum = arith.addf %noise, %class : !condition
  %c = gyre.silu %sum : !condition
  return %c : !condition
}

// layer_norm(x) (1 + scale) + shift; scale and shift are the same for all tokens.
func.func private @modulated(%x: !tokens, %scale: !condition, %shift: !condition) -> !tokens {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !tokens
  %h = gyre.layer_norm %x : !tokens
  %empty = tensor.empty(%n) : !tokens
  %scales = linalg.broadcast ins(%scale : !condition) outs(%empty : !tokens) dimensions = [1]
  %shifts = linalg.broadcast ins(%shift : !condition) outs(%empty : !tokens) dimensions = [1]
  %scaled = arith.mulf %h, %scales : !tokens
  %more = arith.addf %h, %scaled : !tokens
  %y = arith.addf %more, %shifts : !tokens
  return %y : !tokens
}

//===----------------------------------------------------------------------===//
// One block: x + attention(modulated(x)), then x + mlp(modulated(x))
//===----------------------------------------------------------------------===//

// c W + b with the weights of block i.
func.func private @project_condition(%c: !condition, %weights: !matrices, %biases: !vectors,
                                     %i: index) -> !condition {
  %weight = tensor.extract_slice %weights[%i, 0, 0] [1, 96, 96] [1, 1, 1] : !matrices to !matrix
  %bias = tensor.extract_slice %biases[%i, 0] [1, 96] [1, 1] : !vectors to !vector
  %y = gyre.linear %c, %weight, %bias : !condition, !matrix, !vector
  return %y : !condition
}

// x W + b with the weights of block i.
func.func private @project(%x: !tokens, %weights: !matrices, %biases: !vectors, %i: index)
    -> !tokens {
  %weight = tensor.extract_slice %weights[%i, 0, 0] [1, 96, 96] [1, 1, 1] : !matrices to !matrix
  %bias = tensor.extract_slice %biases[%i, 0] [1, 96] [1, 1] : !vectors to !vector
  %y = gyre.linear %x, %weight, %bias : !tokens, !matrix, !vector
  return %y : !tokens
}

// A token's 96 values are 3 heads of 32.
func.func private @split(%x: !tokens) -> !heads {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !tokens
  %y = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [%n, 16, 3, 32] : !tokens into !heads
  return %y : !heads
}

// The first 8 pairs of a head turn by the token's row, the other 8 by its column.
func.func private @turned(%x: !heads) -> !heads {
  %places = arith.constant dense<[
      [0, 0], [0, 1], [0, 2], [0, 3], [1, 0], [1, 1], [1, 2], [1, 3],
      [2, 0], [2, 1], [2, 2], [2, 3], [3, 0], [3, 1], [3, 2], [3, 3]]> : tensor<16x2xi32>
  %y = gyre.rotary %x positions(%places)
      {dim = -3, sections = array<i64: 8, 8>, frequencies = "restart", base = 100.0}
      : !heads, tensor<16x2xi32>
  return %y : !heads
}

// softmax(turned(q) turned(k)^T / sqrt(32)) v in each head, between linear layers.
func.func private @attention(%x: !tokens, %i: index) -> !tokens {
  %q_weights = ml_program.global_load_const @blocks.attention.query.weight : !matrices
  %q_biases = ml_program.global_load_const @blocks.attention.query.bias : !vectors
  %k_weights = ml_program.global_load_const @blocks.attention.key.weight : !matrices
  %k_biases = ml_program.global_load_const @blocks.attention.key.bias : !vectors
  %v_weights = ml_program.global_load_const @blocks.attention.value.weight : !matrices
  %v_biases = ml_program.global_load_const @blocks.attention.value.bias : !vectors
  %o_weights = ml_program.global_load_const @blocks.attention.output.weight : !matrices
  %o_biases = ml_program.global_load_const @blocks.attention.output.bias : !vectors

  %q_all = call @project(%x, %q_weights, %q_biases, %i)
      : (!tokens, !matrices, !vectors, index) -> !tokens
  %k_all = call @project(%x, %k_weights, %k_biases, %i)
      : (!tokens, !matrices, !vectors, index) -> !tokens
  %v_all = call @project(%x, %v_weights, %v_biases, %i)
      : (!tokens, !matrices, !vectors, index) -> !tokens
  %q_heads = call @split(%q_all) : (!tokens) -> !heads
  %k_heads = call @split(%k_all) : (!tokens) -> !heads
  %v = call @split(%v_all) : (!tokens) -> !heads
  %q = call @turned(%q_heads) : (!heads) -> !heads
  %k = call @turned(%k_heads) : (!heads) -> !heads
  %o = gyre.attention %q, %k, %v {layout = "bthd"} : !heads, !heads, !heads
  %joined = tensor.collapse_shape %o [[0], [1], [2, 3]] : !heads into !tokens
  %y = call @project(%joined, %o_weights, %o_biases, %i)
      : (!tokens, !matrices, !vectors, index) -> !tokens
  return %y : !tokens
}

// linear(silu(linear(x))), 192 values wide inside.
func.func private @mlp(%x: !tokens, %i: index) -> !tokens {
  %ups = ml_program.global_load_const @blocks.mlp.up.weight : !ups
  %up = tensor.extract_slice %ups[%i, 0, 0] [1, 96, 192] [1, 1, 1] : !ups to tensor<96x192xf32>
  %up_biases = ml_program.global_load_const @blocks.mlp.up.bias : !up_biases
  %up_bias = tensor.extract_slice %up_biases[%i, 0] [1, 192] [1, 1]
      : !up_biases to tensor<192xf32>
  %downs = ml_program.global_load_const @blocks.mlp.down.weight : !downs
  %down = tensor.extract_slice %downs[%i, 0, 0] [1, 192, 96] [1, 1, 1]
      : !downs to tensor<192x96xf32>
  %down_biases = ml_program.global_load_const @blocks.mlp.down.bias : !vectors
  %down_bias = tensor.extract_slice %down_biases[%i, 0] [1, 96] [1, 1] : !vectors to !vector

  %wide = gyre.linear %x, %up, %up_bias : !tokens, tensor<96x192xf32>, tensor<192xf32>
  %active = gyre.silu %wide : !hidden
  %y = gyre.linear %active, %down, %down_bias : !hidden, tensor<192x96xf32>, !vector
  return %y : !tokens
}

func.func private @block(%x0: !tokens, %c: !condition, %i: index) -> !tokens {
  %a_scale_weights = ml_program.global_load_const @blocks.attention_norm.scale.weight : !matrices
  %a_scale_biases = ml_program.global_load_const @blocks.attention_norm.scale.bias : !vectors
  %a_scale = call @project_condition(%c, %a_scale_weights, %a_scale_biases, %i)
      : (!condition, !matrices, !vectors, index) -> !condition
  %a_shift_weights = ml_program.global_load_const @blocks.attention_norm.shift.weight : !matrices
  %a_shift_biases = ml_program.global_load_const @blocks.attention_norm.shift.bias : !vectors
  %a_shift = call @project_condition(%c, %a_shift_weights, %a_shift_biases, %i)
      : (!condition, !matrices, !vectors, index) -> !condition
  %h0 = call @modulated(%x0, %a_scale, %a_shift) : (!tokens, !condition, !condition) -> !tokens
  %attention = call @attention(%h0, %i) : (!tokens, index) -> !tokens
  %x1 = arith.addf %x0, %attention : !tokens

  %m_scale_weights = ml_program.global_load_const @blocks.mlp_norm.scale.weight : !matrices
  %m_scale_biases = ml_program.global_load_const @blocks.mlp_norm.scale.bias : !vectors
  %m_scale = call @project_condition(%c, %m_scale_weights, %m_scale_biases, %i)
      : (!condition, !matrices, !vectors, index) -> !condition
  %m_shift_weights = ml_program.global_load_const @blocks.mlp_norm.shift.weight : !matrices
  %m_shift_biases = ml_program.global_load_const @blocks.mlp_norm.shift.bias : !vectors
  %m_shift = call @project_condition(%c, %m_shift_weights, %m_shift_biases, %i)
      : (!condition, !matrices, !vectors, index) -> !condition
  %h1 = call @modulated(%x1, %m_scale, %m_shift) : (!tokens, !condition, !condition) -> !tokens
  %mlp = call @mlp(%h1, %i) : (!tokens, index) -> !tokens
  %x2 = arith.addf %x1, %mlp : !tokens
  return %x2 : !tokens
}

//===----------------------------------------------------------------------===//
// The network and its preconditioning
//===----------------------------------------------------------------------===//

// Patches as tokens, each with its place.
func.func private @embed(%x: !images) -> !tokens {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !images
  %patches = call @patches(%x) : (!images) -> !patches
  %weight = ml_program.global_load_const @patch.weight : tensor<4x96xf32>
  %bias = ml_program.global_load_const @patch.bias : !vector
  %linear = gyre.linear %patches, %weight, %bias : !patches, tensor<4x96xf32>, !vector
  %position = ml_program.global_load_const @position : tensor<16x96xf32>
  %empty = tensor.empty(%n) : !tokens
  %positions = linalg.broadcast ins(%position : tensor<16x96xf32>) outs(%empty : !tokens)
      dimensions = [0]
  %embedded = arith.addf %linear, %positions : !tokens
  return %embedded : !tokens
}

// F(x, c_noise, label)
func.func private @network(%x: !images, %c_noise: !levels, %labels: !labels) -> !images {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %depth = arith.constant 4 : index
  %c = call @condition(%c_noise, %labels) : (!levels, !labels) -> !condition
  %embedded = call @embed(%x) : (!images) -> !tokens
  %last = scf.for %i = %c0 to %depth step %c1 iter_args(%h = %embedded) -> !tokens {
    %next = func.call @block(%h, %c, %i) : (!tokens, !condition, index) -> !tokens
    scf.yield %next : !tokens
  }

  %scale_weight = ml_program.global_load_const @norm.scale.weight : !matrix
  %scale_bias = ml_program.global_load_const @norm.scale.bias : !vector
  %scale = gyre.linear %c, %scale_weight, %scale_bias : !condition, !matrix, !vector
  %shift_weight = ml_program.global_load_const @norm.shift.weight : !matrix
  %shift_bias = ml_program.global_load_const @norm.shift.bias : !vector
  %shift = gyre.linear %c, %shift_weight, %shift_bias : !condition, !matrix, !vector
  %normal = call @modulated(%last, %scale, %shift) : (!tokens, !condition, !condition) -> !tokens
  %head_weight = ml_program.global_load_const @head.weight : tensor<96x4xf32>
  %head_bias = ml_program.global_load_const @head.bias : tensor<4xf32>
  %values = gyre.linear %normal, %head_weight, %head_bias
      : !tokens, tensor<96x4xf32>, tensor<4xf32>
  %images = call @unpatches(%values) : (!patches) -> !images
  return %images : !images
}

// One number an image, for all of its pixels.
func.func private @for_pixels(%each: !levels) -> !images {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %each, %c0 : !levels
  %empty = tensor.empty(%n) : !images
  %all = linalg.broadcast ins(%each : !levels) outs(%empty : !images) dimensions = [1, 2]
  return %all : !images
}

// D(x, sigma, label) = c_skip x + c_out F(c_in x, c_noise, label): the clean image
// behind x = image + sigma noise. Labels are 0 to 9, or 10 for any class.
func.func @denoise(%x: !images {gyre.name = "noisy", gyre.dims = ["N", 8, 8]},
                   %sigma: !levels {gyre.name = "sigma", gyre.dims = ["N"]},
                   %labels: !labels {gyre.name = "labels", gyre.dims = ["N"]})
    -> (!images {gyre.name = "images", gyre.dims = ["N", 8, 8]}) {
  %skip, %out, %in, %c_noise = gyre.edm_coefficients %sigma {sigma_data = 0.5} : !levels
  %c_skip = call @for_pixels(%skip) : (!levels) -> !images
  %c_out = call @for_pixels(%out) : (!levels) -> !images
  %c_in = call @for_pixels(%in) : (!levels) -> !images

  %scaled = arith.mulf %c_in, %x : !images
  %f = call @network(%scaled, %c_noise, %labels) : (!images, !levels, !labels) -> !images
  %kept = arith.mulf %c_skip, %x : !images
  %made = arith.mulf %c_out, %f : !images
  %image = arith.addf %kept, %made : !images
  return %image : !images
}

//===----------------------------------------------------------------------===//
// Sampling
//===----------------------------------------------------------------------===//

// G(x, sigma) = D(x, sigma, any) + guidance (D(x, sigma, label) - D(x, sigma, any))
func.func private @guided(%x: !images, %sigma: f32, %labels: !labels, %guidance: f32) -> !images {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : !images
  %any_class = arith.constant 10 : i32
  %any = tensor.splat %any_class[%n] : !labels
  %sigmas = tensor.splat %sigma[%n] : !levels
  %conditioned = func.call @denoise(%x, %sigmas, %labels) : (!images, !levels, !labels) -> !images
  %free = func.call @denoise(%x, %sigmas, %any) : (!images, !levels, !labels) -> !images
  %difference = arith.subf %conditioned, %free : !images
  %strength = tensor.splat %guidance[%n] : !images
  %step = arith.mulf %strength, %difference : !images
  %g = arith.addf %free, %step : !images
  return %g : !images
}

// Normal noise of variance 1 becomes images of the wanted classes: 18 steps of
// Heun's method from sigma = 80 to 0.002, the last one to 0, then a clamp to
// [-1, 1].
func.func @draw(%noise: !images {gyre.name = "noise", gyre.dims = ["N", 8, 8]},
                %labels: !labels {gyre.name = "labels", gyre.dims = ["N"]},
                %guidance: f32 {gyre.name = "guidance"})
    -> (!images {gyre.name = "images", gyre.dims = ["N", 8, 8]}) {
  %drawn = gyre.edm_sample @guided(%noise, %labels, %guidance)
      {steps = 18, sigma_max = 80.0, sigma_min = 0.002, rho = 7.0} : !images, !labels, f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %noise, %c0 : !images
  %white = arith.constant -1.0 : f32
  %black = arith.constant 1.0 : f32
  %least = tensor.splat %white[%n] : !images
  %most = tensor.splat %black[%n] : !images
  %above = arith.maximumf %drawn, %least : !images
  %images = arith.minimumf %above, %most : !images
  return %images : !images
}

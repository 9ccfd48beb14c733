// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A block of Llama 3.1 (arXiv 2407.21783) in small: 64 features, 4 query heads
// on 2 key heads of 16, 160 hidden features.
//
// One graph is prefill and decode: T tokens stand behind the `past` ones whose
// keys and values the caches hold. The caches are written in place.

!tokens = tensor<?x?x64xf32>
!queries = tensor<?x?x4x16xf32>
!keys = tensor<?x?x2x16xf32>
#weight = #ml_program.extern

ml_program.global private @attention_norm(#weight) : tensor<64xf32>
ml_program.global private @query(#weight) : tensor<64x64xf32>
ml_program.global private @key(#weight) : tensor<64x32xf32>
ml_program.global private @value(#weight) : tensor<64x32xf32>
ml_program.global private @output(#weight) : tensor<64x64xf32>
ml_program.global private @mlp_norm(#weight) : tensor<64xf32>
ml_program.global private @gate(#weight) : tensor<64x160xf32>
ml_program.global private @up(#weight) : tensor<64x160xf32>
ml_program.global private @down(#weight) : tensor<160x64xf32>

func.func @llama(%x: !tokens {gyre.dims = ["B", "T", 64]},
                 %key_cache: !keys {gyre.dims = ["B", "S", 2, 16]},
                 %value_cache: !keys {gyre.dims = ["B", "S", 2, 16]}, %past: index,
                 %b: index {gyre.size = "B"}, %t: index {gyre.size = "T"})
    -> (!tokens {gyre.dims = ["B", "T", 64], gyre.name = "y"},
        !keys {gyre.dims = ["B", "S", 2, 16], gyre.name = "keys", gyre.may_overwrite = "key_cache"},
        !keys {gyre.dims = ["B", "S", 2, 16], gyre.name = "values", gyre.may_overwrite = "value_cache"}) {
  %attention_norm = ml_program.global_load_const @attention_norm : tensor<64xf32>
  %query = ml_program.global_load_const @query : tensor<64x64xf32>
  %key = ml_program.global_load_const @key : tensor<64x32xf32>
  %value = ml_program.global_load_const @value : tensor<64x32xf32>
  %output = ml_program.global_load_const @output : tensor<64x64xf32>
  %mlp_norm = ml_program.global_load_const @mlp_norm : tensor<64xf32>
  %gate = ml_program.global_load_const @gate : tensor<64x160xf32>
  %up = ml_program.global_load_const @up : tensor<64x160xf32>
  %down = ml_program.global_load_const @down : tensor<160x64xf32>

  // Heads stand inside of tokens, as linear layers make them.
  %h = gyre.rms_norm %x, %attention_norm : !tokens, tensor<64xf32>
  %q0 = gyre.linear %h, %query : !tokens, tensor<64x64xf32>
  %k0 = gyre.linear %h, %key : !tokens, tensor<64x32xf32>
  %v0 = gyre.linear %h, %value : !tokens, tensor<64x32xf32>
  %q1 = tensor.expand_shape %q0 [[0], [1], [2, 3]] output_shape [%b, %t, 4, 16] : !tokens into !queries
  %k1 = tensor.expand_shape %k0 [[0], [1], [2, 3]] output_shape [%b, %t, 2, 16] : tensor<?x?x32xf32> into !keys
  %v = tensor.expand_shape %v0 [[0], [1], [2, 3]] output_shape [%b, %t, 2, 16] : tensor<?x?x32xf32> into !keys

  %q = gyre.rotary %q1 offset(%past) {dim = -3, pairing = "half", base = 500000.0,
      scaling = {rope_type = "llama3", factor = 8.0, low_freq_factor = 1.0, high_freq_factor = 4.0,
                 original_max_position_embeddings = 8192}} : !queries
  %k = gyre.rotary %k1 offset(%past) {dim = -3, pairing = "half", base = 500000.0,
      scaling = {rope_type = "llama3", factor = 8.0, low_freq_factor = 1.0, high_freq_factor = 4.0,
                 original_max_position_embeddings = 8192}} : !keys
  %keys = gyre.cache_append %key_cache, %k at(%past) {dim = -3} : !keys, !keys
  %values = gyre.cache_append %value_cache, %v at(%past) {dim = -3} : !keys, !keys
  %a0 = gyre.attention %q, %keys, %values past(%past) {causal, layout = "bthd"} : !queries, !keys, !keys
  %a1 = tensor.collapse_shape %a0 [[0], [1], [2, 3]] : !queries into !tokens
  %a2 = gyre.linear %a1, %output : !tokens, tensor<64x64xf32>
  %a = arith.addf %x, %a2 : !tokens

  %m0 = gyre.rms_norm %a, %mlp_norm : !tokens, tensor<64xf32>
  %m1 = gyre.linear %m0, %gate : !tokens, tensor<64x160xf32>
  %m2 = gyre.silu %m1 : tensor<?x?x160xf32>
  %m3 = gyre.linear %m0, %up : !tokens, tensor<64x160xf32>
  %m4 = arith.mulf %m2, %m3 : tensor<?x?x160xf32>
  %m5 = gyre.linear %m4, %down : tensor<?x?x160xf32>, tensor<160x64xf32>
  %y = arith.addf %a, %m5 : !tokens
  return %y, %keys, %values : !tokens, !keys, !keys
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What attention does with scores besides: windows, caps, lengths, caches.

func.func @windowed(%q: tensor<?x4x?x32xf32> {gyre.dims = ["B", 4, "T", 32]},
                    %k: tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "S", 32]},
                    %v: tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "S", 32]})
    -> (tensor<?x4x?x32xf32> {gyre.dims = ["B", 4, "T", 32], gyre.name = "y"},
        tensor<?x4x?xf32> {gyre.dims = ["B", 4, "T"], gyre.name = "lse"}) {
  %y, %lse = gyre.attention %q, %k, %v {causal, window = array<i64: 70, 0>, softcap = 2.0, logsumexp}
      : tensor<?x4x?x32xf32>, tensor<?x2x?x32xf32>, tensor<?x2x?x32xf32>
  return %y, %lse : tensor<?x4x?x32xf32>, tensor<?x4x?xf32>
}

// Both sides, first aligned with first, heads inside of tokens.
func.func @two_sided(%q: tensor<?x3x24xf32> {gyre.dims = ["T", 3, 24]},
                     %k: tensor<?x3x24xf32> {gyre.dims = ["S", 3, 24]},
                     %v: tensor<?x3x24xf32> {gyre.dims = ["S", 3, 24]})
    -> (tensor<?x3x24xf32> {gyre.dims = ["T", 3, 24], gyre.name = "y"},
        tensor<3x?xf32> {gyre.dims = [3, "T"], gyre.name = "lse"}) {
  %y, %lse = gyre.attention %q, %k, %v {window = array<i64: 9, 5>, align = "start", layout = "bthd", logsumexp}
      : tensor<?x3x24xf32>, tensor<?x3x24xf32>, tensor<?x3x24xf32>
  return %y, %lse : tensor<?x3x24xf32>, tensor<3x?xf32>
}

// Prefill and decode: new keys behind those of the caches, which are results.
func.func @decode(%q: tensor<?x4x?x16xf32> {gyre.dims = ["B", 4, "T", 16]},
                  %k: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16]},
                  %v: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16]},
                  %key_cache: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "S", 16]},
                  %value_cache: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "S", 16]},
                  %past: index)
    -> (tensor<?x4x?x16xf32> {gyre.dims = ["B", 4, "T", 16], gyre.name = "y"},
        tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "S", 16], gyre.name = "keys", gyre.may_overwrite = "key_cache"},
        tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "S", 16], gyre.name = "values", gyre.may_overwrite = "value_cache"}) {
  %keys = gyre.cache_append %key_cache, %k at(%past) : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
  %values = gyre.cache_append %value_cache, %v at(%past) : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
  %y = gyre.attention %q, %keys, %values past(%past) {causal}
      : tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
  return %y, %keys, %values : tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}

// All of the first keys, no more; and each sample's.
func.func @padded(%q: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16]},
                  %k: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "S", 16]},
                  %v: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "S", 16]},
                  %n: tensor<?xi32> {gyre.dims = ["B"]}, %past: index)
    -> (tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16], gyre.name = "plain"},
        tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16], gyre.name = "causal"},
        tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16], gyre.name = "first"}) {
  %0 = gyre.attention %q, %k, %v lengths(%n)
      : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?xi32>
  %1 = gyre.attention %q, %k, %v lengths(%n) {causal, window = array<i64: 20, -1>}
      : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?xi32>
  %2 = gyre.attention %q, %k, %v past(%past)
      : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
  return %0, %1, %2 : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}

func.func @packed(%q: tensor<?x2x16xf32> {gyre.dims = ["T", 2, 16]},
                  %k: tensor<?x1x16xf32> {gyre.dims = ["S", 1, 16]},
                  %v: tensor<?x1x16xf32> {gyre.dims = ["S", 1, 16]},
                  %queries: tensor<?xi32> {gyre.dims = ["N"]},
                  %keys: tensor<?xi32> {gyre.dims = ["N"]})
    -> (tensor<?x2x16xf32> {gyre.dims = ["T", 2, 16], gyre.name = "plain"},
        tensor<?x2x16xf32> {gyre.dims = ["T", 2, 16], gyre.name = "causal"}) {
  %0 = gyre.attention %q, %k, %v sequences(%queries, %keys) {layout = "bthd"}
      : tensor<?x2x16xf32>, tensor<?x1x16xf32>, tensor<?x1x16xf32>, tensor<?xi32>, tensor<?xi32>
  %1 = gyre.attention %q, %k, %v sequences(%queries, %keys) {layout = "bthd", causal, window = array<i64: 12, 0>}
      : tensor<?x2x16xf32>, tensor<?x1x16xf32>, tensor<?x1x16xf32>, tensor<?xi32>, tensor<?xi32>
  return %0, %1 : tensor<?x2x16xf32>, tensor<?x2x16xf32>
}

func.func @attention_f16(%q: tensor<?x?x64xf16> {gyre.dims = ["H", "T", 64]},
                         %k: tensor<?x?x64xf16> {gyre.dims = ["H", "S", 64]},
                         %v: tensor<?x?x64xf16> {gyre.dims = ["H", "S", 64]})
    -> (tensor<?x?x64xf16> {gyre.dims = ["H", "T", 64], gyre.name = "y"}) {
  %y = gyre.attention %q, %k, %v {causal} : tensor<?x?x64xf16>, tensor<?x?x64xf16>, tensor<?x?x64xf16>
  return %y : tensor<?x?x64xf16>
}

func.func @attention_bf16(%q: tensor<?x?x64xbf16> {gyre.dims = ["H", "T", 64]},
                          %k: tensor<?x?x64xbf16> {gyre.dims = ["H", "S", 64]},
                          %v: tensor<?x?x64xbf16> {gyre.dims = ["H", "S", 64]})
    -> (tensor<?x?x64xbf16> {gyre.dims = ["H", "T", 64], gyre.name = "y"},
        tensor<?x?xf32> {gyre.dims = ["H", "T"], gyre.name = "lse"}) {
  %y, %lse = gyre.attention %q, %k, %v {causal, window = array<i64: 30, 0>, logsumexp}
      : tensor<?x?x64xbf16>, tensor<?x?x64xbf16>, tensor<?x?x64xbf16>
  return %y, %lse : tensor<?x?x64xbf16>, tensor<?x?xf32>
}

// A cache of int8 with a scale a token, which new rows are quantized into.
!row = tensor<?x2x?x16xf32>
!cache = tensor<?x2x?x16xi8>
!scales = tensor<?x2x?xf32>
func.func @int8_cache(%q: !row {gyre.dims = ["B", 2, "T", 16]}, %k: !row {gyre.dims = ["B", 2, "T", 16]},
                      %v: !row {gyre.dims = ["B", 2, "T", 16]},
                      %key_cache: !cache {gyre.dims = ["B", 2, "S", 16]},
                      %key_scales: !scales {gyre.dims = ["B", 2, "S"]},
                      %value_cache: !cache {gyre.dims = ["B", 2, "S", 16]},
                      %value_scales: !scales {gyre.dims = ["B", 2, "S"]}, %past: index)
    -> (!row {gyre.dims = ["B", 2, "T", 16], gyre.name = "y"},
        !cache {gyre.dims = ["B", 2, "S", 16], gyre.name = "keys", gyre.may_overwrite = "key_cache"},
        !scales {gyre.dims = ["B", 2, "S"], gyre.name = "ks", gyre.may_overwrite = "key_scales"},
        !cache {gyre.dims = ["B", 2, "S", 16], gyre.name = "values", gyre.may_overwrite = "value_cache"},
        !scales {gyre.dims = ["B", 2, "S"], gyre.name = "vs", gyre.may_overwrite = "value_scales"}) {
  %sk = gyre.quantize_scale %k {format = "int8", block = array<i64: 1, 1, 1, 0>} : !row
  %sv = gyre.quantize_scale %v {format = "int8", block = array<i64: 1, 1, 1, 0>} : !row
  %qk = gyre.quantize %k, %sk {format = "int8", block = array<i64: 1, 1, 1, 0>} : !row, !scales
  %qv = gyre.quantize %v, %sv {format = "int8", block = array<i64: 1, 1, 1, 0>} : !row, !scales
  %keys = gyre.cache_append %key_cache, %qk at(%past) : !cache, !cache
  %ks = gyre.cache_append %key_scales, %sk at(%past) {dim = -1} : !scales, !scales
  %values = gyre.cache_append %value_cache, %qv at(%past) : !cache, !cache
  %vs = gyre.cache_append %value_scales, %sv at(%past) {dim = -1} : !scales, !scales
  %wk = gyre.dequantize %keys, %ks {format = "int8", block = array<i64: 1, 1, 1, 0>} : !cache, !scales -> !row
  %wv = gyre.dequantize %values, %vs {format = "int8", block = array<i64: 1, 1, 1, 0>} : !cache, !scales -> !row
  %y = gyre.attention %q, %wk, %wv past(%past) {causal} : !row, !row, !row
  return %y, %keys, %ks, %values, %vs : !row, !cache, !scales, !cache, !scales
}

// Keys of int4 in groups of 16, values of e4m3 with a scale a head.
func.func @few_bits(%q: tensor<?x4x?x32xbf16> {gyre.dims = ["B", 4, "T", 32]},
                    %k: tensor<?x2x?x16xi8> {gyre.dims = ["B", 2, "S", 16]},
                    %ks: tensor<?x2x?x2xf16> {gyre.dims = ["B", 2, "S", 2]},
                    %v: tensor<?x2x?x24xf8E4M3FN> {gyre.dims = ["B", 2, "S", 24]}, %vs: tensor<2xf32>)
    -> (tensor<?x4x?x24xbf16> {gyre.dims = ["B", 4, "T", 24], gyre.name = "y"}) {
  %wk = gyre.dequantize %k, %ks {format = "int4", block = array<i64: 1, 1, 1, 16>}
      : tensor<?x2x?x16xi8>, tensor<?x2x?x2xf16> -> tensor<?x2x?x32xf32>
  %wv = gyre.dequantize %v, %vs {format = "e4m3", block = array<i64: 0, 1, 0, 0>}
      : tensor<?x2x?x24xf8E4M3FN>, tensor<2xf32> -> tensor<?x2x?x24xbf16>
  %y = gyre.attention %q, %wk, %wv : tensor<?x4x?x32xbf16>, tensor<?x2x?x32xf32>, tensor<?x2x?x24xbf16>
  return %y : tensor<?x4x?x24xbf16>
}

// Both packed along the tokens: values stay as they are, so that something says how
// many tokens there are.
func.func @packed_tokens(%q: tensor<3x?x16xf32> {gyre.dims = [3, "T", 16]}, %k: tensor<3x20x16xi8>,
                         %v: tensor<3x20x16xi8>, %s: tensor<3x5x16xf32>)
    -> (tensor<3x?x16xf32> {gyre.dims = [3, "T", 16], gyre.name = "y"}) {
  %wk = gyre.dequantize %k, %s {format = "int4", block = array<i64: 1, 8, 1>, axis = 1 : i64}
      : tensor<3x20x16xi8>, tensor<3x5x16xf32> -> tensor<3x40x16xf32>
  %wv = gyre.dequantize %v, %s {format = "int4", block = array<i64: 1, 8, 1>, axis = 1 : i64}
      : tensor<3x20x16xi8>, tensor<3x5x16xf32> -> tensor<3x40x16xf32>
  %y = gyre.attention %q, %wk, %wv : tensor<3x?x16xf32>, tensor<3x40x16xf32>, tensor<3x40x16xf32>
  return %y : tensor<3x?x16xf32>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The variants of rotary embedding.

func.func @rotary(%x: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64]},
                  %past: index)
    -> (tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64], gyre.name = "y"}) {
  %y = gyre.rotary %x offset(%past) : tensor<?x?x?x64xf32>
  return %y : tensor<?x?x?x64xf32>
}

func.func @rotary_static(%x: tensor<2x3x37x40xf32>)
    -> (tensor<2x3x37x40xf32> {gyre.name = "y"}) {
  %y = gyre.rotary %x : tensor<2x3x37x40xf32>
  return %y : tensor<2x3x37x40xf32>
}

func.func @rotary_half(%x: tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]},
                       %p: tensor<?xi32> {gyre.dims = ["T"]})
    -> (tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64], gyre.name = "y"}) {
  %y = gyre.rotary %x positions(%p) {pairing = "half", base = 500000.0}
      : tensor<?x?x64xf32>, tensor<?xi32>
  return %y : tensor<?x?x64xf32>
}

// Some features only, the other way, of a batch's own fractional positions.
func.func @rotary_partial(%x: tensor<?x?x?x20xf32> {gyre.dims = ["B", "H", "T", 20]},
                          %p: tensor<?x?xf32> {gyre.dims = ["B", "T"]})
    -> (tensor<?x?x?x20xf32> {gyre.dims = ["B", "H", "T", 20], gyre.name = "y"}) {
  %y = gyre.rotary %x positions(%p) {dims = 12, inverse}
      : tensor<?x?x?x20xf32>, tensor<?x?xf32>
  return %y : tensor<?x?x?x20xf32>
}

// Three axes, heads inside of tokens.
func.func @rotary_sections(%x: tensor<?x?x2x24xf32> {gyre.dims = ["B", "T", 2, 24]},
                           %p: tensor<?x?x3xi64> {gyre.dims = ["B", "T", 3]})
    -> (tensor<?x?x2x24xf32> {gyre.dims = ["B", "T", 2, 24], gyre.name = "y"}) {
  %y = gyre.rotary %x positions(%p) {sections = array<i64: 6, 4, 2>, dim = -3, pairing = "half"}
      : tensor<?x?x2x24xf32>, tensor<?x?x3xi64>
  return %y : tensor<?x?x2x24xf32>
}

func.func @rotary_restart(%x: tensor<?x?x24xf32> {gyre.dims = ["H", "T", 24]},
                          %p: tensor<?x2xf32> {gyre.dims = ["T", 2]})
    -> (tensor<?x?x24xf32> {gyre.dims = ["H", "T", 24], gyre.name = "y"}) {
  %y = gyre.rotary %x positions(%p) {sections = array<i64: 6, 6>, frequencies = "restart", base = 100.0}
      : tensor<?x?x24xf32>, tensor<?x2xf32>
  return %y : tensor<?x?x24xf32>
}

func.func @rotary_alternate(%x: tensor<?x?x24xf32> {gyre.dims = ["H", "T", 24]},
                            %p: tensor<?x2xf32> {gyre.dims = ["T", 2]})
    -> (tensor<?x?x24xf32> {gyre.dims = ["H", "T", 24], gyre.name = "y"}) {
  %y = gyre.rotary %x positions(%p) {sections = array<i64: 6, 6>, frequencies = "alternate"}
      : tensor<?x?x24xf32>, tensor<?x2xf32>
  return %y : tensor<?x?x24xf32>
}

// Recipes for long contexts; the length is known when the function is called.
func.func @rotary_llama3(%x: tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]}, %past: index)
    -> (tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64], gyre.name = "y"}) {
  %y = gyre.rotary %x offset(%past) {pairing = "half", base = 500000.0,
      scaling = {rope_type = "llama3", factor = 8.0, low_freq_factor = 1.0,
                 high_freq_factor = 4.0, original_max_position_embeddings = 8192}}
      : tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

func.func @rotary_yarn(%x: tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]}, %past: index)
    -> (tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64], gyre.name = "y"}) {
  %y = gyre.rotary %x offset(%past) {pairing = "half",
      scaling = {rope_type = "yarn", factor = 4.0, original_max_position_embeddings = 4096}}
      : tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

func.func @rotary_dynamic(%x: tensor<?x?x16xf32> {gyre.dims = ["H", "T", 16]}, %past: index)
    -> (tensor<?x?x16xf32> {gyre.dims = ["H", "T", 16], gyre.name = "y"}) {
  %y = gyre.rotary %x offset(%past) {
      scaling = {rope_type = "dynamic", factor = 2.0, original_max_position_embeddings = 1000}}
      : tensor<?x?x16xf32>
  return %y : tensor<?x?x16xf32>
}

func.func @rotary_longrope(%x: tensor<?x?x8xf32> {gyre.dims = ["H", "T", 8]},
                           %p: tensor<?xi32> {gyre.dims = ["T"]}, %length: index)
    -> (tensor<?x?x8xf32> {gyre.dims = ["H", "T", 8], gyre.name = "y"}) {
  %y = gyre.rotary %x positions(%p) length(%length) {
      scaling = {rope_type = "longrope", factor = 32.0, original_max_position_embeddings = 4096,
                 short_factor = array<f64: 1.0, 1.25, 1.5, 2.0>,
                 long_factor = array<f64: 1.5, 4.0, 16.0, 64.0>}}
      : tensor<?x?x8xf32>, tensor<?xi32>
  return %y : tensor<?x?x8xf32>
}

// Recipes one after the other, of static sizes.
func.func @rotary_stretched(%x: tensor<9x16xf32>, %p: tensor<9xi32>)
    -> (tensor<9x16xf32> {gyre.name = "linear"}, tensor<9x16xf32> {gyre.name = "ntk"},
        tensor<9x16xf32> {gyre.name = "proportional"}, tensor<9x16xf32> {gyre.name = "dynamic"}) {
  %0 = gyre.rotary %x positions(%p) {scaling = {rope_type = "linear", factor = 3}}
      : tensor<9x16xf32>, tensor<9xi32>
  %1 = gyre.rotary %x positions(%p) {scaling = {rope_type = "ntk", factor = 4.0}}
      : tensor<9x16xf32>, tensor<9xi32>
  %2 = gyre.rotary %x positions(%p) {pairing = "half",
      scaling = {rope_type = "proportional", partial_rotary_factor = 0.4}}
      : tensor<9x16xf32>, tensor<9xi32>
  %3 = gyre.rotary %x {scaling = {rope_type = "dynamic", factor = 2.0,
                                  original_max_position_embeddings = 4}} : tensor<9x16xf32>
  return %0, %1, %2, %3 : tensor<9x16xf32>, tensor<9x16xf32>, tensor<9x16xf32>, tensor<9x16xf32>
}

// Features 4 to 15 of 20, on axes that alternate: 3, 2 and 1 pairs.
func.func @rotary_dealt(%x: tensor<?x?x20xf32> {gyre.dims = ["H", "T", 20]},
                        %p: tensor<?x3xi32> {gyre.dims = ["T", 3]})
    -> (tensor<?x?x20xf32> {gyre.dims = ["H", "T", 20], gyre.name = "y"}) {
  %y = gyre.rotary %x positions(%p) {dims = 12, start = 4, sections = array<i64: 3, 2, 1>,
                                     frequencies = "alternate", pairing = "half"}
      : tensor<?x?x20xf32>, tensor<?x3xi32>
  return %y : tensor<?x?x20xf32>
}

// Tables: looked up, of any length from an offset on, and a row a token.
func.func @rotary_table(%x: tensor<?x?x?x12xf32> {gyre.dims = ["B", "H", "T", 12]},
                        %p: tensor<?x?xi64> {gyre.dims = ["B", "T"]},
                        %cos: tensor<50x4xf32>, %sin: tensor<50x4xf32>,
                        %any_cos: tensor<?x4xf32> {gyre.dims = ["P", 4]},
                        %any_sin: tensor<?x4xf32> {gyre.dims = ["P", 4]}, %past: index)
    -> (tensor<?x?x?x12xf32> {gyre.dims = ["B", "H", "T", 12], gyre.name = "at"},
        tensor<?x?x?x12xf32> {gyre.dims = ["B", "H", "T", 12], gyre.name = "from"}) {
  %0 = gyre.rotary %x positions(%p) table(%cos, %sin) {dims = 8, pairing = "half"}
      : tensor<?x?x?x12xf32>, tensor<?x?xi64>, tensor<50x4xf32>, tensor<50x4xf32>
  %1 = gyre.rotary %x offset(%past) table(%any_cos, %any_sin) {dims = 8, inverse}
      : tensor<?x?x?x12xf32>, tensor<?x4xf32>, tensor<?x4xf32>
  return %0, %1 : tensor<?x?x?x12xf32>, tensor<?x?x?x12xf32>
}

func.func @rotary_rows(%x: tensor<?x?x3x8xf16> {gyre.dims = ["B", "T", 3, 8]},
                       %cos: tensor<?x?x4xf32> {gyre.dims = ["B", "T", 4]},
                       %sin: tensor<?x?x4xf32> {gyre.dims = ["B", "T", 4]})
    -> (tensor<?x?x3x8xf16> {gyre.dims = ["B", "T", 3, 8], gyre.name = "y"}) {
  %y = gyre.rotary %x table(%cos, %sin) {dim = -3}
      : tensor<?x?x3x8xf16>, tensor<?x?x4xf32>, tensor<?x?x4xf32>
  return %y : tensor<?x?x3x8xf16>
}

func.func @rotary_bf16(%x: tensor<?x?x40xbf16> {gyre.dims = ["H", "T", 40]}, %past: index)
    -> (tensor<?x?x40xbf16> {gyre.dims = ["H", "T", 40], gyre.name = "y"}) {
  %y = gyre.rotary %x offset(%past) : tensor<?x?x40xbf16>
  return %y : tensor<?x?x40xbf16>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention: plain, causal, masked, grouped, turned by rotary before.

func.func @attention(%q: tensor<?x3x?x64xf32> {gyre.dims = ["B", 3, "T", 64]},
                     %k: tensor<?x3x?x64xf32> {gyre.dims = ["B", 3, "S", 64]},
                     %v: tensor<?x3x?x32xf32> {gyre.dims = ["B", 3, "S", 32]})
    -> (tensor<?x3x?x32xf32> {gyre.dims = ["B", 3, "T", 32], gyre.name = "y"}) {
  %y = gyre.attention %q, %k, %v
      : tensor<?x3x?x64xf32>, tensor<?x3x?x64xf32>, tensor<?x3x?x32xf32>
  return %y : tensor<?x3x?x32xf32>
}

func.func @attention_causal(%q: tensor<?x?x40xf32> {gyre.dims = ["H", "T", 40]},
                            %k: tensor<?x?x40xf32> {gyre.dims = ["H", "S", 40]},
                            %v: tensor<?x?x40xf32> {gyre.dims = ["H", "S", 40]})
    -> (tensor<?x?x40xf32> {gyre.dims = ["H", "T", 40], gyre.name = "y"}) {
  %y = gyre.attention %q, %k, %v {causal}
      : tensor<?x?x40xf32>, tensor<?x?x40xf32>, tensor<?x?x40xf32>
  return %y : tensor<?x?x40xf32>
}

func.func @attention_grouped(%q: tensor<?x?x6x16xf32> {gyre.dims = ["B", "T", 6, 16]},
                             %k: tensor<?x?x2x16xf32> {gyre.dims = ["B", "S", 2, 16]},
                             %v: tensor<?x?x2x16xf32> {gyre.dims = ["B", "S", 2, 16]})
    -> (tensor<?x?x6x16xf32> {gyre.dims = ["B", "T", 6, 16], gyre.name = "y"}) {
  %y = gyre.attention %q, %k, %v {causal, align = "start", layout = "bthd"}
      : tensor<?x?x6x16xf32>, tensor<?x?x2x16xf32>, tensor<?x?x2x16xf32>
  return %y : tensor<?x?x6x16xf32>
}

func.func @attention_masked(%q: tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "T", 32]},
                            %k: tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "S", 32]},
                            %v: tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "S", 32]},
                            %m: tensor<?x1x?x?xi1> {gyre.dims = ["B", 1, "T", "S"]})
    -> (tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "T", 32], gyre.name = "y"}) {
  %y = gyre.attention %q, %k, %v mask(%m)
      : tensor<?x2x?x32xf32>, tensor<?x2x?x32xf32>, tensor<?x2x?x32xf32>, tensor<?x1x?x?xi1>
  return %y : tensor<?x2x?x32xf32>
}

func.func @attention_biased(%q: tensor<?x4x?x32xf32> {gyre.dims = ["B", 4, "T", 32]},
                            %k: tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "S", 32]},
                            %v: tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "S", 32]},
                            %m: tensor<4x?x?xf32> {gyre.dims = [4, "T", "S"]})
    -> (tensor<?x4x?x32xf32> {gyre.dims = ["B", 4, "T", 32], gyre.name = "y"}) {
  %y = gyre.attention %q, %k, %v mask(%m) {scale = 0.3}
      : tensor<?x4x?x32xf32>, tensor<?x2x?x32xf32>, tensor<?x2x?x32xf32>, tensor<4x?x?xf32>
  return %y : tensor<?x4x?x32xf32>
}

func.func @attention_rotary(%q: tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]},
                            %k: tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]},
                            %v: tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]},
                            %past: index)
    -> (tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64], gyre.name = "y"}) {
  %tq = gyre.rotary %q offset(%past) : tensor<?x?x64xf32>
  %tk = gyre.rotary %k offset(%past) : tensor<?x?x64xf32>
  %y = gyre.attention %tq, %tk, %v {causal}
      : tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

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

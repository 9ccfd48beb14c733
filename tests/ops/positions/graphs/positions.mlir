// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Positions of text and images, and embeddings of positions.

// The size of the result is that of the spans: the caller names it.
func.func @tie(%n: index {gyre.size = "N"}, %h: index {gyre.size = "H"}, %w: index {gyre.size = "W"},
               %m: index {gyre.size = "M"})
    -> (tensor<?x2xf32> {gyre.dims = ["N + H * W + M", 2], gyre.name = "first"},
        tensor<?x2xf32> {gyre.dims = ["N + H * W + M", 2], gyre.name = "second"}) {
  %0 = gyre.tie_positions text(%n), image(%h, %w), text(%m) {form = "first"} : tensor<?x2xf32>
  %1 = gyre.tie_positions text(%n), image(%h, %w), text(%m) : tensor<?x2xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}

// Two images first; sizes known.
func.func @tie_static()
    -> (tensor<23x2xf32> {gyre.name = "first"}, tensor<23x2xf32> {gyre.name = "second"}) {
  %0 = gyre.tie_positions image(2, 3), image(3, 4), text(5) {form = "first"} : tensor<23x2xf32>
  %1 = gyre.tie_positions image(2, 3), image(3, 4), text(5) : tensor<23x2xf32>
  return %0, %1 : tensor<23x2xf32>, tensor<23x2xf32>
}

// Pure text is what rotary does without positions; an image is turned on both
// axes.
func.func @tie_rotary(%x: tensor<?x?x16xf32> {gyre.dims = ["H", "N", 16]}, %n: index {gyre.size = "N"})
    -> (tensor<?x?x16xf32> {gyre.dims = ["H", "N", 16], gyre.name = "tied"},
        tensor<?x?x16xf32> {gyre.dims = ["H", "N", 16], gyre.name = "plain"}) {
  %p = gyre.tie_positions text(%n) : tensor<?x2xf32>
  %0 = gyre.rotary %x positions(%p) {sections = array<i64: 4, 4>, frequencies = "alternate"}
      : tensor<?x?x16xf32>, tensor<?x2xf32>
  %1 = gyre.rotary %x : tensor<?x?x16xf32>
  return %0, %1 : tensor<?x?x16xf32>, tensor<?x?x16xf32>
}

// Time, height and width: images and a video, whose images are 2.5 apart.
func.func @mrope(%n: index {gyre.size = "N"}, %t: index {gyre.size = "T"}, %h: index {gyre.size = "H"},
                 %w: index {gyre.size = "W"}, %m: index {gyre.size = "M"})
    -> (tensor<?x3xi32> {gyre.dims = ["N + H * W + M", 3], gyre.name = "image"},
        tensor<?x3xi32> {gyre.dims = ["N + T * H * W + M + 6", 3], gyre.name = "video"},
        tensor<17x3xi32> {gyre.name = "known"}) {
  %0 = gyre.mrope_positions text(%n), image(%h, %w), text(%m) : tensor<?x3xi32>
  %1 = gyre.mrope_positions text(%n), video(%t, %h, %w), text(%m), image(2, 3) {interval = 2.5} : tensor<?x3xi32>
  %2 = gyre.mrope_positions text(2), video(3, 1, 2), text(0), image(2, 1), text(3), image(4, 1)
      {interval = 1.5} : tensor<17x3xi32>
  return %0, %1, %2 : tensor<?x3xi32>, tensor<?x3xi32>, tensor<17x3xi32>
}

func.func @sinusoidal(%p: tensor<?x?xi32> {gyre.dims = ["B", "T"]}, %past: index,
                      %n: index {gyre.size = "N"})
    -> (tensor<?x?x40xf32> {gyre.dims = ["B", "T", 40], gyre.name = "at"},
        tensor<?x40xf32> {gyre.dims = ["N", 40], gyre.name = "from"},
        tensor<3x6xbf16> {gyre.name = "few"}) {
  %0 = gyre.sinusoidal positions(%p : tensor<?x?xi32>) : tensor<?x?x40xf32>
  %1 = gyre.sinusoidal offset(%past) length(%n) {pairing = "half", shift = 1.0} : tensor<?x40xf32>
  %2 = gyre.sinusoidal {pairing = "half", cosine_first, base = 100.0, scale = 2.0} : tensor<3x6xbf16>
  return %0, %1, %2 : tensor<?x?x40xf32>, tensor<?x40xf32>, tensor<3x6xbf16>
}

func.func @waves(%ids: tensor<?x?xi32> {gyre.dims = ["B", "T"]}, %r: tensor<9x5xf32>,
                 %omega: tensor<9x5xf32>, %theta: tensor<9x5xf32>, %past: index)
    -> (tensor<?x?x5xf32> {gyre.dims = ["B", "T", 5], gyre.name = "re"},
        tensor<?x?x5xf32> {gyre.dims = ["B", "T", 5], gyre.name = "im"}) {
  %re, %im = gyre.complex_embedding %ids, %r, %omega, %theta offset(%past)
      : tensor<?x?xi32>, tensor<9x5xf32>
  return %re, %im : tensor<?x?x5xf32>, tensor<?x?x5xf32>
}

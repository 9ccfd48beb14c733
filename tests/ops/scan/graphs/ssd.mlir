// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mamba-2's scan in chunks of several lengths, with and without options.

// Chunks of 8, with every option and two groups.
func.func @ssd(%x: tensor<?x?x4x20xf32> {gyre.dims = ["B", "T", 4, 20]},
               %delta: tensor<?x?x4xf32> {gyre.dims = ["B", "T", 4]}, %a: tensor<4xf32>,
               %b: tensor<?x?x2x24xf32> {gyre.dims = ["B", "T", 2, 24]},
               %c: tensor<?x?x2x24xf32> {gyre.dims = ["B", "T", 2, 24]},
               %skip: tensor<4xf32>,
               %gate: tensor<?x?x4x20xf32> {gyre.dims = ["B", "T", 4, 20]},
               %bias: tensor<4xf32>,
               %h0: tensor<?x4x20x24xf32> {gyre.dims = ["B", 4, 20, 24]})
    -> (tensor<?x?x4x20xf32> {gyre.dims = ["B", "T", 4, 20], gyre.name = "y"},
        tensor<?x4x20x24xf32> {gyre.dims = ["B", 4, 20, 24], gyre.name = "last"}) {
  %y, %last = gyre.ssd_scan %x, %delta, %a, %b, %c
      skip(%skip) gate(%gate) bias(%bias) initial(%h0) {softplus, chunk = 8, limits = array<f64: 0.01, 2.0>}
      : tensor<?x?x4x20xf32>, tensor<?x?x4xf32>, tensor<4xf32>, tensor<?x?x2x24xf32>,
        tensor<?x?x2x24xf32>, tensor<4xf32>, tensor<?x?x4x20xf32>, tensor<4xf32>, tensor<?x4x20x24xf32>
  return %y, %last : tensor<?x?x4x20xf32>, tensor<?x4x20x24xf32>
}

// Step by step.
func.func @ssd_steps(%x: tensor<?x?x4x20xf32> {gyre.dims = ["B", "T", 4, 20]},
                     %delta: tensor<?x?x4xf32> {gyre.dims = ["B", "T", 4]}, %a: tensor<4xf32>,
                     %b: tensor<?x?x32xf32> {gyre.dims = ["B", "T", 32]},
                     %c: tensor<?x?x32xf32> {gyre.dims = ["B", "T", 32]})
    -> (tensor<?x?x4x20xf32> {gyre.dims = ["B", "T", 4, 20], gyre.name = "y"},
        tensor<?x4x20x32xf32> {gyre.dims = ["B", 4, 20, 32], gyre.name = "last"}) {
  %y, %last = gyre.ssd_scan %x, %delta, %a, %b, %c {chunk = 1}
      : tensor<?x?x4x20xf32>, tensor<?x?x4xf32>, tensor<4xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>
  return %y, %last : tensor<?x?x4x20xf32>, tensor<?x4x20x32xf32>
}

// A known length of whole chunks, a skip for each channel.
func.func @ssd_whole(%x: tensor<128x2x16xf32>, %delta: tensor<128x2xf32>, %a: tensor<2xf32>,
                     %b: tensor<128x16xf32>, %c: tensor<128x16xf32>, %skip: tensor<2x16xf32>)
    -> (tensor<128x2x16xf32> {gyre.name = "y"}, tensor<2x16x16xf32> {gyre.name = "last"}) {
  %y, %last = gyre.ssd_scan %x, %delta, %a, %b, %c skip(%skip)
      : tensor<128x2x16xf32>, tensor<128x2xf32>, tensor<2xf32>, tensor<128x16xf32>, tensor<128x16xf32>, tensor<2x16xf32>
  return %y, %last : tensor<128x2x16xf32>, tensor<2x16x16xf32>
}

// Heads, channels and states that only the call knows.
func.func @ssd_any(%x: tensor<?x?x?xf32> {gyre.dims = ["T", "H", "P"]}, %delta: tensor<?x?xf32> {gyre.dims = ["T", "H"]},
                   %a: tensor<?xf32> {gyre.dims = ["H"]}, %b: tensor<?x?xf32> {gyre.dims = ["T", "N"]},
                   %c: tensor<?x?xf32> {gyre.dims = ["T", "N"]}, %skip: tensor<?xf32> {gyre.dims = ["H"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["T", "H", "P"], gyre.name = "y"},
        tensor<?x?x?xf32> {gyre.dims = ["H", "P", "N"], gyre.name = "last"}) {
  %y, %last = gyre.ssd_scan %x, %delta, %a, %b, %c skip(%skip) {chunk = 8}
      : tensor<?x?x?xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>
  return %y, %last : tensor<?x?x?xf32>, tensor<?x?x?xf32>
}

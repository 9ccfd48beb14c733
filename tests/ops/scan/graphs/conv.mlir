// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Causal convolutions with and without options, in three element types.

func.func @causal_conv(%x: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"]},
                       %weight: tensor<?x4xf32> {gyre.dims = ["D", 4]},
                       %bias: tensor<?xf32> {gyre.dims = ["D"]},
                       %initial: tensor<?x3x?xf32> {gyre.dims = ["B", 3, "D"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"], gyre.name = "y"},
        tensor<?x3x?xf32> {gyre.dims = ["B", 3, "D"], gyre.name = "last"}) {
  %y, %last = gyre.causal_conv %x, %weight bias(%bias) initial(%initial) {silu}
      : tensor<?x?x?xf32>, tensor<?x4xf32>, tensor<?xf32>, tensor<?x3x?xf32>
  return %y, %last : tensor<?x?x?xf32>, tensor<?x3x?xf32>
}

func.func @causal_conv_plain(%x: tensor<?x20xf32> {gyre.dims = ["T", 20]}, %weight: tensor<20x2xf32>)
    -> (tensor<?x20xf32> {gyre.dims = ["T", 20], gyre.name = "y"}) {
  %y, %last = gyre.causal_conv %x, %weight : tensor<?x20xf32>, tensor<20x2xf32>
  return %y : tensor<?x20xf32>
}

func.func @causal_conv_f16(%x: tensor<?x?xf16> {gyre.dims = ["T", "D"]},
                           %weight: tensor<?x4xf16> {gyre.dims = ["D", 4]},
                           %initial: tensor<3x?xf16> {gyre.dims = [3, "D"]})
    -> (tensor<?x?xf16> {gyre.dims = ["T", "D"], gyre.name = "y"},
        tensor<3x?xf16> {gyre.dims = [3, "D"], gyre.name = "last"}) {
  %y, %last = gyre.causal_conv %x, %weight initial(%initial) {silu}
      : tensor<?x?xf16>, tensor<?x4xf16>, tensor<3x?xf16>
  return %y, %last : tensor<?x?xf16>, tensor<3x?xf16>
}

func.func @causal_conv_bf16(%x: tensor<?x?xbf16> {gyre.dims = ["T", "D"]},
                            %weight: tensor<?x4xf32> {gyre.dims = ["D", 4]},
                            %initial: tensor<3x?xbf16> {gyre.dims = [3, "D"]})
    -> (tensor<?x?xbf16> {gyre.dims = ["T", "D"], gyre.name = "y"},
        tensor<3x?xbf16> {gyre.dims = [3, "D"], gyre.name = "last"}) {
  %y, %last = gyre.causal_conv %x, %weight initial(%initial) {silu}
      : tensor<?x?xbf16>, tensor<?x4xf32>, tensor<3x?xbf16>
  return %y, %last : tensor<?x?xbf16>, tensor<3x?xbf16>
}

// More rows to remember than registers hold.
func.func @causal_conv_long(%x: tensor<?x20xf32> {gyre.dims = ["T", 20]}, %weight: tensor<20x30xf32>,
                            %initial: tensor<29x20xf32>)
    -> (tensor<?x20xf32> {gyre.dims = ["T", 20], gyre.name = "y"}, tensor<29x20xf32> {gyre.name = "last"}) {
  %y, %last = gyre.causal_conv %x, %weight initial(%initial) : tensor<?x20xf32>, tensor<20x30xf32>, tensor<29x20xf32>
  return %y, %last : tensor<?x20xf32>, tensor<29x20xf32>
}

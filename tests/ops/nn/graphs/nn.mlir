// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each operator of the family in a function of its own.

func.func @linear(%x: tensor<?x?x37xf32> {gyre.dims = ["B", "T", 37]},
                  %w: tensor<37x50xf32>, %b: tensor<50xf32>)
    -> (tensor<?x?x50xf32> {gyre.dims = ["B", "T", 50], gyre.name = "y"}) {
  %y = gyre.linear %x, %w, %b : tensor<?x?x37xf32>, tensor<37x50xf32>, tensor<50xf32>
  return %y : tensor<?x?x50xf32>
}

func.func @linear_plain(%x: tensor<?x?xf32> {gyre.dims = ["M", "K"]},
                        %w: tensor<?x?xf32> {gyre.dims = ["K", "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"], gyre.name = "y"}) {
  %y = gyre.linear %x, %w : tensor<?x?xf32>, tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @layer_norm(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]},
                      %w: tensor<?xf32> {gyre.dims = ["N"]},
                      %b: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "y"}) {
  %y = gyre.layer_norm %x, %w, %b : tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>
  return %y : tensor<?x?xf32>
}

func.func @rms_norm(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]},
                    %w: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "y"}) {
  %y = gyre.rms_norm %x, %w {eps = 1.0e-6} : tensor<?x?xf32>, tensor<?xf32>
  return %y : tensor<?x?xf32>
}

func.func @group_norm(%x: tensor<?x6x?xf32> {gyre.dims = ["B", 6, "S"]},
                      %w: tensor<6xf32>, %b: tensor<6xf32>)
    -> (tensor<?x6x?xf32> {gyre.dims = ["B", 6, "S"], gyre.name = "y"}) {
  %y = gyre.group_norm %x, %w, %b {groups = 3} : tensor<?x6x?xf32>, tensor<6xf32>, tensor<6xf32>
  return %y : tensor<?x6x?xf32>
}

func.func @sigmoid(%x: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.sigmoid %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @silu(%x: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.silu %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @softplus(%x: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.softplus %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @gelu_erf(%x: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.gelu %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @gelu_tanh(%x: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.gelu %x {form = "tanh"} : tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @embedding(%table: tensor<?x?xf32> {gyre.dims = ["V", "D"]},
                     %ids: tensor<?xi32> {gyre.dims = ["N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["N", "D"], gyre.name = "y"}) {
  %y = gyre.embedding %table, %ids : tensor<?x?xf32>, tensor<?xi32>
  return %y : tensor<?x?xf32>
}

func.func @cross_entropy(%x: tensor<?x?xf32> {gyre.dims = ["N", "C"]},
                         %labels: tensor<?xi64> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.cross_entropy %x, %labels : tensor<?x?xf32>, tensor<?xi64>
  return %y : tensor<?xf32>
}

// Three sizes of an image's groups are not known, and merge into one.
func.func @group_norm_image(%x: tensor<?x6x?x?xf32> {gyre.dims = ["B", 6, "H", "W"]},
                            %w: tensor<6xf32>, %b: tensor<6xf32>)
    -> (tensor<?x6x?x?xf32> {gyre.dims = ["B", 6, "H", "W"], gyre.name = "y"}) {
  %y = gyre.group_norm %x, %w, %b {groups = 3 : i64}
      : tensor<?x6x?x?xf32>, tensor<6xf32>, tensor<6xf32>
  return %y : tensor<?x6x?x?xf32>
}

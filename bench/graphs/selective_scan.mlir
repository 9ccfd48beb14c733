// Mamba's scan with a skip connection.

func.func @selective_scan_1536(
    %x: tensor<2x2048x1536xf32>, %dt: tensor<2x2048x1536xf32>,
    %a: tensor<1536x16xf32>, %b: tensor<2x2048x16xf32>,
    %c: tensor<2x2048x16xf32>, %skip: tensor<1536xf32>)
    -> tensor<2x2048x1536xf32> {
  %y, %last = gyre.selective_scan %x, %dt, %a, %b, %c skip(%skip)
      : tensor<2x2048x1536xf32>, tensor<2x2048x1536xf32>, tensor<1536x16xf32>,
        tensor<2x2048x16xf32>, tensor<2x2048x16xf32>, tensor<1536xf32>
  return %y : tensor<2x2048x1536xf32>
}

func.func @selective_scan(
    %x: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"]},
    %dt: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"]},
    %a: tensor<?x16xf32> {gyre.dims = ["D", 16]},
    %b: tensor<?x?x16xf32> {gyre.dims = ["B", "T", 16]},
    %c: tensor<?x?x16xf32> {gyre.dims = ["B", "T", 16]},
    %skip: tensor<?xf32> {gyre.dims = ["D"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"]}) {
  %y, %last = gyre.selective_scan %x, %dt, %a, %b, %c skip(%skip)
      : tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<?x16xf32>,
        tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?xf32>
  return %y : tensor<?x?x?xf32>
}

// With all that Mamba puts around it.
func.func @selective_scan_gated(
    %x: tensor<2x2048x1536xf32>, %dt: tensor<2x2048x1536xf32>,
    %a: tensor<1536x16xf32>, %b: tensor<2x2048x16xf32>,
    %c: tensor<2x2048x16xf32>, %skip: tensor<1536xf32>,
    %z: tensor<2x2048x1536xf32>, %bias: tensor<1536xf32>)
    -> tensor<2x2048x1536xf32> {
  %y, %last = gyre.selective_scan %x, %dt, %a, %b, %c skip(%skip) gate(%z)
      bias(%bias) {softplus}
      : tensor<2x2048x1536xf32>, tensor<2x2048x1536xf32>, tensor<1536x16xf32>,
        tensor<2x2048x16xf32>, tensor<2x2048x16xf32>, tensor<1536xf32>,
        tensor<2x2048x1536xf32>, tensor<1536xf32>
  return %y : tensor<2x2048x1536xf32>
}

// A product whose last bit tells whether its sums were fused.
func.func @product(%a: tensor<?x2xf32> {gyre.dims = ["M", 2]}, %b: tensor<2x?xf32> {gyre.dims = [2, "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %a, %c0 : tensor<?x2xf32>
  %n = tensor.dim %b, %c1 : tensor<2x?xf32>
  %empty = tensor.empty(%m, %n) : tensor<?x?xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %c = linalg.matmul ins(%a, %b : tensor<?x2xf32>, tensor<2x?xf32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %c : tensor<?x?xf32>
}

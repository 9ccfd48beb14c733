// Products of matrices, alone and with what stands around them.

func.func @matmul_1024(%a: tensor<1024x1024xf32>, %b: tensor<1024x1024xf32>)
    -> tensor<1024x1024xf32> {
  %y = gyre.linear %a, %b : tensor<1024x1024xf32>, tensor<1024x1024xf32>
  return %y : tensor<1024x1024xf32>
}

func.func @matmul_4096(%a: tensor<4096x1024xf32>, %b: tensor<1024x1024xf32>)
    -> tensor<4096x1024xf32> {
  %y = gyre.linear %a, %b : tensor<4096x1024xf32>, tensor<1024x1024xf32>
  return %y : tensor<4096x1024xf32>
}

func.func @matmul_row(%a: tensor<1x4096xf32>, %b: tensor<4096x4096xf32>)
    -> tensor<1x4096xf32> {
  %y = gyre.linear %a, %b : tensor<1x4096xf32>, tensor<4096x4096xf32>
  return %y : tensor<1x4096xf32>
}

func.func @matmul_vit(%a: tensor<197x768xf32>, %b: tensor<768x3072xf32>)
    -> tensor<197x3072xf32> {
  %y = gyre.linear %a, %b : tensor<197x768xf32>, tensor<768x3072xf32>
  return %y : tensor<197x3072xf32>
}

func.func @matmul_gelu(%a: tensor<4096x1024xf32>, %b: tensor<1024x1024xf32>)
    -> tensor<4096x1024xf32> {
  %0 = gyre.linear %a, %b : tensor<4096x1024xf32>, tensor<1024x1024xf32>
  %y = gyre.gelu %0 {form = "tanh"} : tensor<4096x1024xf32>
  return %y : tensor<4096x1024xf32>
}

func.func @matmul_norm(%a: tensor<4096x1024xf32>, %b: tensor<1024x1024xf32>)
    -> tensor<4096x1024xf32> {
  %0 = gyre.layer_norm %a {eps = 1.0e-5} : tensor<4096x1024xf32>
  %y = gyre.linear %0, %b : tensor<4096x1024xf32>, tensor<1024x1024xf32>
  return %y : tensor<4096x1024xf32>
}

func.func @matmul_bf16_1024(%a: tensor<1024x1024xbf16>, %b: tensor<1024x1024xbf16>)
    -> tensor<1024x1024xbf16> {
  %y = gyre.linear %a, %b : tensor<1024x1024xbf16>, tensor<1024x1024xbf16>
  return %y : tensor<1024x1024xbf16>
}

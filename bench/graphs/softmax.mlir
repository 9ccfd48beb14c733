// Softmax over rows of 1024, 37 and 5, and in a chain of element-wise maps.

func.func @softmax_1024(%x: tensor<8192x1024xf32>) -> tensor<8192x1024xf32> {
  %y = gyre.softmax %x : tensor<8192x1024xf32>
  return %y : tensor<8192x1024xf32>
}

func.func @softmax_37(%x: tensor<65536x37xf32>) -> tensor<65536x37xf32> {
  %y = gyre.softmax %x : tensor<65536x37xf32>
  return %y : tensor<65536x37xf32>
}

func.func @softmax_5(%x: tensor<262144x5xf32>) -> tensor<262144x5xf32> {
  %y = gyre.softmax %x : tensor<262144x5xf32>
  return %y : tensor<262144x5xf32>
}

func.func @softmax(%x: tensor<?x?xf32> {gyre.dims = ["R", "C"]})
    -> (tensor<?x?xf32> {gyre.dims = ["R", "C"]}) {
  %y = gyre.softmax %x : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// 2 softmax(x / 2 + bias): as many bytes as softmax alone.
func.func @softmax_chain(%x: tensor<8192x1024xf32>, %bias: tensor<1024xf32>)
    -> tensor<8192x1024xf32> {
  %half = arith.constant dense<0.5> : tensor<8192x1024xf32>
  %two = arith.constant dense<2.0> : tensor<8192x1024xf32>
  %empty = tensor.empty() : tensor<8192x1024xf32>
  %wide = linalg.broadcast ins(%bias : tensor<1024xf32>)
      outs(%empty : tensor<8192x1024xf32>) dimensions = [0]
  %0 = arith.mulf %x, %half : tensor<8192x1024xf32>
  %1 = arith.addf %0, %wide : tensor<8192x1024xf32>
  %2 = gyre.softmax %1 : tensor<8192x1024xf32>
  %3 = arith.mulf %2, %two : tensor<8192x1024xf32>
  return %3 : tensor<8192x1024xf32>
}

func.func @softmax_long(%x: tensor<64x131072xf32>) -> tensor<64x131072xf32> {
  %y = gyre.softmax %x : tensor<64x131072xf32>
  return %y : tensor<64x131072xf32>
}

func.func @softmax_bf16(%x: tensor<?x?xbf16> {gyre.dims = ["R", "C"]})
    -> (tensor<?x?xbf16> {gyre.dims = ["R", "C"]}) {
  %y = gyre.softmax %x : tensor<?x?xbf16>
  return %y : tensor<?x?xbf16>
}

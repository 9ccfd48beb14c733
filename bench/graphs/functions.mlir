// Functions alone, over a vector in the first cache.

func.func @exp_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.exp %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}
func.func @exp2_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.exp2 %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}
func.func @log_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.log %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}
func.func @log2_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.log2 %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}
func.func @log1p_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.log1p %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}
func.func @tanh_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.tanh %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}
func.func @erf_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.erf %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}
func.func @sin_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.sin %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}
func.func @cos_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.cos %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}
func.func @atan_of(%x: tensor<4096xf32>) -> (tensor<4096xf32> {gyre.name = "y"}) {
  %y = math.atan %x : tensor<4096xf32>
  return %y : tensor<4096xf32>
}

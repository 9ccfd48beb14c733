// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each function of `math` and each activation alone, for its error over the
// whole range.

func.func @exp_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.exp %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @exp2_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.exp2 %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @expm1_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.expm1 %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @log_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.log %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @log2_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.log2 %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @log10_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.log10 %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @log1p_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.log1p %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @tanh_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.tanh %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @sinh_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.sinh %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @cosh_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.cosh %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @atanh_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.atanh %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @erf_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.erf %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @sin_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.sin %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @cos_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.cos %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @tan_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.tan %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @atan_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.atan %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @asin_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.asin %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @acos_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.acos %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @rsqrt_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.rsqrt %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @powf_of(%x: tensor<?xf32> {gyre.dims = ["N"]},
                   %z: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.powf %x, %z : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @atan2_of(%x: tensor<?xf32> {gyre.dims = ["N"]},
                   %z: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = math.atan2 %x, %z : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @sigmoid_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.sigmoid %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @silu_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.silu %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @softplus_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.softplus %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @gelu_erf_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.gelu %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @gelu_tanh_of(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %y = gyre.gelu %x {form = "tanh"} : tensor<?xf32>
  return %y : tensor<?xf32>
}

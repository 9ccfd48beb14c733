// What dialect/README.md adds.
func.func @rows(%value: f32 {gyre.name = "value"}, %like: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %like, %c0 : tensor<?xf32>
  %x = tensor.splat %value[%n] : tensor<?x10xf32>
  %y = gyre.log_sum_exp %x : tensor<?x10xf32>
  return %y : tensor<?xf32>
}

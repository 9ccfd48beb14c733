// y = x * scale + bias, in place if wanted.
ml_program.global private @bias(#ml_program.extern : tensor<8xf32>) : tensor<8xf32>

#row = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>

func.func @affine(%x: tensor<?x8xf32> {gyre.dims = ["T", 8]}, %scale: f32)
    -> (tensor<?x8xf32> {gyre.name = "y", gyre.dims = ["T", 8], gyre.may_overwrite = "x"}) {
  %bias = ml_program.global_load_const @bias : tensor<8xf32>
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x8xf32>
  %empty = tensor.empty(%t) : tensor<?x8xf32>
  %0 = linalg.generic {indexing_maps = [#row, #column, #row], iterator_types = ["parallel", "parallel"]}
      ins(%x, %bias : tensor<?x8xf32>, tensor<8xf32>) outs(%empty : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %scale : f32
    %s = arith.addf %m, %b : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// Sizes that only a call can tell to be equal.
func.func @sum(%x: tensor<?xf32> {gyre.dims = ["M"]}, %y: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["M"]}) {
  %0 = arith.addf %x, %y : tensor<?xf32>
  return %0 : tensor<?xf32>
}

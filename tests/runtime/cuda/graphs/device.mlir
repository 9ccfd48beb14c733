#all = affine_map<(b, n) -> (b, n)>

func.func @scale(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]}, %by: f32)
    -> (tensor<?x?xf32> {gyre.name = "y", gyre.dims = ["B", "N"]}) {
  %0 = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x?xf32>) outs(%x : tensor<?x?xf32>) {
  ^bb0(%e: f32, %o: f32):
    %1 = arith.mulf %e, %by : f32
    linalg.yield %1 : f32
  } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// Two kernels: the second reads what the first leaves in the workspace.
func.func @twice(%x: tensor<?x16xf32> {gyre.dims = ["B", 16]}, %w: tensor<16x16xf32>)
    -> (tensor<?x16xf32> {gyre.name = "y", gyre.dims = ["B", 16]}) {
  %0 = gyre.linear %x, %w : tensor<?x16xf32>, tensor<16x16xf32>
  %1 = gyre.linear %0, %w : tensor<?x16xf32>, tensor<16x16xf32>
  return %1 : tensor<?x16xf32>
}

// The same name as in first.mlir, another function; its types are all narrow.
func.func @affine(%x: tensor<?xf16> {gyre.dims = ["T"]}, %keep: tensor<?xi1> {gyre.dims = ["T"]})
    -> (tensor<?xf16> {gyre.dims = ["T"]}) {
  %0 = arith.addf %x, %x : tensor<?xf16>
  %1 = arith.select %keep, %0, %x : tensor<?xi1>, tensor<?xf16>
  return %1 : tensor<?xf16>
}

// A million vectors of six features, quantized.

func.func @fsq_encode(%z: tensor<?x6xf32> {gyre.dims = ["N", 6]})
    -> (tensor<?x6xf32> {gyre.dims = ["N", 6], gyre.name = "codes"},
        tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 8, 8, 5, 5, 5>}
      : tensor<?x6xf32>
  return %codes, %indices : tensor<?x6xf32>, tensor<?xi32>
}

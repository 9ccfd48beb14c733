// Steps of samplers over sixteen million numbers, and one with fresh noise.

func.func @euler(%x: tensor<?xf32> {gyre.dims = ["N"]},
                 %d: tensor<?xf32> {gyre.dims = ["N"]}, %sigma: f32, %next: f32)
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %y = gyre.euler_step %x, %d from %sigma to %next : tensor<?xf32>, f32
  return %y : tensor<?xf32>
}

func.func @euler_in_place(%x: tensor<?xf32> {gyre.dims = ["N"]},
                          %d: tensor<?xf32> {gyre.dims = ["N"]},
                          %sigma: f32, %next: f32)
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.may_overwrite = "x"}) {
  %y = gyre.euler_step %x, %d from %sigma to %next : tensor<?xf32>, f32
  return %y : tensor<?xf32>
}

func.func @euler_bf16(%x: tensor<?xbf16> {gyre.dims = ["N"]},
                      %d: tensor<?xbf16> {gyre.dims = ["N"]},
                      %sigma: f32, %next: f32)
    -> (tensor<?xbf16> {gyre.dims = ["N"]}) {
  %y = gyre.euler_step %x, %d from %sigma to %next : tensor<?xbf16>, f32
  return %y : tensor<?xbf16>
}

func.func @heun(%x: tensor<?xf32> {gyre.dims = ["N"]},
                %d: tensor<?xf32> {gyre.dims = ["N"]},
                %y: tensor<?xf32> {gyre.dims = ["N"]},
                %e: tensor<?xf32> {gyre.dims = ["N"]}, %sigma: f32, %next: f32)
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %z = gyre.heun_step %x, %d, %y, %e from %sigma to %next : tensor<?xf32>, f32
  return %z : tensor<?xf32>
}

func.func @flow(%x: tensor<?xf32> {gyre.dims = ["N"]},
                %v: tensor<?xf32> {gyre.dims = ["N"]}, %time: f32, %next: f32)
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %y = gyre.flow_step %x, %v from %time to %next : tensor<?xf32>, f32
  return %y : tensor<?xf32>
}

// x + scale e with fresh e.
func.func @noised(%x: tensor<?xf32> {gyre.dims = ["N"]}, %scale: f32, %seed: i64)
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %zero = arith.constant 0 : i64
  %e = gyre.random_normal seed(%seed) offset(%zero) sizes(%n) : tensor<?xf32>
  %scales = tensor.splat %scale[%n] : tensor<?xf32>
  %0 = arith.mulf %e, %scales : tensor<?xf32>
  %y = arith.addf %x, %0 : tensor<?xf32>
  return %y : tensor<?xf32>
}

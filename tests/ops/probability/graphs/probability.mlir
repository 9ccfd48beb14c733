// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax and log-softmax, of rows and of columns, alone and in a chain.

func.func @softmax_rows(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "y"}) {
  %y = gyre.softmax %x {temperature = 0.5} : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @log_softmax_rows(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "y"}) {
  %y = gyre.log_softmax %x : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @softmax_columns(%x: tensor<?x?x?xf32> {gyre.dims = ["B", "N", "C"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "N", "C"], gyre.name = "y"}) {
  %y = gyre.softmax %x {dim = 1} : tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}

func.func @softmax_static(%x: tensor<3x37xf32>) -> (tensor<3x37xf32> {gyre.name = "y"}) {
  %y = gyre.softmax %x : tensor<3x37xf32>
  return %y : tensor<3x37xf32>
}

func.func @softmax_chain(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]},
                         %g: tensor<?x?xf32> {gyre.dims = ["B", "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "y"}) {
  %0 = arith.mulf %x, %g : tensor<?x?xf32>
  %1 = gyre.softmax %0 : tensor<?x?xf32>
  %2 = arith.addf %1, %g : tensor<?x?xf32>
  return %2 : tensor<?x?xf32>
}

func.func @taylor(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "second"},
        tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "sixteenth"}) {
  %0 = gyre.taylor_softmax %x : tensor<?x?xf32>
  %1 = gyre.taylor_softmax %x {order = 16} : tensor<?x?xf32>
  return %0, %1 : tensor<?x?xf32>, tensor<?x?xf32>
}

func.func @taylor_columns(%x: tensor<?x?x3xbf16> {gyre.dims = ["B", "N", 3]})
    -> (tensor<?x?x3xbf16> {gyre.dims = ["B", "N", 3], gyre.name = "y"}) {
  %y = gyre.taylor_softmax %x {dim = 1, order = 4} : tensor<?x?x3xbf16>
  return %y : tensor<?x?x3xbf16>
}

func.func @draw(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]}, %seed: i64, %offset: i64)
    -> (tensor<?xi32> {gyre.dims = ["B"], gyre.name = "hard"},
        tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "soft"}) {
  %0 = gyre.gumbel_max %x seed(%seed) offset(%offset) {temperature = 2.0} : tensor<?x?xf32>
  %1 = gyre.gumbel_softmax %x seed(%seed) offset(%offset) {temperature = 0.5} : tensor<?x?xf32>
  return %0, %1 : tensor<?xi32>, tensor<?x?xf32>
}

func.func @draw_f16(%x: tensor<4x9xf16>, %seed: i64, %offset: i64)
    -> (tensor<4xi32> {gyre.name = "hard"}, tensor<4x9xf16> {gyre.name = "soft"}) {
  %0 = gyre.gumbel_max %x seed(%seed) offset(%offset) : tensor<4x9xf16>
  %1 = gyre.gumbel_softmax %x seed(%seed) offset(%offset) : tensor<4x9xf16>
  return %0, %1 : tensor<4xi32>, tensor<4x9xf16>
}

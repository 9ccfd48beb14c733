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

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that have no result for some operands, on data.

!i = tensor<?xi32>

func.func @divide(%x: !i {gyre.dims = ["N"]}, %y: !i {gyre.dims = ["N"]})
    -> (!i {gyre.dims = ["N"], gyre.name = "divsi"}, !i {gyre.dims = ["N"], gyre.name = "divui"},
        !i {gyre.dims = ["N"], gyre.name = "remsi"}, !i {gyre.dims = ["N"], gyre.name = "remui"},
        !i {gyre.dims = ["N"], gyre.name = "floordiv_"}, !i {gyre.dims = ["N"], gyre.name = "ceildiv_"}) {
  %0 = arith.divsi %x, %y : !i
  %1 = arith.divui %x, %y : !i
  %2 = arith.remsi %x, %y : !i
  %3 = arith.remui %x, %y : !i
  %4 = arith.floordivsi %x, %y : !i
  %5 = arith.ceildivsi %x, %y : !i
  return %0, %1, %2, %3, %4, %5 : !i, !i, !i, !i, !i, !i
}

func.func @shift(%x: !i {gyre.dims = ["N"]}, %y: !i {gyre.dims = ["N"]})
    -> (!i {gyre.dims = ["N"], gyre.name = "shli"}, !i {gyre.dims = ["N"], gyre.name = "shrui"}, !i {gyre.dims = ["N"], gyre.name = "shrsi"}) {
  %0 = arith.shli %x, %y : !i
  %1 = arith.shrui %x, %y : !i
  %2 = arith.shrsi %x, %y : !i
  return %0, %1, %2 : !i, !i, !i
}

func.func @convert(%x: tensor<?xf32> {gyre.dims = ["N"]})
    -> (!i {gyre.dims = ["N"], gyre.name = "i32"}, !i {gyre.dims = ["N"], gyre.name = "u32"},
        tensor<?xi8> {gyre.dims = ["N"], gyre.name = "i8"}, tensor<?xi64> {gyre.dims = ["N"], gyre.name = "i64"}) {
  %0 = arith.fptosi %x : tensor<?xf32> to !i
  %1 = arith.fptoui %x : tensor<?xf32> to !i
  %2 = arith.fptosi %x : tensor<?xf32> to tensor<?xi8>
  %3 = arith.fptosi %x : tensor<?xf32> to tensor<?xi64>
  return %0, %1, %2, %3 : !i, !i, tensor<?xi8>, tensor<?xi64>
}

func.func @convert_half(%x: tensor<?xf16> {gyre.dims = ["N"]}) -> (!i {gyre.dims = ["N"], gyre.name = "y"}) {
  %0 = arith.fptosi %x : tensor<?xf16> to !i
  return %0 : !i
}

// Scalars in the function itself trap the same way.
func.func @share(%x: tensor<?xf32> {gyre.dims = ["N"]}, %parts: index)
    -> (tensor<1xf32> {gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %each = arith.divsi %n, %parts : index
  %i = arith.index_cast %each : index to i32
  %f = arith.sitofp %i : i32 to f32
  %y = tensor.from_elements %f : tensor<1xf32>
  return %y : tensor<1xf32>
}

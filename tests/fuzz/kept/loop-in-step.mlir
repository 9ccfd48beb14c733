// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v4,x86-64-v2 --verify-each -o %t
// RUN: gyrec %s --target=aarch64 --verify-each -o %t
// A step with a loop in it is computed element by element.

func.func @powers(%x: tensor<?x?xf32> {gyre.dims = ["T", "C"]}, %n: index {gyre.size = "P"})
    -> (tensor<?x?xf32> {gyre.dims = ["T", "C"]}, tensor<?xf32> {gyre.dims = ["C"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x?xf32>
  %c = tensor.dim %x, %c1 : tensor<?x?xf32>
  %rows = tensor.empty(%t, %c) : tensor<?x?xf32>
  %row = tensor.empty(%c) : tensor<?xf32>
  %start = linalg.fill ins(%zero : f32) outs(%row : tensor<?xf32>) -> tensor<?xf32>
  %last, %y = "gyre.scan"(%x, %start, %rows) <{
      indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (t, c)>],
      iterator_types = ["carried", "parallel"], operandSegmentSizes = array<i32: 1, 2, 0>}> ({
  }, {
  ^step(%e: f32, %state: f32):
    %power = scf.for %i = %c0 to %n step %c1 iter_args(%p = %e) -> f32 {
      %q = arith.mulf %p, %state : f32
      scf.yield %q : f32
    }
    %next = arith.addf %state, %power : f32
    "gyre.yield"(%next, %next) : (f32, f32) -> ()
  }, {
  ^output(%same: f32, %o: f32):
    "gyre.yield"(%o) : (f32) -> ()
  }) : (tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>) -> (tensor<?xf32>, tensor<?x?xf32>)
  return %y, %last : tensor<?x?xf32>, tensor<?xf32>
}

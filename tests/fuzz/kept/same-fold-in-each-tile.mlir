// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v3,sm_80 --verify-each -o %t
// A fold that reads no element is the same in each tile, so its loop stands before that over tiles.

func.func @zeros(%x: tensor<?x?xf32> {gyre.dims = ["R", "C"]}, %o: tensor<?xf32> {gyre.dims = ["C"]}) -> (tensor<?xf32> {gyre.dims = ["C"]}) {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.fill ins(%zero : f32) outs(%o : tensor<?xf32>) -> tensor<?xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (c)>], iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<?x?xf32>) outs(%0 : tensor<?xf32>) {
  ^bb0(%e: f32, %s: f32):
    %2 = arith.addf %s, %zero : f32
    linalg.yield %2 : f32
  } -> tensor<?xf32>
  return %1 : tensor<?xf32>
}

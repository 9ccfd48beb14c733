// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-select-tiling | FileCheck %s

#row = affine_map<(i, j) -> (i, j)>
#first = affine_map<(i, j) -> (i)>

// A reduction is the root; the maps before and after it belong to its kernel.
// The sum of rows is cut along rows only.
// CHECK-LABEL: func @chain
// CHECK: linalg.generic
// CHECK-SAME: gyre.kernel = 0
// CHECK-NOT: gyre.tiling
// CHECK: gyre.reduce
// CHECK-SAME: gyre.kernel = 0
// CHECK-SAME: gyre.tiling = #gyre.tiling<cut = [0]
// CHECK-SAME: whole = [1]
// CHECK: linalg.generic
// CHECK-SAME: gyre.kernel = 0
func.func @chain(%x: tensor<?x?xf32>, %rows: tensor<?xf32>) -> tensor<?xf32> {
  %a = linalg.generic {indexing_maps = [#row, #row],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x?xf32>) outs(%x : tensor<?x?xf32>) {
  ^bb0(%e: f32, %o: f32):
    %0 = math.exp %e : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  %s = gyre.reduce {indexing_maps = [#row, #first],
      iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<?x?xf32>) outs(%rows : tensor<?xf32>)
    init {
      %0 = arith.constant 0.0 : f32
      gyre.yield %0 : f32
    } step {
    ^bb0(%e: f32, %sum: f32):
      %0 = arith.addf %sum, %e : f32
      gyre.yield %0 : f32
    } merge {
    ^bb0(%l: f32, %r: f32):
      %0 = arith.addf %l, %r : f32
      gyre.yield %0 : f32
    } finish {
    ^bb0(%sum: f32):
      gyre.yield %sum : f32
    } -> tensor<?xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>,
      affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%s : tensor<?xf32>) outs(%rows : tensor<?xf32>) {
  ^bb0(%e: f32, %o: f32):
    %0 = math.log %e : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// What one row's sum needs of all rows would be made once a tile: it is a
// kernel of its own.
// CHECK-LABEL: func @recomputed
// CHECK: linalg.generic
// CHECK-SAME: gyre.kernel = 1
// CHECK-SAME: gyre.tiling
// CHECK: linalg.generic
// CHECK-SAME: gyre.kernel = 0
// CHECK-SAME: gyre.tiling
func.func @recomputed(%x: tensor<?x?xf32>, %v: tensor<?xf32>)
    -> tensor<?x?xf32> {
  %a = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>,
      affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%v : tensor<?xf32>) outs(%v : tensor<?xf32>) {
  ^bb0(%e: f32, %o: f32):
    %0 = math.exp %e : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %r = linalg.generic {indexing_maps = [#row, affine_map<(i, j) -> (j)>, #row],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %a : tensor<?x?xf32>, tensor<?xf32>)
      outs(%x : tensor<?x?xf32>) {
  ^bb0(%e: f32, %f: f32, %o: f32):
    %0 = arith.mulf %e, %f : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

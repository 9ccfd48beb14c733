// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --split-input-file --gyre-form-kernels --canonicalize --cse | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>

// The root is cut as its attribute says: rows of j, as many as make 2048
// elements. The producer is computed inside, tile by tile.
// CHECK-LABEL: func @pull
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>, %[[OUT:.*]]: tensor<?x?xf32>
// CHECK-NOT: linalg.generic
// CHECK: %[[N:.*]] = arith.maxsi
// CHECK: arith.divui %c2048, %[[N]]
// CHECK: scf.forall (%[[I:.*]]) = (0) to
// CHECK: %[[TILE:.*]] = tensor.extract_slice %[[X]][%[[I]], 0]
// CHECK: %[[E:.*]] = linalg.generic {{.*}} ins(%[[TILE]]
// CHECK: math.exp
// CHECK: linalg.generic {{.*}} ins(%[[E]]
// CHECK: math.log
// CHECK: tensor.parallel_insert_slice
func.func @pull(%x: tensor<?x?xf32>, %out: tensor<?x?xf32>)
    -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%m, %n) : tensor<?x?xf32>
  %a = linalg.generic {indexing_maps = [#id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x?xf32>) outs(%empty : tensor<?x?xf32>)
      attrs = {gyre.kernel = 0 : i64} {
  ^bb0(%e: f32, %o: f32):
    %0 = math.exp %e : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  %r = linalg.generic {indexing_maps = [#id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<?x?xf32>) outs(%out : tensor<?x?xf32>)
      attrs = {gyre.kernel = 0 : i64, gyre.tiling = #gyre.tiling<cut = [0],
          least = [1], most = [0], whole = [1], points = 2048>} {
  ^bb0(%e: f32, %o: f32):
    %0 = math.log %e : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

// -----

#id = affine_map<(i) -> (i)>

// Two consumers are pushed down; the one value that nobody outside reads does
// not leave the loop.
// CHECK-LABEL: func @push
// CHECK: scf.forall {{.*}} shared_outs(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (tensor<?xf32>, tensor<?xf32>)
// CHECK: math.exp
// CHECK: math.log
// CHECK: math.sin
// CHECK: in_parallel
// CHECK-NOT: linalg.generic
func.func @push(%x: tensor<?xf32>, %n: index)
    -> (tensor<?xf32>, tensor<?xf32>) {
  %empty = tensor.empty(%n) : tensor<?xf32>
  %a = linalg.generic {indexing_maps = [#id, #id],
      iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%empty : tensor<?xf32>)
      attrs = {gyre.kernel = 0 : i64, gyre.tiling = #gyre.tiling<cut = [0],
          least = [1], most = [64], whole = [], points = 64>} {
  ^bb0(%e: f32, %o: f32):
    %0 = math.exp %e : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %l = linalg.generic {indexing_maps = [#id, #id],
      iterator_types = ["parallel"]}
      ins(%a : tensor<?xf32>) outs(%empty : tensor<?xf32>)
      attrs = {gyre.kernel = 0 : i64} {
  ^bb0(%e: f32, %o: f32):
    %0 = math.log %e : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %s = linalg.generic {indexing_maps = [#id, #id],
      iterator_types = ["parallel"]}
      ins(%a : tensor<?xf32>) outs(%empty : tensor<?xf32>)
      attrs = {gyre.kernel = 0 : i64} {
  ^bb0(%e: f32, %o: f32):
    %0 = math.sin %e : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  return %l, %s : tensor<?xf32>, tensor<?xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>

// Two producers one behind the other, of which the first leaves the kernel: it
// comes from the loop, and what asks for sizes before the loop does not.
// CHECK-LABEL: func @chain_leaves
// CHECK: %[[L:.*]]:2 = scf.forall
// CHECK: %[[E:.*]] = linalg.generic
// CHECK: math.exp
// CHECK: linalg.generic {{.*}} ins(%[[E]]
// CHECK: math.log
// CHECK: gyre.reduce
// CHECK: return %[[L]]#1, %[[L]]#0
func.func @chain_leaves(%x: tensor<?x3xf32>, %n: index) -> (tensor<?x3xf32>, tensor<?xf32>) {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty(%n) : tensor<?x3xf32>
  %a = linalg.generic {indexing_maps = [#id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x3xf32>) outs(%empty : tensor<?x3xf32>)
      attrs = {gyre.kernel = 0 : i64} {
  ^bb0(%e: f32, %o: f32):
    %0 = math.exp %e : f32
    linalg.yield %0 : f32
  } -> tensor<?x3xf32>
  %b = linalg.generic {indexing_maps = [#id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<?x3xf32>) outs(%empty : tensor<?x3xf32>)
      attrs = {gyre.kernel = 0 : i64} {
  ^bb0(%e: f32, %o: f32):
    %0 = math.log %e : f32
    linalg.yield %0 : f32
  } -> tensor<?x3xf32>
  %rows = tensor.empty(%n) : tensor<?xf32>
  %r = gyre.reduce {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"],
      gyre.kernel = 0 : i64, gyre.tiling = #gyre.tiling<cut = [0],
          least = [1], most = [0], whole = [1], points = 2048>}
      ins(%b : tensor<?x3xf32>) outs(%rows : tensor<?xf32>) init {
    gyre.yield %zero : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %s, %e : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } -> tensor<?xf32>
  return %a, %r : tensor<?x3xf32>, tensor<?xf32>
}

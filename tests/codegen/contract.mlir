// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-emit-cpu --canonicalize --cse | FileCheck %s
//
// Code for contract_reduce: register blocks of products, tiles of scores that
// are folded before the next one is formed, whole and cut tiles.

// A matrix product, its epilogue in registers: blocks of 6 x 4 vectors.
// CHECK-LABEL: func @product
// CHECK-NOT: memref.alloca
// CHECK: scf.for {{.*}} iter_args
// CHECK-COUNT-4: vector.load
// CHECK-COUNT-24: math.fma
// CHECK: arith.addf
// CHECK: vector.store
func.func @product(%a: memref<96x64xf32>, %b: memref<64x128xf32>,
                   %bias: memref<128xf32>, %out: memref<96x128xf32>) {
  gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c) -> (i, c)>,
                       affine_map<(i, j, c) -> (c, j)>,
                       affine_map<(i, j, c) -> (j)>,
                       affine_map<(i, j, c) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "contraction"]}
    ins(%a, %b, %bias : memref<96x64xf32>, memref<64x128xf32>, memref<128xf32>)
    outs(%out : memref<96x128xf32>)
    score {
    ^bb0(%sum: f32, %e: f32):
      %x = arith.addf %sum, %e : f32
      gyre.yield %x : f32
    }
  return
}

// One row times a matrix whose columns lie across the lanes: dot products, no
// copy of the matrix; a short contraction column by column.
// CHECK-LABEL: func @vector_times_matrix
// CHECK-NOT: memref.alloca
// CHECK-NOT: iter_args
// CHECK-COUNT-64: math.fma
// CHECK: vector.shuffle
func.func @vector_times_matrix(%a: memref<1x64xf32>, %b: memref<128x64xf32>,
                               %out: memref<1x128xf32>) {
  gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c) -> (i, c)>,
                       affine_map<(i, j, c) -> (j, c)>,
                       affine_map<(i, j, c) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "contraction"]}
    ins(%a, %b : memref<1x64xf32>, memref<128x64xf32>)
    outs(%out : memref<1x128xf32>)
    score {
    ^bb0(%sum: f32):
      gyre.yield %sum : f32
    }
  return
}

// The nearest code. Its states wait on the stack, a vector each for a row.
// Ties of lanes are settled by `merge`, after the last tile.
// CHECK-LABEL: func @nearest
// CHECK-DAG: memref.alloca() {alignment = 64 : i64} : memref<64x16xf32>
// CHECK-DAG: memref.alloca() {alignment = 64 : i64} : memref<64x16xi32>
// The panel of codes, transposed.
// CHECK-DAG: memref.alloca() {alignment = 64 : i64} : memref<64x64xf32>
// CHECK-COUNT-64: vector.shuffle
// CHECK-COUNT-16: math.fma
// No tile is cut.
// CHECK-NOT: scf.if
// CHECK-NOT: vector.maskedload
// CHECK: arith.cmpf olt
// CHECK: vector.shuffle
// CHECK: return
func.func @nearest(%x: memref<64x64xf32>, %codes: memref<128x64xf32>,
                   %norms: memref<128xf32>, %index: memref<64xi32>) {
  gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c) -> (i, c)>,
                       affine_map<(i, j, c) -> (j, c)>,
                       affine_map<(i, j, c) -> (j)>,
                       affine_map<(i, j, c) -> (i)>],
      iterator_types = ["parallel", "reduction", "contraction"]}
    ins(%x, %codes, %norms
        : memref<64x64xf32>, memref<128x64xf32>, memref<128xf32>)
    outs(%index : memref<64xi32>)
    score {
    ^bb0(%dot: f32, %norm: f32):
      %distance = arith.subf %norm, %dot : f32
      gyre.yield %distance : f32
    }
    init {
      %i = arith.constant 0 : i32
      %inf = arith.constant 0x7F800000 : f32
      gyre.yield %i, %inf : i32, f32
    } step {
    ^bb0(%d: f32, %i: i32, %least: f32):
      %j = gyre.index 1 : index
      %here = arith.index_cast %j : index to i32
      %less = arith.cmpf olt, %d, %least : f32
      %k = arith.select %less, %here, %i : i32
      %m = arith.select %less, %d, %least : f32
      gyre.yield %k, %m : i32, f32
    } merge {
    ^bb0(%i: i32, %d: f32, %i2: i32, %d2: f32):
      %less = arith.cmpf olt, %d2, %d : f32
      %equal = arith.cmpf oeq, %d2, %d : f32
      %lower = arith.cmpi slt, %i2, %i : i32
      %tie = arith.andi %equal, %lower : i1
      %take = arith.ori %less, %tie : i1
      %k = arith.select %take, %i2, %i : i32
      %m = arith.select %take, %d2, %d : f32
      gyre.yield %k, %m : i32, f32
    } finish {
    ^bb0(%i: i32, %d: f32):
      gyre.yield %i : i32
    }
  return
}

// Causal attention over packed keys. A tile is whole if its last column is
// below the limit of its first row; one is cut; the loop ends at the limit of
// the last row.
// CHECK-LABEL: func @attention
// CHECK: scf.for
// CHECK: scf.if
// Whole: leads of all columns, one factor a row, weights, then the payload.
// CHECK-NOT: vector.maskedload
// CHECK-COUNT-24: math.fma
// CHECK-NOT: vector.create_mask
// CHECK: } else {
// CHECK: scf.if
// CHECK: vector.create_mask
// CHECK: return
func.func @attention(%q: memref<96x64xf32>, %k: memref<?x64x64xf32>,
                     %v: memref<?x64xf32>, %out: memref<96x64xf32>,
                     %first: index) {
  %zero = arith.constant 0 : index
  gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>,
                       affine_map<(i, j, c, e) -> (j floordiv 64, c, j mod 64)>,
                       affine_map<(i, j, c, e) -> (j, e)>,
                       affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"],
      limit = affine_map<(i, j, c, e)[before] -> (i + before + 1)>,
      pivot = 1, rides = array<i64: 1>}
    ins(%q, %k, %v : memref<96x64xf32>, memref<?x64x64xf32>, memref<?x64xf32>)
    outs(%out : memref<96x64xf32>)
    offsets(%first, %zero, %zero, %zero)
    limited(%zero)
    score {
    ^bb0(%x: f32):
      gyre.yield %x : f32
    }
    init {
      %m = arith.constant 0xFF800000 : f32
      %s = arith.constant 0.0 : f32
      gyre.yield %m, %s : f32, f32
    } step {
    ^bb0(%x: f32, %m: f32, %s: f32):
      %n = arith.maxnumf %m, %x : f32
      %down = arith.subf %m, %n : f32
      %factor = math.exp2 %down : f32
      %below = arith.subf %x, %n : f32
      %weight = math.exp2 %below : f32
      %scaled = arith.mulf %s, %factor : f32
      %t = arith.addf %scaled, %weight : f32
      gyre.yield %n, %t : f32, f32
    } merge {
    ^bb0(%m: f32, %s: f32, %m2: f32, %s2: f32):
      %n = arith.maxnumf %m, %m2 : f32
      %down = arith.subf %m, %n : f32
      %factor = math.exp2 %down : f32
      %down2 = arith.subf %m2, %n : f32
      %factor2 = math.exp2 %down2 : f32
      %scaled = arith.mulf %s, %factor : f32
      %scaled2 = arith.mulf %s2, %factor2 : f32
      %t = arith.addf %scaled, %scaled2 : f32
      gyre.yield %n, %t : f32, f32
    } finish {
    ^bb0(%m: f32, %s: f32):
      gyre.yield %s : f32
    } apply {
    ^bb0(%p: f32, %s: f32):
      %y = arith.divf %p, %s : f32
      gyre.yield %y : f32
    }
  return
}

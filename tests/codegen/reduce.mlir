// RUN: gyre-opt %s --pass-pipeline='builtin.module(func.func(gyre-emit-cpu,canonicalize,cse))' -split-input-file -verify-diagnostics | FileCheck %s

// A long row is walked three times, and its exponentials are made once: the
// weights wait in the result.
//
//   leads = max over x;  y = weight(x, leads), sums += y;  y = apply(y, sums)

#id = affine_map<(i, j) -> (i, j)>
// CHECK-LABEL: func @long_rows
// CHECK:         scf.for
// CHECK:           scf.for {{.*}} step %c64 iter_args
// CHECK-COUNT-4:     vector.load %arg0
// CHECK:           scf.for {{.*}} step %c64 iter_args
// CHECK:             vector.load %arg0
// CHECK:             vector.store {{.*}}, %arg1
// CHECK:           scf.for {{.*}} step %c64
// CHECK-NOT:         vector.load %arg0
// CHECK:             vector.load %arg1
// CHECK:             vector.store {{.*}}, %arg1
func.func @long_rows(%x: memref<8x1024xf32>, %y: memref<8x1024xf32>) {
  gyre.reduce {indexing_maps = [#id, #id], iterator_types = ["parallel", "reduction"], pivot = 1}
      ins(%x : memref<8x1024xf32>) outs(%y : memref<8x1024xf32>) init {
    %low = arith.constant 0xFF800000 : f32
    %zero = arith.constant 0.0 : f32
    gyre.yield %low, %zero : f32, f32
  } step {
  ^bb0(%e: f32, %m: f32, %s: f32):
    %lead = arith.maxnumf %m, %e : f32
    %d = arith.subf %m, %lead : f32
    %factor = math.exp2 %d : f32
    %g = arith.subf %e, %lead : f32
    %weight = math.exp2 %g : f32
    %scaled = arith.mulf %s, %factor : f32
    %sum = arith.addf %scaled, %weight : f32
    gyre.yield %lead, %sum : f32, f32
  } merge {
  ^bb0(%m: f32, %s: f32, %n: f32, %t: f32):
    %lead = arith.maxnumf %m, %n : f32
    %d = arith.subf %m, %lead : f32
    %f = math.exp2 %d : f32
    %g = arith.subf %n, %lead : f32
    %h = math.exp2 %g : f32
    %a = arith.mulf %s, %f : f32
    %b = arith.mulf %t, %h : f32
    %sum = arith.addf %a, %b : f32
    gyre.yield %lead, %sum : f32, f32
  } finish {
  ^bb0(%m: f32, %s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%e: f32, %w: f32, %s: f32):
    %0 = arith.divf %w, %s : f32
    gyre.yield %0 : f32
  }
  return
}

// -----

// Rows of three are columns in registers: one load, no loop along a row.

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
// CHECK-LABEL: func @short_rows
// CHECK:         scf.for {{.*}} step %c16 {
// CHECK-COUNT-3:   vector.load
// CHECK-COUNT-9:   vector.shuffle
// CHECK-NOT:       scf.for
// CHECK:           vector.store {{.*}}, %arg1
func.func @short_rows(%x: memref<?x3xf32>, %y: memref<?xf32>) {
  gyre.reduce {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x3xf32>) outs(%y : memref<?xf32>) init {
    %zero = arith.constant 0.0 : f32
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
  }
  return
}

// -----

// Along columns, lanes run across rows, and no lanes meet.

#id = affine_map<(i, j) -> (j, i)>
#row = affine_map<(i, j) -> (i)>
// CHECK-LABEL: func @columns
// CHECK:         scf.for {{.*}} step %c64
// CHECK:           scf.for {{.*}} step %c1 iter_args
// CHECK-COUNT-4:     vector.load %arg0
// CHECK-NOT:     vector.shuffle
func.func @columns(%x: memref<?x?xf32>, %y: memref<?xf32>) {
  gyre.reduce {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>) init {
    %zero = arith.constant 0.0 : f32
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
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
func.func @not_a_sum(%x: memref<?x?xf32>, %y: memref<?xf32>) {
  // expected-error @+2 {{failed to emit code for gyre.reduce}}
  // expected-error @+1 {{expected state 1 to become itself times a factor of the leading states, plus a weight of the new leading states and the element}}
  gyre.reduce {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"], pivot = 1}
      ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>) init {
    %zero = arith.constant 0.0 : f32
    gyre.yield %zero, %zero : f32, f32
  } step {
  ^bb0(%e: f32, %m: f32, %s: f32):
    %lead = arith.maxnumf %m, %e : f32
    %0 = arith.mulf %s, %e : f32
    gyre.yield %lead, %0 : f32, f32
  } merge {
  ^bb0(%m: f32, %s: f32, %n: f32, %t: f32):
    gyre.yield %m, %s : f32, f32
  } finish {
  ^bb0(%m: f32, %s: f32):
    gyre.yield %s : f32
  }
  return
}

// RUN: gyre-opt %s --pass-pipeline='builtin.module(func.func(gyre-emit-cpu,canonicalize,cse))' | FileCheck %s

// Rows that follow each other become one: a main loop of whole vectors and a
// masked rest. Whether they do is known at run time only, so extents are chosen.
//
//   for i < (together ? 1 : R):  for j < (together ? R C : C) by 16: ..

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
// CHECK-LABEL: func @long_rows
// CHECK:         %[[TOGETHER:.*]] = arith.andi
// CHECK:         %[[LONG:.*]] = arith.select %[[TOGETHER]]
// CHECK:         %[[ROWS:.*]] = arith.select %[[TOGETHER]], %c1
// CHECK:         scf.for %{{.*}} = %c0 to %[[ROWS]]
// CHECK:           scf.for {{.*}} step %c64
// CHECK-COUNT-4:     vector.load {{.*}} vector<16xf32>
// CHECK-COUNT-4:     vector.store
// CHECK:           scf.for {{.*}} step %c16
// CHECK:           scf.if
// CHECK:             vector.create_mask
// CHECK:             vector.maskedload
// CHECK:             vector.maskedstore
func.func @long_rows(%x: memref<?x?xf32, strided<[?, 1], offset: ?>>,
                     %y: memref<?x?xf32, strided<[?, 1], offset: ?>>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x?xf32, strided<[?, 1], offset: ?>>)
      outs(%y : memref<?x?xf32, strided<[?, 1], offset: ?>>) {
  ^bb0(%a: f32, %out: f32):
    %two = arith.constant 2.0 : f32
    %0 = arith.mulf %a, %two : f32
    linalg.yield %0 : f32
  }
  return
}

// Interleaved pairs are loaded side by side, and taken apart in registers.

// CHECK-LABEL: func @pairs
// CHECK:         %[[BOTH:.*]] = vector.load {{.*}} vector<32xf32>
// CHECK-DAG:     %[[X:.*]] = vector.shuffle %[[BOTH]], %[[BOTH]] [0, 2, 4,
// CHECK-DAG:     %[[Y:.*]] = vector.shuffle %[[BOTH]], %[[BOTH]] [1, 3, 5,
// CHECK:         arith.subf
// CHECK-NOT:     arith.select
// CHECK:         vector.shuffle {{.*}} [0, 16, 1, 17,
// CHECK:         vector.store {{.*}} vector<32xf32>
func.func @pairs(%x: memref<?x32x2xf32>, %c: memref<?x32xf32>, %y: memref<?x32x2xf32>) {
  linalg.generic {
      indexing_maps = [affine_map<(t, i, p) -> (t, i, 0)>, affine_map<(t, i, p) -> (t, i, 1)>,
                       affine_map<(t, i, p) -> (t, i)>, affine_map<(t, i, p) -> (t, i, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %x, %c : memref<?x32x2xf32>, memref<?x32x2xf32>, memref<?x32xf32>)
      outs(%y : memref<?x32x2xf32>) {
  ^bb0(%a: f32, %b: f32, %cos: f32, %out: f32):
    %p = linalg.index 2 : index
    %zero = arith.constant 0 : index
    %isFirst = arith.cmpi eq, %p, %zero : index
    %0 = arith.mulf %b, %cos : f32
    %1 = arith.subf %a, %0 : f32
    %2 = arith.addf %a, %0 : f32
    %3 = arith.select %isFirst, %1, %2 : f32
    linalg.yield %3 : f32
  }
  return
}

// A look-up whose row is the same for all lanes is a plain load.

// CHECK-LABEL: func @look_up
// CHECK:         %[[ID:.*]] = memref.load %arg1
// CHECK:         scf.for
// CHECK:           %[[ROW:.*]] = arith.index_cast %[[ID]]
// CHECK:           vector.load %arg0[%[[ROW]], %{{.*}}] {{.*}} vector<16xf32>
// CHECK-NOT:     vector.gather
func.func @look_up(%table: memref<?x?xf32>, %ids: memref<?xi64>, %y: memref<?x?xf32>) {
  linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ids : memref<?xi64>) outs(%y : memref<?x?xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %j = linalg.index 1 : index
    %0 = memref.load %table[%row, %j] : memref<?x?xf32>
    linalg.yield %0 : f32
  }
  return
}

// Only operations marked exact are kept from contraction.

// CHECK-LABEL: func @exact
// CHECK:         arith.mulf %{{[^ ]*}}, %{{[^ ]*}} {gyre.exact} : vector<16xf32>
// CHECK:         arith.addf {{.*}} fastmath<contract>
func.func @exact(%x: memref<64xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      outs(%x : memref<64xf32>) {
  ^bb0(%a: f32):
    %0 = arith.mulf %a, %a {gyre.exact} : f32
    %1 = arith.addf %0, %a : f32
    linalg.yield %1 : f32
  }
  return
}

// Rows of 6 are one long row. What depends on the column alone is gathered for
// three vectors, after which columns repeat.

// CHECK-LABEL: func @columns_repeat
// CHECK-COUNT-3: vector.gather
// CHECK-NOT:     vector.gather
// CHECK:         scf.for {{.*}} step %c48
// CHECK-COUNT-3:   vector.load {{.*}} vector<16xf32>
// CHECK-COUNT-3:   vector.store
// CHECK-COUNT-3: scf.if
func.func @columns_repeat(%x: memref<?x6xf32>, %s: memref<6xf32>, %y: memref<?x6xf32>) {
  linalg.generic {indexing_maps = [#id, affine_map<(i, j) -> (j)>, #id],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : memref<?x6xf32>, memref<6xf32>) outs(%y : memref<?x6xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// Results of a kernel whose buffers exceed the last cache go past it, from the
// first line on; a vector's head before that is masked.

// CHECK-LABEL: func @past_the_caches
// CHECK-DAG:     memref.extract_aligned_pointer_as_index %arg0
// CHECK-DAG:     memref.extract_aligned_pointer_as_index %arg1
// CHECK:         arith.cmpi ugt, %{{.*}}, %c33554432
// CHECK:         scf.forall
// CHECK:           scf.if
// CHECK:             vector.maskedstore
// CHECK:             vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
// CHECK:           } else {
// CHECK-NOT:         nontemporal
func.func @past_the_caches(%x: memref<?xf32>, %y: memref<?xf32>, %n: index) {
  scf.forall (%i) = (0) to (%n) step (8192) {
    %size = affine.min affine_map<(i)[n] -> (n - i, 8192)>(%i)[%n]
    %from = memref.subview %x[%i] [%size] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
    %to = memref.subview %y[%i] [%size] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                    iterator_types = ["parallel"]}
        ins(%from : memref<?xf32, strided<[1], offset: ?>>)
        outs(%to : memref<?xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %out: f32):
      %0 = arith.negf %a : f32
      linalg.yield %0 : f32
    }
  }
  return
}

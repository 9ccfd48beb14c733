// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-lower-products | FileCheck %s

// CHECK-DAG: #[[LEFT:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[RIGHT:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-DAG: #[[OUT:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[COLUMN:.*]] = affine_map<(d0, d1, d2) -> (d1)>

// A product, its bias and its activation are one structure; the zeros that the
// sums start from are gone.
// CHECK-LABEL: func @epilogue
// CHECK-SAME: %[[A:.*]]: tensor<?x32xf32>, %[[B:.*]]: tensor<32x48xf32>, %[[BIAS:.*]]: tensor<48xf32>, %[[INIT:.*]]: tensor<?x48xf32>
// CHECK-NOT: linalg
// CHECK: gyre.contract_reduce
// CHECK-SAME: indexing_maps = [#[[LEFT]], #[[RIGHT]], #[[COLUMN]], #[[OUT]]]
// CHECK-SAME: ["parallel", "parallel", "contraction"]
// CHECK-SAME: ins(%[[A]], %[[B]], %[[BIAS]]
// CHECK-SAME: outs(%[[INIT]]
// CHECK: ^bb0(%[[SUM:.*]]: f32, %[[E:.*]]: f32):
// CHECK: %[[X:.*]] = arith.addf %[[SUM]], %[[E]]
// CHECK: %[[J:.*]] = gyre.index 1
// CHECK: arith.maximumf %[[X]]
func.func @epilogue(%a: tensor<?x32xf32>, %b: tensor<32x48xf32>,
                    %bias: tensor<48xf32>, %init: tensor<?x48xf32>)
    -> tensor<?x48xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<?x48xf32>)
      -> tensor<?x48xf32>
  %product = linalg.matmul ins(%a, %b : tensor<?x32xf32>, tensor<32x48xf32>)
      outs(%zeros : tensor<?x48xf32>) -> tensor<?x48xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
    ins(%product, %bias : tensor<?x48xf32>, tensor<48xf32>)
    outs(%init : tensor<?x48xf32>) {
  ^bb0(%p: f32, %e: f32, %o: f32):
    %x = arith.addf %p, %e : f32
    %j = linalg.index 1 : index
    %k = arith.index_cast %j : index to i32
    %f = arith.sitofp %k : i32 to f32
    %m = arith.maximumf %x, %f : f32
    linalg.yield %m : f32
  } -> tensor<?x48xf32>
  return %y : tensor<?x48xf32>
}

// What is accumulated into is an element like others.
// CHECK-LABEL: func @accumulate
// CHECK-SAME: %[[INIT:[^:]*]]: tensor<8x48xf32>)
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<8x48xf32>
// CHECK: gyre.contract_reduce
// CHECK-SAME: ins(%{{.*}}, %{{.*}}, %[[INIT]]
// CHECK-SAME: outs(%[[EMPTY]]
// CHECK: arith.addf
func.func @accumulate(%a: tensor<8x32xf32>, %b: tensor<32x48xf32>,
                      %init: tensor<8x48xf32>) -> tensor<8x48xf32> {
  %y = linalg.matmul ins(%a, %b : tensor<8x32xf32>, tensor<32x48xf32>)
      outs(%init : tensor<8x48xf32>) -> tensor<8x48xf32>
  return %y : tensor<8x48xf32>
}

// The matrix of a matrix-vector product is the right operand: it has the
// result's last dimension.
// CHECK-LABEL: func @matvec
// CHECK-SAME: %[[M:[^:]*]]: tensor<64x32xf32>, %[[V:[^:]*]]: tensor<32xf32>
// CHECK: gyre.contract_reduce
// CHECK-SAME: ins(%[[V]], %[[M]] :
func.func @matvec(%m: tensor<64x32xf32>, %v: tensor<32xf32>,
                  %init: tensor<64xf32>) -> tensor<64xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
    outs(%init : tensor<64xf32>) {
  ^bb0(%o: f32):
    linalg.yield %zero : f32
  } -> tensor<64xf32>
  %y = linalg.matvec ins(%m, %v : tensor<64x32xf32>, tensor<32xf32>)
      outs(%zeros : tensor<64xf32>) -> tensor<64xf32>
  return %y : tensor<64xf32>
}

// A product that two maps read is formed once.
// CHECK-LABEL: func @two_readers
// CHECK: gyre.contract_reduce
// CHECK: linalg.exp
// CHECK: linalg.generic
func.func @two_readers(%a: tensor<2x8x32xf32>, %b: tensor<2x32x48xf32>,
                       %init: tensor<2x8x48xf32>)
    -> (tensor<2x8x48xf32>, tensor<2x8x48xf32>) {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<2x8x48xf32>)
      -> tensor<2x8x48xf32>
  %p = linalg.batch_matmul
      ins(%a, %b : tensor<2x8x32xf32>, tensor<2x32x48xf32>)
      outs(%zeros : tensor<2x8x48xf32>) -> tensor<2x8x48xf32>
  %x = linalg.exp ins(%p : tensor<2x8x48xf32>)
      outs(%init : tensor<2x8x48xf32>) -> tensor<2x8x48xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(b, i, j) -> (b, i, j)>,
                       affine_map<(b, i, j) -> (b, i, j)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
    ins(%p : tensor<2x8x48xf32>) outs(%x : tensor<2x8x48xf32>) {
  ^bb0(%e: f32, %o: f32):
    %m = arith.negf %e : f32
    linalg.yield %m : f32
  } -> tensor<2x8x48xf32>
  return %x, %y : tensor<2x8x48xf32>, tensor<2x8x48xf32>
}

// What widens narrow elements into the right operand is a region of the product,
// also through the reshape that merges groups of 16 rows; the bias goes in front
// of the scales.
// CHECK-LABEL: func @narrow
// CHECK-SAME: %[[A:.*]]: tensor<?x32xf32>, %[[Q:.*]]: tensor<2x16x48xi8>, %[[S:.*]]: tensor<2x48xf32>, %[[BIAS:.*]]: tensor<48xf32>
// CHECK-NOT: linalg.generic
// CHECK: gyre.contract_reduce
// CHECK-SAME: ins(%[[A]], %[[Q]], %[[BIAS]], %[[S]] :
// CHECK: right {
// CHECK: ^bb0(%[[N:.*]]: i8, %[[F:.*]]: f32):
// CHECK: %[[X:.*]] = arith.sitofp %[[N]]
// CHECK: %[[Y:.*]] = arith.mulf %[[X]], %[[F]]
// CHECK: gyre.yield %[[Y]]
// CHECK: score {
// CHECK: arith.addf
func.func @narrow(%a: tensor<?x32xf32>, %q: tensor<2x16x48xi8>, %s: tensor<2x48xf32>,
                  %bias: tensor<48xf32>, %init: tensor<?x48xf32>) -> tensor<?x48xf32> {
  %empty = tensor.empty() : tensor<2x16x48xf32>
  %groups = linalg.generic {indexing_maps = [affine_map<(g, k, n) -> (g, k, n)>,
      affine_map<(g, k, n) -> (g, n)>, affine_map<(g, k, n) -> (g, k, n)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%q, %s : tensor<2x16x48xi8>, tensor<2x48xf32>) outs(%empty : tensor<2x16x48xf32>) {
  ^bb0(%x: i8, %f: f32, %o: f32):
    %0 = arith.sitofp %x : i8 to f32
    %1 = arith.mulf %0, %f : f32
    linalg.yield %1 : f32
  } -> tensor<2x16x48xf32>
  %w = tensor.collapse_shape %groups [[0, 1], [2]] : tensor<2x16x48xf32> into tensor<32x48xf32>
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<?x48xf32>) -> tensor<?x48xf32>
  %product = linalg.matmul ins(%a, %w : tensor<?x32xf32>, tensor<32x48xf32>)
      outs(%zeros : tensor<?x48xf32>) -> tensor<?x48xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>,
      affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%product, %bias : tensor<?x48xf32>, tensor<48xf32>) outs(%init : tensor<?x48xf32>) {
  ^bb0(%x: f32, %b: f32, %o: f32):
    %0 = arith.addf %x, %b : f32
    linalg.yield %0 : f32
  } -> tensor<?x48xf32>
  return %y : tensor<?x48xf32>
}

// So are widened columns and payloads of a fold, each with its own scales.
// CHECK-LABEL: func @narrow_cache
// CHECK-SAME: %[[Q:.*]]: tensor<?x16xf32>, %[[K:.*]]: tensor<?x16xi8>, %[[KS:.*]]: tensor<?xf32>, %[[V:.*]]: tensor<?x8xi8>, %[[VS:.*]]: tensor<8xf32>
// CHECK-NOT: linalg.generic
// CHECK: gyre.contract_reduce
// CHECK-SAME: ins(%[[Q]], %[[K]], %[[V]], %[[KS]], %[[VS]] :
// CHECK: right {
// CHECK: arith.mulf
// CHECK: payload {
// CHECK: arith.mulf
// CHECK: score {
func.func @narrow_cache(%q: tensor<?x16xf32>, %k: tensor<?x16xi8>, %ks: tensor<?xf32>, %v: tensor<?x8xi8>,
                        %vs: tensor<8xf32>, %n: index, %out: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %empty_k = tensor.empty(%n) : tensor<?x16xf32>
  %wide_k = linalg.generic {indexing_maps = [affine_map<(j, d) -> (j, d)>, affine_map<(j, d) -> (j)>,
      affine_map<(j, d) -> (j, d)>], iterator_types = ["parallel", "parallel"]}
      ins(%k, %ks : tensor<?x16xi8>, tensor<?xf32>) outs(%empty_k : tensor<?x16xf32>) {
  ^bb0(%x: i8, %f: f32, %o: f32):
    %0 = arith.sitofp %x : i8 to f32
    %1 = arith.mulf %0, %f : f32
    linalg.yield %1 : f32
  } -> tensor<?x16xf32>
  %empty_v = tensor.empty(%n) : tensor<?x8xf32>
  %wide_v = linalg.generic {indexing_maps = [affine_map<(j, e) -> (j, e)>, affine_map<(j, e) -> (e)>,
      affine_map<(j, e) -> (j, e)>], iterator_types = ["parallel", "parallel"]}
      ins(%v, %vs : tensor<?x8xi8>, tensor<8xf32>) outs(%empty_v : tensor<?x8xf32>) {
  ^bb0(%x: i8, %f: f32, %o: f32):
    %0 = arith.sitofp %x : i8 to f32
    %1 = arith.mulf %0, %f : f32
    linalg.yield %1 : f32
  } -> tensor<?x8xf32>
  %y = gyre.contract_reduce {indexing_maps = [affine_map<(i, j, d, e) -> (i, d)>,
      affine_map<(i, j, d, e) -> (j, d)>, affine_map<(i, j, d, e) -> (j, e)>,
      affine_map<(i, j, d, e) -> (i, e)>], rides = array<i64: 0>,
      iterator_types = ["parallel", "reduction", "contraction", "parallel"]}
      ins(%q, %wide_k, %wide_v : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x8xf32>)
      outs(%out : tensor<?x8xf32>) score {
  ^bb0(%p: f32):
    gyre.yield %p : f32
  } init {
    %0 = arith.constant 0.0 : f32
    gyre.yield %0 : f32
  } step {
  ^bb0(%p: f32, %sum: f32):
    %1 = arith.addf %sum, %p : f32
    gyre.yield %1 : f32
  } merge {
  ^bb0(%a: f32, %b: f32):
    %1 = arith.addf %a, %b : f32
    gyre.yield %1 : f32
  } finish {
  ^bb0(%sum: f32):
    gyre.yield %sum : f32
  } apply {
  ^bb0(%p: f32, %sum: f32):
    gyre.yield %p : f32
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// RUN: gyre-opt --gyre-decompose --canonicalize --cse %s | FileCheck %s
//
// A table of cosines and sines, then a map that turns the pairs.

// CHECK-DAG: #[[FIRST:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 0)>
// CHECK-DAG: #[[SECOND:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, 1)>
// CHECK-DAG: #[[TABLE:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d2, d3)>
// CHECK-DAG: #[[UPPER:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, 0, d4)>
// CHECK-DAG: #[[BATCHED:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3)>

// Whole turns are taken off in one fma, so that nothing is lost at 2^20.
// CHECK-LABEL: @interleaved
// CHECK: %[[TABLE_OF:.*]]:2 = linalg.generic
// CHECK: %[[TURNS:.*]] = math.roundeven
// CHECK: %[[MINUS:.*]] = arith.negf %[[TURNS]]
// CHECK: %[[REST:.*]] = math.fma %{{.*}}, %{{.*}}, %[[MINUS]]
// CHECK: math.fma %{{.*}}, %{{.*}}, %[[REST]]
// CHECK: tensor.expand_shape %{{.*}} : tensor<?x8x?x64xf32> into tensor<?x8x?x32x2xf32>
// CHECK: linalg.generic {indexing_maps = [#[[FIRST]], #[[SECOND]], #[[TABLE]], #[[TABLE]],
// CHECK-SAME: %[[TABLE_OF]]#0, %[[TABLE_OF]]#1
func.func @interleaved(%x: tensor<?x8x?x64xf32>) -> tensor<?x8x?x64xf32> {
  %y = gyre.rotary %x : tensor<?x8x?x64xf32>
  return %y : tensor<?x8x?x64xf32>
}

// CHECK-LABEL: @half_of_some
// CHECK: tensor.extract_slice %{{.*}} : tensor<?x8x?x64xf32> to tensor<?x8x?x32xf32>
// CHECK: tensor.expand_shape %{{.*}} : tensor<?x8x?x32xf32> into tensor<?x8x?x2x16xf32>
// CHECK: linalg.generic {indexing_maps = [#[[UPPER]],
// CHECK: tensor.insert_slice
func.func @half_of_some(%x: tensor<?x8x?x64xf32>, %p: tensor<?xi64>) -> tensor<?x8x?x64xf32> {
  %y = gyre.rotary %x positions(%p) {pairing = "half", dims = 32}
      : tensor<?x8x?x64xf32>, tensor<?xi64>
  return %y : tensor<?x8x?x64xf32>
}

// Positions of a batch on two axes; in the second, heads are inside of tokens.
// CHECK-LABEL: @sections
// CHECK: arith.constant dense<{{.*}}> : tensor<32xi32>
// CHECK: math.sin
// CHECK: linalg.generic {indexing_maps = [#[[FIRST]], #[[SECOND]], #[[BATCHED]], #[[BATCHED]],

func.func @sections(%x: tensor<?x8x?x64xf32>, %k: tensor<?x?x8x64xf32>, %p: tensor<?x?x2xf32>)
    -> (tensor<?x8x?x64xf32>, tensor<?x?x8x64xf32>) {
  %y = gyre.rotary %x positions(%p) {sections = array<i64: 16, 16>, dim = 2}
      : tensor<?x8x?x64xf32>, tensor<?x?x2xf32>
  %z = gyre.rotary %k positions(%p) {sections = array<i64: 16, 16>, dim = 1}
      : tensor<?x?x8x64xf32>, tensor<?x?x2xf32>
  return %y, %z : tensor<?x8x?x64xf32>, tensor<?x?x8x64xf32>
}

// A recipe is constants where the length is known; a table costs no sine.
// CHECK-LABEL: @scaled_and_looked_up
// CHECK-NOT: math.exp2
// CHECK: math.sin
// CHECK-NOT: math.sin
// CHECK: gyre.lookup %{{.*}} : tensor<50x32xf32>
func.func @scaled_and_looked_up(%x: tensor<8x64xf32>, %c: tensor<50x32xf32>, %past: index)
    -> (tensor<8x64xf32>, tensor<8x64xf32>) {
  %y = gyre.rotary %x {scaling = {rope_type = "dynamic", factor = 2.0,
      original_max_position_embeddings = 4}} : tensor<8x64xf32>
  %z = gyre.rotary %x offset(%past) table(%c, %c)
      : tensor<8x64xf32>, tensor<50x32xf32>, tensor<50x32xf32>
  return %y, %z : tensor<8x64xf32>, tensor<8x64xf32>
}

// A table of another type is converted where pairs turn.
// CHECK-LABEL: @wide_table
// CHECK: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %[[C:.*]]: f64, %[[S:.*]]: f64,
// CHECK-DAG: arith.truncf %[[C]] : f64 to f32
// CHECK-DAG: arith.truncf %[[S]] : f64 to f32
func.func @wide_table(%x: tensor<2x8x64xf32>, %c: tensor<2x8x32xf64>) -> tensor<2x8x64xf32> {
  %y = gyre.rotary %x table(%c, %c) : tensor<2x8x64xf32>, tensor<2x8x32xf64>, tensor<2x8x32xf64>
  return %y : tensor<2x8x64xf32>
}

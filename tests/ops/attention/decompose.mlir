// RUN: gyre-opt --gyre-decompose --canonicalize --cse %s | FileCheck %s
//
// Attention is one gyre.contract_reduce: scores lead raw, with the scale in
// the exponent; v rides on the sum of the weights.

// CHECK-DAG: #[[END:.*]] = affine_map<(d0, d1, d2, d3, d4, d5)[s0] -> (d2 + s0 + 1)>
// CHECK-DAG: #[[KEYS:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d4, d5)>
// CHECK-DAG: #[[TOKENS_FIRST:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d4)>
// CHECK-DAG: #[[REPEATED:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d1, 0, d3)>

// CHECK-LABEL: @causal
// CHECK-DAG: %[[T:.*]] = tensor.dim %{{.*}}, %c2{{.*}} : tensor<?x8x?x64xf32>
// CHECK-DAG: %[[S:.*]] = tensor.dim %{{.*}}, %c2{{.*}} : tensor<?x8x?x64xf32>
// CHECK: %[[PAST:.*]] = arith.subi
// CHECK: gyre.contract_reduce
// CHECK-SAME: limit = #[[END]], pivot = 1 : i64, rides = array<i64: 1>
// CHECK-SAME: limited(%[[PAST]])
// CHECK: step
// CHECK: arith.mulf %{{.*}}, %[[SCALE:.*]] : f32
// CHECK: math.exp2
func.func @causal(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x64xf32>,
                  %v: tensor<?x8x?x32xf32>) -> tensor<?x8x?x32xf32> {
  %y = gyre.attention %q, %k, %v {causal}
      : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x32xf32>
  return %y : tensor<?x8x?x32xf32>
}

// Heads of q split into groups that share a head of k.
// CHECK-LABEL: @grouped
// CHECK: tensor.expand_shape %{{.*}} : tensor<?x8x?x64xf32> into tensor<?x2x4x?x64xf32>
// CHECK: gyre.contract_reduce {indexing_maps = [#{{.*}}, #[[KEYS]],
// CHECK-NOT: limit
// CHECK: tensor.collapse_shape
func.func @grouped(%q: tensor<?x8x?x64xf32>, %k: tensor<?x2x?x64xf32>)
    -> tensor<?x8x?x64xf32> {
  %y = gyre.attention %q, %k, %k
      : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
  return %y : tensor<?x8x?x64xf32>
}

// A mask is an element of the score; heads inside of tokens cost no transpose.
// CHECK-LABEL: @masked
// CHECK: gyre.contract_reduce {indexing_maps = [#[[TOKENS_FIRST]], #{{.*}}, #[[REPEATED]],
// CHECK: score
// CHECK: arith.select %{{.*}}, %{{.*}}, %{{.*}} : f32
func.func @masked(%q: tensor<?x?x8x64xf32>, %k: tensor<?x?x8x64xf32>, %m: tensor<8x1x?xi1>)
    -> tensor<?x?x8x64xf32> {
  %y = gyre.attention %q, %k, %k mask(%m) {layout = "bthd"}
      : tensor<?x?x8x64xf32>, tensor<?x?x8x64xf32>, tensor<?x?x8x64xf32>, tensor<8x1x?xi1>
  return %y : tensor<?x?x8x64xf32>
}

// With a mask to add, scores are scaled first.
// CHECK-LABEL: @biased
// CHECK: score
// CHECK: arith.mulf
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK-NEXT: gyre.yield
func.func @biased(%q: tensor<8x?x64xf32>, %m: tensor<?x?xf32>) -> tensor<8x?x64xf32> {
  %y = gyre.attention %q, %q, %q mask(%m)
      : tensor<8x?x64xf32>, tensor<8x?x64xf32>, tensor<8x?x64xf32>, tensor<?x?xf32>
  return %y : tensor<8x?x64xf32>
}

// A window bounds columns from below too; a cap comes before the maximum.
// CHECK-LABEL: @windowed
// CHECK: gyre.contract_reduce
// CHECK-SAME: limit = #{{.*}}, pivot = 1 : i64, rides = array<i64: 1>, start = #
// CHECK: score
// CHECK: math.tanh
// CHECK: } -> tensor<8x?xf32>, tensor<8x?x64xf32>
func.func @windowed(%q: tensor<8x?x64xf32>) -> (tensor<8x?x64xf32>, tensor<8x?xf32>) {
  %y, %lse = gyre.attention %q, %q, %q {causal, window = array<i64: 9, 0>, softcap = 5.0, logsumexp}
      : tensor<8x?x64xf32>, tensor<8x?x64xf32>, tensor<8x?x64xf32>
  return %y, %lse : tensor<8x?x64xf32>, tensor<8x?xf32>
}

// Packed sequences are spans of columns, a value a row.
// CHECK-LABEL: @packed
// CHECK: %[[SPANS:.*]]:2 = gyre.reduce
// CHECK: gyre.contract_reduce {bounds = 2 : i64
// CHECK-SAME: %[[SPANS]]#0, %[[SPANS]]#1
func.func @packed(%q: tensor<8x?x64xf32>, %starts: tensor<?xi32>) -> tensor<8x?x64xf32> {
  %y = gyre.attention %q, %q, %q sequences(%starts) {causal}
      : tensor<8x?x64xf32>, tensor<8x?x64xf32>, tensor<8x?x64xf32>, tensor<?xi32>
  return %y : tensor<8x?x64xf32>
}

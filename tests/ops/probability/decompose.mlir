// RUN: gyre-opt --gyre-decompose --canonicalize %s | FileCheck %s
//
// Probability maps are one gyre.reduce: the states are (maximum, sum).

// CHECK-LABEL: @softmax
// CHECK: gyre.reduce
// CHECK-SAME: iterator_types = ["parallel", "reduction"], pivot = 1
// CHECK-SAME: ins(%{{.*}} : tensor<?x10xf32>)
// CHECK: step
// CHECK: ^bb0(%[[E:.*]]: f32, %[[M:.*]]: f32, %[[S:.*]]: f32):
// CHECK: %[[LESS:.*]] = arith.cmpf olt, %[[E]], %[[M]]
// CHECK: arith.select %[[LESS]], %[[M]], %[[E]]
// CHECK-NOT: gyre.softmax
func.func @softmax(%x: tensor<?x10xf32>) -> tensor<?x10xf32> {
  %y = gyre.softmax %x {temperature = 0.5} : tensor<?x10xf32>
  return %y : tensor<?x10xf32>
}

// Regions compute in f32 whatever is stored.
// CHECK-LABEL: @log_softmax
// CHECK: gyre.reduce
// CHECK-SAME: iterator_types = ["parallel", "reduction", "parallel"], pivot = 1
// CHECK-SAME: ins(%{{.*}} : tensor<?x?x4xf16>)
// CHECK: step
// CHECK: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32):
func.func @log_softmax(%x: tensor<?x?x4xf16>) -> tensor<?x?x4xf16> {
  %y = gyre.log_softmax %x {dim = 1} : tensor<?x?x4xf16>
  return %y : tensor<?x?x4xf16>
}

// A polynomial a pass, no exponential.
// CHECK-LABEL: @taylor
// CHECK-NOT: math.exp2
// CHECK: gyre.reduce
// CHECK-COUNT-4: math.fma
// CHECK: return
func.func @taylor(%x: tensor<?x10xf32>) -> tensor<?x10xf32> {
  %y = gyre.taylor_softmax %x : tensor<?x10xf32>
  return %y : tensor<?x10xf32>
}

// Noise, a sum, the place of the greatest.
// CHECK-LABEL: @draw
// CHECK: gyre.reduce
// CHECK: -> tensor<?xi32>
func.func @draw(%x: tensor<?x10xf32>, %s: i64) -> tensor<?xi32> {
  %y = gyre.gumbel_max %x seed(%s) offset(%s) : tensor<?x10xf32>
  return %y : tensor<?xi32>
}

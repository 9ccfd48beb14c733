// RUN: gyre-opt --gyre-decompose --canonicalize --cse %s | FileCheck %s
//
// A map over (counter, word), of which the first numbers are kept.

// CHECK-LABEL: @uniform
// CHECK: %[[DRAWN:.*]] = linalg.generic
// CHECK: arith.muli %{{.*}} : i64
// CHECK: -> tensor<?x4xf32>
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[DRAWN]]
// CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[FLAT]]
// CHECK: tensor.expand_shape %[[SLICE]] {{.*}} into tensor<?x5xf32>
func.func @uniform(%seed: i64, %offset: i64, %n: index) -> tensor<?x5xf32> {
  %u = gyre.random_uniform seed(%seed) offset(%offset) sizes(%n) : tensor<?x5xf32>
  return %u : tensor<?x5xf32>
}

// Nothing is left for contraction to change.
// CHECK-LABEL: @normal
// CHECK: math.fma
// CHECK: math.sqrt
// CHECK-NOT: math.log
// CHECK-NOT: math.sin
// CHECK: return
func.func @normal(%seed: i64, %offset: i64) -> tensor<2x6xf32> {
  %e = gyre.random_normal seed(%seed) offset(%offset) : tensor<2x6xf32>
  return %e : tensor<2x6xf32>
}

// RUN: gyre-opt --gyre-decompose --canonicalize --cse %s | FileCheck %s
//
// Embeddings of positions are one small map each.

// CHECK-LABEL: @sinusoidal
// CHECK: linalg.generic
// CHECK: math.roundeven
// CHECK: math.cos
// CHECK: math.sin
// CHECK: tensor.collapse_shape %{{.*}} : tensor<?x32x2xf32> into tensor<?x64xf32>
func.func @sinusoidal(%p: tensor<?xf32>) -> tensor<?x64xf32> {
  %y = gyre.sinusoidal positions(%p : tensor<?xf32>) : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: @tied
// CHECK: linalg.generic
// CHECK: arith.divsi
// CHECK-NOT: linalg.generic
func.func @tied(%n: index, %h: index) -> tensor<?x2xf32> {
  %p = gyre.tie_positions text(%n), image(%h, 3) : tensor<?x2xf32>
  return %p : tensor<?x2xf32>
}

// CHECK-LABEL: @mrope
// CHECK: linalg.generic
// CHECK: arith.divsi
// CHECK-NOT: linalg.generic
func.func @mrope(%n: index, %h: index) -> tensor<?x3xi32> {
  %p = gyre.mrope_positions text(%n), image(%h, 3) : tensor<?x3xi32>
  return %p : tensor<?x3xi32>
}

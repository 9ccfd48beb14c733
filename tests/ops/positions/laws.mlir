// RUN: gyre-opt --canonicalize %s | FileCheck %s
//
// Positions of known sizes are a constant: a text of two tokens, an image of one
// patch, half way to the next token.

// CHECK-LABEL: @known
// CHECK: arith.constant dense<{{\[\[}}0.000000e+00, 0.000000e+00], [1.000000e+00, 1.000000e+00], [2.000000e+00, 2.000000e+00], [3.000000e+00, 3.000000e+00]]> : tensor<4x2xf32>
// CHECK-NOT: gyre
func.func @known() -> tensor<4x2xf32> {
  %p = gyre.tie_positions text(2), image(1, 1), text(1) : tensor<4x2xf32>
  return %p : tensor<4x2xf32>
}

// CHECK-LABEL: @open
// CHECK: gyre.tie_positions text(%{{.*}}), image(2, 3) : tensor<?x2xf32>
func.func @open(%n: index) -> tensor<?x2xf32> {
  %p = gyre.tie_positions text(%n), image(2, 3) : tensor<?x2xf32>
  return %p : tensor<?x2xf32>
}

// An image is as long as its longer side.
// CHECK-LABEL: @known_mrope
// CHECK: arith.constant dense<{{\[\[}}0, 0, 0], [1, 1, 1], [1, 1, 2], [3, 3, 3]]> : tensor<4x3xi32>
// CHECK-NOT: gyre
func.func @known_mrope() -> tensor<4x3xi32> {
  %p = gyre.mrope_positions text(1), image(1, 2), text(1) : tensor<4x3xi32>
  return %p : tensor<4x3xi32>
}

// CHECK-LABEL: @open_mrope
// CHECK: gyre.mrope_positions text(%{{.*}}), video(%{{.*}}, 2, 3), image(4, 5) {interval = 2.000000e+00 : f64} : tensor<?x3xi32>
func.func @open_mrope(%n: index) -> tensor<?x3xi32> {
  %p = gyre.mrope_positions text(%n), video(%n, 2, 3), image(4, 5) {interval = 2.0} : tensor<?x3xi32>
  return %p : tensor<?x3xi32>
}

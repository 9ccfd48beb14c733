// RUN: gyre-opt --gyre-decompose --canonicalize --cse %s | FileCheck %s
//
// Layers of every model: one product or reduction each, and maps.

// A product that keeps the leading dimensions, then the bias.
// CHECK-LABEL: @linear
// CHECK: %[[PRODUCT:.*]] = linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[PRODUCT]], %{{.*}} : tensor<?x?x128xf32>, tensor<128xf32>)
// CHECK: arith.addf
func.func @linear(%x: tensor<?x?x64xf32>, %w: tensor<64x128xf32>,
                  %b: tensor<128xf32>) -> tensor<?x?x128xf32> {
  %y = gyre.linear %x, %w, %b
      : tensor<?x?x64xf32>, tensor<64x128xf32>, tensor<128xf32>
  return %y : tensor<?x?x128xf32>
}

// Sums of f16 products are in f32.
// CHECK-LABEL: @linear_f16
// CHECK: arith.addf %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to f16
func.func @linear_f16(%x: tensor<?x64xf16>, %w: tensor<64x?xf16>) -> tensor<?x?xf16> {
  %y = gyre.linear %x, %w : tensor<?x64xf16>, tensor<64x?xf16>
  return %y : tensor<?x?xf16>
}

// The variance is taken about the mean.
// CHECK-LABEL: @layer_norm
// CHECK: %[[MEAN:.*]] = gyre.reduce
// CHECK: gyre.reduce
// CHECK-SAME: ins(%{{.*}}, %[[MEAN]], %{{.*}}, %{{.*}} :
// CHECK: step
// CHECK: arith.subf
// CHECK: arith.mulf
// CHECK: arith.addf
func.func @layer_norm(%x: tensor<?x64xf32>, %w: tensor<64xf32>,
                      %b: tensor<64xf32>) -> tensor<?x64xf32> {
  %y = gyre.layer_norm %x, %w, %b
      : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: @rms_norm
// CHECK-COUNT-1: gyre.reduce
// CHECK-NOT: gyre.reduce
// CHECK: return
func.func @rms_norm(%x: tensor<?x?xf32>, %w: tensor<?xf32>) -> tensor<?x?xf32> {
  %y = gyre.rms_norm %x, %w : tensor<?x?xf32>, tensor<?xf32>
  return %y : tensor<?x?xf32>
}

// Groups are rows of a reshaped tensor.
// CHECK-LABEL: @group_norm
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2], [3], [4]]
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0], [1], [2, 3, 4]]
// CHECK: gyre.reduce {{.*}} ins(%[[ROWS]] :
// CHECK: gyre.reduce {{.*}} ins(%[[ROWS]],
func.func @group_norm(%x: tensor<?x32x?x?xf32>, %w: tensor<32xf32>,
                      %b: tensor<32xf32>) -> tensor<?x32x?x?xf32> {
  %y = gyre.group_norm %x, %w, %b {groups = 8}
      : tensor<?x32x?x?xf32>, tensor<32xf32>, tensor<32xf32>
  return %y : tensor<?x32x?x?xf32>
}

// CHECK-LABEL: @activations
// CHECK: math.exp %
// CHECK: math.exp %
// CHECK: math.exp %
// CHECK: math.log %
// CHECK: math.exp2
// CHECK: math.exp %
func.func @activations(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = gyre.silu %x : tensor<?xf32>
  %1 = gyre.gelu %0 : tensor<?xf32>
  %2 = gyre.softplus %1 : tensor<?xf32>
  %3 = gyre.gelu %2 {form = "tanh"} : tensor<?xf32>
  %4 = gyre.sigmoid %3 : tensor<?xf32>
  return %4 : tensor<?xf32>
}

// A row out of range is neither read nor kept.
// CHECK-LABEL: @embedding
// CHECK: %[[ROW:.*]] = arith.index_cast
// CHECK: gyre.lookup %{{.*}}[%[[ROW]], %{{.*}}] checked [1]
func.func @embedding(%table: tensor<100x?xf32>, %ids: tensor<?x?xi32>) -> tensor<?x?x?xf32> {
  %y = gyre.embedding %table, %ids : tensor<100x?xf32>, tensor<?x?xi32>
  return %y : tensor<?x?x?xf32>
}

// CHECK-LABEL: @cross_entropy
// CHECK: gyre.reduce {{.*}}pivot = 1
// CHECK: gyre.reduce
// CHECK: gyre.index 1
// CHECK: linalg.generic
func.func @cross_entropy(%x: tensor<?x10xf32>, %labels: tensor<?xi64>) -> tensor<?xf32> {
  %y = gyre.cross_entropy %x, %labels : tensor<?x10xf32>, tensor<?xi64>
  return %y : tensor<?xf32>
}

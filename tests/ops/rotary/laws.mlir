// RUN: gyre-opt --canonicalize %s | FileCheck %s
//
// R(q) R(p) x -> R(p + q) x,  R(p)^-1 R(p) x -> x.

// CHECK-LABEL: @add
// CHECK-SAME: %[[X:.*]]: tensor<8x64xf32>, %[[P:.*]]: tensor<8xi32>, %[[Q:.*]]: tensor<8xi32>
// CHECK: %[[SUM:.*]] = arith.addi %[[P]], %[[Q]]
// CHECK: %[[Y:.*]] = gyre.rotary %[[X]] positions(%[[SUM]])
// CHECK: return %[[Y]]
func.func @add(%x: tensor<8x64xf32>, %p: tensor<8xi32>, %q: tensor<8xi32>) -> tensor<8x64xf32> {
  %0 = gyre.rotary %x positions(%p) : tensor<8x64xf32>, tensor<8xi32>
  %1 = gyre.rotary %0 positions(%q) : tensor<8x64xf32>, tensor<8xi32>
  return %1 : tensor<8x64xf32>
}

// CHECK-LABEL: @subtract
// CHECK-SAME: %[[X:.*]]: tensor<8x64xf32>, %[[P:.*]]: tensor<8xf32>, %[[Q:.*]]: tensor<8xf32>
// CHECK: %[[DIFFERENCE:.*]] = arith.subf %[[P]], %[[Q]]
// CHECK: gyre.rotary %[[X]] positions(%[[DIFFERENCE]])
// CHECK-NOT: inverse
func.func @subtract(%x: tensor<8x64xf32>, %p: tensor<8xf32>, %q: tensor<8xf32>) -> tensor<8x64xf32> {
  %0 = gyre.rotary %x positions(%p) : tensor<8x64xf32>, tensor<8xf32>
  %1 = gyre.rotary %0 positions(%q) {inverse} : tensor<8x64xf32>, tensor<8xf32>
  return %1 : tensor<8x64xf32>
}

// CHECK-LABEL: @cancel
// CHECK-SAME: %[[X:.*]]: tensor<?x64xf32>
// CHECK-NEXT: return %[[X]]
func.func @cancel(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %0 = gyre.rotary %x {inverse} : tensor<?x64xf32>
  %1 = gyre.rotary %0 : tensor<?x64xf32>
  return %1 : tensor<?x64xf32>
}

// Rotations of another kind stay.
// CHECK-LABEL: @differ
// CHECK-COUNT-2: gyre.rotary
func.func @differ(%x: tensor<8x64xf32>, %p: tensor<8xi32>) -> tensor<8x64xf32> {
  %0 = gyre.rotary %x positions(%p) : tensor<8x64xf32>, tensor<8xi32>
  %1 = gyre.rotary %0 positions(%p) {pairing = "half"} : tensor<8x64xf32>, tensor<8xi32>
  return %1 : tensor<8x64xf32>
}

// Scaled by 1 is not scaled; what a length was asked for goes with it.
// CHECK-LABEL: @scaled_by_one
// CHECK-SAME: %[[X:.*]]: tensor<8x64xf32>, %[[P:.*]]: tensor<8xi32>
// CHECK: gyre.rotary %[[X]] positions(%[[P]]) : tensor
// CHECK: gyre.rotary %[[X]] : tensor
func.func @scaled_by_one(%x: tensor<8x64xf32>, %p: tensor<8xi32>, %n: index)
    -> (tensor<8x64xf32>, tensor<8x64xf32>) {
  %0 = gyre.rotary %x positions(%p) length(%n) {scaling = {rope_type = "dynamic", factor = 1.0,
      original_max_position_embeddings = 4}} : tensor<8x64xf32>, tensor<8xi32>
  %1 = gyre.rotary %x {scaling = {rope_type = "yarn", factor = 1,
      original_max_position_embeddings = 4}} : tensor<8x64xf32>
  return %0, %1 : tensor<8x64xf32>, tensor<8x64xf32>
}

// Scaled alike they still cancel, unless a factor comes with it.
// CHECK-LABEL: @scaled_cancel
// CHECK-SAME: %[[X:.*]]: tensor<?x64xf32>
// CHECK-COUNT-2: gyre.rotary
// CHECK: return %[[X]],
func.func @scaled_cancel(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x64xf32>) {
  %0 = gyre.rotary %x {scaling = {rope_type = "linear", factor = 2.0}} : tensor<?x64xf32>
  %1 = gyre.rotary %0 {inverse, scaling = {rope_type = "linear", factor = 2.0}} : tensor<?x64xf32>
  %2 = gyre.rotary %x {scaling = {rope_type = "yarn", factor = 2.0,
      original_max_position_embeddings = 4}} : tensor<?x64xf32>
  %3 = gyre.rotary %2 {inverse, scaling = {rope_type = "yarn", factor = 2.0,
      original_max_position_embeddings = 4}} : tensor<?x64xf32>
  return %1, %3 : tensor<?x64xf32>, tensor<?x64xf32>
}

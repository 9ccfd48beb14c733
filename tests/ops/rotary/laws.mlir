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

// RUN: gyre-opt --canonicalize %s | FileCheck %s
//
// Converting there and back, guidance of no strength.

// CHECK-LABEL: @round_trip
// CHECK-SAME: (%[[E:[a-z0-9]+]]:
// CHECK-NOT: gyre.convert_prediction
// CHECK: return %[[E]]
func.func @round_trip(%e: tensor<?xf32>, %x: tensor<?xf32>, %a: f32, %s: f32) -> tensor<?xf32> {
  %v = gyre.convert_prediction %e of %x at %a, %s {from = "epsilon", to = "v"} : tensor<?xf32>, f32
  %0 = gyre.convert_prediction %v of %x at %a, %s {from = "v", to = "epsilon"} : tensor<?xf32>, f32
  return %0 : tensor<?xf32>
}

// CHECK-LABEL: @other_level
// CHECK-COUNT-2: gyre.convert_prediction
func.func @other_level(%e: tensor<?xf32>, %x: tensor<?xf32>, %a: f32, %s: f32) -> tensor<?xf32> {
  %v = gyre.convert_prediction %e of %x at %a, %s {from = "epsilon", to = "v"} : tensor<?xf32>, f32
  %0 = gyre.convert_prediction %v of %x at %s, %a {from = "v", to = "epsilon"} : tensor<?xf32>, f32
  return %0 : tensor<?xf32>
}

// CHECK-LABEL: @guidance
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<?xf32>, %[[Y:[a-z0-9]+]]:
// CHECK: return %[[X]], %[[Y]]
func.func @guidance(%x: tensor<?xf32>, %y: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %0 = gyre.guidance %x, %y by %one : tensor<?xf32>, f32
  %1 = gyre.guidance %x, %y by %zero : tensor<?xf32>, f32
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

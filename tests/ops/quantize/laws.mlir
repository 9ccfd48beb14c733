// RUN: gyre-opt --canonicalize %s | FileCheck %s
//
// decode(indices of encode(z)) -> codes of encode(z).

// CHECK-LABEL: @round_trip
// CHECK: %[[CODES:.*]], %{{.*}} = gyre.fsq_encode
// CHECK-NOT: gyre.fsq_decode
// CHECK: return %[[CODES]]
func.func @round_trip(%z: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 5>} : tensor<?x2xf32>
  %0 = gyre.fsq_decode %indices {levels = array<i64: 8, 5>} : tensor<?xi32>
  return %0 : tensor<?x2xf32>
}

// CHECK-LABEL: @other_levels
// CHECK: gyre.fsq_decode
func.func @other_levels(%z: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 5>} : tensor<?x2xf32>
  %0 = gyre.fsq_decode %indices {levels = array<i64: 5, 8>} : tensor<?xi32>
  return %0 : tensor<?x2xf32>
}

// RUN: gyre-opt --canonicalize %s | FileCheck %s
//
// decode(indices of encode(z)) -> codes of encode(z); quantizing what was
// dequantized by the same scale.

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

// CHECK-LABEL: @requantize
// CHECK-SAME: (%[[Q:[a-z0-9]+]]:
// CHECK-NOT: gyre
// CHECK: return %[[Q]]
func.func @requantize(%q: tensor<?x64xi8>, %s: tensor<?xf32>) -> tensor<?x64xi8> {
  %x = gyre.dequantize %q, %s {format = "int8", block = array<i64: 1, 0>}
      : tensor<?x64xi8>, tensor<?xf32> -> tensor<?x64xf32>
  %0 = gyre.quantize %x, %s {format = "int8", block = array<i64: 1, 0>} : tensor<?x64xf32>, tensor<?xf32>
  return %0 : tensor<?x64xi8>
}

// CHECK-LABEL: @other_scale
// CHECK: gyre.quantize
func.func @other_scale(%q: tensor<?x64xi8>, %s: tensor<?xf32>, %t: tensor<?xf32>) -> tensor<?x64xi8> {
  %x = gyre.dequantize %q, %s {format = "int8", block = array<i64: 1, 0>}
      : tensor<?x64xi8>, tensor<?xf32> -> tensor<?x64xf32>
  %0 = gyre.quantize %x, %t {format = "int8", block = array<i64: 1, 0>} : tensor<?x64xf32>, tensor<?xf32>
  return %0 : tensor<?x64xi8>
}

// A zero point is part of the way back.
// CHECK-LABEL: @other_zero
// CHECK: gyre.quantize %{{.*}}, %{{.*}} zero(%[[Z:.*]]) {
// CHECK-NOT: gyre.quantize
func.func @other_zero(%q: tensor<64xi8>, %s: tensor<f32>, %z: tensor<i32>) -> (tensor<64xi8>, tensor<64xi8>) {
  %x = gyre.dequantize %q, %s zero(%z) {format = "uint8", block = array<i64: 0>}
      : tensor<64xi8>, tensor<f32>, tensor<i32> -> tensor<64xf32>
  %t = gyre.dequantize %q, %s {format = "uint8", block = array<i64: 0>} : tensor<64xi8>, tensor<f32> -> tensor<64xf32>
  %0 = gyre.quantize %x, %s zero(%z) {format = "uint8", block = array<i64: 0>} : tensor<64xf32>, tensor<f32>, tensor<i32>
  %1 = gyre.quantize %t, %s zero(%z) {format = "uint8", block = array<i64: 0>} : tensor<64xf32>, tensor<f32>, tensor<i32>
  return %0, %1 : tensor<64xi8>, tensor<64xi8>
}

// CHECK-LABEL: @residual
// CHECK: %{{.*}}, %[[Z:.*]] = gyre.residual_encode
// CHECK: %[[C:.*]], %{{.*}} = gyre.lfq_encode
// CHECK-NOT: decode
// CHECK: return %[[Z]], %[[C]]
func.func @residual(%x: tensor<?x16xf32>, %books: tensor<4x9x16xf32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %k, %z = gyre.residual_encode %x, %books : tensor<?x16xf32>, tensor<4x9x16xf32>
  %0 = gyre.residual_decode %k, %books : tensor<?x4xi32>, tensor<4x9x16xf32>
  %c, %i = gyre.lfq_encode %x : tensor<?x16xf32>
  %1 = gyre.lfq_decode %i : tensor<?xi32> -> tensor<?x16xf32>
  return %0, %1 : tensor<?x16xf32>, tensor<?x16xf32>
}

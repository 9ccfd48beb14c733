// RUN: gyre-opt --gyre-decompose --canonicalize --cse %s | FileCheck %s
//
// FSQ is a map and a sum of digits; the nearest code a contract_reduce.

// CHECK-LABEL: @fsq_encode
// CHECK: %[[CODES:.*]] = linalg.generic
// CHECK: math.tanh
// CHECK: math.roundeven
// CHECK: gyre.reduce
// CHECK-SAME: ins(%[[CODES]],
// CHECK: finish
// CHECK: arith.fptosi
func.func @fsq_encode(%z: tensor<?x16x4xf32>) -> (tensor<?x16x4xf32>, tensor<?x16xi32>) {
  %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 5, 5, 5>}
      : tensor<?x16x4xf32>
  return %codes, %indices : tensor<?x16x4xf32>, tensor<?x16xi32>
}

// CHECK-LABEL: @fsq_decode
// CHECK: linalg.generic
// CHECK: math.floor
func.func @fsq_decode(%i: tensor<?x16xi64>) -> tensor<?x16x3xf32> {
  %codes = gyre.fsq_decode %i {levels = array<i64: 7, 5, 5>} : tensor<?x16xi64>
  return %codes : tensor<?x16x3xf32>
}

// The lowest number wins a tie: a state meets codes in increasing order and
// keeps what it has, and parts of a row that meet compare numbers.
// CHECK-LABEL: @nearest_code
// CHECK: %[[NORMS:.*]] = gyre.reduce
// CHECK: gyre.contract_reduce
// CHECK-SAME: ins(%{{.*}}, %{{.*}}, %[[NORMS]] :
// CHECK: step
// CHECK: ^bb0(%[[X:.*]]: f32, %[[LEAST:.*]]: f32, %[[AT:.*]]: i32):
// CHECK: arith.cmpf olt, %[[X]], %[[LEAST]]
// CHECK-NOT: arith.cmpf
// CHECK: merge
// CHECK: ^bb0(%[[X:.*]]: f32, %[[I:.*]]: i32, %[[Y:.*]]: f32, %[[J:.*]]: i32):
// CHECK: arith.cmpf olt, %[[X]], %[[Y]]
// CHECK: arith.cmpf oeq, %[[X]], %[[Y]]
// CHECK: arith.cmpi slt, %[[I]], %[[J]]
func.func @nearest_code(%x: tensor<?x?x64xf32>, %codebook: tensor<1024x64xf32>) -> tensor<?x?xi32> {
  %k = gyre.nearest_code %x, %codebook : tensor<?x?x64xf32>, tensor<1024x64xf32>
  return %k : tensor<?x?xi32>
}

// Groups of rows are a loop of their own, and so are the halves of a byte.
// CHECK-LABEL: @dequantize
// CHECK: tensor.expand_shape %{{.*}} : tensor<48x8xi8> into tensor<3x16x8xi8>
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{.*}}, %{{.*}} : tensor<3x16x8xi8>, tensor<3x8xf32>)
// CHECK: arith.shrsi
// CHECK: tensor.collapse_shape
func.func @dequantize(%q: tensor<48x8xi8>, %s: tensor<3x8xf32>) -> tensor<96x8xf32> {
  %y = gyre.dequantize %q, %s {format = "int4", block = array<i64: 32, 1>, axis = 0 : i64}
      : tensor<48x8xi8>, tensor<3x8xf32> -> tensor<96x8xf32>
  return %y : tensor<96x8xf32>
}

// The codebooks are one loop.
// CHECK-LABEL: @residual
// CHECK: scf.for
// CHECK: gyre.contract_reduce
// CHECK-NOT: gyre.contract_reduce
// CHECK: scf.yield
func.func @residual(%x: tensor<?x16xf32>, %books: tensor<4x9x16xf32>) -> (tensor<?x4xi32>, tensor<?x16xf32>) {
  %k, %z = gyre.residual_encode %x, %books : tensor<?x16xf32>, tensor<4x9x16xf32>
  return %k, %z : tensor<?x4xi32>, tensor<?x16xf32>
}

// A cosine divides by the code's length.
// CHECK-LABEL: @cosine
// CHECK: gyre.reduce
// CHECK: math.sqrt
// CHECK: gyre.contract_reduce
// CHECK: arith.negf
func.func @cosine(%x: tensor<?x16xf32>, %book: tensor<9x16xf32>) -> tensor<?xi32> {
  %k = gyre.nearest_code %x, %book {distance = "cosine"} : tensor<?x16xf32>, tensor<9x16xf32>
  return %k : tensor<?xi32>
}

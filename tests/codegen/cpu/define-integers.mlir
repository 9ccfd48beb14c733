// Divisors and amounts are replaced where they would trap or be undefined.
// RUN: gyre-opt %s --pass-pipeline="builtin.module(func.func(gyre-define-integers))" | FileCheck %s

// CHECK-LABEL: func.func @signed(
// CHECK-SAME: %[[X:.*]]: vector<8xi32>, %[[Y:.*]]: vector<8xi32>
func.func @signed(%x: vector<8xi32>, %y: vector<8xi32>) -> vector<8xi32> {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0>
  // CHECK-DAG: %[[LEAST:.*]] = arith.constant dense<-2147483648>
  // CHECK-DAG: %[[MINUS:.*]] = arith.constant dense<-1>
  // CHECK-DAG: %[[ISZERO:.*]] = arith.cmpi eq, %[[Y]], %[[ZERO]]
  // CHECK-DAG: %[[ISLEAST:.*]] = arith.cmpi eq, %[[X]], %[[LEAST]]
  // CHECK-DAG: %[[ISMINUS:.*]] = arith.cmpi eq, %[[Y]], %[[MINUS]]
  // CHECK: %[[WRAPS:.*]] = arith.andi %[[ISLEAST]], %[[ISMINUS]]
  // CHECK: %[[BAD:.*]] = arith.ori %[[ISZERO]], %[[WRAPS]]
  // CHECK: %[[SAFE:.*]] = arith.select %[[BAD]], %{{.*}}, %[[Y]]
  // CHECK: arith.divsi %[[X]], %[[SAFE]]
  %0 = arith.divsi %x, %y : vector<8xi32>
  return %0 : vector<8xi32>
}

// CHECK-LABEL: func.func @unsigned(
// CHECK: %[[BAD:.*]] = arith.cmpi eq, %arg1, %{{.*}} : index
// CHECK: %[[SAFE:.*]] = arith.select %[[BAD]], %{{.*}}, %arg1 : index
// CHECK: arith.remui %arg0, %[[SAFE]]
func.func @unsigned(%x: index, %y: index) -> index {
  %0 = arith.remui %x, %y : index
  return %0 : index
}

// CHECK-LABEL: func.func @shift(
// CHECK: %[[LAST:.*]] = arith.constant 31 : i32
// CHECK: %[[AMOUNT:.*]] = arith.minui %arg1, %[[LAST]]
// CHECK: %[[SHIFTED:.*]] = arith.shli %arg0, %[[AMOUNT]]
// CHECK: %[[FITS:.*]] = arith.cmpi ule, %arg1, %[[LAST]]
// CHECK: arith.select %[[FITS]], %[[SHIFTED]], %{{.*}} : i32
// CHECK: %[[SAME:.*]] = arith.minui %arg1
// CHECK: arith.shrsi %arg0, %[[SAME]]
func.func @shift(%x: i32, %y: i32) -> (i32, i32) {
  %0 = arith.shli %x, %y : i32
  %1 = arith.shrsi %x, %y : i32
  return %0, %1 : i32, i32
}

// CHECK-LABEL: func.func @constant(
// CHECK-NOT: select
// CHECK-NOT: minui
// CHECK: return
func.func @constant(%x: vector<8xi32>) -> vector<8xi32> {
  %three = arith.constant dense<3> : vector<8xi32>
  %0 = arith.divsi %x, %three : vector<8xi32>
  %1 = arith.shrui %0, %three : vector<8xi32>
  return %1 : vector<8xi32>
}

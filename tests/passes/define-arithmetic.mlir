// RUN: gyre-opt %s --gyre-define-arithmetic | FileCheck %s

// CHECK-LABEL: func.func @convert(
// CHECK:         %[[HIGH:.*]] = arith.cmpf oge, %arg0, %{{.*}} : f32
// CHECK:         %[[LOW:.*]] = arith.cmpf olt, %arg0, %{{.*}} : f32
// CHECK:         %[[NAN:.*]] = arith.cmpf uno, %arg0, %arg0 : f32
// CHECK:         %[[SAFE:.*]] = arith.select %{{.*}}, %{{.*}}, %arg0 : f32
// CHECK:         %[[INT:.*]] = arith.fptosi %[[SAFE]] : f32 to i8
// CHECK:         %[[TOP:.*]] = arith.select %[[HIGH]], %c127_i8, %[[INT]] : i8
// CHECK:         arith.select %[[LOW]], %c-128_i8, %[[TOP]] : i8
func.func @convert(%x: f32) -> i8 {
  %0 = arith.fptosi %x : f32 to i8
  return %0 : i8
}

// CHECK-LABEL: func.func @divide(
// CHECK:         %[[SAFE:.*]] = arith.select %{{.*}}, %{{.*}}, %arg1 : i32
// CHECK:         arith.ceildivsi %arg0, %[[SAFE]] : i32
// CHECK:         arith.ceildivui %arg0, %c7_i32 : i32
func.func @divide(%x: i32, %y: i32) -> (i32, i32) {
  %c7 = arith.constant 7 : i32
  %0 = arith.ceildivsi %x, %y : i32
  %1 = arith.ceildivui %x, %c7 : i32
  return %0, %1 : i32, i32
}

// CHECK-LABEL: func.func @promises(
// CHECK:         arith.addi %arg0, %arg0 : i32
// CHECK:         arith.shrui %arg0, %arg0 : i32
// CHECK:         arith.addf %arg1, %arg1 fastmath<contract> : f32
func.func @promises(%x: i32, %f: f32) -> (i32, i32, f32) {
  %0 = arith.addi %x, %x overflow<nsw> : i32
  %1 = arith.shrui %x, %x exact : i32
  %2 = arith.addf %f, %f fastmath<nnan,ninf,contract> : f32
  return %0, %1, %2 : i32, i32, f32
}

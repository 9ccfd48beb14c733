// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v3,sm_80 --verify-each -o %t
// RUN: gyrec %s --target=x86-64-v3 --emit=structures | FileCheck %s
// Floats of one byte are computed with in f32.

// CHECK-LABEL: func.func @arithmetic
// CHECK:       arith.extf {{.*}} f8E4M3FN to f32
// CHECK:       arith.addf {{.*}} : f32
// CHECK:       math.copysign {{.*}} : f32
// CHECK:       arith.truncf {{.*}} f32 to f8E4M3FN
func.func @arithmetic(%a: tensor<?x5xf8E4M3FN> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf8E4M3FN> {gyre.dims = ["N", 5]})
    -> (tensor<?x5xf8E4M3FN> {gyre.dims = ["N", 5]}) {
  %0 = arith.addf %a, %b : tensor<?x5xf8E4M3FN>
  %1 = math.copysign %0, %b : tensor<?x5xf8E4M3FN>
  return %1 : tensor<?x5xf8E4M3FN>
}

// RUN: gyrec --target=x86-64-v3 --emit=graph %s -o - | FileCheck %s

// What upstream folds, the language promises too: a widening cast and its
// inverse are nothing. The other order rounds and stays.

// CHECK-LABEL: func.func @widened
// CHECK-NEXT: return %arg0
func.func @widened(%x: tensor<?xbf16> {gyre.dims = ["N"]})
    -> (tensor<?xbf16> {gyre.dims = ["N"]}) {
  %wide = arith.extf %x : tensor<?xbf16> to tensor<?xf32>
  %y = arith.truncf %wide : tensor<?xf32> to tensor<?xbf16>
  return %y : tensor<?xbf16>
}

// CHECK-LABEL: func.func @rounded
// CHECK: arith.truncf
// CHECK: arith.extf
func.func @rounded(%x: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %narrow = arith.truncf %x : tensor<?xf32> to tensor<?xbf16>
  %y = arith.extf %narrow : tensor<?xbf16> to tensor<?xf32>
  return %y : tensor<?xf32>
}

// RUN: gyre-opt %s --inline | FileCheck %s
//
// Private functions are inlined whatever they hold: named operators,
// structures, weights.

ml_program.global private @w(#ml_program.extern) : tensor<4xf32>

// CHECK-NOT: func.func private
func.func private @norm(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = ml_program.global_load_const @w : tensor<4xf32>
  %y = gyre.rms_norm %x, %w : tensor<?x4xf32>, tensor<4xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @twice
// CHECK: gyre.rms_norm
// CHECK: gyre.rms_norm
// CHECK-NOT: call
func.func @twice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = call @norm(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = call @norm(%0) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

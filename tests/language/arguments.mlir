// What the manual's tables say of operands and attributes is checked.
// RUN: python3 %S/arguments.py %gyre_source %t | FileCheck %s
// CHECK: {{[1-9][0-9][0-9]}} arguments, all are checked

// Uses of operands that stand in no other graph.
func.func private @model(%x: tensor<4xf32>, %t: f32) -> tensor<4xf32>
func.func @uses(%x: tensor<4xf32>, %a: f32, %seed: i64, %n: index, %table: tensor<9xf32>) {
  %0 = gyre.rms_norm %x, %x, %x : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  %1 = gyre.ddim_step %x, %x from %a, %a to %a, %a noise(%x : tensor<4xf32>) {eta = 1.0}
      : tensor<4xf32>, f32
  %2 = gyre.ddpm_step %x, %x from %a, %a to %a, %a noise(%x : tensor<4xf32>)
      learned(%x : tensor<4xf32>) {variance = "learned"}
      : tensor<4xf32>, f32
  %3 = gyre.ddpm_sample @model(%x) levels(%table, %table : tensor<9xf32>) steps(%n) seed(%seed)
      : tensor<4xf32>
  %4 = gyre.random_normal seed(%seed) offset(%seed) sizes(%n) : tensor<?xf32>
  %5 = gyre.random_gumbel seed(%seed) offset(%seed) sizes(%n) : tensor<?xf32>
  return
}

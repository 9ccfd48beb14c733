// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators of another dialect between upstream's. What is element-wise around
// them shares their kernels.

// CHECK-LABEL: func.func @loudness
// CHECK: scf.forall
// CHECK: gyre.reduce
// CHECK: math.tanh
// CHECK-NOT: scf.forall
// CHECK-LABEL: func.func @loudness.workspace
// REPORT-LABEL: @loudness: 1 kernel, 0 intermediate arrays
// REPORT: signal.smooth_max
// REPORT: reads x, gain; writes peak
func.func @loudness(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]},
                    %gain: tensor<?x?xf32> {gyre.dims = ["B", "N"]})
    -> (tensor<?xf32> {gyre.dims = ["B"], gyre.name = "peak"}) {
  %0 = arith.mulf %x, %gain : tensor<?x?xf32>
  %1 = signal.smooth_max %0 {sharpness = 4.0} : tensor<?x?xf32> -> tensor<?xf32>
  %2 = math.tanh %1 : tensor<?xf32>
  return %2 : tensor<?xf32>
}

// CHECK-LABEL: func.func @envelope
// CHECK: gyre.scan
// CHECK-NOT: scf.forall
// CHECK: math.sqrt
// CHECK-NOT: scf.forall
// CHECK-LABEL: func.func @envelope.workspace
func.func @envelope(%x: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"]},
                    %leak: tensor<?xf32> {gyre.dims = ["C"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"], gyre.name = "power"}) {
  %0 = arith.mulf %x, %x : tensor<?x?x?xf32>
  %1 = signal.leaky_integrator %0, %leak : tensor<?x?x?xf32>, tensor<?xf32>
  %2 = math.sqrt %1 : tensor<?x?x?xf32>
  return %2 : tensor<?x?x?xf32>
}

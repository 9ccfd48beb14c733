// RUN: gyrec %s --emit=kernels -o - | FileCheck %s
//
// A consumer joins the kernel of its producer although another one stands in a
// loop further down.

// CHECK-LABEL: func.func @f
// CHECK: %[[KERNEL:.*]]:2 = scf.forall
// CHECK: gyre.contract_reduce
// CHECK: scf.for 
func.func @f(%x: tensor<?x96xf32> {gyre.dims = ["N", 96]}, %w: tensor<96x96xf32>)
    -> (tensor<?x96xf32> {gyre.dims = ["N", 96]}, tensor<?x96xf32> {gyre.dims = ["N", 96]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %y = gyre.linear %x, %w : tensor<?x96xf32>, tensor<96x96xf32>
  %z = gyre.silu %y : tensor<?x96xf32>
  %l = scf.for %i = %c0 to %c4 step %c1 iter_args(%h = %x) -> tensor<?x96xf32> {
    %n = arith.addf %h, %z : tensor<?x96xf32>
    scf.yield %n : tensor<?x96xf32>
  }
  %z1 = gyre.gelu %y : tensor<?x96xf32>
  return %l, %z1 : tensor<?x96xf32>, tensor<?x96xf32>
}

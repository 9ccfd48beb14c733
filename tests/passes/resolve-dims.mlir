// A loop whose step makes its tensor anew keeps the extent of the initial
// value: the dimension of its result is the named size.
//   dim (for iter_args(%x : N)) -> %N
// RUN: gyre-opt %s --gyre-check-graph --gyre-bind-sizes --gyre-resolve-dims --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @loop
// CHECK-SAME:    %[[N:[^ ]+]]: index {gyre.size = "N"}
// CHECK-NOT:     tensor.dim
// CHECK:         scf.for
// CHECK:           tensor.empty(%[[N]])
// CHECK:         tensor.empty(%[[N]])
// CHECK-NOT:     tensor.dim
func.func @loop(%x: tensor<?xf32> {gyre.dims = ["N"]}, %steps: index) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %d = tensor.dim %x, %c0 : tensor<?xf32>
  %r = scf.for %i = %c0 to %steps step %c1 iter_args(%a = %x) -> (tensor<?xf32>) {
    %da = tensor.dim %a, %c0 : tensor<?xf32>
    %e = tensor.empty(%d) : tensor<?xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%a : tensor<?xf32>) outs(%e : tensor<?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.addf %in, %in : f32
      linalg.yield %0 : f32
    } -> tensor<?xf32>
    scf.yield %y : tensor<?xf32>
  }
  %dr = tensor.dim %r, %c0 : tensor<?xf32>
  %e2 = tensor.empty(%dr) : tensor<?xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%r : tensor<?xf32>) outs(%e2 : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.mulf %in, %in : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  return %z : tensor<?xf32>
}

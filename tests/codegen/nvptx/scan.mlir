// States and rates stay in registers: 32 of both leave room for four blocks on a
// multiprocessor, 64 for two.
// RUN: gyrec %s --target=host,sm_80 --emit=ptx | FileCheck %s

// CHECK-LABEL: .visible .entry few_kernel1(
// CHECK:         .minnctapersm 4
func.func @few(%u: tensor<?x12xf32> {gyre.dims = ["T", 12]}, %delta: tensor<?x12xf32> {gyre.dims = ["T", 12]},
    %a: tensor<12x32xf32>, %b: tensor<?x32xf32> {gyre.dims = ["T", 32]}, %c: tensor<?x32xf32> {gyre.dims = ["T", 32]})
    -> (tensor<?x12xf32> {gyre.dims = ["T", 12], gyre.name = "y"}) {
  %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c
      : tensor<?x12xf32>, tensor<?x12xf32>, tensor<12x32xf32>, tensor<?x32xf32>, tensor<?x32xf32>
  return %y : tensor<?x12xf32>
}

// CHECK-LABEL: .visible .entry many_kernel1(
// CHECK:         .minnctapersm 2
func.func @many(%u: tensor<?x12xf32> {gyre.dims = ["T", 12]}, %delta: tensor<?x12xf32> {gyre.dims = ["T", 12]},
    %a: tensor<12x64xf32>, %b: tensor<?x64xf32> {gyre.dims = ["T", 64]}, %c: tensor<?x64xf32> {gyre.dims = ["T", 64]})
    -> (tensor<?x12xf32> {gyre.dims = ["T", 12], gyre.name = "y"}) {
  %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c
      : tensor<?x12xf32>, tensor<?x12xf32>, tensor<12x64xf32>, tensor<?x64xf32>, tensor<?x64xf32>
  return %y : tensor<?x12xf32>
}

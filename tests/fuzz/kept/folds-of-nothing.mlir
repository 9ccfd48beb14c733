// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v3 --verify-each -o %t
// RUN: gyrec %s --target=x86-64-v3,sm_80 --verify-each -o %t
// RUN: gyrec %s --emit=structures | FileCheck %s
// A linalg operation that folds no element is what it started from.

// CHECK-LABEL: func.func @filter_of_none
// CHECK-SAME:  %{{[^ ]*}}: tensor<?x9x4xf32>, %{{[^ ]*}}: tensor<0x4xf32>, %[[O:[^ ]*]]: tensor<?x10x4xf32>
// CHECK-NEXT:  return %[[O]]
func.func @filter_of_none(%x: tensor<?x9x4xf32> {gyre.dims = ["N", 9, 4]}, %w: tensor<0x4xf32>,
                          %o: tensor<?x10x4xf32> {gyre.dims = ["N", 10, 4]}) -> (tensor<?x10x4xf32> {gyre.dims = ["N", 10, 4]}) {
  %0 = linalg.generic {indexing_maps = [affine_map<(n, t, c, k) -> (n, t + k, c)>, affine_map<(n, t, c, k) -> (k, c)>, affine_map<(n, t, c, k) -> (n, t, c)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x9x4xf32>, tensor<0x4xf32>) outs(%o : tensor<?x10x4xf32>) {
  ^bb0(%e: f32, %f: f32, %s: f32):
    linalg.yield %s : f32
  } -> tensor<?x10x4xf32>
  return %0 : tensor<?x10x4xf32>
}

// CHECK-LABEL: func.func @columns_of_none
// CHECK-SAME:  %{{[^ ]*}}: tensor<?x0xf32>, %{{[^ ]*}}: tensor<0x8xf32>, %[[O:[^ ]*]]: tensor<?x8xf32>
// CHECK-NEXT:  return %[[O]]
func.func @columns_of_none(%a: tensor<?x0xf32> {gyre.dims = ["N", 0]}, %b: tensor<0x8xf32>,
                           %o: tensor<?x8xf32> {gyre.dims = ["N", 8]}) -> (tensor<?x8xf32> {gyre.dims = ["N", 8]}) {
  %0 = linalg.matmul ins(%a, %b : tensor<?x0xf32>, tensor<0x8xf32>) outs(%o : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

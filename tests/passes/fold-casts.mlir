// RUN: gyre-opt %s --canonicalize | FileCheck %s
//
// scan(cast(x)) -> cast(scan(x)), with the scan's empty regions.

#map = affine_map<(t) -> (t)>
#map1 = affine_map<(t) -> ()>

// CHECK-LABEL: func @scan
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<f32>, %[[O:.*]]: tensor<4xf32>
// CHECK:         gyre.scan
// CHECK-SAME:      ins(%[[A]] : tensor<4xf32>) outs(%[[B]], %[[O]] : tensor<f32>, tensor<4xf32>)
// CHECK:         } -> tensor<f32>, tensor<4xf32>
// CHECK:         tensor.cast {{.*}} : tensor<4xf32> to tensor<?xf32>
func.func @scan(%a: tensor<4xf32>, %b: tensor<f32>, %o: tensor<4xf32>) -> (tensor<f32>, tensor<?xf32>) {
  %0 = tensor.cast %a : tensor<4xf32> to tensor<?xf32>
  %1 = tensor.cast %o : tensor<4xf32> to tensor<?xf32>
  %last, %y = gyre.scan {indexing_maps = [#map, #map1, #map], iterator_types = ["carried"]}
      ins(%0 : tensor<?xf32>) outs(%b, %1 : tensor<f32>, tensor<?xf32>) step {
  ^bb0(%e: f32, %h: f32):
    %2 = arith.addf %h, %e : f32
    gyre.yield %2, %2 : f32, f32
  } output {
  ^bb0(%e: f32, %sum: f32):
    gyre.yield %sum : f32
  } -> tensor<f32>, tensor<?xf32>
  return %last, %y : tensor<f32>, tensor<?xf32>
}

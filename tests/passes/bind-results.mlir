// RUN: gyre-opt %s --gyre-check-graph --gyre-bind-sizes --gyre-bind-results | FileCheck %s

// A result goes where the caller wants it. What a reshape returns is computed
// there too, in the shape that it had before.

// CHECK-LABEL: func.func @reshaped
// CHECK-SAME:    %[[X:.*]]: memref<?x8x2xf32>, %[[OUT:.*]]: memref<?x16xf32>, %{{.*}}: index
// CHECK-DAG:     %[[T:.*]] = memref.dim %[[OUT]], %c0
// CHECK:         %[[SPLIT:.*]] = memref.expand_shape %[[OUT]] {{\[\[}}0], [1, 2]] output_shape [%[[T]], 8, 2]
// CHECK:         %[[Y:.*]] = math.absf
// CHECK:         bufferization.materialize_in_destination %[[Y]] in restrict writable %[[SPLIT]]
func.func @reshaped(%x: tensor<?x8x2xf32> {gyre.dims = ["T", 8, 2]})
    -> (tensor<?x16xf32> {gyre.dims = ["T", 16]}) {
  %0 = math.absf %x : tensor<?x8x2xf32>
  %1 = tensor.collapse_shape %0 [[0], [1, 2]]
      : tensor<?x8x2xf32> into tensor<?x16xf32>
  return %1 : tensor<?x16xf32>
}

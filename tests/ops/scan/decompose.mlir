// RUN: gyre-opt --gyre-decompose --canonicalize --cse %s | FileCheck %s
//
// Recurrences are one gyre.scan; terms without a state stand in its output.

// CHECK-LABEL: @linear_recurrence
// CHECK: gyre.scan reverse
// CHECK-SAME: iterator_types = ["parallel", "carried", "parallel"]
// CHECK-SAME: outs(%{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<?x?x64xf32>)
func.func @linear_recurrence(%a: tensor<?x?x64xf32>, %b: tensor<?x?x64xf32>, %h0: tensor<?x64xf32>)
    -> (tensor<?x?x64xf32>, tensor<?x64xf32>) {
  %h, %last = gyre.linear_recurrence %a, %b initial(%h0) {dim = 1, reverse}
      : tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<?x64xf32>
  return %h, %last : tensor<?x?x64xf32>, tensor<?x64xf32>
}

// Softplus is a map of its own; the rate in units of exp2 leaves the loop.
// CHECK-LABEL: @selective_scan
// CHECK: %[[STEPS:.*]] = linalg.generic
// CHECK: math.log2
// CHECK: %[[ZEROS:.*]] = linalg.fill
// CHECK: gyre.scan
// CHECK-SAME: iterator_types = ["parallel", "carried", "parallel", "state"]
// CHECK-SAME: ins(%{{[^,]*}}, %[[STEPS]],
// CHECK-SAME: outs(%[[ZEROS]],
// CHECK: step
// CHECK: %[[RATE:.*]] = arith.mulf %{{.*}}, %cst{{.*}} : f32
// CHECK: arith.mulf %{{.*}}, %[[RATE]]
// CHECK: math.exp2
// CHECK: output
// CHECK: math.exp2
func.func @selective_scan(%u: tensor<?x?x128xf32>, %a: tensor<128x16xf32>, %b: tensor<?x?x16xf32>,
                          %d: tensor<128xf32>) -> tensor<?x?x128xf32> {
  %y, %last = gyre.selective_scan %u, %u, %a, %b, %b skip(%d) gate(%u) bias(%d) {softplus}
      : tensor<?x?x128xf32>, tensor<?x?x128xf32>, tensor<128x16xf32>,
        tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<128xf32>,
        tensor<?x?x128xf32>, tensor<128xf32>
  return %y : tensor<?x?x128xf32>
}

// Channels split into groups that share B and C.
// CHECK-LABEL: @groups
// CHECK: gyre.scan
// CHECK-SAME: iterator_types = ["parallel", "carried", "parallel", "parallel", "state"]
// CHECK-SAME: outs(%{{.*}}, %{{.*}} : tensor<?x4x32x16xf32>, tensor<?x?x4x32xf32>)
func.func @groups(%u: tensor<?x?x128xf32>, %a: tensor<128x16xf32>, %b: tensor<?x?x4x16xf32>,
                  %h: tensor<?x128x16xf32>) -> (tensor<?x?x128xf32>, tensor<?x128x16xf32>) {
  %y, %last = gyre.selective_scan %u, %u, %a, %b, %b initial(%h)
      : tensor<?x?x128xf32>, tensor<?x?x128xf32>, tensor<128x16xf32>,
        tensor<?x?x4x16xf32>, tensor<?x?x4x16xf32>, tensor<?x128x16xf32>
  return %y, %last : tensor<?x?x128xf32>, tensor<?x128x16xf32>
}

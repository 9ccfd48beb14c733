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
// CHECK: math.log %
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
// CHECK: math.exp %
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

// Rates that don't change along time are read once.
// CHECK-LABEL: @complex_recurrence
// CHECK: gyre.scan
// CHECK-SAME: indexing_maps = [#[[RATE:.*]], #[[RATE]], #[[ALL:.*]], #[[ALL]], #[[STATE:.*]], #[[STATE]], #[[ALL]], #[[ALL]]]
// CHECK-SAME: iterator_types = ["parallel", "carried", "parallel"]
func.func @complex_recurrence(%a: tensor<64xf32>, %b: tensor<?x?x64xf32>)
    -> (tensor<?x?x64xf32>, tensor<?x?x64xf32>) {
  %h, %hi, %last, %lasti = gyre.complex_recurrence %a, %a, %b, %b {dim = 1}
      : tensor<64xf32>, tensor<64xf32>, tensor<?x?x64xf32>, tensor<?x?x64xf32>
  return %h, %hi : tensor<?x?x64xf32>, tensor<?x?x64xf32>
}

// The latest rows are the states.
// CHECK-LABEL: @causal_conv
// CHECK: %[[OLDEST:.*]] = tensor.extract_slice %{{.*}}[0, 0] [1, 64]
// CHECK: %[[NEWEST:.*]] = tensor.extract_slice %{{.*}}[1, 0] [1, 64]
// CHECK: %[[SCAN:.*]]:3 = gyre.scan
// CHECK-SAME: outs(%[[OLDEST]], %[[NEWEST]],
// CHECK: gyre.yield %{{.*}}, %{{.*}}, %{{.*}} : f32, f32, f32
// CHECK: output
// CHECK: math.exp %
// CHECK: tensor.insert_slice %[[SCAN]]#0 into %{{.*}}[0, 0] [1, 64]
func.func @causal_conv(%x: tensor<?x64xf32>, %w: tensor<64x3xf32>, %h: tensor<2x64xf32>)
    -> (tensor<?x64xf32>, tensor<2x64xf32>) {
  %y, %last = gyre.causal_conv %x, %w initial(%h) {silu}
      : tensor<?x64xf32>, tensor<64x3xf32>, tensor<2x64xf32>
  return %y, %last : tensor<?x64xf32>, tensor<2x64xf32>
}

// Whole chunks are products around a scan over their states; the steps left
// are a scan.
// CHECK-LABEL: @ssd_scan
// CHECK: %[[CHUNKS:.*]] = affine.apply
// CHECK: gyre.scan
// CHECK: gyre.scan
// CHECK: linalg.generic {{.*}}"reduction"
// CHECK: gyre.scan
// CHECK: gyre.contract_reduce
// CHECK-SAME: limit = #
// CHECK: linalg.generic {{.*}}"reduction"
// CHECK: gyre.scan
// CHECK-SAME: iterator_types = ["carried", "parallel", "parallel", "state"]
func.func @ssd_scan(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8xf32>, %b: tensor<?x16xf32>)
    -> (tensor<?x8x64xf32>, tensor<8x64x16xf32>) {
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8xf32>, tensor<?x16xf32>, tensor<?x16xf32>
  return %y, %h : tensor<?x8x64xf32>, tensor<8x64x16xf32>
}

// No chunks.
// CHECK-LABEL: @ssd_scan_steps
// CHECK-NOT: contract_reduce
// CHECK: gyre.scan
// CHECK-NOT: gyre.scan
// CHECK: return
func.func @ssd_scan_steps(%x: tensor<?x8x64xf32>, %d: tensor<?x8xf32>, %a: tensor<8xf32>, %b: tensor<?x16xf32>)
    -> tensor<?x8x64xf32> {
  %y, %h = gyre.ssd_scan %x, %d, %a, %b, %b {chunk = 1}
      : tensor<?x8x64xf32>, tensor<?x8xf32>, tensor<8xf32>, tensor<?x16xf32>, tensor<?x16xf32>
  return %y : tensor<?x8x64xf32>
}

// The factors are made once, before the scan.
// CHECK-LABEL: @diagonal_ssm
// CHECK: %[[FACTORS:.*]]:4 = linalg.generic
// CHECK: math.sin
// CHECK: gyre.scan
// CHECK-SAME: iterator_types = ["carried", "parallel", "state"]
// CHECK-SAME: ins(%{{[^,]*}}, %[[FACTORS]]#0, %[[FACTORS]]#1, %[[FACTORS]]#2, %[[FACTORS]]#3,
// CHECK-NOT: math
// CHECK: return
func.func @diagonal_ssm(%u: tensor<?x64xf32>, %s: tensor<64xf32>, %a: tensor<64x16xf32>) -> tensor<?x64xf32> {
  %y, %last, %lasti = gyre.diagonal_ssm %u, %s, %a, %a, %a, %a
      : tensor<?x64xf32>, tensor<64xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>
  return %y : tensor<?x64xf32>
}

// A complex recurrence between linear layers.
// CHECK-LABEL: @lru
// CHECK-COUNT-2: linalg.generic {{.*}}"reduction"
// CHECK: gyre.scan
// CHECK-COUNT-2: linalg.generic {{.*}}"reduction"
func.func @lru(%u: tensor<?x64xf32>, %n: tensor<32xf32>, %b: tensor<64x32xf32>, %bi: tensor<64x32xf32>,
               %c: tensor<32x8xf32>, %ci: tensor<32x8xf32>) -> tensor<?x8xf32> {
  %y, %last, %lasti = gyre.lru %u, %n, %n, %b, %bi, %c, %ci
      : tensor<?x64xf32>, tensor<32xf32>, tensor<32xf32>, tensor<64x32xf32>, tensor<64x32xf32>, tensor<32x8xf32>, tensor<32x8xf32>
  return %y : tensor<?x8xf32>
}

// Constants, all of it: x' = -x + u held for ln 2 is x / 2 + u / 2.
// CHECK-LABEL: @discretize
// CHECK-DAG: arith.constant dense<5.000000e-01> : tensor<1x1xf32>
// CHECK-DAG: arith.constant dense<5.000000e-01> : tensor<1xf32>
// CHECK-NOT: gyre
// CHECK: return
func.func @discretize() -> (tensor<1x1xf32>, tensor<1xf32>) {
  %a, %b = gyre.hippo : tensor<1x1xf64>, tensor<1xf64>
  %r, %w = gyre.discretize %a, %b {method = "zoh", step = 0.69314718055994531}
      : tensor<1x1xf64>, tensor<1xf64> -> tensor<1x1xf32>, tensor<1xf32>
  return %r, %w : tensor<1x1xf32>, tensor<1xf32>
}

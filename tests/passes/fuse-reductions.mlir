// RUN: gyre-opt %s --gyre-fuse-reductions -split-input-file | FileCheck %s

// A cheap map on what a reduction reads becomes the start of `step`, a map on
// its full result the end of `apply`:
//
//   x -> map -> reduce -> map -> y   to   x -> reduce -> y

#rows = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
#row = affine_map<(i, j) -> (i)>
// CHECK-LABEL: func.func @around
// CHECK-SAME:    %[[X:.*]]: tensor<4x8xf32>, %[[BIAS:.*]]: tensor<8xf32>, %[[GAIN:.*]]: tensor<4xf32>
// CHECK-NOT:     linalg.generic
// CHECK:         gyre.reduce {indexing_maps = [#[[ROWS:.*]], #[[COLUMN:.*]], #[[ROW:.*]], #[[ROWS]]]
// CHECK-SAME:      ins(%[[X]], %[[BIAS]], %[[GAIN]] :
// CHECK:           step {
// CHECK-NEXT:        ^bb0(%[[E:.*]]: f32, %[[B:.*]]: f32, %{{.*}}: f32, %[[S:.*]]: f32):
// CHECK-NEXT:        %[[SUM:.*]] = arith.addf %[[E]], %[[B]]
// CHECK-NEXT:        arith.addf %[[S]], %[[SUM]]
// CHECK:           apply {
// CHECK-NEXT:        ^bb0(%[[E:.*]]: f32, %[[B:.*]]: f32, %[[G:.*]]: f32, %[[F:.*]]: f32):
// CHECK-NEXT:        %[[SUM:.*]] = arith.addf %[[E]], %[[B]]
// CHECK-NEXT:        %[[V:.*]] = arith.divf %[[SUM]], %[[F]]
// CHECK-NEXT:        %[[Y:.*]] = arith.mulf %[[V]], %[[G]]
// CHECK-NEXT:        gyre.index 1
// CHECK:             gyre.yield %{{.*}} : f32
func.func @around(%x: tensor<4x8xf32>, %bias: tensor<8xf32>,
                  %gain: tensor<4xf32>) -> tensor<4x8xf32> {
  %empty = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#rows, #column, #rows],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %bias : tensor<4x8xf32>, tensor<8xf32>)
      outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %1 = gyre.reduce {indexing_maps = [#rows, #rows],
                    iterator_types = ["parallel", "reduction"]}
    ins(%0 : tensor<4x8xf32>) outs(%empty : tensor<4x8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      gyre.yield %zero : f32
    } step {
    ^bb0(%e: f32, %s: f32):
      %2 = arith.addf %s, %e : f32
      gyre.yield %2 : f32
    } merge {
    ^bb0(%a: f32, %b: f32):
      %2 = arith.addf %a, %b : f32
      gyre.yield %2 : f32
    } finish {
    ^bb0(%s: f32):
      gyre.yield %s : f32
    } apply {
    ^bb0(%e: f32, %s: f32):
      %2 = arith.divf %e, %s : f32
      gyre.yield %2 : f32
    } -> tensor<4x8xf32>
  %3 = linalg.generic {indexing_maps = [#row, #rows, #rows],
                       iterator_types = ["parallel", "parallel"]}
      ins(%gain, %1 : tensor<4xf32>, tensor<4x8xf32>)
      outs(%empty : tensor<4x8xf32>) {
  ^bb0(%g: f32, %a: f32, %out: f32):
    %m = arith.mulf %a, %g : f32
    %j = linalg.index 1 : index
    %k = arith.index_cast %j : index to i32
    %f = arith.sitofp %k : i32 to f32
    %s = arith.addf %m, %f : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// -----

// Elements beside a full result stay outside: in `apply` they would stand where
// weights wait. So does a special function ahead, which two passes would
// evaluate twice.

#rows = affine_map<(i, j) -> (i, j)>
// CHECK-LABEL: func.func @apart
// CHECK:         linalg.generic
// CHECK:           math.exp
// CHECK:         gyre.reduce
// CHECK:         linalg.generic
func.func @apart(%x: tensor<4x8xf32>, %gate: tensor<4x8xf32>)
    -> tensor<4x8xf32> {
  %empty = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#rows, #rows],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = math.exp %a : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %1 = gyre.reduce {indexing_maps = [#rows, #rows],
                    iterator_types = ["parallel", "reduction"]}
    ins(%0 : tensor<4x8xf32>) outs(%empty : tensor<4x8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      gyre.yield %zero : f32
    } step {
    ^bb0(%e: f32, %s: f32):
      %2 = arith.addf %s, %e : f32
      gyre.yield %2 : f32
    } merge {
    ^bb0(%a: f32, %b: f32):
      %2 = arith.addf %a, %b : f32
      gyre.yield %2 : f32
    } finish {
    ^bb0(%s: f32):
      gyre.yield %s : f32
    } apply {
    ^bb0(%e: f32, %s: f32):
      %2 = arith.divf %e, %s : f32
      gyre.yield %2 : f32
    } -> tensor<4x8xf32>
  %3 = linalg.generic {indexing_maps = [#rows, #rows, #rows],
                       iterator_types = ["parallel", "parallel"]}
      ins(%gate, %1 : tensor<4x8xf32>, tensor<4x8xf32>)
      outs(%empty : tensor<4x8xf32>) {
  ^bb0(%g: f32, %a: f32, %out: f32):
    %m = arith.mulf %a, %g : f32
    linalg.yield %m : f32
  } -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// -----

// A map that reads no array stays: its result alone tells how many there are.

#rows = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#none = affine_map<(i, j) -> ()>
// CHECK-LABEL: func.func @splat
// CHECK:         %[[X:.*]] = linalg.generic
// CHECK:         gyre.reduce
// CHECK-SAME:      ins(%[[X]] :
func.func @splat(%value: f32) -> tensor<4xf32> {
  %empty = tensor.empty() : tensor<4x8xf32>
  %x = linalg.generic {indexing_maps = [#rows], iterator_types = ["parallel", "parallel"]} outs(%empty : tensor<4x8xf32>) {
  ^bb0(%out: f32):
    linalg.yield %value : f32
  } -> tensor<4x8xf32>
  %sums = tensor.empty() : tensor<4xf32>
  %0 = gyre.reduce {indexing_maps = [#rows, #row], iterator_types = ["parallel", "reduction"], pivot = 0 : i64} ins(%x : tensor<4x8xf32>) outs(%sums : tensor<4xf32>) init {
    %zero = arith.constant 0.0 : f32
    gyre.yield %zero : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    %sum = arith.addf %s, %e : f32
    gyre.yield %sum : f32
  } merge {
  ^bb0(%a: f32, %b: f32):
    %sum = arith.addf %a, %b : f32
    gyre.yield %sum : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

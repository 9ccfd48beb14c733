// RUN: gyre-opt %s --gyre-lower-reductions | FileCheck %s

// Starts from nothing: only the reduction is left.
// CHECK-LABEL: @sum
// CHECK-NOT: linalg.reduce
// CHECK: gyre.reduce
// CHECK-SAME: iterator_types = ["parallel", "reduction", "parallel"]
// CHECK-SAME: ins(%{{.*}} : tensor<?x16x64xf32>) outs(%{{.*}} : tensor<?x64xf32>)
// CHECK: arith.addf
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @sum(%x: tensor<?x16x64xf32>, %empty: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x64xf32>) -> tensor<?x64xf32>
  %sum = linalg.reduce {arith.addf} ins(%x : tensor<?x16x64xf32>)
      outs(%zeros : tensor<?x64xf32>) dimensions = [1]
  return %sum : tensor<?x64xf32>
}

// What a maximum starts from is taken in afterwards.
// CHECK-LABEL: @max_from
// CHECK: arith.constant 0xFF800000 : f32
// CHECK: %[[MAX:.*]] = gyre.reduce
// CHECK: arith.maxnumf
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{.*}}, %[[MAX]] :
// CHECK: arith.maxnumf
func.func @max_from(%x: tensor<?x?xf32>, %start: tensor<?xf32>) -> tensor<?xf32> {
  %max = linalg.reduce {arith.maxnumf} ins(%x : tensor<?x?xf32>)
      outs(%start : tensor<?xf32>) dimensions = [1]
  return %max : tensor<?xf32>
}

// Work on each element stays in the step.
// CHECK-LABEL: @squares
// CHECK: gyre.reduce
// CHECK: arith.mulf
// CHECK: arith.addf
func.func @squares(%x: tensor<?x8xf32>, %empty: tensor<?xf32>) -> tensor<?xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  %sum = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x8xf32>) outs(%zeros : tensor<?xf32>) {
  ^bb0(%e: f32, %s: f32):
    %square = arith.mulf %e, %e : f32
    %next = arith.addf %s, %square : f32
    linalg.yield %next : f32
  } -> tensor<?xf32>
  return %sum : tensor<?xf32>
}

// Products stay what they are.
// CHECK-LABEL: @product
// CHECK: linalg.matmul
func.func @product(%a: tensor<?x8xf32>, %b: tensor<8x4xf32>, %c: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = linalg.matmul ins(%a, %b : tensor<?x8xf32>, tensor<8x4xf32>)
      outs(%c : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

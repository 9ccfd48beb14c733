// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What users write in linalg: sums, transposes, tuples, booleans, look-ups.

func.func @row_sums(%x: tensor<?x?xf32> {gyre.dims = ["R", "C"]})
    -> (tensor<?xf32> {gyre.dims = ["R"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %r = tensor.dim %x, %c0 : tensor<?x?xf32>
  %empty = tensor.empty(%r) : tensor<?xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x?xf32>) outs(%init : tensor<?xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %square = arith.mulf %a, %a : f32
    %next = arith.addf %sum, %square : f32
    linalg.yield %next : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @column_sums(%x: tensor<?x?xf32> {gyre.dims = ["R", "C"]})
    -> (tensor<?xf32> {gyre.dims = ["C"], gyre.name = "y"}) {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %c = tensor.dim %x, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%c) : tensor<?xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>],
      iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<?x?xf32>) outs(%init : tensor<?xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @transposed(%x: tensor<?x?xf32> {gyre.dims = ["R", "C"]})
    -> (tensor<?x?xf32> {gyre.dims = ["C", "R"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = tensor.dim %x, %c0 : tensor<?x?xf32>
  %c = tensor.dim %x, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%c, %r) : tensor<?x?xf32>
  %y = linalg.transpose ins(%x : tensor<?x?xf32>) outs(%empty : tensor<?x?xf32>) permutation = [1, 0]
  return %y : tensor<?x?xf32>
}

// (a, b, c) -> (a, b, c) times weights: three values side by side.
func.func @triples(%x: tensor<?x3xf32> {gyre.dims = ["R", 3]}, %w: tensor<3xf32>)
    -> (tensor<?x3xf32> {gyre.dims = ["R", 3], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %r = tensor.dim %x, %c0 : tensor<?x3xf32>
  %empty = tensor.empty(%r) : tensor<?x3xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %w : tensor<?x3xf32>, tensor<3xf32>) outs(%empty : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %next = arith.mulf %a, %b : f32
    linalg.yield %next : f32
  } -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// Whether an element is positive, or was chosen and stands at an even place.
func.func @truths(%x: tensor<?xf32> {gyre.dims = ["R"]}, %m: tensor<?xi1> {gyre.dims = ["R"]})
    -> (tensor<?xi1> {gyre.dims = ["R"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %r = tensor.dim %x, %c0 : tensor<?xf32>
  %empty = tensor.empty(%r) : tensor<?xi1>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]}
      ins(%x, %m : tensor<?xf32>, tensor<?xi1>) outs(%empty : tensor<?xi1>) {
  ^bb0(%a: f32, %b: i1, %out: i1):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1 : i32
    %none = arith.constant 0 : i32
    %i = linalg.index 0 : index
    %k = arith.index_cast %i : index to i32
    %low = arith.andi %k, %one : i32
    %even = arith.cmpi eq, %low, %none : i32
    %chosen = arith.andi %even, %b : i1
    %positive = arith.cmpf ogt, %a, %zero : f32
    %next = arith.ori %positive, %chosen : i1
    linalg.yield %next : i1
  } -> tensor<?xi1>
  return %y : tensor<?xi1>
}

func.func @doubled(%x: tensor<?xbf16> {gyre.dims = ["R"]})
    -> (tensor<?xbf16> {gyre.dims = ["R"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %r = tensor.dim %x, %c0 : tensor<?xbf16>
  %empty = tensor.empty(%r) : tensor<?xbf16>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]}
      ins(%x : tensor<?xbf16>) outs(%empty : tensor<?xbf16>) {
  ^bb0(%a: bf16, %out: bf16):
    %factor = arith.constant 1.7 : f32
    %wide = arith.extf %a : bf16 to f32
    %product = arith.mulf %wide, %factor : f32
    %next = arith.truncf %product : f32 to bf16
    linalg.yield %next : bf16
  } -> tensor<?xbf16>
  return %y : tensor<?xbf16>
}

// Every integer operation that has no result in LLVM for some operands.
func.func @integers(%x: tensor<?xi32> {gyre.dims = ["N"]}, %y: tensor<?xi32> {gyre.dims = ["N"]})
    -> (tensor<?xi32> {gyre.name = "quotient", gyre.dims = ["N"]}, tensor<?xi32> {gyre.name = "remainder", gyre.dims = ["N"]},
        tensor<?xi32> {gyre.name = "unsigned_quotient", gyre.dims = ["N"]}, tensor<?xi32> {gyre.name = "unsigned_remainder", gyre.dims = ["N"]},
        tensor<?xi32> {gyre.name = "left", gyre.dims = ["N"]}, tensor<?xi32> {gyre.name = "right", gyre.dims = ["N"]},
        tensor<?xi32> {gyre.name = "unsigned_right", gyre.dims = ["N"]}) {
  %0 = arith.divsi %x, %y : tensor<?xi32>
  %1 = arith.remsi %x, %y : tensor<?xi32>
  %2 = arith.divui %x, %y : tensor<?xi32>
  %3 = arith.remui %x, %y : tensor<?xi32>
  %4 = arith.shli %x, %y : tensor<?xi32>
  %5 = arith.shrsi %x, %y : tensor<?xi32>
  %6 = arith.shrui %x, %y : tensor<?xi32>
  return %0, %1, %2, %3, %4, %5, %6 : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accesses at places that scalar arguments and data decide.

// Checked at each call: 0 <= at and at + 4 <= N.
func.func @slice_argument(%x: tensor<?xf32> {gyre.dims = ["N"]}, %at: index)
    -> (tensor<4xf32> {gyre.name = "y"}) {
  %s = tensor.extract_slice %x[%at] [4] [1] : tensor<?xf32> to tensor<4xf32>
  %y = arith.addf %s, %s : tensor<4xf32>
  return %y : tensor<4xf32>
}

// A cache that is written at a position, in place.
func.func @append(%cache: tensor<?x3xf32> {gyre.dims = ["S", 3]}, %rows: tensor<?x3xf32> {gyre.dims = ["T", 3]}, %at: i32)
    -> (tensor<?x3xf32> {gyre.dims = ["S", 3], gyre.may_overwrite = "cache", gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %i = arith.index_cast %at : i32 to index
  %t = tensor.dim %rows, %c0 : tensor<?x3xf32>
  %y = tensor.insert_slice %rows into %cache[%i, 0] [%t, 3] [1, 1] : tensor<?x3xf32> into tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// Moved to where it fits.
func.func @slice_data(%x: tensor<?xf32> {gyre.dims = ["N + 4"]}, %at: tensor<i64>)
    -> (tensor<4xf32> {gyre.name = "y"}) {
  %p = tensor.extract %at[] : tensor<i64>
  %i = arith.index_cast %p : i64 to index
  %s = tensor.extract_slice %x[%i] [4] [1] : tensor<?xf32> to tensor<4xf32>
  %y = arith.addf %s, %s : tensor<4xf32>
  return %y : tensor<4xf32>
}

func.func @strided_data(%x: tensor<10xf32>, %at: tensor<i64>) -> (tensor<4xf32> {gyre.name = "y"}) {
  %p = tensor.extract %at[] : tensor<i64>
  %i = arith.index_cast %p : i64 to index
  %s = tensor.extract_slice %x[%i] [4] [2] : tensor<10xf32> to tensor<4xf32>
  return %s : tensor<4xf32>
}

func.func @insert_data(%x: tensor<?xf32> {gyre.dims = ["N + 2"]}, %rows: tensor<2xf32>, %at: tensor<i64>)
    -> (tensor<?xf32> {gyre.dims = ["N + 2"], gyre.name = "y"}) {
  %p = tensor.extract %at[] : tensor<i64>
  %i = arith.index_cast %p : i64 to index
  %y = tensor.insert_slice %rows into %x[%i] [2] [1] : tensor<2xf32> into tensor<?xf32>
  return %y : tensor<?xf32>
}

// A size that data decides, within limits.
func.func @size_data(%x: tensor<?xf32> {gyre.dims = ["N"]}, %count: tensor<i64>)
    -> (tensor<f32> {gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %p = tensor.extract %count[] : tensor<i64>
  %i = arith.index_cast %p : i64 to index
  %low = arith.maxsi %i, %c0 : index
  %size = arith.minsi %low, %n : index
  %s = tensor.extract_slice %x[0] [%size] [1] : tensor<?xf32> to tensor<?xf32>
  %empty = tensor.empty() : tensor<f32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<f32>) -> tensor<f32>
  %y = linalg.reduce ins(%s : tensor<?xf32>) outs(%init : tensor<f32>) dimensions = [0]
      (%a: f32, %b: f32) { %c = arith.addf %a, %b : f32
        linalg.yield %c : f32 }
  return %y : tensor<f32>
}

// Zero where there is no element.
func.func @gather(%table: tensor<?x?xf32> {gyre.dims = ["V", "D"]}, %rows: tensor<?xi64> {gyre.dims = ["N"]}, %columns: tensor<?xi32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %rows, %c0 : tensor<?xi64>
  %empty = tensor.empty(%n) : tensor<?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%rows, %columns : tensor<?xi64>, tensor<?xi32>) outs(%empty : tensor<?xf32>) {
  ^bb0(%r: i64, %c: i32, %o: f32):
    %i = arith.index_cast %r : i64 to index
    %j = arith.index_cast %c : i32 to index
    %v = tensor.extract %table[%i, %j] : tensor<?x?xf32>
    linalg.yield %v : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @embed(%table: tensor<?x?xf32> {gyre.dims = ["V", "D"]}, %ids: tensor<?xi64> {gyre.dims = ["N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["N", "D"], gyre.name = "y"}) {
  %y = gyre.embedding %table, %ids : tensor<?x?xf32>, tensor<?xi64>
  return %y : tensor<?x?xf32>
}

// A histogram: what is out of range is not counted.
func.func @count(%x: tensor<?xi64> {gyre.dims = ["N"]}, %zeros: tensor<?xf32> {gyre.dims = ["B"]})
    -> (tensor<?xf32> {gyre.dims = ["B"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?xi64>
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%h = %zeros) -> tensor<?xf32> {
    %p = tensor.extract %x[%i] : tensor<?xi64>
    %at = arith.index_cast %p : i64 to index
    %old = tensor.extract %h[%at] : tensor<?xf32>
    %new = arith.addf %old, %one : f32
    %next = tensor.insert %new into %h[%at] : tensor<?xf32>
    scf.yield %next : tensor<?xf32>
  }
  return %y : tensor<?xf32>
}

// The loop reaches T rows of S: T <= S is required.
func.func @rows_of_loop(%x: tensor<?x3xf32> {gyre.dims = ["S", 3]}, %like: tensor<?xf32> {gyre.dims = ["T"]})
    -> (tensor<1x3xf32> {gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant dense<0.0> : tensor<1x3xf32>
  %t = tensor.dim %like, %c0 : tensor<?xf32>
  %y = scf.for %i = %c0 to %t step %c1 iter_args(%sum = %zero) -> tensor<1x3xf32> {
    %row = tensor.extract_slice %x[%i, 0] [1, 3] [1, 1] : tensor<?x3xf32> to tensor<1x3xf32>
    %next = arith.addf %sum, %row : tensor<1x3xf32>
    scf.yield %next : tensor<1x3xf32>
  }
  return %y : tensor<1x3xf32>
}

// Steps from a scalar argument, below 1 they count as 1.
func.func @steps(%x: tensor<?xf32> {gyre.dims = ["N"]}, %step: index)
    -> (tensor<f32> {gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant dense<0.0> : tensor<f32>
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %y = scf.for %i = %c0 to %n step %step iter_args(%sum = %zero) -> tensor<f32> {
    %v = tensor.extract %x[%i] : tensor<?xf32>
    %old = tensor.extract %sum[] : tensor<f32>
    %new = arith.addf %old, %v : f32
    %next = tensor.insert %new into %sum[] : tensor<f32>
    scf.yield %next : tensor<f32>
  }
  return %y : tensor<f32>
}

// A window that slides: K - 1 more elements than results are required.
func.func @window(%x: tensor<?xf32> {gyre.dims = ["N"]}, %w: tensor<?xf32> {gyre.dims = ["K"]}, %zeros: tensor<?xf32> {gyre.dims = ["T"]})
    -> (tensor<?xf32> {gyre.dims = ["T"], gyre.name = "y"}) {
  %y = linalg.generic {indexing_maps = [affine_map<(i, k) -> (i + k)>, affine_map<(i, k) -> (k)>, affine_map<(i, k) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %w : tensor<?xf32>, tensor<?xf32>) outs(%zeros : tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

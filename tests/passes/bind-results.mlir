// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-bind-results --cse | FileCheck %s

// CHECK-LABEL: func @plain
// CHECK-SAME: (%[[X:.*]]: memref<?xf32>, %[[OUT:.*]]: memref<?xf32>, %{{.*}}: index {gyre.size = "N"})
// CHECK: %[[T:.*]] = bufferization.to_tensor %[[X]] restrict
// CHECK-NOT: writable
// CHECK: %[[R:.*]] = linalg.exp ins(%[[T]]
// CHECK: bufferization.materialize_in_destination %[[R]] in restrict writable %[[OUT]]
// CHECK: return{{$}}
func.func @plain(%x: tensor<?xf32>, %n: index {gyre.size = "N"})
    -> tensor<?xf32> attributes {gyre.entry = {arguments = [
      {name = "x", kind = "input", type = tensor<?xf32>, dims = ["N"]},
      {name = "y", kind = "output", type = tensor<?xf32>, dims = ["N"]}],
      sizes = ["N"]}} {
  %e = tensor.empty(%n) : tensor<?xf32>
  %r = linalg.exp ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>)
      -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// A result that may overwrite its argument is made elsewhere where elements
// are still read after others have been written.
// CHECK-LABEL: func @shift
// CHECK: %[[R:.*]] = tensor.insert_slice
// CHECK: %[[COPY:.*]] = bufferization.alloc_tensor() copy(%[[R]])
// CHECK: bufferization.materialize_in_destination %[[COPY]]
func.func @shift(%x: tensor<8xf32>) -> tensor<8xf32>
    attributes {gyre.entry = {arguments = [
      {name = "x", kind = "input", type = tensor<8xf32>, dims = ["8"]},
      {name = "y", kind = "output", type = tensor<8xf32>, dims = ["8"],
       may_overwrite = 0 : i64}], sizes = []}} {
  %e = tensor.empty() : tensor<8xf32>
  %s = tensor.extract_slice %x[0] [7] [1] : tensor<8xf32> to tensor<7xf32>
  %r = tensor.insert_slice %s into %e[1] [7] [1] : tensor<7xf32> into tensor<8xf32>
  return %r : tensor<8xf32>
}

// A cache with new rows: the result's memory begins as a copy of the argument's
// where they are two, and the rows are written there.
// CHECK-LABEL: func @append
// CHECK-SAME: (%[[CACHE:.*]]: memref<8xf32>, %[[ROWS:.*]]: memref<2xf32>, %[[OUT:.*]]: memref<8xf32>)
// CHECK: %[[DIFFER:.*]] = arith.cmpi ne
// CHECK: scf.if %[[DIFFER]]
// CHECK: memref.copy %[[CACHE]], %[[OUT]]
// CHECK: %[[PLACE:.*]] = bufferization.to_tensor %[[OUT]] restrict writable
// CHECK: %[[R:.*]] = tensor.insert_slice %{{.*}} into %[[PLACE]]
// CHECK: bufferization.materialize_in_destination %[[R]] in restrict writable %[[OUT]]
func.func @append(%x: tensor<8xf32>, %rows: tensor<2xf32>) -> tensor<8xf32>
    attributes {gyre.entry = {arguments = [
      {name = "x", kind = "input", type = tensor<8xf32>, dims = ["8"]},
      {name = "rows", kind = "input", type = tensor<2xf32>, dims = ["2"]},
      {name = "y", kind = "output", type = tensor<8xf32>, dims = ["8"],
       may_overwrite = 0 : i64}], sizes = []}} {
  %r = tensor.insert_slice %rows into %x[3] [2] [1] : tensor<2xf32> into tensor<8xf32>
  return %r : tensor<8xf32>
}

// A state starts as a copy in the memory of its result, which may be its own.
// CHECK-LABEL: func @state
// CHECK: %[[DIFFER:.*]] = arith.cmpi ne
// CHECK: scf.if %[[DIFFER]]
// CHECK: memref.copy %arg1, %arg3
// CHECK: %[[PLACE:.*]] = bufferization.to_tensor %arg3 restrict writable
// CHECK: gyre.scan
// CHECK-SAME: outs(%[[PLACE]],
func.func @state(%x: tensor<4x8xf32>, %h: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<8xf32>)
    attributes {gyre.entry = {arguments = [
      {name = "x", kind = "input", type = tensor<4x8xf32>, dims = ["4", "8"]},
      {name = "h", kind = "input", type = tensor<8xf32>, dims = ["8"]},
      {name = "y", kind = "output", type = tensor<4x8xf32>, dims = ["4", "8"]},
      {name = "next", kind = "output", type = tensor<8xf32>, dims = ["8"],
       may_overwrite = 1 : i64}], sizes = []}} {
  %e = tensor.empty() : tensor<4x8xf32>
  %next, %y = gyre.scan {
      indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (t, c)>],
      iterator_types = ["carried", "parallel"]}
    ins(%x : tensor<4x8xf32>) outs(%h, %e : tensor<8xf32>, tensor<4x8xf32>)
    step {
    ^bb0(%xt: f32, %s: f32):
      %0 = arith.addf %xt, %s : f32
      gyre.yield %0, %0 : f32, f32
    } output {
    ^bb0(%xt: f32, %sum: f32):
      gyre.yield %sum : f32
    } -> tensor<8xf32>, tensor<4x8xf32>
  return %y, %next : tensor<4x8xf32>, tensor<8xf32>
}

// Not where the old state is still read after that.
// CHECK-LABEL: func @state_read_later
// CHECK: gyre.scan
// CHECK-SAME: outs(%{{.*}},
// CHECK: linalg.exp
// CHECK: bufferization.alloc_tensor() copy
func.func @state_read_later(%x: tensor<4x8xf32>, %h: tensor<8xf32>)
    -> (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>)
    attributes {gyre.entry = {arguments = [
      {name = "x", kind = "input", type = tensor<4x8xf32>, dims = ["4", "8"]},
      {name = "h", kind = "input", type = tensor<8xf32>, dims = ["8"]},
      {name = "y", kind = "output", type = tensor<4x8xf32>, dims = ["4", "8"]},
      {name = "next", kind = "output", type = tensor<8xf32>, dims = ["8"],
       may_overwrite = 1 : i64},
      {name = "old", kind = "output", type = tensor<8xf32>, dims = ["8"]}], sizes = []}} {
  %e = tensor.empty() : tensor<4x8xf32>
  %next, %y = gyre.scan {
      indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (t, c)>],
      iterator_types = ["carried", "parallel"]}
    ins(%x : tensor<4x8xf32>) outs(%h, %e : tensor<8xf32>, tensor<4x8xf32>)
    step {
    ^bb0(%xt: f32, %s: f32):
      %0 = arith.addf %xt, %s : f32
      gyre.yield %0, %0 : f32, f32
    } output {
    ^bb0(%xt: f32, %sum: f32):
      gyre.yield %sum : f32
    } -> tensor<8xf32>, tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<8xf32>
  %old = linalg.exp ins(%h : tensor<8xf32>) outs(%e1 : tensor<8xf32>) -> tensor<8xf32>
  return %y, %next, %old : tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>
}

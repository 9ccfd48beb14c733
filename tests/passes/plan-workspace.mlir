// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --split-input-file --verify-diagnostics --gyre-plan-workspace --canonicalize --cse | FileCheck %s

// The first buffer is read for the last time before the third is made: they
// share a place, and the workspace has two.
// CHECK: #[[BYTES:.*]] = affine_map<()[s0] -> ((s0 ceildiv 16) * 64)>
// CHECK-LABEL: func @reuse
// CHECK-SAME: %[[N:[a-z0-9]+]]: index, %[[WORKSPACE:[a-z0-9]+]]: memref<?xi8>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[B:.*]] = affine.apply #[[BYTES]]()[%[[N]]]
// CHECK: %[[FIRST:.*]] = memref.view %[[WORKSPACE]][%[[ZERO]]][%[[N]]]
// CHECK: %[[SECOND:.*]] = memref.view %[[WORKSPACE]][%[[B]]][%[[N]]]
// CHECK: linalg.exp ins(%[[SECOND]] {{.*}} outs(%[[FIRST]]
// CHECK-LABEL: func @reuse.workspace
// CHECK: %[[B:.*]] = affine.apply
// CHECK: %[[TWO:.*]] = arith.addi %[[B]], %[[B]]
// CHECK: return %[[TWO]], %{{.*}}
func.func @reuse(%x: memref<?xf32>, %out: memref<?xf32>, %n: index)
    attributes {gyre.entry = {arguments = [
      {name = "x", kind = "input", type = tensor<?xf32>, dims = ["N"]},
      {name = "y", kind = "output", type = tensor<?xf32>, dims = ["N"]}],
      sizes = ["N"]}} {
  %a = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%x : memref<?xf32>) outs(%a : memref<?xf32>)
  %b = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%a : memref<?xf32>) outs(%b : memref<?xf32>)
  %c = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%b : memref<?xf32>) outs(%c : memref<?xf32>)
  linalg.exp ins(%c : memref<?xf32>) outs(%out : memref<?xf32>)
  return
}

// -----

// A tile's buffer is scratch of the thread; the last tile is smaller, which
// the plan may not depend on.
// CHECK-LABEL: func @tile
// CHECK-SAME: memref<?xi8>
// CHECK: %[[BYTES:.*]] = arith.constant 256
// CHECK: scf.forall
// CHECK: %[[SCRATCH:.*]] = gyre.scratch %[[BYTES]]
// CHECK: %[[SIZE:.*]] = affine.min
// CHECK: memref.view %[[SCRATCH]][%{{.*}}][%[[SIZE]]]
// CHECK-LABEL: func @tile.workspace
// CHECK-DAG: %[[NONE:.*]] = arith.constant 0
// CHECK-DAG: %[[BYTES:.*]] = arith.constant 256
// CHECK: return %[[NONE]], %[[BYTES]]
func.func @tile(%x: memref<?xf32>, %out: memref<?xf32>, %n: index)
    attributes {gyre.entry = {arguments = [
      {name = "x", kind = "input", type = tensor<?xf32>, dims = ["N"]},
      {name = "y", kind = "output", type = tensor<?xf32>, dims = ["N"]}],
      sizes = ["N"]}} {
  scf.forall (%i) = (0) to (%n) step (64) {
    %size = affine.min affine_map<(i)[n] -> (n - i, 64)>(%i)[%n]
    %from = memref.subview %x[%i] [%size] [1]
        : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
    %to = memref.subview %out[%i] [%size] [1]
        : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
    %a = memref.alloc(%size) : memref<?xf32>
    linalg.exp ins(%from : memref<?xf32, strided<[1], offset: ?>>)
        outs(%a : memref<?xf32>)
    linalg.exp ins(%a : memref<?xf32>)
        outs(%to : memref<?xf32, strided<[1], offset: ?>>)
  }
  return
}

// -----

func.func @unknown(%x: memref<index>, %n: index)
    attributes {gyre.entry = {arguments = [
      {name = "x", kind = "input", type = tensor<index>, dims = []}],
      sizes = ["N"]}} {
  %size = memref.load %x[] : memref<index>
  // expected-error @below {{expected the size of a buffer to follow from the named sizes}}
  %a = memref.alloc(%size) : memref<?xf32>
  linalg.exp ins(%a : memref<?xf32>) outs(%a : memref<?xf32>)
  return
}

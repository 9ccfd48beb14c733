// RUN: gyre-opt %s --pass-pipeline="builtin.module(gyre-check-graph,gyre-bind-sizes,func.func(gyre-check-sizes,gyre-check-accesses))" --split-input-file --verify-diagnostics | FileCheck %s

// What is provable stays as it is.
// CHECK-LABEL: func.func @provable(
// CHECK-NOT:     requirements
// CHECK-NOT:     gyre.lookup
// CHECK-NOT:     arith.{{min|max}}si
func.func @provable(%x: tensor<?x8xf32> {gyre.dims = ["N", 8]}, %zero: tensor<8xf32>) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %zero) -> tensor<8xf32> {
    %row = tensor.extract_slice %x[%i, 0] [1, 8] [1, 1] : tensor<?x8xf32> to tensor<8xf32>
    %1 = scf.for %j = %c0 to %c8 step %c2 iter_args(%part = %sum) -> tensor<8xf32> {
      %v = tensor.extract %row[%j] : tensor<8xf32>
      %two = tensor.extract_slice %row[%j] [2] [1] : tensor<8xf32> to tensor<2xf32>
      %2 = tensor.insert %v into %part[%j] : tensor<8xf32>
      %3 = tensor.insert_slice %two into %2[%j] [2] [1] : tensor<2xf32> into tensor<8xf32>
      scf.yield %3 : tensor<8xf32>
    }
    scf.yield %1 : tensor<8xf32>
  }
  return %0 : tensor<8xf32>
}

// -----

// Tiles, the last one cut.
// CHECK-LABEL: func.func @tiles(
// CHECK-NOT:     requirements
// CHECK:         arith.minsi
// CHECK-NOT:     arith.{{min|max}}si
func.func @tiles(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %0 = scf.for %i = %c0 to %n step %c16 iter_args(%y = %x) -> tensor<?xf32> {
    %rest = arith.subi %n, %i : index
    %size = arith.minsi %rest, %c16 : index
    %1 = tensor.extract_slice %x[%i] [%size] [1] : tensor<?xf32> to tensor<?xf32>
    %2 = tensor.insert_slice %1 into %y[%i] [%size] [1] : tensor<?xf32> into tensor<?xf32>
    scf.yield %2 : tensor<?xf32>
  }
  return %0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @entry(
// CHECK-SAME:    requirements = {{\[\[}}"0", "<=", "at"], ["at + 4", "<=", "N"]]
func.func @entry(%x: tensor<?xf32> {gyre.dims = ["N"]}, %at: i32 {gyre.name = "at"}) -> tensor<4xf32> {
  %i = arith.index_cast %at : i32 to index
  %0 = tensor.extract_slice %x[%i] [4] [1] : tensor<?xf32> to tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// The last turn of the loop needs most.
// CHECK-LABEL: func.func @loop(
// CHECK-SAME:    requirements = {{\[\[}}"T * 3", "<=", "N"]]
func.func @loop(%x: tensor<?xf32> {gyre.dims = ["N"]}, %zero: tensor<3xf32>, %t: index {gyre.size = "T"}) -> tensor<3xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %0 = scf.for %i = %c0 to %t step %c1 iter_args(%y = %zero) -> tensor<3xf32> {
    %at = arith.muli %i, %c3 : index
    %1 = tensor.extract_slice %x[%at] [3] [1] : tensor<?xf32> to tensor<3xf32>
    scf.yield %1 : tensor<3xf32>
  }
  return %0 : tensor<3xf32>
}

// -----

// What data decides moves to where it fits, is looked up, or left out.
// CHECK-LABEL: func.func @data(
// CHECK:         %[[AT:.*]] = arith.index_cast
// CHECK:         %[[LOW:.*]] = arith.minsi %[[AT]], %{{.*}}
// CHECK:         %[[IN:.*]] = arith.maxsi %[[LOW]], %{{.*}}
// CHECK:         tensor.extract_slice %{{.*}}[%[[IN]]] [4] [1]
// CHECK:         gyre.lookup %{{.*}}[%[[AT]]] : tensor<8xf32>
// CHECK:         %[[IS:.*]] = arith.cmpi ult, %[[AT]]
// CHECK:         scf.if %[[IS]]
// CHECK:           tensor.insert
func.func @data(%x: tensor<8xf32>, %where: tensor<i64>) -> (tensor<4xf32>, tensor<8xf32>) {
  %p = tensor.extract %where[] : tensor<i64>
  %at = arith.index_cast %p : i64 to index
  %0 = tensor.extract_slice %x[%at] [4] [1] : tensor<8xf32> to tensor<4xf32>
  %v = tensor.extract %x[%at] : tensor<8xf32>
  %1 = tensor.insert %v into %x[%at] : tensor<8xf32>
  return %0, %1 : tensor<4xf32>, tensor<8xf32>
}

// -----

// A sum that may wrap proves nothing: 9223372036854775807 + 1 is no position.
// CHECK-LABEL: func.func @wrap(
// CHECK:         %[[NEXT:.*]] = arith.addi
// CHECK:         %[[MOST:.*]] = arith.minsi %[[NEXT]]
// CHECK:         arith.maxsi
// CHECK:         tensor.extract_slice
func.func @wrap(%x: tensor<8xf32>, %where: tensor<i64>) -> tensor<1xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %p = tensor.extract %where[] : tensor<i64>
  %at = arith.index_cast %p : i64 to index
  %low = arith.maxsi %at, %c0 : index
  %next = arith.addi %low, %c1 : index
  %most = arith.minsi %next, %c7 : index
  %0 = tensor.extract_slice %x[%most] [1] [1] : tensor<8xf32> to tensor<1xf32>
  return %0 : tensor<1xf32>
}

// -----

func.func @never(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> tensor<1xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  // expected-error @+1 {{expected a slice that lies within the 'N' elements in dimension 0, got 'N + 1'}}
  %0 = tensor.extract_slice %x[%n] [1] [1] : tensor<?xf32> to tensor<1xf32>
  return %0 : tensor<1xf32>
}

// -----

func.func @step(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  // expected-error @+1 {{expected a positive step, got 0}}
  %0 = scf.for %i = %c0 to %c4 step %c0 iter_args(%y = %x) -> tensor<4xf32> {
    scf.yield %y : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @size(%x: tensor<8xf32>, %count: tensor<index>) -> tensor<8xf32> {
  %n = tensor.extract %count[] : tensor<index>
  // expected-error @+1 {{expected a size of at least 0 in dimension 0, got what data decides; arith.minsi and arith.maxsi with a size give it limits}}
  %0 = tensor.extract_slice %x[0] [%n] [1] : tensor<8xf32> to tensor<?xf32>
  %1 = tensor.insert_slice %0 into %x[0] [%n] [1] : tensor<?xf32> into tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

func.func @insert_other_size(%x: tensor<?xf32> {gyre.dims = ["N"]}, %n: index, %k: index)
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?xf32>
  %i = arith.maxsi %k, %c0 : index
  %j = arith.minsi %i, %d : index
  %e = tensor.empty(%j) : tensor<?xf32>
  %a = arith.maxsi %n, %c0 : index
  %b = arith.minsi %a, %d : index
  // expected-error @+1 {{expected size 0 to be that of the source}}
  %0 = tensor.insert_slice %e into %x[0] [%b] [1] : tensor<?xf32> into tensor<?xf32>
  return %0 : tensor<?xf32>
}

// RUN: gyre-opt %s --gyre-pipeline=last=structures --split-input-file --verify-diagnostics | FileCheck %s

// Sizes that names leave open are checked by each call.
// CHECK-LABEL: func.func @open(
// CHECK-SAME:    requirements = {{\[\[}}"M", "==", "N"]]
func.func @open(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["M"]}, %y: tensor<?xf32> {gyre.name = "y", gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["M"]}) {
  %0 = arith.addf %x, %y : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// What follows from the names needs no check.
// CHECK-LABEL: func.func @follows(
// CHECK-NOT:     requirements
func.func @follows(%x: tensor<?x?x3xf32> {gyre.name = "x", gyre.dims = ["H", "W", 3]}, %y: tensor<?x3xf32> {gyre.name = "y", gyre.dims = ["H * W", 3]})
    -> (tensor<?x3xf32> {gyre.dims = ["H * W", 3]}) {
  %0 = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x3xf32> into tensor<?x3xf32>
  %1 = arith.addf %0, %y : tensor<?x3xf32>
  return %1 : tensor<?x3xf32>
}

// -----

func.func @declared(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["T"]}) -> (tensor<?xf32> {gyre.dims = ["T + 1"]}) {
  %0 = arith.negf %x : tensor<?xf32>
  // expected-error @+1 {{expected dimension 0 of result 'out' to be 'T + 1' as declared, got 'T'}}
  return %0 : tensor<?xf32>
}

// -----

func.func @operands(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["T"]}, %y: tensor<?xf32> {gyre.name = "y", gyre.dims = ["T + 2"]})
    -> (tensor<?xf32> {gyre.dims = ["T"]}) {
  // expected-error @+1 {{expected dimension 0 of operand 1 to be 'T' as in the operands before it, got 'T + 2'}}
  %0 = arith.addf %x, %y : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// No name can tell what data decides.
func.func @data(%x: tensor<index>) -> (tensor<?xf32> {gyre.dims = ["T"]}) {
  %n = tensor.extract %x[] : tensor<index>
  // expected-error @+1 {{expected size 0 to be at least 0, got what data decides}}
  %0 = tensor.empty(%n) : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

func.func @limited(%x: tensor<8xf32>, %count: tensor<i64>) -> (tensor<?xf32> {gyre.dims = ["T"]}) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c = tensor.extract %count[] : tensor<i64>
  %n = arith.index_cast %c : i64 to index
  %low = arith.maxsi %n, %c0 : index
  %size = arith.minsi %low, %c8 : index
  %0 = tensor.extract_slice %x[0] [%size] [1] : tensor<8xf32> to tensor<?xf32>
  // expected-error @+1 {{expected dimension 0 of result 'out' to follow from named sizes, as 'T' does}}
  return %0 : tensor<?xf32>
}

// -----

// Casts and reshapes require what they say.
// CHECK-LABEL: func.func @shapes(
// CHECK-SAME:    requirements = {{\[\[}}"12", "==", "N"], ["M", "==", "K * 4"]]
func.func @shapes(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["N"]}, %y: tensor<?xf32> {gyre.name = "y", gyre.dims = ["M"]}, %k: index {gyre.size = "K"})
    -> (tensor<12xf32>, tensor<?x4xf32> {gyre.dims = ["K", 4]}) {
  %0 = tensor.cast %x : tensor<?xf32> to tensor<12xf32>
  %1 = tensor.expand_shape %y [[0, 1]] output_shape [%k, 4] : tensor<?xf32> into tensor<?x4xf32>
  %2 = arith.negf %0 : tensor<12xf32>
  %3 = arith.negf %1 : tensor<?x4xf32>
  return %2, %3 : tensor<12xf32>, tensor<?x4xf32>
}

// -----

func.func @carried(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["N"]}, %n: index, %count: tensor<i64>) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %0 = tensor.dim %x, %c0 : tensor<?xf32>
  %c = tensor.extract %count[] : tensor<i64>
  %i = arith.index_cast %c : i64 to index
  %low = arith.maxsi %i, %c0 : index
  %size = arith.minsi %low, %0 : index
  // expected-error @+1 {{expected dimension 0 of carried value 0 to be 'N' as in its initial value, got what data decides}}
  %1 = scf.for %j = %c0 to %n step %c1 iter_args(%h = %x) -> tensor<?xf32> {
    %2 = tensor.extract_slice %h[0] [%size] [1] : tensor<?xf32> to tensor<?xf32>
    scf.yield %2 : tensor<?xf32>
  }
  return %1 : tensor<?xf32>
}

// -----

func.func @not_carried(%x: tensor<?xf32> {gyre.dims = ["N"]}, %c: i1)
    -> (tensor<?xf32> {gyre.dims = ["N"]}, tensor<4xf32>) {
  %0:2 = scf.while (%t = %x) : (tensor<?xf32>) -> (tensor<?xf32>, tensor<4xf32>) {
    %y = tensor.empty() : tensor<4xf32>
    // expected-error @+1 {{expected a tensor that the loop carries, or one of the type of a carried tensor that is not passed on}}
    scf.condition(%c) %t, %y : tensor<?xf32>, tensor<4xf32>
  } do {
  ^bb0(%t: tensor<?xf32>, %y: tensor<4xf32>):
    scf.yield %t : tensor<?xf32>
  }
  return %0#0, %0#1 : tensor<?xf32>, tensor<4xf32>
}

// -----

func.func @shifted(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  // expected-error @+1 {{expected dimension 0 of operand 0 to hold positions up to 'N', got size 'N'}}
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i + 1)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%x : tensor<?xf32>) {
  ^bb0(%e: f32, %o: f32):
    linalg.yield %e : f32
  } -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// Positions are counted in 32 bits where lanes hold them: what sizes say is required of a call.
// CHECK-LABEL: func.func @counted(
// CHECK-SAME:    requirements = {{\[\[}}"N", "<=", "2147483647"]]
func.func @counted(%x: tensor<?xindex> {gyre.dims = ["N"]}) -> (tensor<?xindex> {gyre.dims = ["N"]}) {
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      outs(%x : tensor<?xindex>) {
  ^bb0(%e: index):
    %i = linalg.index 0 : index
    linalg.yield %i : index
  } -> tensor<?xindex>
  return %0 : tensor<?xindex>
}

// -----

func.func @far_away(%x: tensor<4xindex>, %y: tensor<index>) -> tensor<index> {
  %far = arith.constant 2147483644 : index
  %0 = gyre.reduce {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<4xindex>) outs(%y : tensor<index>) offsets(%far) init {
    %c0 = arith.constant 0 : index
    gyre.yield %c0 : index
  } step {
  ^bb0(%e: index, %s: index):
    // expected-error @+1 {{expected positions along loop dimension 0 from 0 to below 2^31, got '2147483644' to '2147483648'}}
    %i = gyre.index 0 : index
    gyre.yield %i : index
  } merge {
  ^bb0(%s: index, %t: index):
    gyre.yield %t : index
  } finish {
  ^bb0(%s: index):
    gyre.yield %s : index
  } -> tensor<index>
  return %0 : tensor<index>
}

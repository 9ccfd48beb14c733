// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of `gyre.reduce`.

func.func @reduce_c1(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected no loop of the kind of dimension 1}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "carried"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4xf32>) init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } -> tensor<4xf32>
  return
}

// -----

func.func @reduce_c2(%x: tensor<4x8xf32>, %o: tensor<4xf32>, %f: tensor<4x8xf32>) {
  // expected-error @+1 {{expected row results before full results}}
  %r:2 = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>,
                       affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%f, %o : tensor<4x8xf32>, tensor<4xf32>) init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } -> tensor<4x8xf32>, tensor<4xf32>
  return
}

// -----

func.func @reduce_c3(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected fewer leading states than the 1 states, got pivot = 1}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"], pivot = 1}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4xf32>) init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } -> tensor<4xf32>
  return
}

// -----

func.func @reduce_c4(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected region 'finish' to yield at least the 1 row results, got 0}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4xf32>) init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield
  } -> tensor<4xf32>
  return
}

// -----

func.func @reduce_c4_type(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected value 0 of region 'finish' to be 'f32', got 'index'}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4xf32>) init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    %i = gyre.index 0 : index
    gyre.yield %i : index
  } -> tensor<4xf32>
  return
}

// -----

func.func @reduce_c5(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected no region 'apply' without a full result}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4xf32>) init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%e: f32, %s: f32):
    gyre.yield %e : f32
  } -> tensor<4xf32>
  return
}

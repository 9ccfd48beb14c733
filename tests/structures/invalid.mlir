// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of what all structures share, and of what stands beside them.

func.func @structure_s1(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected an iterator type parallel, reduction, carried, state or contraction, got 'window'}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "window"]}
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

func.func @structure_s2(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected an indexing map for each of the 2 inputs and inits, got 1}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>],
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
  } -> tensor<4xf32>
  return
}

// -----

func.func @structure_s2_ranked(%x: tensor<*xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected operand 0 to be ranked}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<*xf32>) outs(%o : tensor<4xf32>) init {
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

func.func @structure_s2_symbols(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected indexing map 0 to have 2 dimensions and no symbols, got affine_map<(d0, d1)[s0] -> (d0, s0)>}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j)[s] -> (i, s)>, affine_map<(i, j) -> (i)>],
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
  } -> tensor<4xf32>
  return
}

// -----

func.func @structure_s2_rank(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected indexing map 1 to have 1 results as its operand has dimensions, got 2}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
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
  } -> tensor<4xf32>
  return
}

// -----

func.func @structure_s3(%x: tensor<4x8xf32>, %o: tensor<4x4xf32>) {
  // expected-error @+1 {{expected indexing map 1 of an init to name each dimension at most once, got affine_map<(d0, d1) -> (d0, d0)>}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4x4xf32>) init {
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
  } -> tensor<4x4xf32>
  return
}

// -----

func.func @structure_s4(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected loop dimension 1 to index an operand dimension by itself}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, i + j)>, affine_map<(i, j) -> (i)>],
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
  } -> tensor<4xf32>
  return
}

// -----

func.func @structure_s5(%x: tensor<4x8xf32>, %o: tensor<4xf32>, %i: index) {
  // expected-error @+1 {{expected no offset or one for each of the 2 loop dimensions, got 1}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4xf32>) offsets(%i) init {
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

func.func @structure_s6(%x: tensor<4x8xf32>, %o: memref<4xf32>) {
  // expected-error @+1 {{expected all operands to be tensors or all memrefs}}
  gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : memref<4xf32>) init {
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
  }
  return
}

// -----

func.func @structure_s6_results(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected 1 results, got 0}}
  gyre.reduce {
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
  }
  return
}

// -----

func.func @structure_s7(%x: tensor<4x8xf32>, %o: tensor<5xf32>) {
  // expected-error @+1 {{expected operand 1 to have size 4 in dimension 0, got 5}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<5xf32>) init {
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
  } -> tensor<5xf32>
  return
}

// -----

func.func @structure_s8(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected region 'step' to take ('f32', 'f32'), got ('f32')}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4xf32>) init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%s: f32):
    gyre.yield %s : f32
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

func.func @structure_s8_yield(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected region 'step' to yield ('f32'), got ('f32', 'f32')}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4xf32>) init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    gyre.yield %s, %s : f32, f32
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

func.func @structure_s8_end(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected region 'step' to end in gyre.yield}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4xf32>) init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    func.return
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

func.func @structure_s8_missing(%x: tensor<4x8xf32>, %o: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a region 'apply'}}
  %r = gyre.reduce {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%o : tensor<4x8xf32>) init {
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
  } -> tensor<4x8xf32>
  return
}

// -----

func.func @index_c1() {
  // expected-error @+1 {{expected to be in a region of a structure}}
  %i = gyre.index 0 : index
  return
}

// -----

func.func @index_c2(%x: tensor<4x8xf32>, %o: tensor<4xf32>) {
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
    // expected-error @+1 {{expected a dimension below 2, got 2}}
    %i = gyre.index 2 : index
    gyre.yield %s : f32
  } -> tensor<4xf32>
  return
}

// -----

func.func @lookup_c1(%x: tensor<4x8xf32>, %i: index) {
  // expected-error @+1 {{expected 2 indices as the source has dimensions, got 1}}
  %r = gyre.lookup %x[%i] : tensor<4x8xf32>
  return
}

// -----

func.func @lookup_c2(%x: tensor<4xf32>, %i: index) {
  // expected-error @+1 {{expected dimensions below 1 in checked, got 1}}
  %r = gyre.lookup %x[%i] checked [1] : tensor<4xf32>
  return
}

// -----

func.func @launch_c1(%n: index, %x: memref<4xf32>) {
  // expected-error @+1 {{expected a kernel function @nowhere}}
  gyre.launch @nowhere [%n] scratch(%n) (%x) : memref<4xf32>
  return
}

// -----

func.func private @kernel(index, index, memref<?xi8>, memref<4xf32>)
func.func @launch_c2(%n: index, %x: memref<8xf32>) {
  // expected-error @+1 {{expected the operands that @kernel takes behind its range and scratch, got ('memref<8xf32>')}}
  gyre.launch @kernel [%n] scratch(%n) (%x) : memref<8xf32>
  return
}

// -----

// expected-error @+2 {{expected one least and one most size for each of 1 cut loops, got 2 and 1}}
func.func @tiling_c1() attributes {
    gyre.tiling = #gyre.tiling<cut = [0], least = [1, 1], most = [0], whole = [], points = 8>} {
  return
}

// -----

// expected-error @+2 {{expected a positive number of points, got 0}}
func.func @tiling_c2() attributes {
    gyre.tiling = #gyre.tiling<cut = [0], least = [1], most = [0], whole = [], points = 0>} {
  return
}

// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of `gyre.contract_reduce`.

func.func @contract_reduce_c1(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected no loop of the kind of dimension 1}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "carried", "contraction", "parallel"], rides = array<i64: 0>}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c1_two(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected one reduction dimension, got 2}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "reduction", "parallel"], rides = array<i64: 0>}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c1_states(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %o: tensor<4x8xf32>) {
  // expected-error @+1 {{expected states for the reduction dimension}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c) -> (i, c)>, affine_map<(i, j, c) -> (j, c)>,
                       affine_map<(i, j, c) -> (i, j)>],
      iterator_types = ["parallel", "reduction", "contraction"]}
    ins(%q, %k : tensor<4x2xf32>, tensor<8x2xf32>)
    outs(%o : tensor<4x8xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } -> tensor<4x8xf32>
  return
}

// -----

func.func @contract_reduce_c2(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected inputs for 2 contractions, 1 payloads, 0 bounds and 0 that regions 'right' and 'payload' read, got 3}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>, contractions = 2}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c2_many(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected inputs for 9223372036854775807 contractions, 1 payloads, 9223372036854775807 bounds}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>,
      contractions = 9223372036854775807, bounds = 9223372036854775807}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c3_start(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected start to map 4 dimensions and 0 symbols, got affine_map<(d0) -> (d0)>}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>, start = affine_map<(i) -> (i)>}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c3(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected limit to map 4 dimensions and 0 symbols, got affine_map<(d0, d1, d2, d3)[s0] -> (d0 + s0)>}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>,
      limit = affine_map<(i, j, c, e)[n] -> (i + n)>}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c3_operands(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>, %n: index) {
  // expected-error @+1 {{expected no limit operands or bounds without a limit}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) limited(%n) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c4(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %b: tensor<4xf32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected input 3, a bound, to hold integers, got 'tensor<4xf32>'}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>,
      limit = affine_map<(i, j, c, e)[n] -> (n)>, bounds = 1}
    ins(%q, %k, %v, %b : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>, tensor<4xf32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c4_row(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %b: tensor<8xi32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected input 3, a bound, to be a value of the row}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (j)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>,
      limit = affine_map<(i, j, c, e)[n] -> (n)>, bounds = 1}
    ins(%q, %k, %v, %b : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>, tensor<8xi32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c5(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected payloads to ride on one of the states 0 to 1, got 1}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 1>}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c7(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected region 'finish' to yield at least the 1 row results, got 0}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c) -> (i, c)>, affine_map<(i, j, c) -> (j, c)>,
                       affine_map<(i, j, c) -> (i)>],
      iterator_types = ["parallel", "reduction", "contraction"]}
    ins(%q, %k : tensor<4x2xf32>, tensor<8x2xf32>)
    outs(%o : tensor<4xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
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

func.func @contract_reduce_c7_type(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %o: tensor<4xf32>) {
  // expected-error @+1 {{expected value 0 of region 'finish' to be 'f32', got 'index'}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c) -> (i, c)>, affine_map<(i, j, c) -> (j, c)>,
                       affine_map<(i, j, c) -> (i)>],
      iterator_types = ["parallel", "reduction", "contraction"]}
    ins(%q, %k : tensor<4x2xf32>, tensor<8x2xf32>)
    outs(%o : tensor<4xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
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

func.func @contract_reduce_c3_divisor(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>, %n: index) {
  // expected-error @+1 {{expected limit to divide by positive constants only, got affine_map<(d0, d1, d2, d3)[s0] -> (d0 floordiv s0)>}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>,
      limit = affine_map<(i, j, c, e)[n] -> (i floordiv n)>}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) limited(%n) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

// -----

func.func @contract_reduce_c3_falls(%q: tensor<4x2xf32>, %k: tensor<8x2xf32>, %v: tensor<8x3xf32>, %o: tensor<4x3xf32>) {
  // expected-error @+1 {{expected start not to decrease along dimension 0, got affine_map<(d0, d1, d2, d3) -> (-d0 + 8)>}}
  %r = gyre.contract_reduce {
      indexing_maps = [affine_map<(i, j, c, e) -> (i, c)>, affine_map<(i, j, c, e) -> (j, c)>,
                       affine_map<(i, j, c, e) -> (j, e)>, affine_map<(i, j, c, e) -> (i, e)>],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>, start = affine_map<(i, j, c, e) -> (8 - i)>}
    ins(%q, %k, %v : tensor<4x2xf32>, tensor<8x2xf32>, tensor<8x3xf32>)
    outs(%o : tensor<4x3xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %z = arith.constant 0.0 : f32
    gyre.yield %z : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %a, %s : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %f: f32):
    gyre.yield %p : f32
  } -> tensor<4x3xf32>
  return
}

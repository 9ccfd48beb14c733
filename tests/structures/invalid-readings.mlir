// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// Regions of gyre.contract_reduce that make an input as it is read.

#q = affine_map<(i, j, d) -> (i, d)>
#k = affine_map<(i, j, d) -> (j, d)>
#s = affine_map<(i, j, d) -> (j)>
#y = affine_map<(i, j, d) -> (i, j)>

func.func @contract_reduce_region_right(%q: tensor<4x8xf32>, %k: tensor<5x8xi8>, %s: tensor<5xf32>, %y: tensor<4x5xf32>) {
  // expected-error @+1 {{expected region 'right' to take ('i8', 'f32'), got ('f32', 'f32')}}
  %0 = gyre.contract_reduce {indexing_maps = [#q, #k, #s, #y], iterator_types = ["parallel", "parallel", "contraction"]}
      ins(%q, %k, %s : tensor<4x8xf32>, tensor<5x8xi8>, tensor<5xf32>) outs(%y : tensor<4x5xf32>) right {
  ^bb0(%a: f32, %b: f32):
    gyre.yield %b : f32
  } score {
  ^bb0(%p: f32):
    gyre.yield %p : f32
  } -> tensor<4x5xf32>
  return
}

// -----

#q = affine_map<(i, j, d) -> (i, d)>
#k = affine_map<(i, j, d) -> (j, d)>
#y = affine_map<(i, j, d) -> (i, j)>

func.func @contract_reduce_c6(%q: tensor<4x8xf32>, %k: tensor<5x8xf32>, %y: tensor<4x5xf32>) {
  // expected-error @+1 {{expected a payload for region 'payload'}}
  %0 = gyre.contract_reduce {indexing_maps = [#q, #k, #y], iterator_types = ["parallel", "parallel", "contraction"]}
      ins(%q, %k : tensor<4x8xf32>, tensor<5x8xf32>) outs(%y : tensor<4x5xf32>) payload {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } score {
  ^bb0(%p: f32):
    gyre.yield %p : f32
  } -> tensor<4x5xf32>
  return
}

// -----

#q = affine_map<(i, j, d, e) -> (i, d)>
#k = affine_map<(i, j, d, e) -> (j, d)>
#v = affine_map<(i, j, d, e) -> (j, e)>
#y = affine_map<(i, j, d, e) -> (i, e)>

func.func @contract_reduce_c6_float(%q: tensor<4x8xf32>, %k: tensor<5x8xf32>, %v: tensor<5x3xi8>, %y: tensor<4x3xf32>) {
  // expected-error @+1 {{expected region 'payload' to yield a float}}
  %0 = gyre.contract_reduce {indexing_maps = [#q, #k, #v, #y], rides = array<i64: 0>,
      iterator_types = ["parallel", "reduction", "contraction", "parallel"]}
      ins(%q, %k, %v : tensor<4x8xf32>, tensor<5x8xf32>, tensor<5x3xi8>) outs(%y : tensor<4x3xf32>) payload {
  ^bb0(%a: i8):
    gyre.yield %a : i8
  } score {
  ^bb0(%p: f32):
    gyre.yield %p : f32
  } init {
    %0 = arith.constant 0.0 : f32
    gyre.yield %0 : f32
  } step {
  ^bb0(%p: f32, %sum: f32):
    %1 = arith.addf %sum, %p : f32
    gyre.yield %1 : f32
  } merge {
  ^bb0(%a: f32, %b: f32):
    %1 = arith.addf %a, %b : f32
    gyre.yield %1 : f32
  } finish {
  ^bb0(%sum: f32):
    gyre.yield %sum : f32
  } apply {
  ^bb0(%p: i8, %sum: f32):
    gyre.yield %sum : f32
  } -> tensor<4x3xf32>
  return
}

// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of `gyre.scan`.

func.func @scan_c1(%x: tensor<4x8xf32>, %h: tensor<4xf32>, %o: tensor<4x8xf32>) {
  // expected-error @+1 {{expected no loop of the kind of dimension 1}}
  %r:2 = gyre.scan {
      indexing_maps = [affine_map<(c, t) -> (c, t)>, affine_map<(c, t) -> (c)>, affine_map<(c, t) -> (c, t)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%h, %o : tensor<4xf32>, tensor<4x8xf32>) step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0, %0 : f32, f32
  } output {
  ^bb0(%e: f32, %sum: f32):
    gyre.yield %sum : f32
  } -> tensor<4xf32>, tensor<4x8xf32>
  return
}

// -----

func.func @scan_c1_carried(%x: tensor<4x8xf32>, %h: tensor<4xf32>, %o: tensor<4x8xf32>) {
  // expected-error @+1 {{expected one carried loop dimension, got 2}}
  %r:2 = gyre.scan {
      indexing_maps = [affine_map<(c, t) -> (c, t)>, affine_map<(c, t) -> (c)>, affine_map<(c, t) -> (c, t)>],
      iterator_types = ["carried", "carried"]}
    ins(%x : tensor<4x8xf32>) outs(%h, %o : tensor<4xf32>, tensor<4x8xf32>) step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0, %0 : f32, f32
  } output {
  ^bb0(%e: f32, %sum: f32):
    gyre.yield %sum : f32
  } -> tensor<4xf32>, tensor<4x8xf32>
  return
}

// -----

func.func @scan_c2(%x: tensor<4x8xf32>, %h: tensor<4xf32>, %o: tensor<4x8xf32>) {
  // expected-error @+1 {{expected the states first among the inits, without the carried dimension, then the outputs}}
  %r:2 = gyre.scan {
      indexing_maps = [affine_map<(c, t) -> (c, t)>, affine_map<(c, t) -> (c, t)>,
                       affine_map<(c, t) -> (c)>],
      iterator_types = ["parallel", "carried"]}
    ins(%x : tensor<4x8xf32>) outs(%o, %h : tensor<4x8xf32>, tensor<4xf32>) step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0, %0 : f32, f32
  } output {
  ^bb0(%e: f32, %sum: f32):
    gyre.yield %sum : f32
  } -> tensor<4x8xf32>, tensor<4xf32>
  return
}

// -----

func.func @scan_c3(%x: tensor<4x8xf32>, %h: tensor<2xf32>, %o: tensor<4x8x2xf32>) {
  // expected-error @+1 {{expected output 1 to have no state dimension}}
  %r:2 = gyre.scan {
      indexing_maps = [affine_map<(c, t, n) -> (c, t)>, affine_map<(c, t, n) -> (n)>,
                       affine_map<(c, t, n) -> (c, t, n)>],
      iterator_types = ["parallel", "carried", "state"]}
    ins(%x : tensor<4x8xf32>) outs(%h, %o : tensor<2xf32>, tensor<4x8x2xf32>) step {
  ^bb0(%e: f32, %s: f32):
    %0 = arith.addf %e, %s : f32
    gyre.yield %0, %0 : f32, f32
  } output {
  ^bb0(%e: f32, %sum: f32):
    gyre.yield %sum : f32
  } -> tensor<2xf32>, tensor<4x8x2xf32>
  return
}

// -----

func.func @scan_c4(%x: tensor<4x8xf32>, %h: tensor<4xf32>, %o: tensor<4x8xf32>) {
  // expected-error @+1 {{expected region 'step' to yield the states ('f32') first, got ()}}
  %r:2 = gyre.scan {
      indexing_maps = [affine_map<(c, t) -> (c, t)>, affine_map<(c, t) -> (c)>, affine_map<(c, t) -> (c, t)>],
      iterator_types = ["parallel", "carried"]}
    ins(%x : tensor<4x8xf32>) outs(%h, %o : tensor<4xf32>, tensor<4x8xf32>) step {
  ^bb0(%e: f32, %s: f32):
    gyre.yield
  } output {
  ^bb0(%e: f32, %sum: f32):
    gyre.yield %sum : f32
  } -> tensor<4xf32>, tensor<4x8xf32>
  return
}

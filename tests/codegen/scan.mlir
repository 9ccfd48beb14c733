// RUN: gyre-opt %s --pass-pipeline='builtin.module(func.func(gyre-emit-cpu,canonicalize,cse))' -split-input-file -verify-diagnostics | FileCheck %s

// Sixteen states of each lane are carried in registers. Rates and states, which
// lie across the lanes, are transposed once; b is one element for all lanes:
//
//   for d by 16:  a = transpose(rows of a), h = transpose(rows of h)
//     for t iter_args(h):  load x; 16 times: load b; h = a h + x b;  store y

#btd = affine_map<(b, d, t, n) -> (b, t, d)>
#btn = affine_map<(b, d, t, n) -> (b, t, n)>
// CHECK-LABEL: func @states_in_registers
// CHECK:         scf.for %[[B:.*]] = %c0 to %c2
// CHECK:           scf.for %[[D:.*]] = %c0 to %c64 step %c16 {
// CHECK-COUNT-16:    vector.load %arg1[{{.*}}] : memref<64x16xf32>, vector<16xf32>
// CHECK-COUNT-64:    vector.shuffle
// CHECK-COUNT-16:    vector.load %arg3[{{.*}}] : memref<2x64x16xf32>, vector<16xf32>
// CHECK-COUNT-64:    vector.shuffle
// CHECK:             %[[H:.*]]:16 = scf.for %[[T:.*]] = %c0 to %c100 step %c1 iter_args({{(%.* = %.*, ){15}%.* = %.*}}) ->
// CHECK:               vector.load %arg0[%[[B]], %[[T]], %[[D]]]
// CHECK-COUNT-16:      memref.load %arg2
// CHECK-NOT:           memref.load
// CHECK:               vector.store %{{.*}}, %arg4[%[[B]], %[[T]], %[[D]]]
// CHECK-NEXT:          scf.yield
// CHECK-COUNT-64:    vector.shuffle
// CHECK-COUNT-16:    vector.store {{.*}}, %arg3
func.func @states_in_registers(
    %x: memref<2x100x64xf32>, %a: memref<64x16xf32>, %b: memref<2x100x16xf32>,
    %h: memref<2x64x16xf32>, %y: memref<2x100x64xf32>) {
  gyre.scan {
      indexing_maps = [#btd, affine_map<(b, d, t, n) -> (d, n)>, #btn,
                       affine_map<(b, d, t, n) -> (b, d, n)>, #btd],
      iterator_types = ["parallel", "parallel", "carried", "state"]}
    ins(%x, %a, %b : memref<2x100x64xf32>, memref<64x16xf32>, memref<2x100x16xf32>)
    outs(%h, %y : memref<2x64x16xf32>, memref<2x100x64xf32>)
    step {
    ^bb0(%xt: f32, %an: f32, %bt: f32, %hn: f32):
      %0 = arith.mulf %an, %hn : f32
      %1 = arith.mulf %xt, %bt : f32
      %2 = arith.addf %0, %1 : f32
      gyre.yield %2, %2 : f32, f32
    } output {
    ^bb0(%xt: f32, %sum: f32):
      gyre.yield %sum : f32
    }
  return
}

// -----

// The carried dimension is the contiguous one: sixteen steps move through tiles
// that are transposed, the last steps gather. Channels: blocks of four vectors,
// blocks of one, a masked one, in which rows that don't exist are not stored.

#ct = affine_map<(c, t) -> (c, t)>
// CHECK-LABEL: func @carried_is_contiguous
// CHECK-DAG:     memref.alloca() {alignment = 64 : i64} : memref<16x64xf32>
// CHECK-DAG:     memref.alloca() {alignment = 64 : i64} : memref<16x16xf32>
// CHECK:         scf.for {{.*}} step %c64 {
// CHECK:           vector.load %{{.*}} : memref<?xf32>, vector<64xf32>
// CHECK:           scf.for {{.*}} iter_args({{.*}}) -> (vector<64xf32>)
// CHECK-COUNT-256:   vector.shuffle
// CHECK:             scf.for %{{.*}} = %c0 to %c16 step %c1 iter_args({{.*}}) -> (vector<64xf32>)
// CHECK-COUNT-256:   vector.shuffle
// CHECK:           scf.for {{.*}} iter_args({{.*}}) -> (vector<64xf32>)
// CHECK:             vector.gather
// CHECK:             vector.scatter
// CHECK:         scf.for {{.*}} step %c16 {
// CHECK:         scf.if
// CHECK:           %[[MASK:.*]] = vector.create_mask
// CHECK:           vector.maskedload %{{.*}}, %[[MASK]]
// CHECK:           arith.minui
// CHECK:           scf.if %{{.*}} {
// CHECK-NEXT:        vector.store
// CHECK:           vector.gather {{.*}}, %[[MASK]]
func.func @carried_is_contiguous(
    %a: memref<?x?xf32>, %h: memref<?xf32>, %y: memref<?x?xf32>) {
  gyre.scan reverse {
      indexing_maps = [#ct, affine_map<(c, t) -> (c)>, #ct],
      iterator_types = ["parallel", "carried"]}
    ins(%a : memref<?x?xf32>) outs(%h, %y : memref<?xf32>, memref<?x?xf32>)
    step {
    ^bb0(%at: f32, %s: f32):
      %0 = arith.maximumf %at, %s : f32
      gyre.yield %0, %0 : f32, f32
    } output {
    ^bb0(%at: f32, %sum: f32):
      gyre.yield %sum : f32
    }
  return
}

// -----

// 64 states a lane stay where they are: each step reads them for `probe`, then
// reads and writes them for `step`, four vectors of lanes at a time.

#htk = affine_map<(h, v, t, k) -> (h, t, k)>
#htv = affine_map<(h, v, t, k) -> (h, t, v)>
// CHECK-LABEL: func @states_in_memory
// CHECK-NOT:     memref.alloca
// CHECK:         scf.for %[[H:.*]] = %c0
// CHECK-NEXT:      scf.for %[[T:.*]] = %c0
// CHECK:             scf.for %[[K:.*]] = %c0 to %c64 step %c1 iter_args({{.*}}) -> (vector<64xf32>)
// CHECK:               vector.load %arg2[%[[H]], %[[K]], %c0]
// CHECK-NOT:           vector.store
// CHECK:             scf.for %[[K:.*]] = %c0 to %c64 step %c1 iter_args({{.*}}) -> (vector<64xf32>)
// CHECK:               vector.load %arg2[%[[H]], %[[K]], %c0]
// CHECK:               vector.store %{{.*}}, %arg2[%[[H]], %[[K]], %c0]
// CHECK:             vector.store %{{.*}}, %arg3[%[[H]], %[[T]], %c0]
func.func @states_in_memory(
    %k: memref<8x32x64xf32>, %v: memref<8x32x64xf32>, %s: memref<8x64x64xf32>,
    %y: memref<8x32x64xf32>) {
  gyre.scan {
      indexing_maps = [#htk, #htv, affine_map<(h, v, t, k) -> (h, k, v)>, #htv],
      iterator_types = ["parallel", "parallel", "carried", "state"]}
    ins(%k, %v : memref<8x32x64xf32>, memref<8x32x64xf32>)
    outs(%s, %y : memref<8x64x64xf32>, memref<8x32x64xf32>)
    probe {
    ^bb0(%kt: f32, %vt: f32, %st: f32):
      %0 = arith.mulf %kt, %st : f32
      gyre.yield %0 : f32
    } step {
    ^bb0(%kt: f32, %vt: f32, %seen: f32, %st: f32):
      %0 = arith.subf %vt, %seen : f32
      %1 = arith.mulf %0, %kt : f32
      %2 = arith.addf %st, %1 : f32
      gyre.yield %2, %2 : f32, f32
    } output {
    ^bb0(%vt: f32, %sum: f32):
      gyre.yield %sum : f32
    }
  return
}

// -----

// Steps that are affine in their state compose: four vectors of a row at a time
// are shifted by 1, 2, 4 and 8 steps; what overflows is taken step by step.

#rt = affine_map<(r, t) -> (r, t)>
// CHECK-LABEL: func @steps_compose
// CHECK:         scf.for %[[R:.*]] = %c0 to %c8
// CHECK:           %[[H:.*]] = memref.load %arg2[%[[R]]]
// CHECK:           scf.for {{.*}} step %c64 iter_args({{.*}}) -> (vector<16xf32>)
// CHECK:             vector.load %arg0[%[[R]], {{.*}} vector<16xf32>
// CHECK:             vector.shuffle {{.*}} [16, 0, 1, 2,
// CHECK:             vector.shuffle {{.*}} [16, 17, 0, 1,
// CHECK:             vector.shuffle {{.*}} [16, 17, 18, 19, 0,
// CHECK:             vector.shuffle {{.*}} [16, 17, 18, 19, 20, 21, 22, 23, 0,
// CHECK:             arith.cmpf oeq
// CHECK:             vector.reduction <and>
// CHECK:             scf.if {{.*}} -> (vector<16xf32>)
// CHECK-COUNT-4:       vector.store {{.*}} vector<16xf32>
// CHECK:             } else {
// CHECK:               scf.for {{.*}} iter_args({{.*}}) -> (f32)
// CHECK:           scf.for {{.*}} step %c16 iter_args({{.*}}) -> (vector<16xf32>)
// CHECK:           vector.maskedstore
// CHECK:           memref.store %{{.*}}, %arg2[%[[R]]]
func.func @steps_compose(%a: memref<8x1000xf32>, %b: memref<8x1000xf32>,
                         %h: memref<8xf32>, %y: memref<8x1000xf32>) {
  gyre.scan {
      indexing_maps = [#rt, #rt, affine_map<(r, t) -> (r)>, #rt],
      iterator_types = ["parallel", "carried"]}
    ins(%a, %b : memref<8x1000xf32>, memref<8x1000xf32>)
    outs(%h, %y : memref<8xf32>, memref<8x1000xf32>)
    step {
    ^bb0(%at: f32, %bt: f32, %s: f32):
      %0 = arith.mulf %at, %s : f32
      %1 = arith.addf %bt, %0 : f32
      gyre.yield %1, %1 : f32, f32
    } output {
    ^bb0(%at: f32, %bt: f32, %sum: f32):
      gyre.yield %sum : f32
    }
  return
}

// -----

// Without a parallel dimension and steps that compose the code is scalar.

// CHECK-LABEL: func @no_lanes
// CHECK-NOT:     vector
// CHECK:         scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}) -> (f32)
func.func @no_lanes(%x: memref<?xf32>, %h: memref<f32>, %y: memref<?xf32>) {
  gyre.scan {
      indexing_maps = [affine_map<(t) -> (t)>, affine_map<(t) -> ()>,
                       affine_map<(t) -> (t)>],
      iterator_types = ["carried"]}
    ins(%x : memref<?xf32>) outs(%h, %y : memref<f32>, memref<?xf32>)
    step {
    ^bb0(%xt: f32, %s: f32):
      %0 = arith.maximumf %xt, %s : f32
      gyre.yield %0, %0 : f32, f32
    } output {
    ^bb0(%xt: f32, %sum: f32):
      gyre.yield %sum : f32
    }
  return
}

// -----

func.func @shared_state(%x: memref<4x8xf32>, %h: memref<f32>, %y: memref<4x8xf32>) {
  // expected-error @+2 {{expected the map of init 0 to name every parallel dimension and every state dimension}}
  // expected-error @+1 {{failed to emit code for gyre.scan}}
  gyre.scan {
      indexing_maps = [affine_map<(c, t) -> (c, t)>, affine_map<(c, t) -> ()>,
                       affine_map<(c, t) -> (c, t)>],
      iterator_types = ["parallel", "carried"]}
    ins(%x : memref<4x8xf32>) outs(%h, %y : memref<f32>, memref<4x8xf32>)
    step {
    ^bb0(%xt: f32, %s: f32):
      gyre.yield %xt, %s : f32, f32
    } output {
    ^bb0(%xt: f32, %sum: f32):
      gyre.yield %sum : f32
    }
  return
}

// -----

// Weights at a fixed position, read ahead of the loop of each block of lanes:
//
//   for c by 32:  w = load w[.., 1];  for t: ..;  the rest, masked, again

// CHECK-LABEL: func @fixed_position
// CHECK:         vector.gather {{.*}} into vector<16xf32>
// CHECK:         scf.for
// CHECK:         vector.gather {{.*}} into vector<16xf32>
// CHECK:         scf.for
// CHECK:         return
func.func @fixed_position(%x: memref<?x20xf32>, %w: memref<20x2xf32>, %h: memref<20xf32>, %y: memref<?x20xf32>) {
  %c0 = arith.constant 0 : index
  gyre.scan {
      indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (c, 1)>,
                       affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (t, c)>],
      iterator_types = ["carried", "parallel"]}
    ins(%x, %w : memref<?x20xf32>, memref<20x2xf32>)
    outs(%h, %y : memref<20xf32>, memref<?x20xf32>) offsets(%c0, %c0)
    step {
    ^bb0(%xt: f32, %wc: f32, %hc: f32):
      %0 = arith.mulf %wc, %hc : f32
      %1 = arith.addf %0, %xt : f32
      gyre.yield %1, %1 : f32, f32
    } output {
    ^bb0(%xt: f32, %wc: f32, %sum: f32):
      gyre.yield %sum : f32
    }
  return
}

// -----

// More states than registers, which lie across the lanes: they move to a tile
// and back in transposed squares.

#qk = affine_map<(c, t, n) -> (t, n)>
// CHECK-LABEL: func @states_in_tile
// CHECK:         memref.alloca() {alignment = 64 : i64} : memref<32x16xf32>
// CHECK:         scf.for
// CHECK-COUNT-64:  vector.shuffle
// CHECK-COUNT-16:  vector.store %{{.*}} : memref<32x16xf32>
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK:         scf.for
// CHECK-COUNT-64:  vector.shuffle
// CHECK-COUNT-16:  vector.store {{.*}}, %arg2
func.func @states_in_tile(%k: memref<?x32xf32>, %x: memref<?x16xf32>, %h: memref<16x32xf32>, %y: memref<?x16xf32>) {
  gyre.scan {
      indexing_maps = [#qk, affine_map<(c, t, n) -> (t, c)>,
                       affine_map<(c, t, n) -> (c, n)>, affine_map<(c, t, n) -> (t, c)>],
      iterator_types = ["parallel", "carried", "state"]}
    ins(%k, %x : memref<?x32xf32>, memref<?x16xf32>)
    outs(%h, %y : memref<16x32xf32>, memref<?x16xf32>)
    step {
    ^bb0(%kn: f32, %xt: f32, %hn: f32):
      %0 = arith.mulf %kn, %xt : f32
      %1 = arith.addf %0, %hn : f32
      gyre.yield %1, %1 : f32, f32
    } output {
    ^bb0(%xt: f32, %sum: f32):
      gyre.yield %sum : f32
    }
  return
}

// -----

// More states than registers without a state dimension, which lie across the
// lanes: each has a tile of one vector.

// CHECK-LABEL: func @strided_states
// CHECK-COUNT-26: memref.alloca() {alignment = 64 : i64} : memref<16xf32>
// CHECK:          return
func.func @strided_states(%x: memref<?x16xf32>, %h0: memref<16xf32, strided<[2]>>, %h1: memref<16xf32, strided<[2]>>, %h2: memref<16xf32, strided<[2]>>, %h3: memref<16xf32, strided<[2]>>, %h4: memref<16xf32, strided<[2]>>, %h5: memref<16xf32, strided<[2]>>, %h6: memref<16xf32, strided<[2]>>, %h7: memref<16xf32, strided<[2]>>, %h8: memref<16xf32, strided<[2]>>, %h9: memref<16xf32, strided<[2]>>, %h10: memref<16xf32, strided<[2]>>, %h11: memref<16xf32, strided<[2]>>, %h12: memref<16xf32, strided<[2]>>, %h13: memref<16xf32, strided<[2]>>, %h14: memref<16xf32, strided<[2]>>, %h15: memref<16xf32, strided<[2]>>, %h16: memref<16xf32, strided<[2]>>, %h17: memref<16xf32, strided<[2]>>, %h18: memref<16xf32, strided<[2]>>, %h19: memref<16xf32, strided<[2]>>, %h20: memref<16xf32, strided<[2]>>, %h21: memref<16xf32, strided<[2]>>, %h22: memref<16xf32, strided<[2]>>, %h23: memref<16xf32, strided<[2]>>, %h24: memref<16xf32, strided<[2]>>, %h25: memref<16xf32, strided<[2]>>) {
  gyre.scan {
      indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>],
      iterator_types = ["carried", "parallel"]}
    ins(%x : memref<?x16xf32>)
    outs(%h0, %h1, %h2, %h3, %h4, %h5, %h6, %h7, %h8, %h9, %h10, %h11, %h12, %h13, %h14, %h15, %h16, %h17, %h18, %h19, %h20, %h21, %h22, %h23, %h24, %h25 : memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2]>>)
    step {
    ^bb0(%xt: f32, %s0: f32, %s1: f32, %s2: f32, %s3: f32, %s4: f32, %s5: f32, %s6: f32, %s7: f32, %s8: f32, %s9: f32, %s10: f32, %s11: f32, %s12: f32, %s13: f32, %s14: f32, %s15: f32, %s16: f32, %s17: f32, %s18: f32, %s19: f32, %s20: f32, %s21: f32, %s22: f32, %s23: f32, %s24: f32, %s25: f32):
      gyre.yield %xt, %s0, %s1, %s2, %s3, %s4, %s5, %s6, %s7, %s8, %s9, %s10, %s11, %s12, %s13, %s14, %s15, %s16, %s17, %s18, %s19, %s20, %s21, %s22, %s23, %s24 : f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32
    } output {
    ^bb0(%xt: f32):
      gyre.yield
    }
  return
}

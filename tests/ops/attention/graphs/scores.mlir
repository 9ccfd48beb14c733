// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Score functions of one's own: relative positions as in the papers.

// ALiBi: a slope a head times the distance (arXiv 2108.12409).
func.func @alibi(%q: tensor<?x4x?x32xf32> {gyre.dims = ["B", 4, "T", 32]},
                 %k: tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "S", 32]},
                 %v: tensor<?x2x?x32xf32> {gyre.dims = ["B", 2, "S", 32]},
                 %slopes: tensor<4x1x1xf32>)
    -> (tensor<?x4x?x32xf32> {gyre.dims = ["B", 4, "T", 32], gyre.name = "y"}) {
  %y = gyre.attention %q, %k, %v with(%slopes) {causal}
      : tensor<?x4x?x32xf32>, tensor<?x2x?x32xf32>, tensor<?x2x?x32xf32>, tensor<4x1x1xf32>
      score {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %slope: f32):
        %d = arith.subi %j, %i : index
        %n = arith.index_cast %d : index to i32
        %f = arith.sitofp %n : i32 to f32
        %bias = arith.mulf %slope, %f : f32
        %t = arith.addf %s, %bias : f32
        gyre.yield %t : f32
      }
  return %y : tensor<?x4x?x32xf32>
}

// T5: a learned number for each bucket of distances, half of them for keys
// behind the query; from 8 on buckets grow with the logarithm (arXiv 1910.10683).
func.func @t5(%q: tensor<?x?x32xf32> {gyre.dims = ["H", "T", 32]},
              %k: tensor<?x?x32xf32> {gyre.dims = ["H", "T", 32]},
              %v: tensor<?x?x32xf32> {gyre.dims = ["H", "T", 32]},
              %table: tensor<32x?xf32> {gyre.dims = [32, "H"]})
    -> (tensor<?x?x32xf32> {gyre.dims = ["H", "T", 32], gyre.name = "y"}) {
  %c7 = arith.constant 7 : i32
  %c8 = arith.constant 8 : i32
  %c15 = arith.constant 15 : i32
  %c16 = arith.constant 16 : i32
  %c0 = arith.constant 0 : i32
  // (16 - 8) / log2(128 / 8)
  %two = arith.constant 2.0 : f32
  %eighth = arith.constant 0.125 : f32
  %y = gyre.attention %q, %k, %v {scale = 1.0}
      : tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>
      score {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
        %d = arith.subi %j, %i : index
        %n = arith.index_cast %d : index to i32
        %behind = arith.cmpi sgt, %n, %c0 : i32
        %half = arith.select %behind, %c16, %c0 : i32
        %m = arith.subi %c0, %n : i32
        %a = arith.maxsi %n, %m : i32
        %far = arith.maxsi %a, %c8 : i32
        %f = arith.sitofp %far : i32 to f32
        %r = arith.mulf %f, %eighth : f32
        %l = math.log2 %r : f32
        %w = arith.mulf %l, %two : f32
        %e = arith.fptosi %w : f32 to i32
        %g = arith.addi %c8, %e : i32
        %large = arith.minsi %g, %c15 : i32
        %near = arith.cmpi sle, %a, %c7 : i32
        %bucket = arith.select %near, %a, %large : i32
        %at = arith.addi %half, %bucket : i32
        %row = arith.index_cast %at : i32 to index
        %bias = tensor.extract %table[%row, %h] : tensor<32x?xf32>
        %t = arith.addf %s, %bias : f32
        gyre.yield %t : f32
      }
  return %y : tensor<?x?x32xf32>
}

// DeBERTa: content to position and position to content, from projections of
// the queries and keys on 2 r distances (arXiv 2006.03654).
func.func @deberta(%q: tensor<2x?x12xf32> {gyre.dims = [2, "T", 12]},
                   %k: tensor<2x?x12xf32> {gyre.dims = [2, "T", 12]},
                   %v: tensor<2x?x12xf32> {gyre.dims = [2, "T", 12]},
                   %q_at: tensor<2x?x8xf32> {gyre.dims = [2, "T", 8]},
                   %k_at: tensor<2x?x8xf32> {gyre.dims = [2, "T", 8]})
    -> (tensor<2x?x12xf32> {gyre.dims = [2, "T", 12], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c7 = arith.constant 7 : index
  %scale = arith.constant 0.16666667 : f32
  // 1 / sqrt(3 * 12): the three terms share it.
  %y = gyre.attention %q, %k, %v {scale = 0.16666667}
      : tensor<2x?x12xf32>, tensor<2x?x12xf32>, tensor<2x?x12xf32>
      score {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
        %d = arith.subi %i, %j : index
        %shifted = arith.addi %d, %c4 : index
        %low = arith.maxsi %shifted, %c0 : index
        %at = arith.minsi %low, %c7 : index
        %c2p = tensor.extract %q_at[%h, %i, %at] : tensor<2x?x8xf32>
        %p2c = tensor.extract %k_at[%h, %j, %at] : tensor<2x?x8xf32>
        %sum = arith.addf %c2p, %p2c : f32
        %term = arith.mulf %sum, %scale : f32
        %t = arith.addf %s, %term : f32
        gyre.yield %t : f32
      }
  return %y : tensor<2x?x12xf32>
}

// Shaw: queries meet a learned vector for each clipped distance; the products
// are made once, for all distances (arXiv 1803.02155).
func.func @shaw(%q: tensor<2x?x12xf32> {gyre.dims = [2, "T", 12]},
                %k: tensor<2x?x12xf32> {gyre.dims = [2, "T", 12]},
                %v: tensor<2x?x12xf32> {gyre.dims = [2, "T", 12]}, %r: tensor<12x9xf32>)
    -> (tensor<2x?x12xf32> {gyre.dims = [2, "T", 12], gyre.name = "y"}) {
  %c4 = arith.constant 4 : index
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %scale = arith.constant 0.25 : f32
  %products = gyre.linear %q, %r : tensor<2x?x12xf32>, tensor<12x9xf32>
  %y = gyre.attention %q, %k, %v {scale = 0.25}
      : tensor<2x?x12xf32>, tensor<2x?x12xf32>, tensor<2x?x12xf32>
      score {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
        %d = arith.subi %j, %i : index
        %shifted = arith.addi %d, %c4 : index
        %low = arith.maxsi %shifted, %c0 : index
        %at = arith.minsi %low, %c8 : index
        %p = tensor.extract %products[%h, %i, %at] : tensor<2x?x9xf32>
        %term = arith.mulf %p, %scale : f32
        %t = arith.addf %s, %term : f32
        gyre.yield %t : f32
      }
  return %y : tensor<2x?x12xf32>
}

// Transformer-XL: keys and distances each have a bias of the queries, and keys
// reach back into the segment before (arXiv 1901.02860).
func.func @transformer_xl(%q: tensor<2x?x16xf32> {gyre.dims = [2, "T", 16]},
                          %k: tensor<2x?x16xf32> {gyre.dims = [2, "T + M", 16]},
                          %v: tensor<2x?x16xf32> {gyre.dims = [2, "T + M", 16]},
                          %r: tensor<16x?xf32> {gyre.dims = [16, "T + M"]},
                          %bias_k: tensor<2x16xf32>, %bias_r: tensor<2x16xf32>,
                          %m: index {gyre.size = "M"})
    -> (tensor<2x?x16xf32> {gyre.dims = [2, "T", 16], gyre.name = "y"}) {
  %scale = arith.constant 0.25 : f32
  %c1 = arith.constant 1 : index
  %n = tensor.dim %q, %c1 : tensor<2x?x16xf32>
  %empty = tensor.empty(%n) : tensor<2x?x16xf32>
  %of_keys, %of_distances = linalg.generic {indexing_maps = [affine_map<(h, t, d) -> (h, t, d)>,
      affine_map<(h, t, d) -> (h, d)>, affine_map<(h, t, d) -> (h, d)>, affine_map<(h, t, d) -> (h, t, d)>,
      affine_map<(h, t, d) -> (h, t, d)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%q, %bias_k, %bias_r : tensor<2x?x16xf32>, tensor<2x16xf32>, tensor<2x16xf32>)
      outs(%empty, %empty : tensor<2x?x16xf32>, tensor<2x?x16xf32>) {
  ^bb0(%x: f32, %a: f32, %b: f32, %o0: f32, %o1: f32):
    %0 = arith.addf %x, %a : f32
    %1 = arith.addf %x, %b : f32
    linalg.yield %0, %1 : f32, f32
  } -> (tensor<2x?x16xf32>, tensor<2x?x16xf32>)
  %products = gyre.linear %of_distances, %r : tensor<2x?x16xf32>, tensor<16x?xf32>
  %y = gyre.attention %of_keys, %k, %v {causal}
      : tensor<2x?x16xf32>, tensor<2x?x16xf32>, tensor<2x?x16xf32>
      score {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
        %row = arith.subi %i, %m : index
        %distance = arith.subi %i, %j : index
        %p = tensor.extract %products[%h, %row, %distance] : tensor<2x?x?xf32>
        %term = arith.mulf %p, %scale : f32
        %t = arith.addf %s, %term : f32
        gyre.yield %t : f32
      }
  return %y : tensor<2x?x16xf32>
}

// A sink takes part of a row's weight and gives nothing (gpt-oss): the sum of the
// row says how much, after the fact.
func.func @sink(%q: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16]},
                %k: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16]},
                %v: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16]}, %sinks: tensor<2xf32>)
    -> (tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16], gyre.name = "y"}) {
  %rows, %sums = gyre.attention %q, %k, %v {causal, window = array<i64: 7, 0>, logsumexp}
      : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(b, h, t, d) -> (b, h, t, d)>,
      affine_map<(b, h, t, d) -> (b, h, t)>, affine_map<(b, h, t, d) -> (h)>,
      affine_map<(b, h, t, d) -> (b, h, t, d)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%rows, %sums, %sinks : tensor<?x2x?x16xf32>, tensor<?x2x?xf32>, tensor<2xf32>)
      outs(%rows : tensor<?x2x?x16xf32>) {
  ^bb0(%x: f32, %sum: f32, %sink: f32, %o: f32):
    %one = arith.constant 1.0 : f32
    %0 = arith.subf %sink, %sum : f32
    %1 = math.exp %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.divf %x, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<?x2x?x16xf32>
  return %y : tensor<?x2x?x16xf32>
}

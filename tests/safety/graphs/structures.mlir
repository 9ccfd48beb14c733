// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structures as a user writes them, with limits, bounds and offsets that a call
// decides: any value of theirs gives a result or a status.

#lhs = affine_map<(i, j, c, e) -> (i, c)>
#rhs = affine_map<(i, j, c, e) -> (j, c)>
#payload = affine_map<(i, j, c, e) -> (j, e)>
#row = affine_map<(i, j, c, e) -> (i)>
#out = affine_map<(i, j, c, e) -> (i, e)>
!q = tensor<?x5xf32>
!v = tensor<?x7xf32>

// The sum of values v[j] q[i] . k[j] over m + i / 2 <= j < i + n.
func.func @limited(%q: !q {gyre.dims = ["N", 5]}, %k: !q {gyre.dims = ["K", 5]}, %v: !v {gyre.dims = ["K", 7]},
                   %m: index, %n: index) -> (!v {gyre.dims = ["N", 7], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %q, %c0 : !q
  %empty = tensor.empty(%rows) : !v
  %y = gyre.contract_reduce {indexing_maps = [#lhs, #rhs, #payload, #out],
      iterator_types = ["parallel", "reduction", "contraction", "parallel"], rides = array<i64: 0>,
      start = affine_map<(i, j, c, e)[m, n] -> (m + i floordiv 2)>, limit = affine_map<(i, j, c, e)[m, n] -> (i + n)>}
    ins(%q, %k, %v : !q, !q, !v) outs(%empty : !v) limited(%m, %n) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %zero = arith.constant 0.0 : f32
    gyre.yield %zero : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %s, %a : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } apply {
  ^bb0(%p: f32, %s: f32):
    gyre.yield %p : f32
  } -> !v
  return %y : !v
}

// The greatest q[i] . k[j] with begin[i] <= j < end[i], in any order of rows.
func.func @bounded(%q: !q {gyre.dims = ["N", 5]}, %k: !q {gyre.dims = ["K", 5]},
                   %begin: tensor<?xi64> {gyre.dims = ["N"]}, %end: tensor<?xi32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %q, %c0 : !q
  %empty = tensor.empty(%rows) : tensor<?xf32>
  %y = gyre.contract_reduce {indexing_maps = [affine_map<(i, j, c) -> (i, c)>, affine_map<(i, j, c) -> (j, c)>,
      affine_map<(i, j, c) -> (i)>, affine_map<(i, j, c) -> (i)>, affine_map<(i, j, c) -> (i)>],
      iterator_types = ["parallel", "reduction", "contraction"], bounds = 2, pivot = 0,
      start = affine_map<(i, j, c)[m, n] -> (m)>, limit = affine_map<(i, j, c)[m, n] -> (n)>}
    ins(%q, %k, %begin, %end : !q, !q, tensor<?xi64>, tensor<?xi32>) outs(%empty : tensor<?xf32>) score {
  ^bb0(%a: f32):
    gyre.yield %a : f32
  } init {
    %least = arith.constant 0xFF800000 : f32
    gyre.yield %least : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.maxnumf %s, %a : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.maxnumf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// Scores by a table of distances, looked up at positions that begin elsewhere.
func.func @score_offset(%q: !q {gyre.dims = ["N", 5]}, %k: !q {gyre.dims = ["K", 5]},
                        %table: tensor<?xf32> {gyre.dims = ["D"]}, %first: index {gyre.name = "first"})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %q, %c0 : !q
  %empty = tensor.empty(%rows) : tensor<?xf32>
  %y = gyre.contract_reduce {indexing_maps = [affine_map<(i, j, c) -> (i, c)>, affine_map<(i, j, c) -> (j, c)>,
      affine_map<(i, j, c) -> (i)>], iterator_types = ["parallel", "reduction", "contraction"],
      limit = affine_map<(i, j, c) -> (i + 1)>}
    ins(%q, %k : !q, !q) outs(%empty : tensor<?xf32>) offsets(%first, %first, %c0) score {
  ^bb0(%a: f32):
    %i = gyre.index 0 : index
    %j = gyre.index 1 : index
    %d = arith.subi %i, %j : index
    %t = tensor.extract %table[%j] : tensor<?xf32>
    %u = tensor.extract %table[%d] : tensor<?xf32>
    %0 = arith.addf %t, %u : f32
    %1 = arith.addf %0, %a : f32
    gyre.yield %1 : f32
  } init {
    %zero = arith.constant 0.0 : f32
    gyre.yield %zero : f32
  } step {
  ^bb0(%a: f32, %s: f32):
    %0 = arith.addf %s, %a : f32
    gyre.yield %0 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @reduce_offset(%x: tensor<?x?xf32> {gyre.dims = ["N", "M"]}, %table: tensor<9xf32>, %o: index {gyre.name = "o"})
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf32>
  %empty = tensor.empty(%n) : tensor<?xf32>
  %y = gyre.reduce {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<?x?xf32>) outs(%empty : tensor<?xf32>) offsets(%c0, %o) init {
    %zero = arith.constant 0.0 : f32
    gyre.yield %zero : f32
  } step {
  ^bb0(%e: f32, %s: f32):
    %j = gyre.index 1 : index
    %t = tensor.extract %table[%j] : tensor<9xf32>
    %0 = arith.mulf %e, %t : f32
    %1 = arith.addf %s, %0 : f32
    gyre.yield %1 : f32
  } merge {
  ^bb0(%s: f32, %t: f32):
    %0 = arith.addf %s, %t : f32
    gyre.yield %0 : f32
  } finish {
  ^bb0(%s: f32):
    gyre.yield %s : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @scan_offset(%x: tensor<?x?xf32> {gyre.dims = ["T", "C"]}, %h: tensor<?xf32> {gyre.dims = ["C"]},
                       %table: tensor<9x9xf32>, %t: index {gyre.name = "t"}, %c: index {gyre.name = "c"})
    -> (tensor<?xf32> {gyre.dims = ["C"], gyre.name = "last"}, tensor<?x?xf32> {gyre.dims = ["T", "C"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %steps = tensor.dim %x, %c0 : tensor<?x?xf32>
  %channels = tensor.dim %x, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%steps, %channels) : tensor<?x?xf32>
  %last, %y = gyre.scan {indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (t, c)>],
      iterator_types = ["carried", "parallel"]}
    ins(%x : tensor<?x?xf32>) outs(%h, %empty : tensor<?xf32>, tensor<?x?xf32>) offsets(%t, %c) step {
  ^bb0(%e: f32, %s: f32):
    %i = gyre.index 0 : index
    %j = gyre.index 1 : index
    %a = tensor.extract %table[%i, %j] : tensor<9x9xf32>
    %0 = arith.mulf %s, %a : f32
    %1 = arith.addf %0, %e : f32
    gyre.yield %1, %1 : f32, f32
  } output {
  ^bb0(%e: f32, %sum: f32):
    gyre.yield %sum : f32
  } -> tensor<?xf32>, tensor<?x?xf32>
  return %last, %y : tensor<?xf32>, tensor<?x?xf32>
}

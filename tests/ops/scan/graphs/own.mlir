// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recurrences of the user's own, as gyre.scan. Queries and keys are
// [T, H, 16], values [T, H, V], states [H, 16, V].

#qk = affine_map<(t, h, v, k) -> (t, h, k)>
#value = affine_map<(t, h, v, k) -> (t, h, v)>
#head = affine_map<(t, h, v, k) -> (h)>
#gate = affine_map<(t, h, v, k) -> (t, h)>
#bonus = affine_map<(t, h, v, k) -> (h, k)>
#state = affine_map<(t, h, v, k) -> (h, k, v)>

// Retention: S = gamma S + k v, o = q S.
func.func @retention(%q: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                     %k: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                     %v: tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"]},
                     %gamma: tensor<?xf32> {gyre.dims = ["H"]},
                     %s0: tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"], gyre.name = "o"},
        tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"], gyre.name = "s"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %T = tensor.dim %v, %c0 : tensor<?x?x?xf32>
  %H = tensor.dim %v, %c1 : tensor<?x?x?xf32>
  %V = tensor.dim %v, %c2 : tensor<?x?x?xf32>
  %empty = tensor.empty(%T, %H, %V) : tensor<?x?x?xf32>
  %s, %o = gyre.scan {indexing_maps = [#qk, #qk, #value, #head, #state, #value],
                      iterator_types = ["carried", "parallel", "parallel", "state"]}
    ins(%q, %k, %v, %gamma : tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x?xf32>, tensor<?xf32>)
    outs(%s0, %empty : tensor<?x16x?xf32>, tensor<?x?x?xf32>)
    step {
    ^bb0(%qt: f32, %kt: f32, %vt: f32, %g: f32, %h: f32):
      %0 = arith.mulf %g, %h : f32
      %1 = arith.mulf %kt, %vt : f32
      %2 = arith.addf %0, %1 : f32
      %3 = arith.mulf %qt, %2 : f32
      gyre.yield %2, %3 : f32, f32
    } output {
    ^bb0(%vt: f32, %g: f32, %sum: f32):
      gyre.yield %sum : f32
    } -> tensor<?x16x?xf32>, tensor<?x?x?xf32>
  return %o, %s : tensor<?x?x?xf32>, tensor<?x16x?xf32>
}

// Gated linear attention: S = diag(w) S + k v with a gate for each key feature.
func.func @gated_linear(%q: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                        %k: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                        %v: tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"]},
                        %w: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                        %s0: tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"], gyre.name = "o"},
        tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"], gyre.name = "s"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %T = tensor.dim %v, %c0 : tensor<?x?x?xf32>
  %H = tensor.dim %v, %c1 : tensor<?x?x?xf32>
  %V = tensor.dim %v, %c2 : tensor<?x?x?xf32>
  %empty = tensor.empty(%T, %H, %V) : tensor<?x?x?xf32>
  %s, %o = gyre.scan {indexing_maps = [#qk, #qk, #value, #qk, #state, #value],
                      iterator_types = ["carried", "parallel", "parallel", "state"]}
    ins(%q, %k, %v, %w : tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x?xf32>, tensor<?x?x16xf32>)
    outs(%s0, %empty : tensor<?x16x?xf32>, tensor<?x?x?xf32>)
    step {
    ^bb0(%qt: f32, %kt: f32, %vt: f32, %wt: f32, %h: f32):
      %0 = arith.mulf %wt, %h : f32
      %1 = arith.mulf %kt, %vt : f32
      %2 = arith.addf %0, %1 : f32
      %3 = arith.mulf %qt, %2 : f32
      gyre.yield %2, %3 : f32, f32
    } output {
    ^bb0(%vt: f32, %sum: f32):
      gyre.yield %sum : f32
    } -> tensor<?x16x?xf32>, tensor<?x?x?xf32>
  return %o, %s : tensor<?x?x?xf32>, tensor<?x16x?xf32>
}

// The gated delta rule: S = g S, then the value that k finds in it moves by
// beta towards v. `probe` is what k finds.
func.func @delta_rule(%q: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                      %k: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                      %v: tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"]},
                      %g: tensor<?x?xf32> {gyre.dims = ["T", "H"]},
                      %beta: tensor<?x?xf32> {gyre.dims = ["T", "H"]},
                      %s0: tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"], gyre.name = "o"},
        tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"], gyre.name = "s"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %T = tensor.dim %v, %c0 : tensor<?x?x?xf32>
  %H = tensor.dim %v, %c1 : tensor<?x?x?xf32>
  %V = tensor.dim %v, %c2 : tensor<?x?x?xf32>
  %empty = tensor.empty(%T, %H, %V) : tensor<?x?x?xf32>
  %s, %o = gyre.scan {indexing_maps = [#qk, #qk, #value, #gate, #gate, #state, #value],
                      iterator_types = ["carried", "parallel", "parallel", "state"]}
    ins(%q, %k, %v, %g, %beta : tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x?xf32>,
        tensor<?x?xf32>, tensor<?x?xf32>)
    outs(%s0, %empty : tensor<?x16x?xf32>, tensor<?x?x?xf32>)
    probe {
    ^bb0(%qt: f32, %kt: f32, %vt: f32, %gt: f32, %bt: f32, %h: f32):
      %0 = arith.mulf %gt, %h : f32
      %1 = arith.mulf %kt, %0 : f32
      gyre.yield %1 : f32
    } step {
    ^bb0(%qt: f32, %kt: f32, %vt: f32, %gt: f32, %bt: f32, %found: f32, %h: f32):
      %0 = arith.subf %vt, %found : f32
      %1 = arith.mulf %bt, %0 : f32
      %2 = arith.mulf %kt, %1 : f32
      %3 = arith.mulf %gt, %h : f32
      %4 = arith.addf %3, %2 : f32
      %5 = arith.mulf %qt, %4 : f32
      gyre.yield %4, %5 : f32, f32
    } output {
    ^bb0(%vt: f32, %gt: f32, %bt: f32, %sum: f32):
      gyre.yield %sum : f32
    } -> tensor<?x16x?xf32>, tensor<?x?x?xf32>
  return %o, %s : tensor<?x?x?xf32>, tensor<?x16x?xf32>
}

// RWKV-4: a softmax over the past by a running maximum, with a bonus u for the
// present token. States are the two sums and the maximum.
func.func @rwkv4(%k: tensor<?x?xf32> {gyre.dims = ["T", "C"]}, %v: tensor<?x?xf32> {gyre.dims = ["T", "C"]},
                 %w: tensor<?xf32> {gyre.dims = ["C"]}, %u: tensor<?xf32> {gyre.dims = ["C"]})
    -> (tensor<?x?xf32> {gyre.dims = ["T", "C"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant -1.0e38 : f32
  %T = tensor.dim %v, %c0 : tensor<?x?xf32>
  %C = tensor.dim %v, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%T, %C) : tensor<?x?xf32>
  %row = tensor.empty(%C) : tensor<?xf32>
  %sums = linalg.fill ins(%zero : f32) outs(%row : tensor<?xf32>) -> tensor<?xf32>
  %maxima = linalg.fill ins(%lowest : f32) outs(%row : tensor<?xf32>) -> tensor<?xf32>
  %a, %b, %m, %y = gyre.scan {
      indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (t, c)>,
                       affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>,
                       affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (t, c)>],
      iterator_types = ["carried", "parallel"]}
    ins(%k, %v, %w, %u : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
    outs(%sums, %sums, %maxima, %empty : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?x?xf32>)
    step {
    ^bb0(%kt: f32, %vt: f32, %wc: f32, %uc: f32, %ha: f32, %hb: f32, %hm: f32):
      %bonus = arith.addf %uc, %kt : f32
      %top = arith.maximumf %hm, %bonus : f32
      %d0 = arith.subf %hm, %top : f32
      %d1 = arith.subf %bonus, %top : f32
      %e0 = math.exp %d0 : f32
      %e1 = math.exp %d1 : f32
      %n0 = arith.mulf %e0, %ha : f32
      %n1 = arith.mulf %e1, %vt : f32
      %n = arith.addf %n0, %n1 : f32
      %q0 = arith.mulf %e0, %hb : f32
      %q = arith.addf %q0, %e1 : f32
      %yt = arith.divf %n, %q : f32
      %past = arith.addf %hm, %wc : f32
      %next = arith.maximumf %past, %kt : f32
      %d2 = arith.subf %past, %next : f32
      %d3 = arith.subf %kt, %next : f32
      %e2 = math.exp %d2 : f32
      %e3 = math.exp %d3 : f32
      %a0 = arith.mulf %e2, %ha : f32
      %a1 = arith.mulf %e3, %vt : f32
      %a2 = arith.addf %a0, %a1 : f32
      %b0 = arith.mulf %e2, %hb : f32
      %b1 = arith.addf %b0, %e3 : f32
      gyre.yield %a2, %b1, %next, %yt : f32, f32, f32, f32
    } output {
    ^bb0(%kt: f32, %vt: f32, %wc: f32, %uc: f32, %sum: f32):
      gyre.yield %sum : f32
    } -> tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// RWKV-6: decays of each token and key feature, a bonus u for the present one.
func.func @rwkv6(%r: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                 %k: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                 %v: tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"]},
                 %w: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                 %u: tensor<?x16xf32> {gyre.dims = ["H", 16]},
                 %s0: tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"], gyre.name = "o"},
        tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"], gyre.name = "s"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %T = tensor.dim %v, %c0 : tensor<?x?x?xf32>
  %H = tensor.dim %v, %c1 : tensor<?x?x?xf32>
  %V = tensor.dim %v, %c2 : tensor<?x?x?xf32>
  %empty = tensor.empty(%T, %H, %V) : tensor<?x?x?xf32>
  %s, %o = gyre.scan {indexing_maps = [#qk, #qk, #value, #qk, #bonus, #state, #value],
                      iterator_types = ["carried", "parallel", "parallel", "state"]}
    ins(%r, %k, %v, %w, %u : tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x?xf32>,
        tensor<?x?x16xf32>, tensor<?x16xf32>)
    outs(%s0, %empty : tensor<?x16x?xf32>, tensor<?x?x?xf32>)
    step {
    ^bb0(%rt: f32, %kt: f32, %vt: f32, %wt: f32, %uk: f32, %h: f32):
      %0 = arith.mulf %kt, %vt : f32
      %1 = arith.mulf %uk, %0 : f32
      %2 = arith.addf %h, %1 : f32
      %3 = arith.mulf %rt, %2 : f32
      %4 = arith.mulf %wt, %h : f32
      %5 = arith.addf %4, %0 : f32
      gyre.yield %5, %3 : f32, f32
    } output {
    ^bb0(%vt: f32, %sum: f32):
      gyre.yield %sum : f32
    } -> tensor<?x16x?xf32>, tensor<?x?x?xf32>
  return %o, %s : tensor<?x?x?xf32>, tensor<?x16x?xf32>
}

// RWKV-7: S = S diag(w) + (S a) b + v k, o = S r. `probe` is S a.
func.func @rwkv7(%r: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                 %w: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                 %k: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                 %v: tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"]},
                 %a: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                 %b: tensor<?x?x16xf32> {gyre.dims = ["T", "H", 16]},
                 %s0: tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["T", "H", "V"], gyre.name = "o"},
        tensor<?x16x?xf32> {gyre.dims = ["H", 16, "V"], gyre.name = "s"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %T = tensor.dim %v, %c0 : tensor<?x?x?xf32>
  %H = tensor.dim %v, %c1 : tensor<?x?x?xf32>
  %V = tensor.dim %v, %c2 : tensor<?x?x?xf32>
  %empty = tensor.empty(%T, %H, %V) : tensor<?x?x?xf32>
  %s, %o = gyre.scan {indexing_maps = [#qk, #qk, #qk, #value, #qk, #qk, #state, #value],
                      iterator_types = ["carried", "parallel", "parallel", "state"]}
    ins(%r, %w, %k, %v, %a, %b : tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>,
        tensor<?x?x?xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>)
    outs(%s0, %empty : tensor<?x16x?xf32>, tensor<?x?x?xf32>)
    probe {
    ^bb0(%rt: f32, %wt: f32, %kt: f32, %vt: f32, %at: f32, %bt: f32, %h: f32):
      %0 = arith.mulf %h, %at : f32
      gyre.yield %0 : f32
    } step {
    ^bb0(%rt: f32, %wt: f32, %kt: f32, %vt: f32, %at: f32, %bt: f32, %found: f32, %h: f32):
      %0 = arith.mulf %h, %wt : f32
      %1 = arith.mulf %found, %bt : f32
      %2 = arith.addf %0, %1 : f32
      %3 = arith.mulf %vt, %kt : f32
      %4 = arith.addf %2, %3 : f32
      %5 = arith.mulf %4, %rt : f32
      gyre.yield %4, %5 : f32, f32
    } output {
    ^bb0(%vt: f32, %sum: f32):
      gyre.yield %sum : f32
    } -> tensor<?x16x?xf32>, tensor<?x?x?xf32>
  return %o, %s : tensor<?x?x?xf32>, tensor<?x16x?xf32>
}

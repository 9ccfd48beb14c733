// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Attention.td.

func.func @attention_c1(%q: tensor<2x8x5x64xf32>, %k: tensor<3x8x7x64xf32>) {
  // expected-error @+1 {{expected q, k and v of one rank of at least 3 with the same leading sizes}}
  %y = gyre.attention %q, %k, %k
      : tensor<2x8x5x64xf32>, tensor<3x8x7x64xf32>, tensor<3x8x7x64xf32>
  return
}

// -----

func.func @attention_c2(%q: tensor<8x5x64xf32>, %k: tensor<8x7x64xf32>, %v: tensor<8x6x64xf32>) {
  // expected-error @+1 {{expected k and v to have the same heads and length}}
  %y = gyre.attention %q, %k, %v
      : tensor<8x5x64xf32>, tensor<8x7x64xf32>, tensor<8x6x64xf32>
  return
}

// -----

func.func @attention_c2_features(%q: tensor<8x5x32xf32>, %k: tensor<8x7x64xf32>) {
  // expected-error @+1 {{expected q and k to have the same features}}
  %y = gyre.attention %q, %k, %k
      : tensor<8x5x32xf32>, tensor<8x7x64xf32>, tensor<8x7x64xf32>
  return
}

// -----

func.func @attention_c2_type(%q: tensor<8x5x64xf64>, %k: tensor<8x7x64xf32>) {
  // expected-error @+1 {{expected q, k and v to be computed in one type}}
  %y = gyre.attention %q, %k, %k
      : tensor<8x5x64xf64>, tensor<8x7x64xf32>, tensor<8x7x64xf32>
  return
}

// -----

func.func @attention_c3(%q: tensor<8x5x64xf32>, %k: tensor<3x7x64xf32>) {
  // expected-error @+1 {{expected the heads of k to divide those of q, got 3 and 8}}
  %y = gyre.attention %q, %k, %k
      : tensor<8x5x64xf32>, tensor<3x7x64xf32>, tensor<3x7x64xf32>
  return
}

// -----

func.func @attention_c3_unknown(%q: tensor<8x5x64xf32>, %k: tensor<?x7x64xf32>) {
  // expected-error @+1 {{expected the heads of k to divide those of q, got ? and 8}}
  %y = gyre.attention %q, %k, %k
      : tensor<8x5x64xf32>, tensor<?x7x64xf32>, tensor<?x7x64xf32>
  return
}

// -----

func.func @attention_c4(%q: tensor<8x5x64xf32>, %k: tensor<8x7x64xf32>, %m: tensor<5x6xi1>) {
  // expected-error @+1 {{expected the mask to repeat to 8x5x7, got 5x6}}
  %y = gyre.attention %q, %k, %k mask(%m)
      : tensor<8x5x64xf32>, tensor<8x7x64xf32>, tensor<8x7x64xf32>, tensor<5x6xi1>
  return
}

// -----

func.func @attention_c5(%q: tensor<8x5x?xf32>, %k: tensor<8x7x?xf32>) {
  // expected-error @+1 {{expected a scale where the features are not known}}
  %y = gyre.attention %q, %k, %k : tensor<8x5x?xf32>, tensor<8x7x?xf32>, tensor<8x7x?xf32>
  return
}

// -----

func.func @attention_c4_with(%q: tensor<8x5x64xf32>, %m: tensor<4x1x1xf32>) {
  // expected-error @+1 {{expected tensors in 'with' to repeat to 8x5x5, got 4x1x1}}
  %y = gyre.attention %q, %q, %q with(%m)
      : tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<4x1x1xf32>
      score {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %e: f32):
        gyre.yield %s : f32
      }
  return
}

// -----

func.func @attention_c6(%q: tensor<8x5x64xf32>) {
  // expected-error @+1 {{expected a window of two sizes from -1 to 2^30, got [4]}}
  %y = gyre.attention %q, %q, %q {window = array<i64: 4>}
      : tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<8x5x64xf32>
  return
}

// -----

func.func @attention_c6_softcap(%q: tensor<8x5x64xf32>) {
  // expected-error @+1 {{expected a positive softcap, got 0.0}}
  %y = gyre.attention %q, %q, %q {softcap = 0.0}
      : tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<8x5x64xf32>
  return
}

// -----

func.func @attention_c7(%q: tensor<2x8x5x64xf32>, %n: tensor<2xi32>, %past: index) {
  // expected-error @+1 {{expected one of past, lengths and sequences, got 2}}
  %y = gyre.attention %q, %q, %q past(%past) lengths(%n)
      : tensor<2x8x5x64xf32>, tensor<2x8x5x64xf32>, tensor<2x8x5x64xf32>, tensor<2xi32>
  return
}

// -----

func.func @attention_c7_align(%q: tensor<8x5x64xf32>, %past: index) {
  // expected-error @+1 {{expected align = "end" with past}}
  %y = gyre.attention %q, %q, %q past(%past) {align = "start"}
      : tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<8x5x64xf32>
  return
}

// -----

func.func @attention_c8(%q: tensor<2x8x5x64xf32>, %n: tensor<3xi32>) {
  // expected-error @+1 {{expected lengths to have sizes 2, got 3}}
  %y = gyre.attention %q, %q, %q lengths(%n)
      : tensor<2x8x5x64xf32>, tensor<2x8x5x64xf32>, tensor<2x8x5x64xf32>, tensor<3xi32>
  return
}

// -----

func.func @attention_c8_batch(%q: tensor<2x8x5x64xf32>, %n: tensor<3xi32>) {
  // expected-error @+1 {{expected one or two vectors of sequences and no leading dimension, got 1 and 1}}
  %y = gyre.attention %q, %q, %q sequences(%n)
      : tensor<2x8x5x64xf32>, tensor<2x8x5x64xf32>, tensor<2x8x5x64xf32>, tensor<3xi32>
  return
}

// -----

func.func @attention_c8_vectors(%q: tensor<8x5x64xf32>, %n: tensor<3xi32>, %m: tensor<4xi32>) {
  // expected-error @+1 {{expected sequences to be vectors of one type with at least one element}}
  %y = gyre.attention %q, %q, %q sequences(%n, %m)
      : tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<3xi32>, tensor<4xi32>
  return
}

// -----

func.func @attention_c9(%q: tensor<8x5x64xf16>) {
  // expected-error @+1 {{expected region 'score' to take ('f32', 'index', 'index', 'index', 'index'), got ('f16', 'index', 'index', 'index', 'index')}}
  %y = gyre.attention %q, %q, %q
      : tensor<8x5x64xf16>, tensor<8x5x64xf16>, tensor<8x5x64xf16>
      score {
      ^bb0(%s: f16, %b: index, %h: index, %i: index, %j: index):
        gyre.yield %s : f16
      }
  return
}

// -----

func.func @attention_c9_yield(%q: tensor<8x5x64xf32>) {
  // expected-error @+1 {{expected region 'score' to yield 'f32'}}
  %y = gyre.attention %q, %q, %q
      : tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<8x5x64xf32>
      score {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
        gyre.yield %i : index
      }
  return
}

// -----

func.func @attention_c9_needless(%q: tensor<8x5x64xf32>, %m: tensor<8x1x1xf32>) {
  // expected-error @+1 {{expected a region for what stands in 'with'}}
  %y = gyre.attention %q, %q, %q with(%m)
      : tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<8x5x64xf32>, tensor<8x1x1xf32>
  return
}

// -----

func.func @attention_c9_rank(%q: tensor<2x2x8x5x64xf32>) {
  // expected-error @+1 {{expected at most one leading dimension around a region, got 2}}
  %y = gyre.attention %q, %q, %q
      : tensor<2x2x8x5x64xf32>, tensor<2x2x8x5x64xf32>, tensor<2x2x8x5x64xf32>
      score {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
        gyre.yield %s : f32
      }
  return
}

// -----

func.func @cache_append_c1(%c: tensor<2x90x16xf32>, %x: tensor<2x5x8xf32>, %past: index) {
  // expected-error @+1 {{expected x to have sizes 2x?x16, got 2x5x8}}
  %y = gyre.cache_append %c, %x at(%past) : tensor<2x90x16xf32>, tensor<2x5x8xf32>
  return
}

// -----

func.func @cache_append_c1_dim(%c: tensor<2x90x16xf32>, %x: tensor<2x5x16xf32>, %past: index) {
  // expected-error @+1 {{expected dim to be one of the 3 dimensions of the cache, got 3}}
  %y = gyre.cache_append %c, %x at(%past) {dim = 3} : tensor<2x90x16xf32>, tensor<2x5x16xf32>
  return
}

// -----

func.func @cache_append_c1_type(%c: tensor<2x90x16xf32>, %x: tensor<2x5x16xf16>, %past: index) {
  // expected-error @+1 {{expected x of the cache's element type, got 'tensor<2x5x16xf16>'}}
  %y = gyre.cache_append %c, %x at(%past) : tensor<2x90x16xf32>, tensor<2x5x16xf16>
  return
}

// -----

func.func @attention_c5_scale(%q: tensor<8x5x4xf32>) {
  // expected-error @+1 {{expected a finite scale, got }}
  %y = gyre.attention %q, %q, %q {scale = 0x7FF0000000000000 : f64} : tensor<8x5x4xf32>, tensor<8x5x4xf32>, tensor<8x5x4xf32>
  return
}

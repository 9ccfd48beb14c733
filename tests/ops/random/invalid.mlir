// RUN: gyre-opt --split-input-file --verify-diagnostics %s -o %t
//
// One negative test a constraint of Random.td.

func.func @random_uniform_c1(%s: i64) {
  // expected-error @+1 {{expected 1 sizes, one for each ? of the result, got 0}}
  %0 = gyre.random_uniform seed(%s) offset(%s) : tensor<?x4xf32>
  return
}

// -----

func.func @random_normal_c1(%s: i64, %n: index) {
  // expected-error @+1 {{expected 0 sizes, one for each ? of the result, got 1}}
  %0 = gyre.random_normal seed(%s) offset(%s) sizes(%n) : tensor<4xf32>
  return
}

// -----

func.func @random_gumbel_c1(%s: i64) {
  // expected-error @+1 {{expected 1 sizes, one for each ? of the result, got 0}}
  %0 = gyre.random_gumbel seed(%s) offset(%s) : tensor<?x4xf32>
  return
}

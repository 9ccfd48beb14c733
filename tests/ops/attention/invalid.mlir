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

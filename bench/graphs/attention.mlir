// Attention, whole and causal, and with element-wise maps on both sides.

func.func @attention_1024(%q: tensor<1x8x1024x64xf32>,
                          %k: tensor<1x8x1024x64xf32>,
                          %v: tensor<1x8x1024x64xf32>)
    -> tensor<1x8x1024x64xf32> {
  %y = gyre.attention %q, %k, %v : tensor<1x8x1024x64xf32>,
      tensor<1x8x1024x64xf32>, tensor<1x8x1024x64xf32>
  return %y : tensor<1x8x1024x64xf32>
}

func.func @attention_causal_1024(%q: tensor<1x8x1024x64xf32>,
                                 %k: tensor<1x8x1024x64xf32>,
                                 %v: tensor<1x8x1024x64xf32>)
    -> tensor<1x8x1024x64xf32> {
  %y = gyre.attention %q, %k, %v {causal} : tensor<1x8x1024x64xf32>,
      tensor<1x8x1024x64xf32>, tensor<1x8x1024x64xf32>
  return %y : tensor<1x8x1024x64xf32>
}

func.func @attention(%q: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64]},
                     %k: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64]},
                     %v: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64]})
    -> (tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64]}) {
  %y = gyre.attention %q, %k, %v : tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32>,
      tensor<?x?x?x64xf32>
  return %y : tensor<?x?x?x64xf32>
}

func.func @attention_causal(
    %q: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64]},
    %k: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64]},
    %v: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64]})
    -> (tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", 64]}) {
  %y = gyre.attention %q, %k, %v {causal} : tensor<?x?x?x64xf32>,
      tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32>
  return %y : tensor<?x?x?x64xf32>
}

// 2 attention(q / 2, k, v) + q.
func.func @attention_chain(%q: tensor<1x8x1024x64xf32>,
                           %k: tensor<1x8x1024x64xf32>,
                           %v: tensor<1x8x1024x64xf32>)
    -> tensor<1x8x1024x64xf32> {
  %half = arith.constant dense<0.5> : tensor<1x8x1024x64xf32>
  %two = arith.constant dense<2.0> : tensor<1x8x1024x64xf32>
  %0 = arith.mulf %q, %half : tensor<1x8x1024x64xf32>
  %1 = gyre.attention %0, %k, %v : tensor<1x8x1024x64xf32>,
      tensor<1x8x1024x64xf32>, tensor<1x8x1024x64xf32>
  %2 = arith.mulf %1, %two : tensor<1x8x1024x64xf32>
  %3 = arith.addf %2, %q : tensor<1x8x1024x64xf32>
  return %3 : tensor<1x8x1024x64xf32>
}

func.func @attention_80(%q: tensor<1x8x1024x80xf32>,
                        %k: tensor<1x8x1024x80xf32>,
                        %v: tensor<1x8x1024x80xf32>)
    -> tensor<1x8x1024x80xf32> {
  %y = gyre.attention %q, %k, %v : tensor<1x8x1024x80xf32>,
      tensor<1x8x1024x80xf32>, tensor<1x8x1024x80xf32>
  return %y : tensor<1x8x1024x80xf32>
}

// One query a head and a cache of keys and values.
func.func @attention_decode(%q: tensor<1x8x1x64xf32>,
                            %k: tensor<1x8x?x64xf32> {gyre.dims = [1, 8, "S", 64]},
                            %v: tensor<1x8x?x64xf32> {gyre.dims = [1, 8, "S", 64]})
    -> tensor<1x8x1x64xf32> {
  %y = gyre.attention %q, %k, %v : tensor<1x8x1x64xf32>,
      tensor<1x8x?x64xf32>, tensor<1x8x?x64xf32>
  return %y : tensor<1x8x1x64xf32>
}

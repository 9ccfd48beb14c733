// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// State spaces: S4D, the LRU, HiPPO's matrices and their discretisations.

func.func @s4d(%u: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"]}, %step: tensor<?xf32> {gyre.dims = ["D"]},
               %a: tensor<?x8xf32> {gyre.dims = ["D", 8]}, %ai: tensor<?x8xf32> {gyre.dims = ["D", 8]},
               %c: tensor<?x8xf32> {gyre.dims = ["D", 8]}, %ci: tensor<?x8xf32> {gyre.dims = ["D", 8]},
               %skip: tensor<?xf32> {gyre.dims = ["D"]},
               %h: tensor<?x?x8xf32> {gyre.dims = ["B", "D", 8]}, %hi: tensor<?x?x8xf32> {gyre.dims = ["B", "D", 8]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"], gyre.name = "y"},
        tensor<?x?x8xf32> {gyre.dims = ["B", "D", 8], gyre.name = "last"},
        tensor<?x?x8xf32> {gyre.dims = ["B", "D", 8], gyre.name = "lasti"}) {
  %y, %last, %lasti = gyre.diagonal_ssm %u, %step, %a, %ai, %c, %ci skip(%skip) initial(%h, %hi)
      : tensor<?x?x?xf32>, tensor<?xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>,
        tensor<?xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>
  return %y, %last, %lasti : tensor<?x?x?xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>
}

func.func @s4d_bilinear(%u: tensor<?x20xf32> {gyre.dims = ["T", 20]}, %step: tensor<20xf32>,
                        %a: tensor<20x5xf32>, %ai: tensor<20x5xf32>, %c: tensor<20x5xf32>, %ci: tensor<20x5xf32>)
    -> (tensor<?x20xf32> {gyre.dims = ["T", 20], gyre.name = "y"}) {
  %y, %last, %lasti = gyre.diagonal_ssm %u, %step, %a, %ai, %c, %ci {method = "bilinear", pairs = false}
      : tensor<?x20xf32>, tensor<20xf32>, tensor<20x5xf32>, tensor<20x5xf32>, tensor<20x5xf32>, tensor<20x5xf32>
  return %y : tensor<?x20xf32>
}

func.func @s4d_bf16(%u: tensor<?x20xbf16> {gyre.dims = ["T", 20]}, %step: tensor<20xf32>,
                    %a: tensor<20x5xf32>, %ai: tensor<20x5xf32>, %c: tensor<20x5xf32>, %ci: tensor<20x5xf32>)
    -> (tensor<?x20xbf16> {gyre.dims = ["T", 20], gyre.name = "y"}) {
  %y, %last, %lasti = gyre.diagonal_ssm %u, %step, %a, %ai, %c, %ci
      : tensor<?x20xbf16>, tensor<20xf32>, tensor<20x5xf32>, tensor<20x5xf32>, tensor<20x5xf32>, tensor<20x5xf32>
  return %y : tensor<?x20xbf16>
}

func.func @lru(%u: tensor<?x?x12xf32> {gyre.dims = ["B", "T", 12]}, %nu: tensor<20xf32>, %theta: tensor<20xf32>,
               %b: tensor<12x20xf32>, %bi: tensor<12x20xf32>, %c: tensor<20x9xf32>, %ci: tensor<20x9xf32>,
               %h: tensor<?x20xf32> {gyre.dims = ["B", 20]}, %hi: tensor<?x20xf32> {gyre.dims = ["B", 20]})
    -> (tensor<?x?x9xf32> {gyre.dims = ["B", "T", 9], gyre.name = "y"},
        tensor<?x20xf32> {gyre.dims = ["B", 20], gyre.name = "last"},
        tensor<?x20xf32> {gyre.dims = ["B", 20], gyre.name = "lasti"}) {
  %y, %last, %lasti = gyre.lru %u, %nu, %theta, %b, %bi, %c, %ci initial(%h, %hi)
      : tensor<?x?x12xf32>, tensor<20xf32>, tensor<20xf32>, tensor<12x20xf32>, tensor<12x20xf32>,
        tensor<20x9xf32>, tensor<20x9xf32>, tensor<?x20xf32>, tensor<?x20xf32>
  return %y, %last, %lasti : tensor<?x?x9xf32>, tensor<?x20xf32>, tensor<?x20xf32>
}

func.func @lru_f16(%u: tensor<?x12xf16> {gyre.dims = ["T", 12]}, %nu: tensor<20xf32>, %theta: tensor<20xf32>,
                   %b: tensor<12x20xf32>, %bi: tensor<12x20xf32>, %c: tensor<20x9xf32>, %ci: tensor<20x9xf32>,
                   %gamma: tensor<20xf32>)
    -> (tensor<?x9xf16> {gyre.dims = ["T", 9], gyre.name = "y"}) {
  %y, %last, %lasti = gyre.lru %u, %nu, %theta, %b, %bi, %c, %ci gamma(%gamma)
      : tensor<?x12xf16>, tensor<20xf32>, tensor<20xf32>, tensor<12x20xf32>, tensor<12x20xf32>,
        tensor<20x9xf32>, tensor<20x9xf32>, tensor<20xf32>
  return %y : tensor<?x9xf16>
}

func.func @legs() -> (tensor<6x6xf64> {gyre.name = "a"}, tensor<6xf64> {gyre.name = "b"}) {
  %a, %b = gyre.hippo : tensor<6x6xf64>, tensor<6xf64>
  return %a, %b : tensor<6x6xf64>, tensor<6xf64>
}
func.func @legt() -> (tensor<6x6xf64> {gyre.name = "a"}, tensor<6xf64> {gyre.name = "b"}) {
  %a, %b = gyre.hippo {measure = "legt", window = 0.5} : tensor<6x6xf64>, tensor<6xf64>
  return %a, %b : tensor<6x6xf64>, tensor<6xf64>
}
func.func @lmu() -> (tensor<6x6xf64> {gyre.name = "a"}, tensor<6xf64> {gyre.name = "b"}) {
  %a, %b = gyre.hippo {measure = "lmu", window = 2.0} : tensor<6x6xf64>, tensor<6xf64>
  return %a, %b : tensor<6x6xf64>, tensor<6xf64>
}

// All five forms of one system, and zero-order hold over a step of twice the length.
func.func @discretized()
    -> (tensor<6x6xf64> {gyre.name = "euler"}, tensor<6xf64> {gyre.name = "euler_w"},
        tensor<6x6xf64> {gyre.name = "backward"}, tensor<6xf64> {gyre.name = "backward_w"},
        tensor<6x6xf64> {gyre.name = "bilinear"}, tensor<6xf64> {gyre.name = "bilinear_w"},
        tensor<6x6xf64> {gyre.name = "general"}, tensor<6xf64> {gyre.name = "general_w"},
        tensor<6x6xf64> {gyre.name = "hold"}, tensor<6xf64> {gyre.name = "hold_w"},
        tensor<6x6xf64> {gyre.name = "twice"}, tensor<6xf64> {gyre.name = "twice_w"}) {
  %a, %b = gyre.hippo {measure = "legt"} : tensor<6x6xf64>, tensor<6xf64>
  %0:2 = gyre.discretize %a, %b {method = "euler", step = 0.01} : tensor<6x6xf64>, tensor<6xf64> -> tensor<6x6xf64>, tensor<6xf64>
  %1:2 = gyre.discretize %a, %b {method = "backward_euler", step = 0.01} : tensor<6x6xf64>, tensor<6xf64> -> tensor<6x6xf64>, tensor<6xf64>
  %2:2 = gyre.discretize %a, %b {step = 0.01} : tensor<6x6xf64>, tensor<6xf64> -> tensor<6x6xf64>, tensor<6xf64>
  %3:2 = gyre.discretize %a, %b {method = "generalized", alpha = 0.25, step = 0.01} : tensor<6x6xf64>, tensor<6xf64> -> tensor<6x6xf64>, tensor<6xf64>
  %4:2 = gyre.discretize %a, %b {method = "zoh", step = 0.01} : tensor<6x6xf64>, tensor<6xf64> -> tensor<6x6xf64>, tensor<6xf64>
  %5:2 = gyre.discretize %a, %b {method = "zoh", step = 0.02} : tensor<6x6xf64>, tensor<6xf64> -> tensor<6x6xf64>, tensor<6xf64>
  return %0#0, %0#1, %1#0, %1#1, %2#0, %2#1, %3#0, %3#1, %4#0, %4#1, %5#0, %5#1
      : tensor<6x6xf64>, tensor<6xf64>, tensor<6x6xf64>, tensor<6xf64>, tensor<6x6xf64>, tensor<6xf64>,
        tensor<6x6xf64>, tensor<6xf64>, tensor<6x6xf64>, tensor<6xf64>, tensor<6x6xf64>, tensor<6xf64>
}

// The memory of HiPPO-LegS: 200 steps of x' = A/t x + B/t u, each with matrices of its own, for four inputs.
func.func @memory(%u: tensor<200x4xf32>) -> (tensor<4x6xf32> {gyre.name = "x"}) {
  %a, %b = gyre.hippo : tensor<6x6xf64>, tensor<6xf64>
  %r, %w = gyre.discretize %a, %b {varying} : tensor<6x6xf64>, tensor<6xf64> -> tensor<200x6x6xf32>, tensor<200x6xf32>
  %zero = arith.constant dense<0.0> : tensor<4x6xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c200 = arith.constant 200 : index
  %last = scf.for %t = %c0 to %c200 step %c1 iter_args(%x = %zero) -> tensor<4x6xf32> {
    %rt = tensor.extract_slice %r[%t, 0, 0] [1, 6, 6] [1, 1, 1] : tensor<200x6x6xf32> to tensor<6x6xf32>
    %wt = tensor.extract_slice %w[%t, 0] [1, 6] [1, 1] : tensor<200x6xf32> to tensor<6xf32>
    %ut = tensor.extract_slice %u[%t, 0] [1, 4] [1, 1] : tensor<200x4xf32> to tensor<4xf32>
    %empty = tensor.empty() : tensor<4x6xf32>
    %drive = linalg.generic {indexing_maps = [affine_map<(c, n) -> (c)>, affine_map<(c, n) -> (n)>, affine_map<(c, n) -> (c, n)>],
                             iterator_types = ["parallel", "parallel"]}
        ins(%ut, %wt : tensor<4xf32>, tensor<6xf32>) outs(%empty : tensor<4x6xf32>) {
    ^bb0(%in: f32, %weight: f32, %o: f32):
      %0 = arith.mulf %in, %weight : f32
      linalg.yield %0 : f32
    } -> tensor<4x6xf32>
    %next = linalg.generic {indexing_maps = [affine_map<(c, n, k) -> (c, k)>, affine_map<(c, n, k) -> (n, k)>, affine_map<(c, n, k) -> (c, n)>],
                            iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %rt : tensor<4x6xf32>, tensor<6x6xf32>) outs(%drive : tensor<4x6xf32>) {
    ^bb0(%state: f32, %weight: f32, %sum: f32):
      %0 = arith.mulf %state, %weight : f32
      %1 = arith.addf %sum, %0 : f32
      linalg.yield %1 : f32
    } -> tensor<4x6xf32>
    scf.yield %next : tensor<4x6xf32>
  }
  return %last : tensor<4x6xf32>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Complex recurrences, along any dimension, with rates that change and not.

func.func @complex(%a: tensor<?x?xf32> {gyre.dims = ["T", "C"]},
                   %ai: tensor<?x?xf32> {gyre.dims = ["T", "C"]},
                   %b: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"]},
                   %bi: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"]},
                   %h0: tensor<?x?xf32> {gyre.dims = ["B", "C"]},
                   %h0i: tensor<?x?xf32> {gyre.dims = ["B", "C"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"], gyre.name = "h"},
        tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"], gyre.name = "hi"},
        tensor<?x?xf32> {gyre.dims = ["B", "C"], gyre.name = "last"},
        tensor<?x?xf32> {gyre.dims = ["B", "C"], gyre.name = "lasti"}) {
  %h, %hi, %last, %lasti = gyre.complex_recurrence %a, %ai, %b, %bi initial(%h0, %h0i) {dim = 1}
      : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>
  return %h, %hi, %last, %lasti : tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>
}

// Rates that don't change; time runs backwards along the first dimension.
func.func @complex_fixed(%a: tensor<?xf32> {gyre.dims = ["C"]}, %ai: tensor<?xf32> {gyre.dims = ["C"]},
                         %b: tensor<?x?xf32> {gyre.dims = ["T", "C"]},
                         %bi: tensor<?x?xf32> {gyre.dims = ["T", "C"]})
    -> (tensor<?x?xf32> {gyre.dims = ["T", "C"], gyre.name = "h"},
        tensor<?x?xf32> {gyre.dims = ["T", "C"], gyre.name = "hi"}) {
  %h, %hi, %last, %lasti = gyre.complex_recurrence %a, %ai, %b, %bi {dim = 0, reverse}
      : tensor<?xf32>, tensor<?xf32>, tensor<?x?xf32>, tensor<?x?xf32>
  return %h, %hi : tensor<?x?xf32>, tensor<?x?xf32>
}

// Parts that alternate in memory are slices; time is the last dimension but that.
func.func @complex_pairs(%a: tensor<?x?x2xf32> {gyre.dims = ["C", "T", 2]},
                         %b: tensor<?x?x2xf32> {gyre.dims = ["C", "T", 2]})
    -> (tensor<?x?x2xf32> {gyre.dims = ["C", "T", 2], gyre.name = "h"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c = tensor.dim %b, %c0 : tensor<?x?x2xf32>
  %t = tensor.dim %b, %c1 : tensor<?x?x2xf32>
  %ar = tensor.extract_slice %a[0, 0, 0] [%c, %t, 1] [1, 1, 1] : tensor<?x?x2xf32> to tensor<?x?xf32>
  %ai = tensor.extract_slice %a[0, 0, 1] [%c, %t, 1] [1, 1, 1] : tensor<?x?x2xf32> to tensor<?x?xf32>
  %br = tensor.extract_slice %b[0, 0, 0] [%c, %t, 1] [1, 1, 1] : tensor<?x?x2xf32> to tensor<?x?xf32>
  %bi = tensor.extract_slice %b[0, 0, 1] [%c, %t, 1] [1, 1, 1] : tensor<?x?x2xf32> to tensor<?x?xf32>
  %hr, %hi, %last, %lasti = gyre.complex_recurrence %ar, %ai, %br, %bi
      : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>
  %empty = tensor.empty(%c, %t) : tensor<?x?x2xf32>
  %0 = tensor.insert_slice %hr into %empty[0, 0, 0] [%c, %t, 1] [1, 1, 1] : tensor<?x?xf32> into tensor<?x?x2xf32>
  %1 = tensor.insert_slice %hi into %0[0, 0, 1] [%c, %t, 1] [1, 1, 1] : tensor<?x?xf32> into tensor<?x?x2xf32>
  return %1 : tensor<?x?x2xf32>
}

// Real rates for each channel, in one part of the sizes of b.
func.func @fixed(%a: tensor<?xf32> {gyre.dims = ["C"]}, %b: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"], gyre.name = "h"}) {
  %h, %last = gyre.linear_recurrence %a, %b {dim = -2} : tensor<?xf32>, tensor<?x?x?xf32>
  return %h : tensor<?x?x?xf32>
}

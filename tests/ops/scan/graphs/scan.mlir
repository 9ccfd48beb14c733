// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recurrences in both directions, selective scans with and without options.

func.func @recurrence(%a: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"]},
                      %b: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"]},
                      %h0: tensor<?x?xf32> {gyre.dims = ["B", "C"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "T", "C"], gyre.name = "h"},
        tensor<?x?xf32> {gyre.dims = ["B", "C"], gyre.name = "last"}) {
  %h, %last = gyre.linear_recurrence %a, %b initial(%h0) {dim = 1}
      : tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<?x?xf32>
  return %h, %last : tensor<?x?x?xf32>, tensor<?x?xf32>
}

// Time is the last dimension, and runs backwards.
func.func @recurrence_reverse(%a: tensor<?x?xf32> {gyre.dims = ["C", "T"]},
                              %b: tensor<?x?xf32> {gyre.dims = ["C", "T"]})
    -> (tensor<?x?xf32> {gyre.dims = ["C", "T"], gyre.name = "h"},
        tensor<?xf32> {gyre.dims = ["C"], gyre.name = "last"}) {
  %h, %last = gyre.linear_recurrence %a, %b {reverse} : tensor<?x?xf32>, tensor<?x?xf32>
  return %h, %last : tensor<?x?xf32>, tensor<?xf32>
}

func.func @selective_scan(%u: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"]},
                          %delta: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"]},
                          %a: tensor<?x16xf32> {gyre.dims = ["D", 16]},
                          %b: tensor<?x?x16xf32> {gyre.dims = ["B", "T", 16]},
                          %c: tensor<?x?x16xf32> {gyre.dims = ["B", "T", 16]},
                          %skip: tensor<?xf32> {gyre.dims = ["D"]},
                          %gate: tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"]},
                          %bias: tensor<?xf32> {gyre.dims = ["D"]},
                          %h0: tensor<?x?x16xf32> {gyre.dims = ["B", "D", 16]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "T", "D"], gyre.name = "y"},
        tensor<?x?x16xf32> {gyre.dims = ["B", "D", 16], gyre.name = "last"}) {
  %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c
      skip(%skip) gate(%gate) bias(%bias) initial(%h0) {softplus}
      : tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<?x16xf32>, tensor<?x?x16xf32>,
        tensor<?x?x16xf32>, tensor<?xf32>, tensor<?x?x?xf32>, tensor<?xf32>,
        tensor<?x?x16xf32>
  return %y, %last : tensor<?x?x?xf32>, tensor<?x?x16xf32>
}

func.func @selective_scan_groups(%u: tensor<?x?x12xf32> {gyre.dims = ["B", "T", 12]},
                                 %delta: tensor<?x?x12xf32> {gyre.dims = ["B", "T", 12]},
                                 %a: tensor<12x5xf32>,
                                 %b: tensor<?x?x3x5xf32> {gyre.dims = ["B", "T", 3, 5]},
                                 %c: tensor<?x?x3x5xf32> {gyre.dims = ["B", "T", 3, 5]})
    -> (tensor<?x?x12xf32> {gyre.dims = ["B", "T", 12], gyre.name = "y"}) {
  %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c
      : tensor<?x?x12xf32>, tensor<?x?x12xf32>, tensor<12x5xf32>,
        tensor<?x?x3x5xf32>, tensor<?x?x3x5xf32>
  return %y : tensor<?x?x12xf32>
}

// More states and rates than a GPU's thread has registers.
func.func @selective_scan_wide(%u: tensor<?x12xf32> {gyre.dims = ["T", 12]},
                               %delta: tensor<?x12xf32> {gyre.dims = ["T", 12]},
                               %a: tensor<12x128xf32>,
                               %b: tensor<?x128xf32> {gyre.dims = ["T", 128]},
                               %c: tensor<?x128xf32> {gyre.dims = ["T", 128]})
    -> (tensor<?x12xf32> {gyre.dims = ["T", 12], gyre.name = "y"},
        tensor<12x128xf32> {gyre.name = "last"}) {
  %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c
      : tensor<?x12xf32>, tensor<?x12xf32>, tensor<12x128xf32>, tensor<?x128xf32>,
        tensor<?x128xf32>
  return %y, %last : tensor<?x12xf32>, tensor<12x128xf32>
}

// A recurrence of the user's own: h = max(a h, b), and the distance of b from it.
func.func @own(%a: tensor<?x?xf32> {gyre.dims = ["T", "C"]},
               %b: tensor<?x?xf32> {gyre.dims = ["T", "C"]},
               %h0: tensor<?xf32> {gyre.dims = ["C"]})
    -> (tensor<?x?xf32> {gyre.dims = ["T", "C"], gyre.name = "y"},
        tensor<?xf32> {gyre.dims = ["C"], gyre.name = "last"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t = tensor.dim %b, %c0 : tensor<?x?xf32>
  %c = tensor.dim %b, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%t, %c) : tensor<?x?xf32>
  %last, %y = gyre.scan {
      indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (t, c)>,
                       affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (t, c)>],
      iterator_types = ["carried", "parallel"]}
    ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>)
    outs(%h0, %empty : tensor<?xf32>, tensor<?x?xf32>)
    step {
    ^bb0(%at: f32, %bt: f32, %h: f32):
      %0 = arith.mulf %at, %h : f32
      %1 = arith.maxnumf %0, %bt : f32
      gyre.yield %1, %1 : f32, f32
    } output {
    ^bb0(%at: f32, %bt: f32, %sum: f32):
      %0 = arith.subf %sum, %bt : f32
      gyre.yield %0 : f32
    } -> tensor<?xf32>, tensor<?x?xf32>
  return %y, %last : tensor<?x?xf32>, tensor<?xf32>
}

// The state in place, or anywhere else.
func.func @in_place(%u: tensor<?x?x40xf32> {gyre.dims = ["B", "T", 40]},
                    %delta: tensor<?x?x40xf32> {gyre.dims = ["B", "T", 40]}, %a: tensor<40x16xf32>,
                    %b: tensor<?x?x2x16xf32> {gyre.dims = ["B", "T", 2, 16]},
                    %h: tensor<?x40x16xf32> {gyre.dims = ["B", 40, 16]})
    -> (tensor<?x?x40xf32> {gyre.dims = ["B", "T", 40], gyre.name = "y"},
        tensor<?x40x16xf32> {gyre.dims = ["B", 40, 16], gyre.name = "next", gyre.may_overwrite = "h"}) {
  %y, %next = gyre.selective_scan %u, %delta, %a, %b, %b initial(%h)
      : tensor<?x?x40xf32>, tensor<?x?x40xf32>, tensor<40x16xf32>, tensor<?x?x2x16xf32>,
        tensor<?x?x2x16xf32>, tensor<?x40x16xf32>
  return %y, %next : tensor<?x?x40xf32>, tensor<?x40x16xf32>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Maps and scans that are walked as they lie in memory: results that go past
// the caches, short rows that repeat, rows of steps.

func.func @scaled(%x: tensor<?xf32> {gyre.dims = ["N"]}, %by: f32)
    -> (tensor<?xf32> {gyre.dims = ["N"], gyre.name = "y", gyre.may_overwrite = "x"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %all = tensor.splat %by[%n] : tensor<?xf32>
  %y = arith.mulf %x, %all : tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @narrowed(%x: tensor<?x?xf32> {gyre.dims = ["R", "C"]})
    -> (tensor<?x?xbf16> {gyre.dims = ["R", "C"], gyre.name = "y"}) {
  %y = arith.truncf %x : tensor<?x?xf32> to tensor<?x?xbf16>
  return %y : tensor<?x?xbf16>
}

#all = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>

func.func @columns_6(%x: tensor<?x6xf32> {gyre.dims = ["N", 6]},
                     %scale: tensor<6xf32>, %shift: tensor<6xf32>)
    -> (tensor<?x6xf32> {gyre.dims = ["N", 6], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x6xf32>
  %empty = tensor.empty(%n) : tensor<?x6xf32>
  %y = linalg.generic {indexing_maps = [#all, #column, #column, #all],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %shift : tensor<?x6xf32>, tensor<6xf32>, tensor<6xf32>)
      outs(%empty : tensor<?x6xf32>) {
  ^bb0(%a: f32, %s: f32, %t: f32, %out: f32):
    %0 = arith.mulf %a, %s : f32
    %1 = arith.addf %0, %t : f32
    linalg.yield %1 : f32
  } -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

func.func @columns_20(%x: tensor<?x?x20xf32> {gyre.dims = ["B", "N", 20]},
                      %scale: tensor<20xf32>)
    -> (tensor<?x?x20xf32> {gyre.dims = ["B", "N", 20], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x20xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?x20xf32>
  %empty = tensor.empty(%b, %n) : tensor<?x?x20xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(b, i, j) -> (b, i, j)>, affine_map<(b, i, j) -> (j)>,
                       affine_map<(b, i, j) -> (b, i, j)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %scale : tensor<?x?x20xf32>, tensor<20xf32>)
      outs(%empty : tensor<?x?x20xf32>) {
  ^bb0(%a: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %s : f32
    linalg.yield %0 : f32
  } -> tensor<?x?x20xf32>
  return %y : tensor<?x?x20xf32>
}

func.func @columns_8(%x: tensor<?x8xbf16> {gyre.dims = ["N", 8]}, %scale: tensor<8xf32>)
    -> (tensor<?x8xf32> {gyre.dims = ["N", 8], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xbf16>
  %empty = tensor.empty(%n) : tensor<?x8xf32>
  %y = linalg.generic {indexing_maps = [#all, #column, #all],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale : tensor<?x8xbf16>, tensor<8xf32>) outs(%empty : tensor<?x8xf32>) {
  ^bb0(%a: bf16, %s: f32, %out: f32):
    %wide = arith.extf %a : bf16 to f32
    %0 = arith.mulf %wide, %s : f32
    linalg.yield %0 : f32
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// y_t = h_{t-1} + t, h_t = h_{t-1} a_t + b_t.
#rows = affine_map<(r, t) -> (r, t)>
#row = affine_map<(r, t) -> (r)>

func.func @steps(%a: tensor<?x?xf32> {gyre.dims = ["R", "T"]},
                 %b: tensor<?x?xf32> {gyre.dims = ["R", "T"]},
                 %h: tensor<?xf32> {gyre.dims = ["R"]})
    -> (tensor<?xf32> {gyre.dims = ["R"], gyre.name = "last"},
        tensor<?x?xf32> {gyre.dims = ["R", "T"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = tensor.dim %a, %c0 : tensor<?x?xf32>
  %n = tensor.dim %a, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%r, %n) : tensor<?x?xf32>
  %last, %y = gyre.scan {indexing_maps = [#rows, #rows, #row, #rows],
                         iterator_types = ["parallel", "carried"]}
      ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>)
      outs(%h, %empty : tensor<?xf32>, tensor<?x?xf32>)
      step {
      ^bb0(%at: f32, %bt: f32, %s: f32):
        %0 = arith.mulf %s, %at : f32
        %1 = arith.addf %0, %bt : f32
        gyre.yield %1, %s : f32, f32
      } output {
      ^bb0(%at: f32, %bt: f32, %sum: f32):
        %i = gyre.index 1 : index
        %k = arith.index_cast %i : index to i32
        %f = arith.sitofp %k : i32 to f32
        %0 = arith.addf %sum, %f : f32
        gyre.yield %0 : f32
      } -> tensor<?xf32>, tensor<?x?xf32>
  return %last, %y : tensor<?xf32>, tensor<?x?xf32>
}

func.func @steps_back(%a: tensor<?x?xf32> {gyre.dims = ["R", "T"]},
                      %b: tensor<?x?xf32> {gyre.dims = ["R", "T"]})
    -> (tensor<?x?xf32> {gyre.dims = ["R", "T"], gyre.name = "h"}) {
  %h, %last = gyre.linear_recurrence %a, %b {reverse} : tensor<?x?xf32>, tensor<?x?xf32>
  return %h : tensor<?x?xf32>
}

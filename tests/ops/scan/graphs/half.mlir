// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scans whose operands are stored in two bytes; states are f32.

func.func @recurrence_f16(%a: tensor<?x?xf16> {gyre.dims = ["T", "C"]},
                          %b: tensor<?x?xf16> {gyre.dims = ["T", "C"]})
    -> (tensor<?x?xf16> {gyre.dims = ["T", "C"], gyre.name = "h"},
        tensor<?xf32> {gyre.dims = ["C"], gyre.name = "last"}) {
  %h, %last = gyre.linear_recurrence %a, %b {dim = 0} : tensor<?x?xf16>, tensor<?x?xf16>
  return %h, %last : tensor<?x?xf16>, tensor<?xf32>
}

func.func @selective_scan_f16(%u: tensor<?x?xf16> {gyre.dims = ["T", "D"]},
                              %delta: tensor<?x?xf16> {gyre.dims = ["T", "D"]},
                              %a: tensor<?x16xf32> {gyre.dims = ["D", 16]},
                              %b: tensor<?x16xf16> {gyre.dims = ["T", 16]},
                              %c: tensor<?x16xf16> {gyre.dims = ["T", 16]},
                              %skip: tensor<?xf32> {gyre.dims = ["D"]},
                              %gate: tensor<?x?xf16> {gyre.dims = ["T", "D"]},
                              %bias: tensor<?xf32> {gyre.dims = ["D"]})
    -> (tensor<?x?xf16> {gyre.dims = ["T", "D"], gyre.name = "y"},
        tensor<?x16xf32> {gyre.dims = ["D", 16], gyre.name = "last"}) {
  %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c
      skip(%skip) gate(%gate) bias(%bias) {softplus}
      : tensor<?x?xf16>, tensor<?x?xf16>, tensor<?x16xf32>, tensor<?x16xf16>,
        tensor<?x16xf16>, tensor<?xf32>, tensor<?x?xf16>, tensor<?xf32>
  return %y, %last : tensor<?x?xf16>, tensor<?x16xf32>
}

func.func @ssd_f16(%x: tensor<?x2x16xf16> {gyre.dims = ["T", 2, 16]},
                   %delta: tensor<?x2xf16> {gyre.dims = ["T", 2]}, %a: tensor<2xf32>,
                   %b: tensor<?x32xf16> {gyre.dims = ["T", 32]},
                   %c: tensor<?x32xf16> {gyre.dims = ["T", 32]}, %skip: tensor<2xf32>,
                   %gate: tensor<?x2x16xf16> {gyre.dims = ["T", 2, 16]}, %bias: tensor<2xf32>)
    -> (tensor<?x2x16xf16> {gyre.dims = ["T", 2, 16], gyre.name = "y"},
        tensor<2x16x32xf32> {gyre.name = "last"}) {
  %y, %last = gyre.ssd_scan %x, %delta, %a, %b, %c skip(%skip) gate(%gate) bias(%bias) {softplus, chunk = 16}
      : tensor<?x2x16xf16>, tensor<?x2xf16>, tensor<2xf32>, tensor<?x32xf16>, tensor<?x32xf16>,
        tensor<2xf32>, tensor<?x2x16xf16>, tensor<2xf32>
  return %y, %last : tensor<?x2x16xf16>, tensor<2x16x32xf32>
}

func.func @recurrence_bf16(%a: tensor<?x?xbf16> {gyre.dims = ["T", "C"]},
                          %b: tensor<?x?xbf16> {gyre.dims = ["T", "C"]})
    -> (tensor<?x?xbf16> {gyre.dims = ["T", "C"], gyre.name = "h"},
        tensor<?xf32> {gyre.dims = ["C"], gyre.name = "last"}) {
  %h, %last = gyre.linear_recurrence %a, %b {dim = 0} : tensor<?x?xbf16>, tensor<?x?xbf16>
  return %h, %last : tensor<?x?xbf16>, tensor<?xf32>
}

func.func @selective_scan_bf16(%u: tensor<?x?xbf16> {gyre.dims = ["T", "D"]},
                              %delta: tensor<?x?xbf16> {gyre.dims = ["T", "D"]},
                              %a: tensor<?x16xf32> {gyre.dims = ["D", 16]},
                              %b: tensor<?x16xbf16> {gyre.dims = ["T", 16]},
                              %c: tensor<?x16xbf16> {gyre.dims = ["T", 16]},
                              %skip: tensor<?xf32> {gyre.dims = ["D"]},
                              %gate: tensor<?x?xbf16> {gyre.dims = ["T", "D"]},
                              %bias: tensor<?xf32> {gyre.dims = ["D"]})
    -> (tensor<?x?xbf16> {gyre.dims = ["T", "D"], gyre.name = "y"},
        tensor<?x16xf32> {gyre.dims = ["D", 16], gyre.name = "last"}) {
  %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c
      skip(%skip) gate(%gate) bias(%bias) {softplus}
      : tensor<?x?xbf16>, tensor<?x?xbf16>, tensor<?x16xf32>, tensor<?x16xbf16>,
        tensor<?x16xbf16>, tensor<?xf32>, tensor<?x?xbf16>, tensor<?xf32>
  return %y, %last : tensor<?x?xbf16>, tensor<?x16xf32>
}

func.func @ssd_bf16(%x: tensor<?x2x16xbf16> {gyre.dims = ["T", 2, 16]},
                   %delta: tensor<?x2xbf16> {gyre.dims = ["T", 2]}, %a: tensor<2xf32>,
                   %b: tensor<?x32xbf16> {gyre.dims = ["T", 32]},
                   %c: tensor<?x32xbf16> {gyre.dims = ["T", 32]}, %skip: tensor<2xf32>,
                   %gate: tensor<?x2x16xbf16> {gyre.dims = ["T", 2, 16]}, %bias: tensor<2xf32>)
    -> (tensor<?x2x16xbf16> {gyre.dims = ["T", 2, 16], gyre.name = "y"},
        tensor<2x16x32xf32> {gyre.name = "last"}) {
  %y, %last = gyre.ssd_scan %x, %delta, %a, %b, %c skip(%skip) gate(%gate) bias(%bias) {softplus, chunk = 16}
      : tensor<?x2x16xbf16>, tensor<?x2xbf16>, tensor<2xf32>, tensor<?x32xbf16>, tensor<?x32xbf16>,
        tensor<2xf32>, tensor<?x2x16xbf16>, tensor<2xf32>
  return %y, %last : tensor<?x2x16xbf16>, tensor<2x16x32xf32>
}

func.func @complex_f16(%a: tensor<?xf32> {gyre.dims = ["C"]}, %ai: tensor<?xf32> {gyre.dims = ["C"]},
                       %b: tensor<?x?xf16> {gyre.dims = ["T", "C"]}, %bi: tensor<?x?xf16> {gyre.dims = ["T", "C"]})
    -> (tensor<?x?xf16> {gyre.dims = ["T", "C"], gyre.name = "h"},
        tensor<?x?xf16> {gyre.dims = ["T", "C"], gyre.name = "hi"},
        tensor<?xf32> {gyre.dims = ["C"], gyre.name = "last"}) {
  %h, %hi, %last, %lasti = gyre.complex_recurrence %a, %ai, %b, %bi {dim = 0}
      : tensor<?xf32>, tensor<?xf32>, tensor<?x?xf16>, tensor<?x?xf16>
  return %h, %hi, %last : tensor<?x?xf16>, tensor<?x?xf16>, tensor<?xf32>
}

func.func @complex_bf16(%a: tensor<?xf32> {gyre.dims = ["C"]}, %ai: tensor<?xf32> {gyre.dims = ["C"]},
                       %b: tensor<?x?xbf16> {gyre.dims = ["T", "C"]}, %bi: tensor<?x?xbf16> {gyre.dims = ["T", "C"]})
    -> (tensor<?x?xbf16> {gyre.dims = ["T", "C"], gyre.name = "h"},
        tensor<?x?xbf16> {gyre.dims = ["T", "C"], gyre.name = "hi"},
        tensor<?xf32> {gyre.dims = ["C"], gyre.name = "last"}) {
  %h, %hi, %last, %lasti = gyre.complex_recurrence %a, %ai, %b, %bi {dim = 0}
      : tensor<?xf32>, tensor<?xf32>, tensor<?x?xbf16>, tensor<?x?xbf16>
  return %h, %hi, %last : tensor<?x?xbf16>, tensor<?x?xbf16>, tensor<?xf32>
}

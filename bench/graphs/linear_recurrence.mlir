// h[t] = a[t] h[t - 1] + b[t], time innermost.

func.func @linear_recurrence(%a: tensor<?x?x?xf32> {gyre.dims = ["B", "D", "T"]},
                             %b: tensor<?x?x?xf32> {gyre.dims = ["B", "D", "T"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "D", "T"]}) {
  %h, %last = gyre.linear_recurrence %a, %b : tensor<?x?x?xf32>, tensor<?x?x?xf32>
  return %h : tensor<?x?x?xf32>
}

func.func @linear_recurrence_bf16(
    %a: tensor<?x?x?xbf16> {gyre.dims = ["B", "D", "T"]},
    %b: tensor<?x?x?xbf16> {gyre.dims = ["B", "D", "T"]})
    -> (tensor<?x?x?xbf16> {gyre.dims = ["B", "D", "T"]}) {
  %h, %last = gyre.linear_recurrence %a, %b : tensor<?x?x?xbf16>, tensor<?x?x?xbf16>
  return %h : tensor<?x?x?xbf16>
}

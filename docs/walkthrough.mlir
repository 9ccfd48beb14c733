// The graph that ARCHITECTURE.md follows through the levels.
func.func @rows(%x: tensor<?x?xf32> {gyre.dims = ["B", "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "out"}) {
  %h = gyre.silu %x : tensor<?x?xf32>
  %y = gyre.softmax %h : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// Behind the text of examples/digits/classifier.mlir: its parts, one by one.
func.func @embedded(%images: !images {gyre.dims = ["N", 8, 8]}) -> (!tokens {gyre.dims = ["N", 16, 64]}) {
  %x = call @embed(%images) : (!images) -> !tokens
  return %x : !tokens
}
func.func @one_block(%x: !tokens {gyre.dims = ["N", 16, 64]}, %i: index) -> (!tokens {gyre.dims = ["N", 16, 64]}) {
  %y = call @block(%x, %i) : (!tokens, index) -> !tokens
  return %y : !tokens
}
func.func @columns(%x: !tokens {gyre.dims = ["N", 16, 64]}) -> (!tokens {gyre.dims = ["N", 16, 64]}) {
  %y = call @by_columns(%x) : (!tokens) -> !tokens
  return %y : !tokens
}

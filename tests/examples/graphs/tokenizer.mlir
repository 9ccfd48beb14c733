// Behind the text of examples/digits/tokenizer.mlir: its parts, one by one.
func.func @embedded(%images: !images {gyre.dims = ["N", 8, 8]}) -> (!tokens {gyre.dims = ["N", 16, 64]}) {
  %encoder = arith.constant 0 : index
  %patches = call @patches(%images) : (!images) -> !patches
  %x = call @embed(%patches, %encoder) : (!patches, index) -> !tokens
  return %x : !tokens
}
func.func @one_block(%x: !tokens {gyre.dims = ["N", 16, 64]}, %i: index) -> (!tokens {gyre.dims = ["N", 16, 64]}) {
  %y = call @block(%x, %i) : (!tokens, index) -> !tokens
  return %y : !tokens
}
func.func @coded(%x: !tokens {gyre.dims = ["N", 16, 64]})
    -> (!patches {gyre.name = "z", gyre.dims = ["N", 16, 4]}, !patches {gyre.name = "codes", gyre.dims = ["N", 16, 4]}) {
  %encoder = arith.constant 0 : index
  %z = call @read(%x, %encoder) : (!tokens, index) -> !patches
  %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 5, 5, 5>} : !patches
  return %z, %codes : !patches, !patches
}
func.func @decoder_embedded(%codes: !patches {gyre.dims = ["N", 16, 4]}) -> (!tokens {gyre.dims = ["N", 16, 64]}) {
  %decoder = arith.constant 1 : index
  %x = call @embed(%codes, %decoder) : (!patches, index) -> !tokens
  return %x : !tokens
}

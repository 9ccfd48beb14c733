// Behind the text of examples/digits/denoiser.mlir: its parts, one by one.
func.func @embedded(%noisy: !images {gyre.dims = ["N", 8, 8]}, %sigma: !levels {gyre.dims = ["N"]},
                    %labels: !labels {gyre.dims = ["N"]})
    -> (!condition {gyre.name = "condition", gyre.dims = ["N", 96]}, !tokens {gyre.name = "embedded", gyre.dims = ["N", 16, 96]}) {
  %skip, %out, %in, %c_noise = gyre.edm_coefficients %sigma {sigma_data = 0.5} : !levels
  %c_in = call @for_pixels(%in) : (!levels) -> !images
  %scaled = arith.mulf %c_in, %noisy : !images
  %c = call @condition(%c_noise, %labels) : (!levels, !labels) -> !condition
  %x = call @embed(%scaled) : (!images) -> !tokens
  return %c, %x : !condition, !tokens
}
func.func @one_block(%x: !tokens {gyre.dims = ["N", 16, 96]}, %c: !condition {gyre.dims = ["N", 96]}, %i: index)
    -> (!tokens {gyre.dims = ["N", 16, 96]}) {
  %y = call @block(%x, %c, %i) : (!tokens, !condition, index) -> !tokens
  return %y : !tokens
}

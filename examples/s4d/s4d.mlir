// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An S4D block (arXiv 2206.11893): layer norm, 16 pairs of complex states for
// each of 48 features, a gated linear unit, and the residual. It goes on from
// the states that the last call left.

ml_program.global private @norm(#ml_program.extern : tensor<48xf32>) : tensor<48xf32>
ml_program.global private @shift(#ml_program.extern : tensor<48xf32>) : tensor<48xf32>
ml_program.global private @log_step(#ml_program.extern : tensor<48xf32>) : tensor<48xf32>
ml_program.global private @log_a_re(#ml_program.extern : tensor<48x16xf32>) : tensor<48x16xf32>
ml_program.global private @a_im(#ml_program.extern : tensor<48x16xf32>) : tensor<48x16xf32>
ml_program.global private @c_re(#ml_program.extern : tensor<48x16xf32>) : tensor<48x16xf32>
ml_program.global private @c_im(#ml_program.extern : tensor<48x16xf32>) : tensor<48x16xf32>
ml_program.global private @skip(#ml_program.extern : tensor<48xf32>) : tensor<48xf32>
ml_program.global private @value(#ml_program.extern : tensor<48x48xf32>) : tensor<48x48xf32>
ml_program.global private @value_bias(#ml_program.extern : tensor<48xf32>) : tensor<48xf32>
ml_program.global private @gate(#ml_program.extern : tensor<48x48xf32>) : tensor<48x48xf32>
ml_program.global private @gate_bias(#ml_program.extern : tensor<48xf32>) : tensor<48xf32>

func.func @s4d_block(%x: tensor<?x?x48xf32> {gyre.dims = ["B", "T", 48]},
                     %h_re: tensor<?x48x16xf32> {gyre.dims = ["B", 48, 16]},
                     %h_im: tensor<?x48x16xf32> {gyre.dims = ["B", 48, 16]})
    -> (tensor<?x?x48xf32> {gyre.dims = ["B", "T", 48], gyre.name = "y"},
        tensor<?x48x16xf32> {gyre.dims = ["B", 48, 16], gyre.name = "next_re", gyre.may_overwrite = "h_re"},
        tensor<?x48x16xf32> {gyre.dims = ["B", 48, 16], gyre.name = "next_im", gyre.may_overwrite = "h_im"}) {
  %norm = ml_program.global_load_const @norm : tensor<48xf32>
  %shift = ml_program.global_load_const @shift : tensor<48xf32>
  %log_step = ml_program.global_load_const @log_step : tensor<48xf32>
  %log_a_re = ml_program.global_load_const @log_a_re : tensor<48x16xf32>
  %a_im = ml_program.global_load_const @a_im : tensor<48x16xf32>
  %c_re = ml_program.global_load_const @c_re : tensor<48x16xf32>
  %c_im = ml_program.global_load_const @c_im : tensor<48x16xf32>
  %skip = ml_program.global_load_const @skip : tensor<48xf32>
  %value = ml_program.global_load_const @value : tensor<48x48xf32>
  %value_bias = ml_program.global_load_const @value_bias : tensor<48xf32>
  %gate = ml_program.global_load_const @gate : tensor<48x48xf32>
  %gate_bias = ml_program.global_load_const @gate_bias : tensor<48xf32>

  // Rates have a negative real part, so states fade.
  %step = math.exp %log_step : tensor<48xf32>
  %decay = math.exp %log_a_re : tensor<48x16xf32>
  %a_re = arith.negf %decay : tensor<48x16xf32>
  %u = gyre.layer_norm %x, %norm, %shift : tensor<?x?x48xf32>, tensor<48xf32>, tensor<48xf32>
  %mixed, %next_re, %next_im = gyre.diagonal_ssm %u, %step, %a_re, %a_im, %c_re, %c_im
      skip(%skip) initial(%h_re, %h_im)
      : tensor<?x?x48xf32>, tensor<48xf32>, tensor<48x16xf32>, tensor<48x16xf32>, tensor<48x16xf32>,
        tensor<48x16xf32>, tensor<48xf32>, tensor<?x48x16xf32>, tensor<?x48x16xf32>
  %active = gyre.gelu %mixed : tensor<?x?x48xf32>

  %values = gyre.linear %active, %value, %value_bias : tensor<?x?x48xf32>, tensor<48x48xf32>, tensor<48xf32>
  %gates = gyre.linear %active, %gate, %gate_bias : tensor<?x?x48xf32>, tensor<48x48xf32>, tensor<48xf32>
  %open = gyre.sigmoid %gates : tensor<?x?x48xf32>
  %gated = arith.mulf %values, %open : tensor<?x?x48xf32>
  %y = arith.addf %x, %gated : tensor<?x?x48xf32>
  return %y, %next_re, %next_im : tensor<?x?x48xf32>, tensor<?x48x16xf32>, tensor<?x48x16xf32>
}

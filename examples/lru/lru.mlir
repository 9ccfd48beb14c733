// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An LRU block (arXiv 2303.06349): layer norm, 96 complex states between two
// linear maps, a gated linear unit, and the residual. It goes on from the
// states that the last call left.

ml_program.global private @norm(#ml_program.extern : tensor<48xf32>) : tensor<48xf32>
ml_program.global private @shift(#ml_program.extern : tensor<48xf32>) : tensor<48xf32>
ml_program.global private @nu(#ml_program.extern : tensor<96xf32>) : tensor<96xf32>
ml_program.global private @theta(#ml_program.extern : tensor<96xf32>) : tensor<96xf32>
ml_program.global private @b_re(#ml_program.extern : tensor<48x96xf32>) : tensor<48x96xf32>
ml_program.global private @b_im(#ml_program.extern : tensor<48x96xf32>) : tensor<48x96xf32>
ml_program.global private @c_re(#ml_program.extern : tensor<96x48xf32>) : tensor<96x48xf32>
ml_program.global private @c_im(#ml_program.extern : tensor<96x48xf32>) : tensor<96x48xf32>
ml_program.global private @d(#ml_program.extern : tensor<48x48xf32>) : tensor<48x48xf32>
ml_program.global private @value(#ml_program.extern : tensor<48x48xf32>) : tensor<48x48xf32>
ml_program.global private @gate(#ml_program.extern : tensor<48x48xf32>) : tensor<48x48xf32>

func.func @lru_block(%x: tensor<?x?x48xf32> {gyre.dims = ["B", "T", 48]},
                     %h_re: tensor<?x96xf32> {gyre.dims = ["B", 96]},
                     %h_im: tensor<?x96xf32> {gyre.dims = ["B", 96]})
    -> (tensor<?x?x48xf32> {gyre.dims = ["B", "T", 48], gyre.name = "y"},
        tensor<?x96xf32> {gyre.dims = ["B", 96], gyre.name = "next_re", gyre.may_overwrite = "h_re"},
        tensor<?x96xf32> {gyre.dims = ["B", 96], gyre.name = "next_im", gyre.may_overwrite = "h_im"}) {
  %norm = ml_program.global_load_const @norm : tensor<48xf32>
  %shift = ml_program.global_load_const @shift : tensor<48xf32>
  %nu = ml_program.global_load_const @nu : tensor<96xf32>
  %theta = ml_program.global_load_const @theta : tensor<96xf32>
  %b_re = ml_program.global_load_const @b_re : tensor<48x96xf32>
  %b_im = ml_program.global_load_const @b_im : tensor<48x96xf32>
  %c_re = ml_program.global_load_const @c_re : tensor<96x48xf32>
  %c_im = ml_program.global_load_const @c_im : tensor<96x48xf32>
  %d = ml_program.global_load_const @d : tensor<48x48xf32>
  %value = ml_program.global_load_const @value : tensor<48x48xf32>
  %gate = ml_program.global_load_const @gate : tensor<48x48xf32>

  %u = gyre.layer_norm %x, %norm, %shift : tensor<?x?x48xf32>, tensor<48xf32>, tensor<48xf32>
  %mixed, %next_re, %next_im = gyre.lru %u, %nu, %theta, %b_re, %b_im, %c_re, %c_im initial(%h_re, %h_im)
      : tensor<?x?x48xf32>, tensor<96xf32>, tensor<96xf32>, tensor<48x96xf32>, tensor<48x96xf32>,
        tensor<96x48xf32>, tensor<96x48xf32>, tensor<?x96xf32>, tensor<?x96xf32>
  %through = gyre.linear %u, %d : tensor<?x?x48xf32>, tensor<48x48xf32>
  %sum = arith.addf %mixed, %through : tensor<?x?x48xf32>
  %active = gyre.gelu %sum : tensor<?x?x48xf32>

  %values = gyre.linear %active, %value : tensor<?x?x48xf32>, tensor<48x48xf32>
  %gates = gyre.linear %active, %gate : tensor<?x?x48xf32>, tensor<48x48xf32>
  %open = gyre.sigmoid %gates : tensor<?x?x48xf32>
  %gated = arith.mulf %values, %open : tensor<?x?x48xf32>
  %y = arith.addf %x, %gated : tensor<?x?x48xf32>
  return %y, %next_re, %next_im : tensor<?x?x48xf32>, tensor<?x96xf32>, tensor<?x96xf32>
}

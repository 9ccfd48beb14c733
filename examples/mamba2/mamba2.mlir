// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A Mamba-2 block (arXiv 2405.21060): 64 features, 8 heads of 16 channels with
// 32 states, a convolution over 4 tokens.
//
// One graph is prefill and decode: whole chunks of 16 tokens are matrix
// products, what is left goes step by step.

ml_program.global private @norm(#ml_program.extern : tensor<64xf32>) : tensor<64xf32>
ml_program.global private @in(#ml_program.extern : tensor<64x328xf32>) : tensor<64x328xf32>
ml_program.global private @conv(#ml_program.extern : tensor<192x4xf32>) : tensor<192x4xf32>
ml_program.global private @conv_bias(#ml_program.extern : tensor<192xf32>) : tensor<192xf32>
ml_program.global private @step_bias(#ml_program.extern : tensor<8xf32>) : tensor<8xf32>
ml_program.global private @a_log(#ml_program.extern : tensor<8xf32>) : tensor<8xf32>
ml_program.global private @skip(#ml_program.extern : tensor<8xf32>) : tensor<8xf32>
ml_program.global private @out_norm(#ml_program.extern : tensor<128xf32>) : tensor<128xf32>
ml_program.global private @out(#ml_program.extern : tensor<128x64xf32>) : tensor<128x64xf32>

func.func @mamba2(%x: tensor<?x?x64xf32> {gyre.dims = ["B", "T", 64]},
                  %rows: tensor<?x3x192xf32> {gyre.dims = ["B", 3, 192]},
                  %state: tensor<?x8x16x32xf32> {gyre.dims = ["B", 8, 16, 32]})
    -> (tensor<?x?x64xf32> {gyre.dims = ["B", "T", 64], gyre.name = "y"},
        tensor<?x3x192xf32> {gyre.dims = ["B", 3, 192], gyre.name = "next_rows", gyre.may_overwrite = "rows"},
        tensor<?x8x16x32xf32> {gyre.dims = ["B", 8, 16, 32], gyre.name = "next_state", gyre.may_overwrite = "state"}) {
  %norm = ml_program.global_load_const @norm : tensor<64xf32>
  %in = ml_program.global_load_const @in : tensor<64x328xf32>
  %conv = ml_program.global_load_const @conv : tensor<192x4xf32>
  %conv_bias = ml_program.global_load_const @conv_bias : tensor<192xf32>
  %step_bias = ml_program.global_load_const @step_bias : tensor<8xf32>
  %a_log = ml_program.global_load_const @a_log : tensor<8xf32>
  %skip = ml_program.global_load_const @skip : tensor<8xf32>
  %out_norm = ml_program.global_load_const @out_norm : tensor<128xf32>
  %out = ml_program.global_load_const @out : tensor<128x64xf32>
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %b = tensor.dim %x, %d0 : tensor<?x?x64xf32>
  %t = tensor.dim %x, %d1 : tensor<?x?x64xf32>

  // One linear layer makes the gate, what goes through the convolution, and
  // the steps of the heads.
  %normed = gyre.rms_norm %x, %norm : tensor<?x?x64xf32>, tensor<64xf32>
  %all = gyre.linear %normed, %in : tensor<?x?x64xf32>, tensor<64x328xf32>
  %z = tensor.extract_slice %all[0, 0, 0] [%b, %t, 128] [1, 1, 1] : tensor<?x?x328xf32> to tensor<?x?x128xf32>
  %raw = tensor.extract_slice %all[0, 0, 128] [%b, %t, 192] [1, 1, 1] : tensor<?x?x328xf32> to tensor<?x?x192xf32>
  %delta = tensor.extract_slice %all[0, 0, 320] [%b, %t, 8] [1, 1, 1] : tensor<?x?x328xf32> to tensor<?x?x8xf32>
  %mixed, %next_rows = gyre.causal_conv %raw, %conv bias(%conv_bias) initial(%rows) {silu}
      : tensor<?x?x192xf32>, tensor<192x4xf32>, tensor<192xf32>, tensor<?x3x192xf32>

  // Channels of the heads, what all of them write and what they read.
  %flat = tensor.extract_slice %mixed[0, 0, 0] [%b, %t, 128] [1, 1, 1] : tensor<?x?x192xf32> to tensor<?x?x128xf32>
  %write = tensor.extract_slice %mixed[0, 0, 128] [%b, %t, 32] [1, 1, 1] : tensor<?x?x192xf32> to tensor<?x?x32xf32>
  %read = tensor.extract_slice %mixed[0, 0, 160] [%b, %t, 32] [1, 1, 1] : tensor<?x?x192xf32> to tensor<?x?x32xf32>
  %u = tensor.expand_shape %flat [[0], [1], [2, 3]] output_shape [%b, %t, 8, 16]
      : tensor<?x?x128xf32> into tensor<?x?x8x16xf32>
  %gate = tensor.expand_shape %z [[0], [1], [2, 3]] output_shape [%b, %t, 8, 16]
      : tensor<?x?x128xf32> into tensor<?x?x8x16xf32>

  %rates = math.exp %a_log : tensor<8xf32>
  %a = arith.negf %rates : tensor<8xf32>
  %scanned, %next_state = gyre.ssd_scan %u, %delta, %a, %write, %read
      skip(%skip) gate(%gate) bias(%step_bias) initial(%state) {softplus, chunk = 16}
      : tensor<?x?x8x16xf32>, tensor<?x?x8xf32>, tensor<8xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>,
        tensor<8xf32>, tensor<?x?x8x16xf32>, tensor<8xf32>, tensor<?x8x16x32xf32>
  %heads = tensor.collapse_shape %scanned [[0], [1], [2, 3]] : tensor<?x?x8x16xf32> into tensor<?x?x128xf32>
  %even = gyre.rms_norm %heads, %out_norm : tensor<?x?x128xf32>, tensor<128xf32>
  %projected = gyre.linear %even, %out : tensor<?x?x128xf32>, tensor<128x64xf32>
  %y = arith.addf %x, %projected : tensor<?x?x64xf32>
  return %y, %next_rows, %next_state : tensor<?x?x64xf32>, tensor<?x3x192xf32>, tensor<?x8x16x32xf32>
}

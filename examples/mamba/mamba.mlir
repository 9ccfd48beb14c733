// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A Mamba block (arXiv 2312.00752): 64 features, 128 channels of 16 states,
// steps of rank 4, a convolution over 4 tokens.
//
// One graph is prefill and decode: it goes on from the rows and the states that
// the last call left, by any number of tokens T.

ml_program.global private @norm(#ml_program.extern : tensor<64xf32>) : tensor<64xf32>
ml_program.global private @in(#ml_program.extern : tensor<64x256xf32>) : tensor<64x256xf32>
ml_program.global private @conv(#ml_program.extern : tensor<128x4xf32>) : tensor<128x4xf32>
ml_program.global private @conv_bias(#ml_program.extern : tensor<128xf32>) : tensor<128xf32>
ml_program.global private @select(#ml_program.extern : tensor<128x36xf32>) : tensor<128x36xf32>
ml_program.global private @step(#ml_program.extern : tensor<4x128xf32>) : tensor<4x128xf32>
ml_program.global private @step_bias(#ml_program.extern : tensor<128xf32>) : tensor<128xf32>
ml_program.global private @a_log(#ml_program.extern : tensor<128x16xf32>) : tensor<128x16xf32>
ml_program.global private @skip(#ml_program.extern : tensor<128xf32>) : tensor<128xf32>
ml_program.global private @out(#ml_program.extern : tensor<128x64xf32>) : tensor<128x64xf32>

func.func @mamba(%x: tensor<?x?x64xf32> {gyre.dims = ["B", "T", 64]},
                 %rows: tensor<?x3x128xf32> {gyre.dims = ["B", 3, 128]},
                 %state: tensor<?x128x16xf32> {gyre.dims = ["B", 128, 16]})
    -> (tensor<?x?x64xf32> {gyre.dims = ["B", "T", 64], gyre.name = "y"},
        tensor<?x3x128xf32> {gyre.dims = ["B", 3, 128], gyre.name = "next_rows"},
        tensor<?x128x16xf32> {gyre.dims = ["B", 128, 16], gyre.name = "next_state"}) {
  %norm = ml_program.global_load_const @norm : tensor<64xf32>
  %in = ml_program.global_load_const @in : tensor<64x256xf32>
  %conv = ml_program.global_load_const @conv : tensor<128x4xf32>
  %conv_bias = ml_program.global_load_const @conv_bias : tensor<128xf32>
  %select = ml_program.global_load_const @select : tensor<128x36xf32>
  %step = ml_program.global_load_const @step : tensor<4x128xf32>
  %step_bias = ml_program.global_load_const @step_bias : tensor<128xf32>
  %a_log = ml_program.global_load_const @a_log : tensor<128x16xf32>
  %skip = ml_program.global_load_const @skip : tensor<128xf32>
  %out = ml_program.global_load_const @out : tensor<128x64xf32>
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %b = tensor.dim %x, %d0 : tensor<?x?x64xf32>
  %t = tensor.dim %x, %d1 : tensor<?x?x64xf32>

  // Half of the channels go through the scan, the others gate it.
  %normed = gyre.rms_norm %x, %norm : tensor<?x?x64xf32>, tensor<64xf32>
  %both = gyre.linear %normed, %in : tensor<?x?x64xf32>, tensor<64x256xf32>
  %raw = tensor.extract_slice %both[0, 0, 0] [%b, %t, 128] [1, 1, 1] : tensor<?x?x256xf32> to tensor<?x?x128xf32>
  %gate = tensor.extract_slice %both[0, 0, 128] [%b, %t, 128] [1, 1, 1] : tensor<?x?x256xf32> to tensor<?x?x128xf32>
  %u, %next_rows = gyre.causal_conv %raw, %conv bias(%conv_bias) initial(%rows) {silu}
      : tensor<?x?x128xf32>, tensor<128x4xf32>, tensor<128xf32>, tensor<?x3x128xf32>

  // What a token selects: its step, what it writes and what it reads.
  %selected = gyre.linear %u, %select : tensor<?x?x128xf32>, tensor<128x36xf32>
  %low = tensor.extract_slice %selected[0, 0, 0] [%b, %t, 4] [1, 1, 1] : tensor<?x?x36xf32> to tensor<?x?x4xf32>
  %write = tensor.extract_slice %selected[0, 0, 4] [%b, %t, 16] [1, 1, 1] : tensor<?x?x36xf32> to tensor<?x?x16xf32>
  %read = tensor.extract_slice %selected[0, 0, 20] [%b, %t, 16] [1, 1, 1] : tensor<?x?x36xf32> to tensor<?x?x16xf32>
  %delta = gyre.linear %low, %step : tensor<?x?x4xf32>, tensor<4x128xf32>

  %rates = math.exp %a_log : tensor<128x16xf32>
  %a = arith.negf %rates : tensor<128x16xf32>
  %scanned, %next_state = gyre.selective_scan %u, %delta, %a, %write, %read
      skip(%skip) gate(%gate) bias(%step_bias) initial(%state) {softplus}
      : tensor<?x?x128xf32>, tensor<?x?x128xf32>, tensor<128x16xf32>, tensor<?x?x16xf32>,
        tensor<?x?x16xf32>, tensor<128xf32>, tensor<?x?x128xf32>, tensor<128xf32>, tensor<?x128x16xf32>
  %projected = gyre.linear %scanned, %out : tensor<?x?x128xf32>, tensor<128x64xf32>
  %y = arith.addf %x, %projected : tensor<?x?x64xf32>
  return %y, %next_rows, %next_state : tensor<?x?x64xf32>, tensor<?x3x128xf32>, tensor<?x128x16xf32>
}

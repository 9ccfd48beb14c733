// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A block of Qwen2-VL's vision tower (arXiv 2409.12191) in small: 64 features,
// 4 heads of 16, 128 hidden features.
//
// The N patches are those of several images, packed one behind the other:
// `starts` says where each begins and the last ends, `places` the row and the
// column of each patch.

!patches = tensor<?x64xf32>
!heads = tensor<?x4x16xf32>
#weight = #ml_program.extern

ml_program.global private @norm1.weight(#weight) : tensor<64xf32>
ml_program.global private @norm1.bias(#weight) : tensor<64xf32>
ml_program.global private @qkv.weight(#weight) : tensor<64x192xf32>
ml_program.global private @qkv.bias(#weight) : tensor<192xf32>
ml_program.global private @proj.weight(#weight) : tensor<64x64xf32>
ml_program.global private @proj.bias(#weight) : tensor<64xf32>
ml_program.global private @norm2.weight(#weight) : tensor<64xf32>
ml_program.global private @norm2.bias(#weight) : tensor<64xf32>
ml_program.global private @fc1.weight(#weight) : tensor<64x128xf32>
ml_program.global private @fc1.bias(#weight) : tensor<128xf32>
ml_program.global private @fc2.weight(#weight) : tensor<128x64xf32>
ml_program.global private @fc2.bias(#weight) : tensor<64xf32>

// x sigmoid(1.702 x).
func.func private @quick_gelu(%x: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %slope = arith.constant 1.702 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x128xf32>
  %slopes = tensor.splat %slope[%n] : tensor<?x128xf32>
  %0 = arith.mulf %x, %slopes : tensor<?x128xf32>
  %1 = gyre.sigmoid %0 : tensor<?x128xf32>
  %2 = arith.mulf %x, %1 : tensor<?x128xf32>
  return %2 : tensor<?x128xf32>
}

func.func @vision(%x: !patches {gyre.dims = ["N", 64]}, %places: tensor<?x2xi32> {gyre.dims = ["N", 2]},
                  %starts: tensor<?xi32> {gyre.dims = ["I + 1"]},
                  %i: index {gyre.size = "I"}, %n: index {gyre.size = "N"})
    -> (!patches {gyre.dims = ["N", 64], gyre.name = "y"}) {
  %norm1.weight = ml_program.global_load_const @norm1.weight : tensor<64xf32>
  %norm1.bias = ml_program.global_load_const @norm1.bias : tensor<64xf32>
  %qkv.weight = ml_program.global_load_const @qkv.weight : tensor<64x192xf32>
  %qkv.bias = ml_program.global_load_const @qkv.bias : tensor<192xf32>
  %proj.weight = ml_program.global_load_const @proj.weight : tensor<64x64xf32>
  %proj.bias = ml_program.global_load_const @proj.bias : tensor<64xf32>
  %norm2.weight = ml_program.global_load_const @norm2.weight : tensor<64xf32>
  %norm2.bias = ml_program.global_load_const @norm2.bias : tensor<64xf32>
  %fc1.weight = ml_program.global_load_const @fc1.weight : tensor<64x128xf32>
  %fc1.bias = ml_program.global_load_const @fc1.bias : tensor<128xf32>
  %fc2.weight = ml_program.global_load_const @fc2.weight : tensor<128x64xf32>
  %fc2.bias = ml_program.global_load_const @fc2.bias : tensor<64xf32>

  %h = gyre.layer_norm %x, %norm1.weight, %norm1.bias {eps = 1.0e-6} : !patches, tensor<64xf32>, tensor<64xf32>
  %qkv0 = gyre.linear %h, %qkv.weight, %qkv.bias : !patches, tensor<64x192xf32>, tensor<192xf32>
  %qkv = tensor.expand_shape %qkv0 [[0], [1, 2, 3]] output_shape [%n, 3, 4, 16] : tensor<?x192xf32> into tensor<?x3x4x16xf32>
  %q0 = tensor.extract_slice %qkv[0, 0, 0, 0] [%n, 1, 4, 16] [1, 1, 1, 1] : tensor<?x3x4x16xf32> to !heads
  %k0 = tensor.extract_slice %qkv[0, 1, 0, 0] [%n, 1, 4, 16] [1, 1, 1, 1] : tensor<?x3x4x16xf32> to !heads
  %v = tensor.extract_slice %qkv[0, 2, 0, 0] [%n, 1, 4, 16] [1, 1, 1, 1] : tensor<?x3x4x16xf32> to !heads

  %q = gyre.rotary %q0 positions(%places) {dim = 0, pairing = "half", sections = array<i64: 4, 4>,
                                           frequencies = "restart"} : !heads, tensor<?x2xi32>
  %k = gyre.rotary %k0 positions(%places) {dim = 0, pairing = "half", sections = array<i64: 4, 4>,
                                           frequencies = "restart"} : !heads, tensor<?x2xi32>
  %a0 = gyre.attention %q, %k, %v sequences(%starts) {layout = "bthd"} : !heads, !heads, !heads, tensor<?xi32>
  %a1 = tensor.collapse_shape %a0 [[0], [1, 2]] : !heads into !patches
  %a2 = gyre.linear %a1, %proj.weight, %proj.bias : !patches, tensor<64x64xf32>, tensor<64xf32>
  %a = arith.addf %x, %a2 : !patches

  %m0 = gyre.layer_norm %a, %norm2.weight, %norm2.bias {eps = 1.0e-6} : !patches, tensor<64xf32>, tensor<64xf32>
  %m1 = gyre.linear %m0, %fc1.weight, %fc1.bias : !patches, tensor<64x128xf32>, tensor<128xf32>
  %m2 = call @quick_gelu(%m1) : (tensor<?x128xf32>) -> tensor<?x128xf32>
  %m3 = gyre.linear %m2, %fc2.weight, %fc2.bias : tensor<?x128xf32>, tensor<128x64xf32>, tensor<64xf32>
  %y = arith.addf %a, %m3 : !patches
  return %y : !patches
}

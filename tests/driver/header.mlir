// The header compiles alone as C99 and as C++17, and says what each argument is.
// RUN: rm -rf %t && mkdir %t
// RUN: gyrec %s --emit=header --prefix=net -o %t/model.h
// RUN: FileCheck %s --input-file=%t/model.h
// RUN: clang-22 -std=c99 -Wall -Wextra -pedantic -Werror -I %gyre_source/runtime/include -fsyntax-only -x c %t/model.h
// RUN: clang++-22 -std=c++17 -Wall -Wextra -pedantic -Werror -I %gyre_source/runtime/include -fsyntax-only -x c++ %t/model.h

// CHECK:      * Targets: {{.+}}. */
// CHECK-NEXT: #ifndef GYRE_MODEL_NET_MODEL_H
// CHECK:      #include <gyre/runtime.h>
// CHECK:      typedef struct net_weights {
// CHECK-NEXT:   const float *layer_0_w; /* "layer.0.w": f32, shape (4, 8) */
// CHECK-NEXT:   const uint16_t *bias; /* "bias": bf16 as its bits, shape (8,) */
// CHECK-NEXT:   gyre_mapping mapping;
// CHECK:      int32_t net_weights_bind(net_weights *weights, const char *file,
// CHECK-NEXT:                          gyre_call *call);
// CHECK:       *   weights  reads layer_0_w, bias
// CHECK-NEXT:  *   x  in: f32, shape (T, 4)
// CHECK-NEXT:  *   mask  in: i1, shape (T,)
// CHECK-NEXT:  *   scale  in: f32
// CHECK-NEXT:  *   y  out: f32, shape (T, 8)
// CHECK-NEXT:  *   T  size: dimension 0 of x, dimension 0 of mask, dimension 0 of y
// CHECK:      int32_t net_layer(const net_weights *weights, const float *x,
// CHECK-NEXT:                   const uint8_t *mask, float scale, float *y, int64_t T,
// CHECK-NEXT:                   gyre_call *call);
// CHECK:      size_t net_layer_workspace(int64_t T);

// A long list of weights goes over several lines.
// RUN: gyrec %gyre_source/examples/digits/classifier.mlir --emit=header -o - | FileCheck %s --check-prefix=LIST
// LIST:      *   weights  reads patch_weight, patch_bias, position, norm_weight,
// LIST-NEXT: *                  head_weight, head_bias, blocks_norm_weight,
ml_program.global private @layer.0.w(#ml_program.extern : tensor<4x8xf32>) : tensor<4x8xf32>
ml_program.global private @bias(#ml_program.extern : tensor<8xbf16>) : tensor<8xbf16>

func.func @layer(%x: tensor<?x4xf32> {gyre.dims = ["T", 4]},
                 %mask: tensor<?xi1> {gyre.dims = ["T"]}, %scale: f32)
    -> (tensor<?x8xf32> {gyre.name = "y", gyre.dims = ["T", 8]}) {
  %w = ml_program.global_load_const @layer.0.w : tensor<4x8xf32>
  %b = ml_program.global_load_const @bias : tensor<8xbf16>
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %empty = tensor.empty(%t) : tensor<?x8xf32>
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%0, %b, %mask : tensor<?x8xf32>, tensor<8xbf16>, tensor<?xi1>) outs(%empty : tensor<?x8xf32>) {
  ^bb0(%a: f32, %bias: bf16, %m: i1, %o: f32):
    %wide = arith.extf %bias : bf16 to f32
    %s = arith.addf %a, %wide : f32
    %scaled = arith.mulf %s, %scale : f32
    %r = arith.select %m, %scaled, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

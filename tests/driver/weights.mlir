// Weights come from a safetensors file, whose names and shapes are checked.
// RUN: rm -rf %t && mkdir %t
// RUN: python3 %S/safetensors.py %t/w.safetensors layer.bias 10 20 30 40
// RUN: python3 %S/npy.py %t/x.npy 2 4 0 1 2 3 4 5 6 7
// RUN: gyrec run %s --in %t/x.npy --weights %t/w.safetensors | FileCheck %s
// CHECK: out: 2x4xf32 = 10 21 32 43 14 25 36 47

// RUN: python3 %S/safetensors.py %t/short.safetensors layer.bias 10 20 30
// RUN: not gyrec run %s --in %t/x.npy --weights %t/short.safetensors 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: gyrec: error: {{.*}}layer.bias{{.*}}
// RUN: python3 %S/safetensors.py %t/other.safetensors bias 10 20 30 40
// RUN: not gyrec run %s --in %t/x.npy --weights %t/other.safetensors 2>&1 | FileCheck %s --check-prefix=NAME
// NAME: gyrec: error: {{.*}}layer.bias{{.*}}
// RUN: not gyrec run %s --in %t/x.npy 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: weights are missing; give --weights or --random=<seed>
ml_program.global private @layer.bias(#ml_program.extern : tensor<4xf32>) : tensor<4xf32>

func.func @layer(%x: tensor<?x4xf32> {gyre.dims = ["T", 4]}) -> (tensor<?x4xf32> {gyre.dims = ["T", 4]}) {
  %bias = ml_program.global_load_const @layer.bias : tensor<4xf32>
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %empty = tensor.empty(%t) : tensor<?x4xf32>
  %b = linalg.broadcast ins(%bias : tensor<4xf32>) outs(%empty : tensor<?x4xf32>) dimensions = [0]
  %0 = arith.addf %x, %b : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

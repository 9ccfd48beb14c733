// Floats of a byte: weights from safetensors files, results as NumPy arrays, on
// CPUs of all kinds.
// RUN: rm -rf %t && mkdir %t
// RUN: python3 %S/safetensors.py %t/w.safetensors w F8_E4M3 0 1 56 184 126 127
// RUN: gyrec run %s --weights %t/w.safetensors --in 2.0 --out %t/out.npy
// RUN: gyrec run %s --weights %t/w.safetensors --in 2.0 | FileCheck %s
// RUN: gyrec run %s --weights %t/w.safetensors --in 2.0 --target=x86-64-v2 | FileCheck %s
// RUN: gyrec run %s --weights %t/w.safetensors --in 2.0 --target=x86-64-v3 | FileCheck %s
// CHECK: out: 6xf8E5M2 = 0 0.00390625 2 -2 896 nan
// RUN: python3 -c "print(list(open('%t/out.npy', 'rb').read()[-6:]))" | FileCheck %s --check-prefix=BYTES
// BYTES: [0, 28, 64, 192, 99, {{126|127}}]

// RUN: python3 %S/safetensors.py %t/other.safetensors w F8_E5M2 0 1 56 184 126 127
// RUN: not gyrec run %s --weights %t/other.safetensors --in 2.0 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: gyrec: error: {{.*}}F8_E4M3{{.*}}
ml_program.global private @w(#ml_program.extern : tensor<6xf8E4M3FN>) : tensor<6xf8E4M3FN>

func.func @wide(%factor: f32) -> tensor<6xf8E5M2> {
  %w = ml_program.global_load_const @w : tensor<6xf8E4M3FN>
  %x = arith.extf %w : tensor<6xf8E4M3FN> to tensor<6xf32>
  %f = tensor.splat %factor : tensor<6xf32>
  %y = arith.mulf %x, %f : tensor<6xf32>
  %0 = arith.truncf %y : tensor<6xf32> to tensor<6xf8E5M2>
  return %0 : tensor<6xf8E5M2>
}

// gyrec run on a GPU, which the emulator of tests/emulator stands in for, gives
// what it gives on a CPU.
// RUN: rm -rf %t && mkdir %t
// RUN: gyrec %s --target=host,sm_80 --emit=nvvm -o %t/kernels.ll
// RUN: %gyre_build/tests/bin/gyre-emulate %t/kernels.ll %t/host.ll
// RUN: llc -relocation-model=pic -filetype=obj %t/host.ll -o %t/host.o
// RUN: ld.lld -shared --unresolved-symbols=ignore-all %t/host.o -o %t/kernels.so
// RUN: python3 %S/safetensors.py %t/w.safetensors bias 10 20 30 40
// RUN: python3 %S/npy.py %t/x.npy 2 4 0 1 2 3 4 5 6 7
// RUN: env LD_LIBRARY_PATH=%gyre_build/tests/emulator GYRE_EMULATOR_KERNELS=%t/kernels.so gyrec run %s --device=cuda --in %t/x.npy --in 0.5 --weights %t/w.safetensors | FileCheck %s
// CHECK: out: 2x4xf32 = 10 20.5 31 41.5 12 22.5 33 43.5

// RUN: not gyrec run %s --device=gpu --in %t/x.npy --in 0.5 --weights %t/w.safetensors 2>&1 | FileCheck %s --check-prefix=WORD
// WORD: error: expected --device to be one of cpu, cuda, got 'gpu'

ml_program.global private @bias(#ml_program.extern : tensor<4xf32>) : tensor<4xf32>

func.func @f(%x: tensor<?x4xf32> {gyre.dims = ["T", 4]}, %scale: f32)
    -> (tensor<?x4xf32> {gyre.dims = ["T", 4]}) {
  %bias = ml_program.global_load_const @bias : tensor<4xf32>
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %empty = tensor.empty(%t) : tensor<?x4xf32>
  %scales = linalg.fill ins(%scale : f32) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  %b = linalg.broadcast ins(%bias : tensor<4xf32>) outs(%empty : tensor<?x4xf32>) dimensions = [0]
  %0 = arith.mulf %x, %scales : tensor<?x4xf32>
  %1 = arith.addf %0, %b : tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

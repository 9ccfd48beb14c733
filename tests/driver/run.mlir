// gyrec run: sizes come from the inputs, results go to files.
// RUN: rm -rf %t && mkdir %t
// RUN: python3 %S/npy.py %t/x.npy 2 4 0 1 2 3 4 5 6 7
// RUN: gyrec run %s --entry=twice --in %t/x.npy --out %t/y.npy
// RUN: python3 %S/npy.py %t/y.npy | FileCheck %s --check-prefix=FILE
// FILE: (2, 4) [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]

// Without a file for it, a result is printed.
// RUN: gyrec run %s --entry=twice --in x=%t/x.npy | FileCheck %s --check-prefix=PRINT
// PRINT: out: 2x4xf32 = 0 2 4 6 8 10 12 14

// RUN: gyrec run %s --entry=scaled --in 3 --size N=2 --random=7 > %t/a
// RUN: gyrec run %s --entry=scaled --in factor=3 --size N=2 --random=7 --threads=off --target=x86-64-v2 > %t/b
// RUN: diff %t/a %t/b
// RUN: FileCheck %s --input-file=%t/a --check-prefix=RANDOM
// RANDOM: out: 2xf32 = {{-?[0-9.]+}} {{-?[0-9.]+}}

// RUN: gyrec run %s --describe | FileCheck %s --check-prefix=DESCRIBE
// DESCRIBE:      twice
// DESCRIBE-NEXT:   in  x: f32 (T, 4)
// DESCRIBE-NEXT:   out out: f32 (T, 4)
// DESCRIBE-NEXT:   sizes T

// RUN: gyrec run %s --entry=scaled --in 3 --size N=64 --random=7 --benchmark | FileCheck %s --check-prefix=BENCHMARK
// BENCHMARK: scaled: median {{.*}} ms, best {{.*}} ms of {{[0-9]+}} calls

// RUN: not gyrec run %s 2>&1 | FileCheck %s --check-prefix=ENTRY
// ENTRY: expected --entry to be one of twice, scaled
// RUN: not gyrec run %s --entry=twice 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: size 'T' is not known; give --size T=<number>
// RUN: not gyrec run %s --entry=twice --size T=2 2>&1 | FileCheck %s --check-prefix=INPUT
// INPUT: input 'x' is missing; give --in or --random=<seed>
// RUN: not gyrec run %s --entry=twice --in %t/x.npy --size T=3 2>&1 | FileCheck %s --check-prefix=DISAGREE
// DISAGREE: expected dimension 0 of 'x' to be T = 3, got 2
// RUN: not gyrec run %s --entry=twice --in %s 2>&1 | FileCheck %s --check-prefix=NPY
// NPY: run.mlir': expected a .npy file
// RUN: not gyrec run %s --entry=twice --in z=%t/x.npy 2>&1 | FileCheck %s --check-prefix=NAME
// NAME: @twice has no argument 'z'
func.func @twice(%x: tensor<?x4xf32> {gyre.dims = ["T", 4]}) -> (tensor<?x4xf32> {gyre.dims = ["T", 4]}) {
  %0 = arith.addf %x, %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
func.func @scaled(%factor: f32, %x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %f = tensor.splat %factor[%n] : tensor<?xf32>
  %0 = arith.mulf %x, %f : tensor<?xf32>
  return %0 : tensor<?xf32>
}

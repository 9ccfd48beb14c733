// Narrow floats round alike on CPUs with and without instructions for them,
// and need nothing at link time that compilers of the last years lack.
// RUN: gyrec run %s --entry=sum --random=3 --size N=37 --target=x86-64-v2 > %t.v2
// RUN: gyrec run %s --entry=sum --random=3 --size N=37 --target=host > %t.host
// RUN: diff %t.v2 %t.host
// RUN: gyrec %s --emit=obj --target=x86-64-v3 -o %t.o
// RUN: llvm-nm %t.o | FileCheck %s --implicit-check-not=" U __"
// CHECK: W __truncsfbf2

// Scalars of all widths travel by value.
// RUN: gyrec run %s --entry=scalars --in 1.5 --in 1 --in 100 --in -2 --in 1000 | FileCheck %s --check-prefix=ON
// RUN: gyrec run %s --entry=scalars --in 1.5 --in 0 --in 100 --in -2 --in 1000 | FileCheck %s --check-prefix=OFF
// ON: out: f32 = 1099.5
// OFF: out: f32 = 0
func.func @sum(%x: tensor<?xbf16> {gyre.dims = ["N"]}, %y: tensor<?xbf16> {gyre.dims = ["N"]})
    -> (tensor<?xbf16> {gyre.dims = ["N"]}) {
  %0 = arith.addf %x, %y : tensor<?xbf16>
  return %0 : tensor<?xbf16>
}
func.func @scalars(%a: f16, %b: i1, %c: i64, %d: bf16, %e: index) -> tensor<f32> {
  %0 = arith.extf %a : f16 to f32
  %1 = arith.extf %d : bf16 to f32
  %2 = arith.sitofp %c : i64 to f32
  %3 = arith.index_cast %e : index to i64
  %4 = arith.sitofp %3 : i64 to f32
  %5 = arith.addf %0, %1 : f32
  %6 = arith.addf %5, %2 : f32
  %7 = arith.addf %6, %4 : f32
  %zero = arith.constant 0.0 : f32
  %8 = arith.select %b, %7, %zero : f32
  %9 = tensor.from_elements %8 : tensor<f32>
  return %9 : tensor<f32>
}

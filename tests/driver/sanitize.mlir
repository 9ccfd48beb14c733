// Whatever a graph says, what is compiled has a result: the checks stay silent.
// RUN: rm -rf %t && mkdir %t
// RUN: python3 %S/npy.py %t/x.npy 1 3 7 2e9 9
// RUN: python3 %S/npy.py %t/good.npy 1 3 1 2 3
// RUN: python3 %S/npy.py %t/bad.npy 1 3 1 2e9 40
// RUN: python3 %S/npy.py %t/large.npy 1 3 1 3e9 40
// RUN: gyrec run %s --in %t/x.npy --in %t/good.npy --sanitize=undefined | FileCheck %s --check-prefix=GOOD
// GOOD: out: 1x3xi32 = 8 2e+09 12
// RUN: gyrec run %s --in %t/x.npy --in %t/bad.npy --sanitize=undefined | FileCheck %s --check-prefix=SUM
// SUM: out: 1x3xi32 = 8 -2.94967e+08 49
// RUN: gyrec run %s --in %t/x.npy --in %t/large.npy --sanitize=undefined | FileCheck %s --check-prefix=CONVERSION
// CONVERSION: out: 1x3xi32 = 8 -1.47484e+08 49

// RUN: gyrec %s --sanitize=undefined --target=x86-64-v3 --emit=llvm -o - | FileCheck %s --check-prefix=CODE
// CODE-DAG: c"sum.kernel0\00"
// CODE-DAG: c"conversion out of range: %{{[0-9]+}} = fptosi <8 x float> %{{[0-9]+}} to <8 x i32>\00"
// CODE: call void @gyre_undefined(ptr {{.*}}, ptr {{.*}})
// CODE-NEXT: unreachable

// RUN: gyrec %s --sanitize=address --target=x86-64-v3 --emit=llvm -o - | FileCheck %s --check-prefix=ADDRESS
// ADDRESS: call void @__asan_report_load
// ADDRESS-NOT: gyre_undefined

// RUN: not gyrec %s --sanitize=memory 2>&1 | FileCheck %s --check-prefix=WORD
// WORD: expected --sanitize to be one of address, undefined, got 'memory'
// RUN: not gyrec run %s --sanitize=address 2>&1 | FileCheck %s --check-prefix=PROGRAM
// PROGRAM: --sanitize=address needs a program that is linked with -fsanitize=address; gyrec run takes --sanitize=undefined only
!floats = tensor<?x?xf32>
!integers = tensor<?x?xi32>

func.func @sum(%x: !floats {gyre.dims = ["M", "N"]}, %y: !floats {gyre.dims = ["M", "N"]}) -> (!integers {gyre.dims = ["M", "N"]}) {
  %a = arith.fptosi %x : !floats to !integers
  %b = arith.fptosi %y : !floats to !integers
  %0 = arith.addi %a, %b overflow<nsw> : !integers
  return %0 : !integers
}

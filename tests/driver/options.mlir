// What the command line refuses, and what it says of itself.
// RUN: gyrec --help | FileCheck %s --check-prefix=HELP
// HELP: USAGE: gyrec model.mlir [-o out/model]
// HELP: --target=<names>
// HELP-NOT: --print-after-all

// RUN: gyrec --version | FileCheck %s --check-prefix=VERSION
// VERSION: gyrec {{[0-9.]+}}, ABI version {{[0-9]+}}, LLVM 22
// VERSION-NEXT: host: {{.}}

// RUN: not gyrec %s --tagret=host 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: unknown option '--tagret=host'; --help lists them

// RUN: not gyrec %s --in=x.npy 2>&1 | FileCheck %s --check-prefix=OTHER
// OTHER: option '--in=' is one of gyrec run, not of gyrec <graph>

// RUN: not gyrec 2>&1 %s %s | FileCheck %s --check-prefix=TWO
// TWO: expected one graph, got 2

// RUN: not gyrec %s --target=skylake 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: unknown target 'skylake', expected one of host, aarch64, x86-64-v2, x86-64-v3, x86-64-v4, sm_80, sm_90, sm_90a, sm_100, sm_120

// RUN: not gyrec %s --target=aarch64,x86-64-v3 2>&1 | FileCheck %s --check-prefix=MIXED
// MIXED: targets 'aarch64' and 'x86-64-v3' do not fit into one object

// RUN: not gyrec %s --target=sm_80 2>&1 | FileCheck %s --check-prefix=ALONE
// ALONE: expected a CPU beside 'sm_80' to launch kernels from, as in --target=host,sm_80

// RUN: not gyrec %s --emit=ptx 2>&1 | FileCheck %s --check-prefix=NOGPU
// NOGPU: expected a GPU among the targets of --emit=ptx

// RUN: not gyrec %s --emit=exe 2>&1 | FileCheck %s --check-prefix=EMIT
// EMIT: expected --emit to be one of obj, header, json, asm, ptx, nvvm, graph, structures, kernels, buffers, code, llvm, got 'exe'

// RUN: not gyrec %s --prefix=2d 2>&1 | FileCheck %s --check-prefix=PREFIX
// PREFIX: expected --prefix to be a C identifier, got '2d'

// RUN: not gyrec %s --threads=2 2>&1 | FileCheck %s --check-prefix=THREADS
// THREADS: expected --threads to be one of on, off, got '2'

// RUN: not gyrec %s.missing 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: cannot read '{{.*}}options.mlir.missing': No such file or directory

// RUN: gyrec %s --time --emit=header -o %t.h 2>&1 | FileCheck %s --check-prefix=TIME
// TIME: Execution time report
// TIME: Total

func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = arith.addf %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

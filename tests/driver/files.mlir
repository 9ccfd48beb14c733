// Three files appear together; a mistake leaves none, and no folder.
// RUN: rm -rf %t
// RUN: gyrec %s -o %t/good/model --verify-each
// RUN: ls %t/good | FileCheck %s --check-prefix=FILES
// FILES:      model.h
// FILES-NEXT: model.json
// FILES-NEXT: model.o
// FILES-NOT:  {{.}}

// RUN: not gyrec %S/graphs/unnamed.mlir -o %t/bad/model 2>&1 | FileCheck %s --check-prefix=MISTAKE
// RUN: not ls %t/bad
// MISTAKE:      unnamed.mlir:2:14: error: dimension 0 of argument 'x' has no name
// MISTAKE-NEXT: func.func @f(%x: tensor<?xf32>)
// MISTAKE-NOT:  reproducer

// With what was made on the way.
// RUN: gyrec %s -o %t/temps/model --save-temps --target=host,sm_80
// RUN: ls %t/temps | FileCheck %s --check-prefix=TEMPS
// TEMPS:      model.h
// TEMPS-NEXT: model.json
// TEMPS-NEXT: model.ll
// TEMPS-NEXT: model.nvvm.ll
// TEMPS-NEXT: model.o
// TEMPS-NEXT: model.ptx

// A pipe or a device stays one: it is written to, not replaced.
// RUN: rm -f %t.pipe && mkfifo %t.pipe
// RUN: sh -c 'timeout 20 cat %t.pipe > %t.piped & gyrec %s --emit=header -o %t.pipe; wait'
// RUN: test -p %t.pipe
// RUN: FileCheck %s --input-file=%t.piped --check-prefix=PIPED
// PIPED: int32_t f(const float *x, float *out, int64_t T, gyre_call *call);

// The description tells the rest of the world.
// RUN: FileCheck %s --input-file=%t/good/model.json --check-prefix=JSON
// JSON: "symbol": "f"
// JSON: "name": "x"
// JSON: "kind": "input"
// JSON: "type": "f32"
// JSON: "T"
// JSON: "workspace": "f_workspace"

// Names of symbols in the object.
// RUN: llvm-nm %t/good/model.o | FileCheck %s --check-prefix=SYMBOLS
// SYMBOLS-DAG: T f{{$}}
// SYMBOLS-DAG: T f_workspace
// SYMBOLS-DAG: U gyre_enter
// SYMBOLS-DAG: U gyre_parallel_for

// RUN: gyrec %s --emit=obj --threads=off --prefix=p -o %t/serial.o
// RUN: llvm-nm %t/serial.o | FileCheck %s --check-prefix=SERIAL \
// RUN:     --implicit-check-not=gyre_parallel_for --implicit-check-not=gyre_max_threads
// SERIAL-DAG: U gyre_serial_for
// SERIAL-DAG: T p_f{{$}}

// Several targets in one object are chosen among at run time.
// RUN: gyrec %s --emit=llvm --target=x86-64-v2,x86-64-v4,x86-64-v3 | FileCheck %s --check-prefix=VARIANTS
// VARIANTS:     define i32 @f(
// VARIANTS:       call i64 @gyre_cpu_features()
// VARIANTS:       @gyre.entry.f.x86-64-v3, ptr @gyre.entry.f.x86-64-v2
// VARIANTS:       @gyre.entry.f.x86-64-v4
// VARIANTS:       call i32 @gyre_enter(
// VARIANTS:       call void @gyre_leave(

// RUN: gyrec %s --emit=asm --target=aarch64 | FileCheck %s --check-prefix=ARM
// ARM: fadd v{{[0-9]+}}.4s
func.func @f(%x: tensor<?xf32> {gyre.dims = ["T"]}) -> (tensor<?xf32> {gyre.dims = ["T"]}) {
  %0 = arith.addf %x, %x : tensor<?xf32>
  return %0 : tensor<?xf32>
}

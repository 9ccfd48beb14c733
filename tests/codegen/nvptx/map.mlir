// A map moves 16 bytes a thread where rows are aligned, and single elements
// where they are not; nothing is spilled to local memory or left unresolved.
// RUN: gyrec %s --target=host,sm_80 --emit=ptx | FileCheck %s --check-prefix=PTX
// RUN: gyrec %s --target=host,sm_80 --emit=ptx | FileCheck %s --check-prefix=NOT
// NOT-NOT: .local
// NOT-NOT: .extern
// NOT-NOT: call

// PTX:     .target sm_80
// PTX:     .visible .entry f_kernel0(
// PTX:     .maxntid 128
// PTX:     .minnctapersm 4
// PTX-DAG: ld.global.v4.b32
// PTX-DAG: st.global.v4.b32
// PTX-DAG: st.global.b32

// A kernel of one tile stays a kernel, and the host reads no thread's number.
// RUN: gyrec %s --target=host,sm_80 --emit=code | FileCheck %s
// CHECK-LABEL: func.func private @f.kernel0
// CHECK:         nvvm.read.ptx.sreg.tid.x
// CHECK-LABEL: func.func @f(
// CHECK-NOT:     nvvm
// CHECK:         gyre.launch @f.kernel0
// CHECK-LABEL: func.func @one_tile(
// CHECK-NOT:     nvvm
// CHECK:         gyre.launch @one_tile.kernel0

// Object and header offer both.
// RUN: gyrec %s --target=host,sm_80,sm_90a -o %t
// RUN: llvm-nm %t.o | FileCheck %s --check-prefix=SYMBOLS
// SYMBOLS-DAG: T f{{$}}
// SYMBOLS-DAG: T f_cuda{{$}}
// SYMBOLS-DAG: T f_cuda_workspace
// SYMBOLS-DAG: U gyre_cuda_launch
// RUN: FileCheck %s --input-file=%t.h --check-prefix=HEADER
// RUN: clang-22 -std=c99 -Wall -Wextra -pedantic -Werror -I %gyre_source/runtime/include -fsyntax-only -x c %t.h
// HEADER: Targets: {{.*}}, sm_80, sm_90a. */
// HEADER: int32_t f_cuda(void *stream, const float *x, const float *y, float *out,
// HEADER: size_t f_cuda_workspace(int64_t N);

func.func @f(%x: tensor<?xf32> {gyre.dims = ["N"]}, %y: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %0 = arith.mulf %x, %y : tensor<?xf32>
  %1 = gyre.silu %0 : tensor<?xf32>
  return %1 : tensor<?xf32>
}

func.func @one_tile(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = arith.addf %x, %x : tensor<8xf32>
  return %0 : tensor<8xf32>
}

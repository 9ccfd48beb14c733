// A failure of the compiler says where it was, leaves the graph, and no output.
// RUN: rm -rf %t && mkdir %t
// RUN: not gyrec %s -o %t/model --mllvm -stop-after=nowhere 2>&1 | FileCheck %s
// RUN: ls %t | FileCheck %s --check-prefix=FILES
// RUN: gyrec %t/model.reproducer.mlir --emit=header | FileCheck %s --check-prefix=AGAIN
// CHECK: "nowhere" pass is not registered
// CHECK: error: the compiler failed in code generation
// CHECK: note: the graph is in '{{.*}}model.reproducer.mlir'; please report it
// FILES:     model.reproducer.mlir
// FILES-NOT: {{.}}
// AGAIN: int32_t f(const float *x, float *out, gyre_call *call);
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = arith.addf %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

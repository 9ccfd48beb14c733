// A crash in upstream's code, here in a parser (docs/known-upstream.md), is an
// error with a reproducer too.
// RUN: rm -rf %t && mkdir %t
// RUN: not gyrec %s -o %t/model 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=AGAIN --input-file %t/model.reproducer.mlir
// CHECK: error: the compiler failed in reading the graph
// CHECK: note: the graph is in '{{.*}}model.reproducer.mlir'; please report it
// AGAIN: // The compiler failed in reading the graph; targets:
// AGAIN: linalg.transpose
func.func @f(%x: tensor<2x4xf32>) -> tensor<4x2xf32> {
  %0 = tensor.empty() : tensor<4x2xf32>
  %1 = linalg.transpose ins(%x : tensor<2x4xf32>) outs(%0 : tensor<4x2xf32>) permutation = [, 0]
  return %1 : tensor<4x2xf32>
}

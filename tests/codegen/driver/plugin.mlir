// RUN: mlir-opt --load-dialect-plugin=%gyre_build/lib/Gyre.so \
// RUN:   --load-pass-plugin=%gyre_build/lib/Gyre.so \
// RUN:   --pass-pipeline='builtin.module(func.func(gyre-decompose))' %s | FileCheck %s

// The stock mlir-opt reads the dialect and runs its passes.

// CHECK-LABEL: func.func @rows
func.func @rows(%x: tensor<?x10xf32>) -> tensor<?x10xf32> {
  // CHECK-NOT: gyre.softmax
  // CHECK: gyre.reduce
  %y = gyre.softmax %x : tensor<?x10xf32>
  return %y : tensor<?x10xf32>
}

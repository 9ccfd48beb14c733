// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v4 --emit=asm -o - | FileCheck %s
// One element of two bytes is stored as two bytes.

// CHECK-LABEL: {{^}}one.body:
// CHECK-NOT:   movl {{.*}}, (%rsi)
// CHECK:       movw {{.*}}, (%rsi)
// CHECK:       ret
func.func @one(%x: tensor<1xbf16>) -> tensor<1xbf16> {
  %0 = gyre.softmax %x {dim = 0, temperature = 0.5} : tensor<1xbf16>
  return %0 : tensor<1xbf16>
}

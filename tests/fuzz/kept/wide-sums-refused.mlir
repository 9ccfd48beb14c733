// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: not gyrec %s --target=x86-64-v4 -o %t 2>&1 | FileCheck %s
// Sums of an attention of bf16 whose features only the call knows.
// CHECK:     expected payload sums of a narrower type than their result to have a static size of at most
// CHECK-NOT: the compiler failed

func.func @attend(%q: tensor<?x?x?xbf16> {gyre.dims = ["H", "T", "D"]}) -> (tensor<?x?x?xbf16> {gyre.dims = ["H", "T", "D"]}) {
  %0 = gyre.attention %q, %q, %q {scale = 0.3} : tensor<?x?x?xbf16>, tensor<?x?x?xbf16>, tensor<?x?x?xbf16>
  return %0 : tensor<?x?x?xbf16>
}

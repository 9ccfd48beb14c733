// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyre-opt %s --gyre-pipeline=last=buffers | FileCheck %s

// chain -> softmax -> chain is one loop over rows. Nothing as large as the
// tensors exists between: the workspace has no shared part.
// CHECK-LABEL: func @softmax_chain
// CHECK-NOT: memref.alloc
// CHECK: scf.forall
// CHECK-NOT: memref.alloc
// CHECK: gyre.reduce
// CHECK-NOT: scf.forall
// CHECK: return
// CHECK-LABEL: func @softmax_chain.workspace
// CHECK: %[[NONE:.*]] = arith.constant 0 : index
// CHECK: return %[[NONE]],
func.func @softmax_chain(
    %x: tensor<?x?xf32> {gyre.dims = ["M", "N"]},
    %y: tensor<?x?xf32> {gyre.dims = ["M", "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"]}) {
  %a = arith.addf %x, %y : tensor<?x?xf32>
  %b = math.tanh %a : tensor<?x?xf32>
  %s = gyre.softmax %b : tensor<?x?xf32>
  %c = arith.mulf %s, %y : tensor<?x?xf32>
  return %c : tensor<?x?xf32>
}

// So is a prologue of q, attention, and an epilogue.
// CHECK-LABEL: func @attention_chain
// CHECK: scf.forall
// CHECK: linalg.generic
// CHECK: gyre.contract_reduce
// CHECK: linalg.generic
// CHECK-NOT: scf.forall
// CHECK: return
// CHECK-LABEL: func @attention_chain.workspace
// CHECK: %[[NONE:.*]] = arith.constant 0 : index
// CHECK: return %[[NONE]],
func.func @attention_chain(
    %q: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", "64"]},
    %k: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "S", "64"]},
    %v: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "S", "64"]},
    %g: tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", "64"]})
    -> (tensor<?x?x?x64xf32> {gyre.dims = ["B", "H", "T", "64"]}) {
  %a = math.tanh %q : tensor<?x?x?x64xf32>
  %o = gyre.attention %a, %k, %v {causal}
      : tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32>
  %r = arith.mulf %o, %g : tensor<?x?x?x64xf32>
  return %r : tensor<?x?x?x64xf32>
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v3 --verify-each -o %t
// RUN: gyrec run %s --random=1 --size N=2 --in count=2 > %t.twice
// RUN: gyrec run %s --random=1 --size N=2 --in count=3 > %t.thrice
// RUN: cat %t.twice %t.thrice | FileCheck %s
// A loop whose values change places.
// CHECK: out0: 2xf32 = [[A:.*]]
// CHECK: out1: 2xf32 = [[B:.*]]
// CHECK: out0: 2xf32 = [[B]]
// CHECK: out1: 2xf32 = [[A]]

func.func @swap(%a: tensor<?xf32> {gyre.dims = ["N"]}, %b: tensor<?xf32> {gyre.dims = ["N"]}, %count: index)
    -> (tensor<?xf32> {gyre.dims = ["N"]}, tensor<?xf32> {gyre.dims = ["N"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0:2 = scf.for %i = %c0 to %count step %c1 iter_args(%x = %a, %y = %b) -> (tensor<?xf32>, tensor<?xf32>) {
    scf.yield %y, %x : tensor<?xf32>, tensor<?xf32>
  }
  return %0#0, %0#1 : tensor<?xf32>, tensor<?xf32>
}

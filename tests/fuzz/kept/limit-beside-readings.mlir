// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v4,x86-64-v2 --verify-each -o %t
// RUN: gyrec %s --target=host,sm_80 --verify-each -o %t
// What widens keys and values bounds no row.

func.func @cached(%q: tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16]},
                  %k: tensor<?x2x?x16xi8> {gyre.dims = ["B", 2, "S", 16]}, %ks: tensor<?x2x?xf32> {gyre.dims = ["B", 2, "S"]},
                  %v: tensor<?x2x?x16xi8> {gyre.dims = ["B", 2, "S", 16]}, %vs: tensor<?x2x?xf32> {gyre.dims = ["B", 2, "S"]},
                  %past: index) -> (tensor<?x2x?x16xf32> {gyre.dims = ["B", 2, "T", 16]}) {
  %keys = gyre.dequantize %k, %ks {block = array<i64: 1, 1, 1, 0>, format = "int8"} : tensor<?x2x?x16xi8>, tensor<?x2x?xf32> -> tensor<?x2x?x16xf32>
  %values = gyre.dequantize %v, %vs {block = array<i64: 1, 1, 1, 0>, format = "int8"} : tensor<?x2x?x16xi8>, tensor<?x2x?xf32> -> tensor<?x2x?x16xf32>
  %0 = gyre.attention %q, %keys, %values past(%past) {align = "end", causal} : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
  return %0 : tensor<?x2x?x16xf32>
}

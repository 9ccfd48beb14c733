// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: gyrec %s --target=x86-64-v3 --verify-each -o %t
// Scales that are read by block: positions are those of loops that are there.

func.func @attend(%q: tensor<?x4x?x32xbf16> {gyre.dims = ["B", 4, "T", 32]}, %k: tensor<?x2x?x16xi8> {gyre.dims = ["B", 2, "S", 16]},
                  %ks: tensor<?x2x?x2xf16> {gyre.dims = ["B", 2, "S", 2]}, %v: tensor<?x2x?x24xbf16> {gyre.dims = ["B", 2, "S", 24]})
    -> (tensor<?x4x?x24xbf16> {gyre.dims = ["B", 4, "T", 24]}) {
  %0 = gyre.dequantize %k, %ks {block = array<i64: 1, 1, 1, 16>, format = "int4"} : tensor<?x2x?x16xi8>, tensor<?x2x?x2xf16> -> tensor<?x2x?x32xf32>
  %1 = gyre.attention %q, %0, %v : tensor<?x4x?x32xbf16>, tensor<?x2x?x32xf32>, tensor<?x2x?x24xbf16>
  return %1 : tensor<?x4x?x24xbf16>
}

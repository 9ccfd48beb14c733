#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Whether gyrec fails on a graph, as gyre-reduce asks: 1 is yes. From the build
# folder,
#
#   TARGET=x86-64-v3 FAILURE='in pass one-shot-bufferize' \
#     bin/gyre-reduce graph.mlir -o small.mlir \
#     -reduction-tree='traversal-mode=0 test=../tests/fuzz/still-fails.sh'
#
# FAILURE is what gyrec says then; any failure of the compiler without.
output=$(timeout 20 "${GYREC:-bin/gyrec}" "$1" --target="${TARGET:-host}" \
  --verify-each -o "$1.out" 2>&1)
status=$?
rm -f "$1.out".*
[ $status -ne 124 ] || exit 1
! grep -qa -- "${FAILURE:-the compiler failed}" <<<"$output"

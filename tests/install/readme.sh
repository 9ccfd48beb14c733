#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What README.md tells a reader to do with a graph of his own, done:
# readme.sh <README.md> <installed tree> <C compiler>.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed -n '/^```mlir$/,/^```$/{/^```/!p}' "$1" >"$folder/rows.mlir"
sed -n '/^```c$/,/^```$/{/^```/!p}' "$1" >"$folder/main.c"
cd "$folder"
"$2/bin/gyrec" rows.mlir -o rows
"$2/bin/gyrec" rows.mlir --report
export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$2" -name gyre.pc)")
# shellcheck disable=SC2046 # the words are options
"$3" main.c rows.o $(pkg-config --cflags --libs gyre) -o rows
# softmax of (1, 2, 4)
[ "$(./rows)" = "0.042010 0.114195 0.843795" ]

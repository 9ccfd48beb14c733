#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# A program without CMake: pkg-config.sh <installed tree> <C compiler>.
set -euo pipefail
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$1" -name gyre.pc)")
"$(pkg-config --variable=gyrec gyre)" graphs/model.mlir -o "$folder/model"
# shellcheck disable=SC2046 # the words are options
"$2" -std=c99 -Wall -Wextra -pedantic -Werror -I"$folder" main.c "$folder/model.o" \
  $(pkg-config --cflags --libs gyre) -lm -o "$folder/program"
"$folder/program"

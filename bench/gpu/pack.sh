#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# usage: pack.sh <build folder> [--pack DIR]
#
# Checks and times kernels on the GPU of this machine, or with --pack puts all
# that this takes into DIR, for one that has an NVIDIA driver and nothing else
# (PyTorch with CUDA for the peers): DIR/run.
set -euo pipefail
here=$(dirname "$0") program=$1/bench/gyre-gpu
if [ "${2:-}" != --pack ]; then
  "$program"
  exec python3 "$here/peers.py"
fi
folder=${3:?expected the folder to make}
mkdir -p "$folder"
cp "$program" "$here/peers.py" "$folder/"
cat >"$folder/run" <<'END'
#!/bin/sh
# Checks and times kernels, then PyTorch's; both go to results.txt too.
cd "$(dirname "$0")" || exit 1
{
  date -u
  ./gyre-gpu || echo "gyre-gpu failed"
  python3 peers.py || true
} 2>&1 | tee results.txt
! grep -q "WRONG\|gyre-gpu failed" results.txt
END
chmod +x "$folder/run"
du -sh "$folder"

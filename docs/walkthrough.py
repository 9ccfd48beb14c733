#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fills ARCHITECTURE.md's blocks of IR with what gyrec makes of docs/walkthrough.mlir.

usage: walkthrough.py [--check] <gyrec>

A block is the fenced code after a line <!-- gyrec --emit=STAGE -->. Runs of scalar arithmetic and the attributes of the
module and the function are shortened to "...". With --check nothing is written: the exit status says whether all is
fresh.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "ARCHITECTURE.md"
GRAPH = ROOT / "docs" / "walkthrough.mlir"
BLOCK = re.compile(r"(<!-- gyrec --emit=(\w+) -->\n```mlir\n).*?(^```$)", re.DOTALL | re.MULTILINE)
ARITHMETIC = re.compile(r"((?:^ *%\S+ = (?:arith|math)\.[^\n]*\n){2,})", re.MULTILINE)


def shorten(text):
    text = re.sub(r"module attributes \{.*\} \{\n", "module {\n", text)
    text = re.sub(r"attributes \{gyre.entry = .*\} \{\n", "attributes {...} {\n", text)
    indent = lambda run: re.match(r" *", run[1])[0]
    return ARITHMETIC.sub(lambda run: f"{indent(run)}...\n", text)


def fill(gyrec, block):
    command = [gyrec, GRAPH, "--target=x86-64-v4", f"--emit={block[2]}", "-o", "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return f"{block[1]}{shorten(text)}{block[3]}"


def main():
    check = "--check" in sys.argv
    (gyrec,) = [a for a in sys.argv[1:] if a != "--check"]
    old = PAGE.read_text()
    new = BLOCK.sub(lambda block: fill(gyrec, block), old)
    if new == old:
        return 0
    if check:
        print(f"stale, run ./dev docs: {PAGE.relative_to(ROOT)}")
        return 1
    PAGE.write_text(new)
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Follows "Add an operator" of dialect/README.md: writes Probability.td and
Probability.cpp with its blocks in them to a folder.

usage: add_operator.py <repository> <folder>
"""
import pathlib
import re
import sys
import textwrap


def blocks(readme):
    """The indented block of each step, by its number."""
    parts = re.split(r"(?m)^(\d)\. ", readme)
    result = {}
    for number, text in zip(parts[1::2], parts[2::2]):
        found = re.search(r"(?m)^ {7}\S.*\n(?:(?: {7}.*)?\n)*", text)
        if found:
            result[int(number)] = textwrap.dedent(found[0])
    return result


def main():
    root, folder = map(pathlib.Path, sys.argv[1:])
    steps = blocks((root / "dialect/README.md").read_text())
    family = root / "dialect/ops/probability"
    folder.mkdir(parents=True, exist_ok=True)
    text, end, rest = (family / "Probability.td").read_text().rpartition("#endif")
    (folder / "Probability.td").write_text(f"{text}{steps[1]}\n{end}{rest}")
    source = (family / "Probability.cpp").read_text()
    (folder / "Probability.cpp").write_text(f"{source}\n{steps[2]}\n{steps[3]}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks what each folder may know (the table in ARCHITECTURE.md).

Reads the #include lines, and looks for mnemonics of named operators where
operators are not to be known by name.
"""
import pathlib
import re
import sys

# Folder: prefixes of what its files may not include.
FORBIDDEN = {
    "dialect": ("passes/", "codegen/"),
    "passes": ("dialect/ops/", "codegen/"),
    "codegen": ("dialect/ops/",),
    "runtime": ("dialect/", "passes/", "codegen/", "mlir/", "llvm/"),
}
# dialect/structures is below the operators.
FORBIDDEN_BELOW = {"dialect/structures": ("dialect/ops/",)}
NO_OPERATORS = ("passes", "codegen", "runtime", "dialect/structures")

INCLUDE = re.compile(r'^\s*#?\s*include\s+["<]([^">]+)[">]', re.MULTILINE)
# `def Gyre_SoftmaxOp : Gyre_RowMap<"softmax">`, the mnemonic on either line.
DEFINITION = re.compile(r'\bdef\s+Gyre_(\w+Op)\s*:\s*\w+\s*<\s*"(\w+)"')


def sources(folder):
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in (".cpp", ".h", ".td") and path.is_file()
    )


def check_includes(root):
    for folder, prefixes in {**FORBIDDEN, **FORBIDDEN_BELOW}.items():
        for path in sources(root / folder):
            for name in INCLUDE.findall(path.read_text()):
                if name.startswith(prefixes):
                    yield f"{path.relative_to(root)}: {folder}/ may not include {name}"


def check_operators(root):
    operators = {}
    for path in sources(root / "dialect" / "ops"):
        operators.update(DEFINITION.findall(path.read_text()))
    if not operators:
        yield "no operator found under dialect/ops"
        return
    named = re.compile(
        r"\b(%s)\b|\bgyre\.(%s)\b"
        % ("|".join(operators), "|".join(operators.values()))
    )
    for folder in NO_OPERATORS:
        for path in sources(root / folder):
            for match in named.finditer(path.read_text()):
                yield f"{path.relative_to(root)}: {folder}/ may not name {match[0]}"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    problems = [*check_includes(root), *check_operators(root)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

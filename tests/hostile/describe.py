#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes what Hostile.cpp knows of the entry points in descriptions by gyrec.

usage: describe.py <out.cpp> [<prefix>=]<model.json>...
"""
import json
import pathlib
import re
import sys

SCALARS = {"f32": "float", "f64": "double", "f16": "uint16_t", "bf16": "uint16_t", "i1": "uint8_t", "index": "int64_t"}
OPERATIONS = {"*": "multiply", "floordiv": "floorDiv", "ceildiv": "ceilDiv", "mod": "modulo"}


def scalar(type):
    return SCALARS.get(type) or f"int{type[1:]}_t"


class Expression:
    """A size expression in C++, on numbers that do not overflow."""

    def __init__(self, text, sizes):
        self.tokens = re.findall(r"\w+|[-+*()]", str(text))
        self.sizes = sizes

    def factor(self):
        token = self.tokens.pop(0)
        if token == "(":
            inner = self.sum()
            self.tokens.pop(0)
            return f"({inner})"
        if token.isdigit():
            return f"Wide({token}ll)"
        return f"Wide(s[{self.sizes.index(token)}])"

    def product(self):
        left = self.factor()
        while self.tokens and self.tokens[0] in OPERATIONS:
            operator = self.tokens.pop(0)
            right = self.factor()
            left = f"{OPERATIONS[operator]}({left}, {right})"
        return left

    def sum(self):
        left = self.product()
        while self.tokens and self.tokens[0] in "+-":
            operator = self.tokens.pop(0)
            left = f"{left} {operator} {self.product()}"
        return left


def describe(prefix, function):
    """(declaration, entry of the table)"""
    symbol, workspace, sizes = prefix + function["symbol"], prefix + function["workspace"], function["sizes"]
    types, values, rows = [], [], []
    for argument in function["arguments"]:
        if argument["kind"] == "weight":
            sys.exit(f"describe.py: {symbol} takes weights")
        is_array = "shape" in argument
        type = "void *" if is_array else scalar(argument["type"])
        types.append(type)
        place = len(values)
        values.append(f"a[{place}].pointer" if is_array else f"a[{place}].as<{type}>()")
        dims = ", ".join(
            f"[]([[maybe_unused]] const int64_t *s) -> Wide {{ return {Expression(d, sizes).sum()}; }}"
            for d in argument.get("shape", [])
        )
        over = argument.get("may_overwrite")
        names = [a["name"] for a in function["arguments"]]
        rows.append(
            f'{{"{argument["name"]}", "{argument["type"]}", {int(is_array)}, '
            f'{int(argument["kind"] == "output")}, {names.index(over) if over else -1}, {{{dims}}}}}'
        )
    for i in range(len(sizes)):
        types.append("int64_t")
        values.append(f"s[{i}]")
    declaration = (
        f'int32_t {symbol}({", ".join(types + ["gyre_call *"])});\n'
        f'size_t {workspace}({", ".join(["int64_t"] * len(sizes)) or "void"});'
    )
    entry = (
        f'    {{"{symbol}", {len(sizes)},\n     {{' + ",\n      ".join(rows) + "},\n"
        f"     []([[maybe_unused]] Value *a, [[maybe_unused]] const int64_t *s, gyre_call *call) "
        f'{{ return {symbol}({", ".join(values + ["call"])}); }},\n'
        f"     []([[maybe_unused]] const int64_t *s) "
        f'{{ return {workspace}({", ".join(f"s[{i}]" for i in range(len(sizes)))}); }}}},\n'
    )
    return declaration, entry


out, *models = sys.argv[1:]
parts = []
for model in models:
    prefix, _, path = model.rpartition("=")
    parts += [describe(prefix, function) for function in json.loads(pathlib.Path(path).read_text())["functions"]]
pathlib.Path(out).write_text(
    '#include "hostile/Hostile.h"\n\nextern "C" {\n'
    + "\n".join(declaration for declaration, _ in parts)
    + "\n}\n\nnamespace hostile {\nconst std::vector<Function> &functions() {\n"
    + "  static const std::vector<Function> table = {\n"
    + "".join(entry for _, entry in parts)
    + "  };\n  return table;\n}\n} // namespace hostile\n"
)

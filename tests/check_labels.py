#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each constraint (C1), (C2), .. of an operator's definition has its label at the
verifier and a negative test that is named after it."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
missing = []
for td in sorted((ROOT / "dialect/ops").glob("*/*.td")):
    family = td.parent.name
    sources = "".join(p.read_text() for p in td.parent.glob("*.cpp"))
    test = ROOT / "tests/ops" / family / "invalid.mlir"
    tested = set(re.findall(r"@(\w+?_c\d+)(?:_\w+)?\(", test.read_text())) if test.exists() else set()
    # Operators are classes of one op or definitions; a class's labels hold for
    # each definition that names it.
    text = td.read_text()
    for chunk in re.split(r"\n(?=def |class )", text):
        name = re.match(r'def \w+\s*:\s*\w+<\s*"(\w+)"', chunk)
        if not name:
            continue
        for label in re.findall(r"^\s*\* \((C\d+)\)", chunk, re.M):
            if f"({label})" not in sources:
                missing.append(f"{td.relative_to(ROOT)}: ({label}) of {name[1]} has no label at a verifier")
            if f"{name[1]}_{label.lower()}" not in tested:
                missing.append(f"{td.relative_to(ROOT)}: ({label}) of {name[1]} has no test @{name[1]}_{label.lower()}")
print("\n".join(missing))
sys.exit(bool(missing))

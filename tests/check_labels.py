#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each constraint has a label where it is checked and a negative test of its name, each diagnostic of
the dialect a label and a test that expects it (docs/constraints.py says how they are found)."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "docs"))
sys.dont_write_bytecode = True
import constraints

lacking = list(constraints.missing())
print("\n".join(lacking))
sys.exit(bool(lacking))

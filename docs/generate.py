#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the manual of operators and passes, its index, and README.md's table of operators.

usage: generate.py [--check] <mlir-tblgen> <MLIR's include folder>

With --check nothing is written: the exit status says whether all is fresh.
"""
import pathlib
import re
import subprocess
import sys

import constraints

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANUAL = ROOT / "docs" / "manual"
TABLE = re.compile(r"(<!-- operators -->\n).*?(<!-- end -->)", re.DOTALL)
SUMMARY = re.compile(r'let summary = "(.*)"')
OPERATOR = re.compile(r"^### `(gyre\.\w+)` \((.*)\)\n\n_(.*)_$", re.MULTILINE)


def generate(tblgen, include, generator, td):
    command = [tblgen, generator, f"-I{ROOT}", f"-I{include}", ROOT / td]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # One blank line is enough, and none at the end.
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def page(title, source, body):
    note = "<!-- Written by docs/generate.py from %s. -->" % source
    body = body.split("\n", 1)[1]  # tblgen's own note
    return f"{note}\n\n# {title}\n{body}"


def index_row(path, name, class_name, summary):
    anchor = re.sub(r"[^\w-]", "", f"{name}-{class_name}".lower())
    return f"| [`{name}`]({path}#{anchor}) | {summary} |"


def constraint_page():
    lines = [
        "<!-- Written by docs/generate.py from the definitions and their tests. -->\n",
        "# Constraints\n",
        "What the verifiers check, by the labels that the definitions give: each has a negative test of its",
        "name, and CI fails where one lacks (tests/check_labels.py). The types and choices in the tables of",
        "operands and attributes are checked too, each of them by tests/language/arguments.mlir.",
    ]
    for family in constraints.families():
        lines += [f"\n## {family.name}\n", "| operation | label | constraint | tests |", "|---|---|---|---|"]
        for c in constraints.constraints(family):
            tests = ", ".join(f"[`{name}`](../../{path})" for name, path in c.tests)
            text = c.text.replace("|", "\\|")
            lines.append(f"| `{c.operation}` | {c.label} | {text} | {tests} |")
    lines += ["\n## Graphs\n", "What is checked of a graph as a whole, in the words of a test that expects it.\n",
              "| diagnostic | test |", "|---|---|"]
    for text, path in dict.fromkeys(test for _, test in constraints.graph_diagnostics() if test):
        text = text.replace("|", "\\|")
        lines.append(f"| {text} | [{path.name}](../../{path}) |")
    lines += ["\n## Calls\n", "What a generated function checks at entry, before it writes anything.\n",
              "| status | meaning | tests |", "|---|---|---|"]
    for name, meaning, tests in constraints.statuses():
        links = ", ".join(f"[{test.stem}](../../{test})" for test in tests)
        lines.append(f"| `{name}` | {meaning} | {links} |")
    return "\n".join(lines) + "\n"


def pages(tblgen, include):
    """(path, content) of each file that is generated."""
    rows, index = [], []
    for td in sorted(ROOT.glob("dialect/ops/*/*.td")):
        source = td.relative_to(ROOT)
        body = generate(tblgen, include, "-gen-op-doc", source)
        yield MANUAL / f"{td.parent.name}.md", page(f"Operators: {td.parent.name}", source, body)
        # tblgen begins each with a capital letter, also "x W + b".
        written = {raw[:1].upper() + raw[1:]: raw for raw in SUMMARY.findall(td.read_text())}
        link = f"[{td.parent.name}](docs/manual/{td.parent.name}.md)"
        for name, class_name, summary in OPERATOR.findall(body):
            what = written.get(summary, summary)
            rows.append(f"| `{name}` | {what} | {link} |")
            index.append(index_row(f"{td.parent.name}.md", name, class_name, what))
    structures = "dialect/structures/StructureOps.td"
    body = generate(tblgen, include, "-gen-op-doc", structures)
    yield MANUAL / "structures.md", page("Structures", structures, body)
    index += [index_row("structures.md", *found) for found in OPERATOR.findall(body)]
    for name, title, td in (
        ("passes", "Passes", "passes/Passes.td"),
        ("common", "Passes for all targets", "codegen/common/Passes.td"),
        ("cpu", "Passes for CPUs", "codegen/cpu/Passes.td"),
        ("nvptx", "Passes for NVIDIA GPUs", "codegen/nvptx/Passes.td"),
    ):
        body = generate(tblgen, include, "-gen-pass-doc", td)
        yield MANUAL / f"{name}.md", page(title, td, body)
    yield MANUAL / "constraints.md", constraint_page()
    readme = ROOT / "README.md"
    table = "\n".join(["| operator | what it is | family |", "|---|---|---|", *rows])
    yield readme, TABLE.sub(lambda m: f"{m[1]}{table}\n{m[2]}", readme.read_text())
    # By task it is written by hand, by name it is complete.
    manual = MANUAL / "README.md"
    text = manual.read_text()
    for name in re.findall(r"`(gyre\.\w+)`", text.split("<!-- operators -->")[0]):
        if not any(f"[`{name}`]" in row for row in index):
            raise SystemExit(f"{manual.relative_to(ROOT)}: there is no {name}")
    table = "\n".join(["| operator | what it is |", "|---|---|", *sorted(index)])
    yield manual, TABLE.sub(lambda m: f"{m[1]}{table}\n{m[2]}", text)


def main():
    check = "--check" in sys.argv
    tblgen, include = [a for a in sys.argv[1:] if a != "--check"]
    stale = []
    for path, content in pages(tblgen, include):
        if path.exists() and path.read_text() == content:
            continue
        stale.append(path.relative_to(ROOT))
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
    for path in stale:
        print(f"stale, run ./dev docs: {path}" if check else f"wrote {path}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())

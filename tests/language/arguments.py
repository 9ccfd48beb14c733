# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Each operand and attribute that the manual lists is refused where it is not what the manual says: takes
# uses of each operation from graphs, and puts a wrong value in one place at a time.
import pathlib
import re
import subprocess
import sys

source, output = map(pathlib.Path, sys.argv[1:])
SECTION = re.compile(r"^### `gyre\.(\w+)`.*?(?=^### |\Z)", re.M | re.S)
USE = re.compile(r'"gyre\.(\w+)"\([^)]*\)(.*)')


def listed(page):
    """{operation: ([(operand, type)], [attribute])} of a page of the manual."""
    found = {}
    for section in SECTION.finditer(page.read_text()):
        tables = section[0].split("#### ")
        operands = [t for t in tables if t.startswith("Operands:")]
        attributes = [t for t in tables if t.startswith("Attributes:")]
        found[section[1]] = (
            re.findall(r"^\| `(\w+)` \| (.*) \|$", "".join(operands), re.M),
            re.findall(r"<tr><td><code>(\w+)</code>", "".join(attributes)),
        )
    return found


def split(text):
    """What commas part, but for those in brackets."""
    parts, depth, start = [], 0, 0
    for at, c in enumerate(text):
        depth += (c in "<([{") - (c in ">)]}" and text[at - 1 : at + 1] != "->")
        if c == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return [p for p in [*parts, text[start:].strip()] if p]


def uses(graphs):
    """(operation, properties, regions, operand types, result type) of all uses."""
    for graph in graphs:
        run = subprocess.run(["gyre-opt", "--mlir-print-op-generic", "--split-input-file", graph],
                             capture_output=True, text=True)
        lines = iter(run.stdout.splitlines())
        for line in lines:
            match = USE.search(line)
            if not match:
                continue
            rest, regions = match[2], ""
            if rest.endswith("({"):
                end = re.match(" *", line)[0] + "})"
                for inner in lines:
                    if inner.startswith(end):
                        rest = rest[:-2] + inner.strip()[2:]
                        break
                    regions += inner + "\n"
                regions = "({\n" + regions + "})"
            properties = re.match(r" <\{(.*)\}>", rest)
            types = re.search(r" : \((.*)\) -> (.*)$", rest)
            yield match[1], split(properties[1]) if properties else [], regions, split(types[1]), types[2]


def counts_of(properties, operands, types):
    """How many values each operand has, or None."""
    given = re.search(r"operandSegmentSizes = array<i32: ([\d, ]*)>", ", ".join(properties))
    if given:
        return list(map(int, given[1].split(",")))
    counts = [1] * len(operands)
    for place, (_, kind) in enumerate(operands):
        if kind.startswith("variadic"):
            counts[place] += len(types) - len(operands)
    return counts if sum(counts) == len(types) else None


def mutant(name, operation, properties, regions, types, results, message):
    values = "".join(f'  %v{i} = "test.value"() : () -> {t}\n' for i, t in enumerate(types))
    arguments = ", ".join(f"%v{i}" for i in range(len(types)))
    inside = f" <{{{', '.join(properties)}}}>" if properties else ""
    return (f"func.func @{name}() {{\n{values}  // expected-error-re @+1 {{{{{message}}}}}\n"
            f'  "gyre.{operation}"({arguments}){inside} {regions} : ({", ".join(types)}) -> {results}\n'
            "  return\n}\n")


mutants, missing = [], []
here = pathlib.Path(__file__).with_suffix(".mlir")
for folder in sorted(source.glob("dialect/ops/*/")):
    tests = source / "tests/ops" / folder.name
    pool = list(uses([*sorted(tests.glob("decompose.mlir")), *sorted(tests.glob("graphs/*.mlir")), here]))
    for name, (operands, attributes) in listed(source / f"docs/manual/{folder.name}.md").items():
        mine = [use[1:] for use in pool if use[0] == name]
        for place, (operand, kind) in enumerate(operands):
            for properties, regions, types, results in mine:
                counts = counts_of(properties, operands, types)
                if counts and counts[place]:
                    at = sum(counts[:place])
                    wrong = [*types[:at], "none", *types[at + 1 :]]
                    message = f"operand #{at} must be {{{{.*}}}}got 'none'"
                    if not kind.endswith("any type"):
                        mutants.append(mutant(f"{name}_{operand}", name, properties, regions, wrong, results, message))
                    break
            else:
                missing.append(f"operand {operand} of {name}")
        for attribute in attributes:
            if not mine:
                missing.append(f"attribute {attribute} of {name}")
                continue
            properties, regions, types, results = mine[0]
            wrong = [p for p in properties if not re.match(rf"{attribute}\b", p)] + [f'{attribute} = "no such"']
            message = f"{{{{['`]{attribute}['`]}}}}"
            mutants.append(mutant(f"{name}_{attribute}", name, wrong, regions, types, results, message))
output.write_text("\n// -----\n\n".join(mutants))
run = subprocess.run(["gyre-opt", "--split-input-file", "--verify-diagnostics", "--allow-unregistered-dialect",
                      output, "-o", "/dev/null"])
for what in missing:
    print(f"no graph here or in tests/ops uses {what}")
print(f"{len(mutants)} arguments, {'all are checked' if not missing and run.returncode == 0 else 'not all are checked'}")
sys.exit(bool(missing) or run.returncode)

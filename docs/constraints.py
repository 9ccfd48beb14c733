# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What constraints the definitions state, where they are checked, and by what they are tested.

A constraint is an item `* (C1) ..` of a description. Its label stands as a comment at each diagnostic
that reports it, and `@operator_c1`, with or without more words, is a negative test of it. Each
diagnostic of the sources is expected by one of these tests.
"""
import pathlib
import re
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
ITEM = re.compile(r"^( *)\* \(([CS]\d+)\) (.*(?:\n\1  \S.*)*)", re.MULTILINE)
NAMES = (
    r"def (\w+)OpInterface : ",
    r"def \w+\s*:\s*\w+<\s*\"(\w+)\"",  # an operation
    r"def \w+\s*:\s*AttrDef<\w+, \"(\w+)\"",
)
DIAGNOSTIC = re.compile(r"\bemit(?:OpError|OptionalError|Error)\(")
LITERALS = re.compile(r'"((?:[^"\\]|\\.)*)"\s*')
EXPECTED = re.compile(r"expected-error(?:-re)?\s*(?:@\S+)?\s*\{\{(.*?)\}\}\s*$", re.MULTILINE)
# A pass that runs before another one is a matter of the pipeline's.
INTERNAL = ("expected gyre-check-graph to run before",)


@dataclass
class Family:
    name: str
    definitions: list
    sources: list
    tests: list


@dataclass
class Constraint:
    family: str
    operation: str
    label: str
    text: str
    tests: list  # (name, path), all that there are

    @property
    def test(self):
        return f"{self.operation}_{self.label.lower()}"


@dataclass
class Diagnostic:
    place: str
    literals: list  # what of its text is known, in order
    labels: list

    @property
    def text(self):
        return "..".join(self.literals)

    def is_expected_by(self, text):
        """Tests may expect the beginning only, if that ends in words of the diagnostic."""
        for known, literal in enumerate(self.literals):
            before = "".join(re.escape(part) + ".*" for part in self.literals[:known])
            # Where the test goes on with all of `literal`, the next round decides.
            for end in range(len(literal) if known + 1 == len(self.literals) else len(literal) - 1, 7, -1):
                if re.fullmatch(before + re.escape(literal[:end]), text):
                    return True
        return bool(re.match(".*".join(map(re.escape, self.literals)), text))


def families():
    def files(folder, glob):
        return sorted((ROOT / folder).glob(glob))

    for folder in files("dialect/ops", "*/"):
        name = folder.name
        yield Family(name, files(f"dialect/ops/{name}", "*.td"), files(f"dialect/ops/{name}", "*.cpp"),
                     files(f"tests/ops/{name}", "invalid*.mlir"))
    yield Family("structures", files("dialect/structures", "*.td") + files("dialect", "*.td"),
                 files("dialect/structures", "*.cpp") + files("dialect", "*.cpp"),
                 files("tests/structures", "invalid*.mlir"))


def constraints(family):
    texts = {path.relative_to(ROOT): path.read_text() for path in family.tests}
    for td in family.definitions:
        for chunk in re.split(r"\n(?=def |class )", td.read_text()):
            name = next((m[1] for m in (re.match(n, chunk) for n in NAMES) if m), None)
            for _, label, words in ITEM.findall(chunk):
                if not name:
                    raise SystemExit(f"{td.relative_to(ROOT)}: ({label}) belongs to no definition")
                constraint = Constraint(family.name, name.lower(), label, re.sub(r"\s+", " ", words), [])
                pattern = re.compile(rf"@({constraint.test}(?:_\w+)?)\(")
                constraint.tests = [(name, path) for path, text in texts.items()
                                    for name in dict.fromkeys(pattern.findall(text))]
                yield constraint


def diagnostics(family):
    for source in family.sources:
        text, last, labels = source.read_text(), 0, []
        for match in DIAGNOSTIC.finditer(text):
            if match.start() >= last:  # else the other side of `? :`
                end = text.index(";", match.start())
                labels = re.findall(r"\(([CS]\d+)\)", text[last:end])
                last = end
            statement = re.split(r"\s[?:]\s", text[match.start():end])[0]
            literals = ["".join(LITERALS.findall(run)).replace('\\"', '"')
                        for run in re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', statement)]
            if literals:  # else it only passes one on
                line = text.count("\n", 0, match.start()) + 1
                yield Diagnostic(f"{source.relative_to(ROOT)}:{line}", literals, labels)


def graph_family():
    """The diagnostics about graphs as wholes: they have no labels, but tests."""
    passes = ("CheckGraph", "BindSizes", "CheckSizes", "CheckAccesses")
    return Family("graphs", [], [ROOT / f"passes/{name}.cpp" for name in passes],
                  [*sorted((ROOT / "tests/language").glob("*.mlir")), ROOT / "tests/passes/check-accesses.mlir"])


def graph_diagnostics():
    """(diagnostic, test) of each, where a test is the text that expects it and its path, or None."""
    family = graph_family()
    expected = [(text, path.relative_to(ROOT)) for path in family.tests for text in EXPECTED.findall(path.read_text())]
    for diagnostic in diagnostics(family):
        if not diagnostic.literals[0].startswith(INTERNAL):
            yield diagnostic, next((test for test in expected if diagnostic.is_expected_by(test[0])), None)


def statuses():
    """(status, meaning, tests) of what a call returns."""
    header = (ROOT / "runtime/include/gyre/runtime.h").read_text()
    tests = {path.relative_to(ROOT): path.read_text() for path in sorted((ROOT / "tests").rglob("*Test.cpp"))}
    for name, meaning in re.findall(r"^  (GYRE_ERROR_\w+) = .*?/\* (.*?) *\*/", header, re.MULTILINE):
        yield name, meaning, [path for path, text in tests.items() if re.search(rf"\b{name}\b", text)]


def missing():
    """What lacks, a line each."""
    for diagnostic, test in graph_diagnostics():
        if not test:
            yield f'{diagnostic.place}: no test expects "{diagnostic.text}"'
    for name, _, tests in statuses():
        if not tests:
            yield f"runtime.h: no test expects {name}"
    for family in families():
        sources = "".join(path.read_text() for path in family.sources)
        for constraint in constraints(family):
            what = f"{family.name}: ({constraint.label}) of {constraint.operation}"
            if f"({constraint.label})" not in sources:
                yield f"{what} has no label at a diagnostic"
            if not constraint.tests:
                yield f"{what} has no test @{constraint.test}"
        expected = [text for path in family.tests for text in EXPECTED.findall(path.read_text())]
        for diagnostic in diagnostics(family):
            if not diagnostic.labels:
                yield f'{diagnostic.place}: "{diagnostic.text}" has no label'
            if not any(map(diagnostic.is_expected_by, expected)):
                yield f'{diagnostic.place}: no test expects "{diagnostic.text}"'

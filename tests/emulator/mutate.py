#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes barriers, waits and commits out of kernels, one at a time, and runs the
kernels' tests: a test that still passes does not need what was taken out.

usage: mutate.py <build> <family> <stem> [--kernel REGEX] [--tests PATTERN]

<build> holds <family>-test-device, of which <stem>.mlir is a graph. Each mutant
runs in three orders of threads. Prints what survived; fails if anything did.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LLVM = pathlib.Path(os.environ.get("LLVM_BIN", "/usr/lib/llvm-22/bin"))
TAKEN = re.compile(r"call .*@llvm\.nvvm\.(barrier\.cta\.sync|cp\.async\.(wait|commit))")


def run(*command, **more):
    subprocess.run([str(word) for word in command], check=True, **more)


def functions(text):
    """Name, first and last line of each kernel."""
    lines = text.splitlines()
    for first, line in enumerate(lines):
        match = re.match(r"define .*ptx_kernel .*@(\w+)\(", line)
        if match:
            yield match.group(1), first, lines.index("}", first)


def build(lines, folder, tools):
    """A library for this machine."""
    source, host, code, library = (folder / f"mutant.{end}" for end in ("ll", "host.ll", "o", "so"))
    source.write_text("\n".join(lines))
    run(tools / "gyre-emulate", source, host)
    run(LLVM / "llc", "-O1", "-relocation-model=pic", "-filetype=obj", host, "-o", code)
    run(LLVM / "ld.lld", "-shared", "--unresolved-symbols=ignore-all", code, "-o", library)
    return library


def passes(program, library, tests):
    """Whether the tests pass in each order of threads."""
    for order in range(3):
        environment = dict(
            os.environ, GYRE_EMULATOR_ORDER=str(order), GYRE_EMULATOR_KERNELS=str(library)
        )
        try:
            result = subprocess.run(
                [program, f"-tc={tests}"], env=environment, capture_output=True, timeout=120
            )
        except subprocess.TimeoutExpired:
            return False
        if result.returncode:
            return False
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("family")
    parser.add_argument("stem")
    parser.add_argument("--kernel", default="")
    parser.add_argument("--tests", default="*")
    options = parser.parse_args()
    tools = options.build / "tests/bin"
    program = tools / f"{options.family}-test-device"
    host = options.build / f"tests/ops/{options.family}/{options.family}-test-device.gyre/host"
    text = (host / f"{options.stem}.nvvm.ll").read_text()
    lines = text.splitlines()
    made, survivors = 0, []
    bodies = list(functions(text))
    for kernel, first, last in bodies:
        if not re.search(options.kernel, kernel):
            continue
        # The other kernels are the program's own.
        others = {i for name, f, l in bodies if name != kernel for i in range(f, l + 1)}
        places = [i for i in range(first, last) if TAKEN.search(lines[i])]

        def survives(place):
            with tempfile.TemporaryDirectory() as folder:
                kept = [line for i, line in enumerate(lines) if i not in others and i != place]
                return passes(program, build(kept, pathlib.Path(folder), tools), options.tests)

        if places and not survives(None):
            sys.exit(f"{kernel}: expected its tests to pass before anything is taken out")
        for number, place in enumerate(places):
            made += 1
            if survives(place):
                what = TAKEN.search(lines[place]).group(1)
                survivors.append(f"{kernel}: {what}, number {number} of {len(places)}")
    print(*survivors, f"{made} mutants, {len(survivors)} survived", sep="\n")
    sys.exit(bool(survivors))


main()

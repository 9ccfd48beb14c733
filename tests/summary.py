#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Adds up what ctest and lit have written to a build folder.

The last line is "N passed, N failed"; the exit status is 0 if something ran and
nothing failed. lit is one test of ctest, for which its own results stand.
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def outcomes(path, failed):
    """(name, True, False or None for skipped) of each test case of a file."""
    if not path.exists():
        return []
    cases = ElementTree.parse(path).getroot().iter("testcase")
    return [(case.get("name"), failed(case)) for case in cases]


def ctest_outcome(case):
    return {"run": True, "fail": False}.get(case.get("status"))


def lit_outcome(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return False
    return None if case.find("skipped") is not None else True


def main():
    build = pathlib.Path(sys.argv[1])
    programs = outcomes(build / "ctest.xml", ctest_outcome)
    text = outcomes(build / "lit.xml", lit_outcome)
    # A lit that failed without a failed test of its own broke down.
    if text and dict(programs).get("lit") == all(ok is not False for _, ok in text):
        programs = [case for case in programs if case[0] != "lit"]
    results = programs + text
    for name, ok in results:
        if ok is False:
            print("failed:", name)
        elif ok is None:
            print("skipped:", name)
    passed = sum(ok is True for _, ok in results)
    failed = sum(ok is False for _, ok in results)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())

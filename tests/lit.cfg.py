# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Tests of text: every .mlir below, but for the graphs of numeric tests.
import os

import lit.formats


class GraphTest(lit.formats.ShTest):
    """Leaves out what gyre_numeric_test compiles."""

    def getTestsInDirectory(self, suite, path, config, local):
        for test in super().getTestsInDirectory(suite, path, config, local):
            if test.getSourcePath() not in config.numeric_graphs:
                yield test


config.name = "gyre"
config.test_format = GraphTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.environment["PATH"] = os.pathsep.join(
    [config.gyre_tools, config.llvm_tools, config.environment["PATH"]]
)
config.substitutions.append(("%gyre_build", config.gyre_build))
config.substitutions.append(("%gyre_source", os.path.dirname(config.test_source_root)))

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Tests of text: every .mlir below, but for the graphs of numeric tests.
import os

import lit.formats

config.name = "gyre"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.excludes = ["graphs"]
config.test_source_root = os.path.dirname(__file__)
config.environment["PATH"] = os.pathsep.join(
    [config.gyre_tools, config.llvm_tools, config.environment["PATH"]]
)
config.substitutions.append(("%gyre_build", config.gyre_build))
config.substitutions.append(("%gyre_source", os.path.dirname(config.test_source_root)))

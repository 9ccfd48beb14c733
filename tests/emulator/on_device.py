#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a header by whose names a test calls the GPU's functions.

usage: on_device.py <model.h> <model-on-device.h>
"""
import pathlib
import re
import sys

header = pathlib.Path(sys.argv[1])
names = re.findall(r"^int32_t (\w+)_cuda\(", header.read_text(), re.MULTILINE)
# Other headers first: a function may be called like something in them.
lines = ['#include "emulator/OnDevice.h"']
lines += [f"#define {name} {name}_on_host" for name in names]
lines += [f'#include "{header.resolve()}"']
lines += [f"#undef {name}" for name in names]
lines += [
    f"inline constexpr auto {name} = [](auto... given) {{\n"
    f"  return test::onDevice({name}_cuda, {name}_cuda_workspace, given...);\n}};"
    for name in names
]
pathlib.Path(sys.argv[2]).write_text("\n".join(lines) + "\n")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# safetensors.py w.safetensors name value...: one tensor of f32 and rank 1.
# safetensors.py w.safetensors name TYPE byte...: one of TYPE, a byte an element.
import json
import struct
import sys

path, name, *values = sys.argv[1:]
dtype = "F32"
if values[0][0].isalpha():
    dtype, *values = values
    data = bytes(map(int, values))
else:
    data = struct.pack(f"<{len(values)}f", *map(float, values))
header = json.dumps({name: {"dtype": dtype, "shape": [len(values)], "data_offsets": [0, len(data)]}})
header = header.ljust(-(-len(header) // 8) * 8).encode()
with open(path, "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + data)

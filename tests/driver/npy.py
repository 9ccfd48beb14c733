# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# npy.py x.npy rows columns values...: writes an array of f32.
# npy.py x.npy: prints the shape and the values.
import ast
import struct
import sys

path, *rest = sys.argv[1:]
if rest:
    header = repr({"descr": "<f4", "fortran_order": False, "shape": (int(rest[0]), int(rest[1]))})
    header = header.ljust(117) + "\n"
    values = [float(value) for value in rest[2:]]
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack(f"<{len(values)}f", *values))
else:
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<H", data[8:10])
    header = ast.literal_eval(data[10 : 10 + length].decode())
    body = data[10 + length :]
    print(header["shape"], list(struct.unpack(f"<{len(body) // 4}f", body)))

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Compiles each fenced block of a manual: ```mlir has to compile, and
# ```mlir error has to be refused with the text after "// error: ".
import pathlib
import re
import subprocess
import sys

manual, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
blocks = re.findall(r"^```(mlir(?: error)?)\n(.*?)^```$", manual.read_text(), re.M | re.S)
failed = 0
for number, (kind, text) in enumerate(blocks):
    graph = folder / f"block{number}.mlir"
    graph.write_text(text)
    run = subprocess.run(["gyrec", graph, "-o", graph.with_suffix("")],
                         capture_output=True, text=True)
    wanted = re.search(r"// error: (.*)", text)
    if kind == "mlir":
        ok = run.returncode == 0
    else:
        ok = run.returncode != 0 and wanted and wanted[1] in run.stderr
    if not ok:
        failed += 1
        print(f"block {number} of {manual.name}:\n{text}\n{run.stderr}")
print(f"{len(blocks)} blocks, {failed} failed")
sys.exit(failed > 0 or not blocks)

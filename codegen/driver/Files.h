// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Output files that appear all at once, or not at all.

#ifndef GYRE_CODEGEN_DRIVER_FILES_H
#define GYRE_CODEGEN_DRIVER_FILES_H

#include "mlir/Support/LLVM.h"

#include <string>
#include <vector>

namespace mlir::gyre {

struct OutputFile {
  /// "-" is standard output.
  std::string path;
  std::string contents;
};

/// Writes every file beside its place first, and moves them there when all are
/// complete. Failure, with the reason in `error`, leaves none behind.
LogicalResult writeFiles(const std::vector<OutputFile> &files,
                         std::string &error);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_DRIVER_FILES_H

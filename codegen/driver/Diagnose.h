// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gyrec says of a graph, for whoever shows it at its place.

#ifndef GYRE_CODEGEN_DRIVER_DIAGNOSE_H
#define GYRE_CODEGEN_DRIVER_DIAGNOSE_H

#include "mlir/IR/DialectRegistry.h"

namespace mlir::gyre {

/// An error or a warning at a line and a column, which count from 1.
struct Finding {
  unsigned line, column;
  bool isError;
  std::string message;
};

/// What the checks of a graph find in `text`, up to the first pass that fails.
/// Nothing where it doesn't parse, which is the parser's to tell.
SmallVector<Finding> diagnose(StringRef text, const DialectRegistry &registry);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_DRIVER_DIAGNOSE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a graph from a file.

#ifndef GYRE_CODEGEN_DRIVER_LOAD_H
#define GYRE_CODEGEN_DRIVER_LOAD_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace llvm {
class SourceMgr;
}

namespace mlir::gyre {

/// Parses the main buffer of `sources`. Arguments of functions get the names
/// that they have in the text, as `gyre.name`. Null after an error.
OwningOpRef<ModuleOp> loadGraph(llvm::SourceMgr &sources, MLIRContext *context);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_DRIVER_LOAD_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all targets have in common between vector code and the LLVM dialect.

#ifndef GYRE_CODEGEN_COMMON_CONVERSIONS_H
#define GYRE_CODEGEN_COMMON_CONVERSIONS_H

#include "mlir/Pass/Pass.h"

namespace mlir::gyre {

/// Adds the conversion of functions with launches to the LLVM dialect.
/// `expose` gives functions the form that the runtime knows.
void addConversions(OpPassManager &pm, std::unique_ptr<Pass> expose);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_CONVERSIONS_H

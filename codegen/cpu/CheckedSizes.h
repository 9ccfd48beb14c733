// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Overflow in the arithmetic of sizes.

#ifndef GYRE_CODEGEN_CPU_CHECKEDSIZES_H
#define GYRE_CODEGEN_CPU_CHECKEDSIZES_H

namespace llvm {
class Function;
}

namespace mlir::gyre {

/// Makes a function of i64 arithmetic, which returns i64 numbers in a struct,
/// return -1 for all of them where a sum, difference or product overflows.
void checkOverflow(llvm::Function &function);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_CPU_CHECKEDSIZES_H

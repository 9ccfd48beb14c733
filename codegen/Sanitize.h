// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks that compiled code carries on demand.

#ifndef GYRE_CODEGEN_SANITIZE_H
#define GYRE_CODEGEN_SANITIZE_H

namespace llvm {
class Module;
class PassBuilder;
} // namespace llvm

namespace mlir::gyre {

/// What --sanitize asks for.
struct Sanitizers {
  bool address = false;
  bool undefined = false;
  bool any() const { return address || undefined; }
};

/// Puts a check in front of each instruction whose result LLVM may leave
/// undefined, of vectors in each lane. One that fails calls gyre_undefined
/// (gyre/abi.h) with the function and the instruction. To be done before the
/// optimizer has drawn conclusions.
///
/// Reported are the wrap-around that nsw and nuw exclude, shifts by the width
/// or more, quotients by zero and of the least number by -1, remainders that
/// `exact` excludes, conversions of floats that an integer type does not hold,
/// addresses that wrap, that leave null or that are not as aligned as an access
/// says, false assumptions, elements behind a vector's end, bits or signs other
/// than a flag promises, NaN and infinities where nnan and ninf exclude them,
/// and code that is never to be reached. Reads of memory that nobody has
/// written are not seen.
void checkUndefined(llvm::Module &module);

/// Registers LLVM's address sanitizer behind the optimizer. The program has to
/// be linked with -fsanitize=address by clang of the same version.
void checkAddresses(llvm::Module &module, llvm::PassBuilder &builder);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_SANITIZE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyrec --report: which kernels were formed, what they cost, and where
// intermediate arrays lie.

#ifndef GYRE_CODEGEN_DRIVER_REPORT_H
#define GYRE_CODEGEN_DRIVER_REPORT_H

#include "codegen/driver/Options.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::gyre::report {

/// A place in the text.
using Place = std::pair<unsigned, unsigned>;
using Places = llvm::SetVector<Place>;

/// A quantity over the named sizes, and its value where all are given.
struct Quantity {
  std::string text;
  std::optional<int64_t> value;
};

struct Kernel {
  std::string name;
  Places places;
  llvm::SetVector<StringRef> reads, writes;
  Quantity bytes, operations;
};

/// An array of the workspace that is larger than a tile.
struct Intermediate {
  std::optional<int64_t> offset, bytes;
  /// The kernels that it lives from and to.
  unsigned first = 0, last = 0;
};

struct Function {
  std::string name;
  std::vector<Kernel> kernels;
  std::vector<Intermediate> intermediates;
  std::optional<int64_t> shared, scratch;
};

/// The name of an operation, as the text has it.
StringRef getWord(Session &session, Place place);

inline std::string spell(const Quantity &quantity) {
  return quantity.value ? std::to_string(*quantity.value) : quantity.text;
}

/// A page that needs no other file.
std::string writeHtml(Session &session, ArrayRef<Function> functions);

} // namespace mlir::gyre::report

namespace mlir::gyre {

/// The report as text, JSON or HTML, as the options say.
FailureOr<std::string> makeReport(Session &session, TimingScope &timing);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_DRIVER_REPORT_H

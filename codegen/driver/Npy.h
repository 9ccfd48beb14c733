// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arrays in memory and in NumPy's files.

#ifndef GYRE_CODEGEN_DRIVER_NPY_H
#define GYRE_CODEGEN_DRIVER_NPY_H

#include "mlir/IR/Types.h"

#include <string>
#include <vector>

namespace mlir::gyre {

/// A contiguous row-major array.
struct Array {
  /// The element type.
  Type type;
  SmallVector<int64_t> shape;
  std::vector<char> bytes;

  int64_t getNumElements() const;
  /// An element as a number, whatever its type.
  double get(int64_t index) const;
  void set(int64_t index, double value);
  /// "3x4xf32".
  std::string describe() const;
};

/// An array of zeros. Failure where the bytes don't fit in 63 bits.
FailureOr<Array> makeArray(Type type, ArrayRef<int64_t> shape);

/// Reads a file whose elements are of the type `type`; bf16 and f8 are read
/// from 16-bit integers. Failure with the reason in `error`.
FailureOr<Array> readNpy(StringRef path, Type type, std::string &error);

/// The contents of a file.
std::string writeNpy(const Array &array);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_DRIVER_NPY_H

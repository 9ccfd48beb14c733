// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads .npy files of bytes: all that the digits' data needs of the format.

#ifndef DIGITS_NPY_H
#define DIGITS_NPY_H

#include <cstdint>
#include <string>
#include <vector>

struct ByteArray {
  std::vector<int64_t> shape;
  std::vector<uint8_t> values;
};

/// A row-major array of uint8; throws std::runtime_error otherwise.
ByteArray readNpy(const std::string &path);

#endif // DIGITS_NPY_H

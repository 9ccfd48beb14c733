// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The header of a safetensors file: 8 bytes of length, then a JSON object that
// gives each tensor's type, shape and place among the bytes that follow.

#ifndef GYRE_RUNTIME_SAFETENSORS_H
#define GYRE_RUNTIME_SAFETENSORS_H

#include "Message.h"

#include <cstdint>
#include <string_view>

namespace gyre {

struct Tensor {
  static constexpr int maxRank = 16;

  std::string_view name;
  std::string_view type; // "F32", "BF16", ...
  int64_t shape[maxRank];
  int rank;
  int64_t begin; // in the data behind the header
  int64_t end;
};

/// All tensors of a file, sorted by name. Owns a copy of the header's text,
/// into which names and types point.
class TensorTable {
public:
  TensorTable() = default;
  TensorTable(const TensorTable &) = delete;
  TensorTable &operator=(const TensorTable &) = delete;
  ~TensorTable();

  /// Reads the header of a whole file and checks it against the file's size:
  /// no name twice, each tensor as long as its shape says, the data covered
  /// without gap or overlap. GYRE_SUCCESS, GYRE_ERROR_BAD_WEIGHTS or
  /// GYRE_ERROR_OUT_OF_MEMORY.
  int32_t read(const unsigned char *file, uint64_t bytes, Message &message);

  const Tensor *find(std::string_view name) const;
  int64_t size() const { return count; }
  /// Where the data starts in the file.
  uint64_t dataOffset() const { return offset; }

private:
  friend class HeaderReader;
  Tensor *append();

  char *text = nullptr;
  Tensor *tensors = nullptr;
  int64_t count = 0;
  int64_t capacity = 0;
  uint64_t offset = 0;
};

} // namespace gyre

#endif // GYRE_RUNTIME_SAFETENSORS_H

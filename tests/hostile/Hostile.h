// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Entry points as data, so that one test drives them all. describe.py writes
// the table.

#ifndef GYRE_TESTS_HOSTILE_HOSTILE_H
#define GYRE_TESTS_HOSTILE_HOSTILE_H

#include "gyre/runtime.h"

#include <cstring>
#include <vector>

namespace hostile {

/// Sizes near the end of 64 bits are multiplied here; what leaves 128 bits too
/// is as large as they get.
using Wide = __int128;

inline Wide multiply(Wide a, Wide b) {
  Wide product;
  if (!__builtin_mul_overflow(a, b, &product))
    return product;
  Wide most = ~(Wide(1) << 127) >> 8;
  return (a < 0) == (b < 0) ? most : -most;
}
inline Wide floorDiv(Wide a, Wide b) { return a / b - (a % b < 0); }
inline Wide ceilDiv(Wide a, Wide b) { return a / b + (a % b > 0); }
inline Wide modulo(Wide a, Wide b) { return (a % b + b) % b; }

/// An argument of a call: a pointer, or the first bytes of `bits`.
struct Value {
  void *pointer = nullptr;
  uint64_t bits = 0;

  template <typename T> T as() const {
    T value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
};

struct Argument {
  const char *name, *type;
  bool isArray, isOutput;
  int mayOverwrite;
  std::vector<Wide (*)(const int64_t *sizes)> dims;
};

struct Function {
  const char *name;
  int sizeCount;
  std::vector<Argument> arguments;
  int32_t (*call)(Value *arguments, const int64_t *sizes, gyre_call *call);
  size_t (*workspace)(const int64_t *sizes);
};

const std::vector<Function> &functions();

} // namespace hostile

#endif // GYRE_TESTS_HOSTILE_HOSTILE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the numeric tests of operators share.

#ifndef GYRE_TESTS_OPS_SUPPORT_H
#define GYRE_TESTS_OPS_SUPPORT_H

#include "gyre/runtime.h"
#include "support/Compare.h"
#include "support/Guarded.h"
#include "support/Random.h"

#include <vector>

namespace test {

/// What a reference takes.
template <typename Range> std::vector<double> doubles(const Range &r) {
  return std::vector<double>(r.begin(), r.end());
}

inline gyre_call threads(int32_t count) {
  gyre_call call = GYRE_CALL_INIT;
  call.threads = count;
  return call;
}

} // namespace test

#endif // GYRE_TESTS_OPS_SUPPORT_H

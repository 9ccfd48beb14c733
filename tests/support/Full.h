// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a test that usually samples is to go through everything.

#ifndef GYRE_TESTS_SUPPORT_FULL_H
#define GYRE_TESTS_SUPPORT_FULL_H

#include <algorithm>
#include <cstdlib>

namespace test {

/// `./dev test --full`. Programs that repeat another one's tests (sanitized, for
/// another target) sample all the same: they look at how a result is computed,
/// not at the result.
inline bool isFull() { return std::getenv("GYRE_TEST_FULL") != nullptr; }

/// Of how many one is to be looked at: `sampled`, or where all is asked for
/// what GYRE_TEST_FULL says, 1 for each.
inline unsigned everyOf(unsigned sampled) {
  return isFull() ? std::max(std::atoi(std::getenv("GYRE_TEST_FULL")), 1)
                  : sampled;
}

} // namespace test

#endif // GYRE_TESTS_SUPPORT_FULL_H

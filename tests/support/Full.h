// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a test that usually samples is to go through everything.

#ifndef GYRE_TESTS_SUPPORT_FULL_H
#define GYRE_TESTS_SUPPORT_FULL_H

#include <cstdlib>

namespace test {

/// `./dev test --full`. Programs that repeat another one's tests (sanitized, for
/// another target) sample all the same: they look at how a result is computed,
/// not at the result.
inline bool isFull() { return std::getenv("GYRE_TEST_FULL") != nullptr; }

} // namespace test

#endif // GYRE_TESTS_SUPPORT_FULL_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the checks of --sanitize=undefined end.

#include "gyre/abi.h"

#include <cstdio>
#include <cstdlib>

void gyre_undefined(const char *function, const char *what) {
  std::fprintf(stderr, "gyre: undefined behaviour in %s: %s\n", function, what);
  std::abort();
}

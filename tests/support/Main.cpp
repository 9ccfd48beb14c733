// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// doctest's main function, compiled once for all test programs.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

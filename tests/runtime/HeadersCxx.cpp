// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime's headers in strict C++17.

#include "Headers.c"

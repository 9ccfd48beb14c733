/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The runtime's headers in strict C99; HeadersCxx.cpp has the same in C++17. */
#include "gyre/runtime.h"

#include "gyre/abi.h"

int main(void) {
  gyre_call call = GYRE_CALL_INIT;
  return call.size == sizeof(gyre_call) ? 0 : 1;
}

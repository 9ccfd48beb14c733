// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rows of the table, by structure, and calling generated functions.

#ifndef GYRE_BENCH_ROWS_H
#define GYRE_BENCH_ROWS_H

#include "Harness.h"

#include "gyre/runtime.h"

#include <cstdio>
#include <cstdlib>

namespace bench {

void functionRows(Harness &h);
void mapRows(Harness &h);
void rotaryRows(Harness &h);
void reduceRows(Harness &h);
void scanRows(Harness &h);
void contractRows(Harness &h);
void productRows(Harness &h);

/// Ends the program unless a generated function succeeded.
inline void check(int32_t status, const gyre_call &call) {
  if (status == GYRE_SUCCESS)
    return;
  std::fprintf(stderr, "gyre-bench: %s\n", call.message);
  std::exit(1);
}

/// The options of one call with so many threads. The workspace is given, as a
/// program in a hurry would.
class Call {
public:
  Call(int threads, size_t workspace) : memory(workspace / sizeof(float) + 16) {
    call.threads = threads;
    call.workspace = static_cast<float *>(memory);
    call.workspace_bytes = workspace;
  }
  gyre_call *operator&() { return &call; }
  gyre_call call = GYRE_CALL_INIT;

private:
  Array memory;
};

/// Rounds to bf16.
inline void toBF16(const float *from, uint16_t *to, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, from + i, sizeof bits);
    to[i] = static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
  }
}

} // namespace bench

#endif // GYRE_BENCH_ROWS_H

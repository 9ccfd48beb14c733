// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop of programs without threads: its own object file, so that a linker
// leaves Parallel.cpp and OpenMP out.

#include "Loop.h"

void gyre_serial_for(gyre_frame *frame, int64_t count, gyre_kernel kernel,
                     void *args, int64_t) {
  if (count > 0)
    kernel(0, count, frame->scratch, args);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A C program of serial functions links neither OpenMP nor a C++ library. */
#include "gyre/abi.h"

static void count(int64_t begin, int64_t end, void *scratch, void *args) {
  (void)scratch;
  *(int64_t *)args += end - begin;
}

int main(void) {
  gyre_entry_info info = {
      GYRE_ABI_VERSION, 0, 0, 0, "f", NULL, NULL, NULL, NULL, NULL,
      GYRE_CPU_BASELINE, 0, 0};
  gyre_weights_info weights = {GYRE_ABI_VERSION, 0, "model", NULL};
  gyre_mapping mapping = {NULL, 0};
  gyre_call call = GYRE_CALL_INIT;
  gyre_frame frame;
  int64_t tiles = 0;
  if (gyre_enter(&info, NULL, NULL, &call, &frame) != GYRE_SUCCESS)
    return 1;
  gyre_serial_for(&frame, 7, count, &tiles, 0);
  gyre_leave(&frame);
  if (gyre_weights_bind(&weights, "", NULL, &mapping, &call) != GYRE_ERROR_FILE)
    return 1;
  return tiles == 7 ? 0 : 1;
}

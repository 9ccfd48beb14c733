/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A program with kernels for GPUs on a machine without a driver: it starts,
 * runs on the CPU, and the first call on a GPU says what is missing.
 */
#include "device.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  float x[15] = {1, 2, 3}, y[15];
  gyre_call call = GYRE_CALL_INIT;
  if (scale(x, 2, y, 3, 5, &call) != GYRE_SUCCESS || y[2] != 6)
    return 1;
  if (dlopen("libcuda.so.1", RTLD_NOW)) {
    puts("skipped: this machine has a driver");
    return 0;
  }
  if (scale_cuda(NULL, x, 2, y, 3, 5, &call) != GYRE_ERROR_DRIVER)
    return 2;
  puts(call.message);
  return strcmp(call.message, "scale_cuda: libcuda.so.1, the NVIDIA driver's "
                              "library, was not found") != 0;
}

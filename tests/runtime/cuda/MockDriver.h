// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A libcuda.so.1 that remembers what it was asked for, and fails on demand.

#ifndef GYRE_TESTS_RUNTIME_CUDA_MOCKDRIVER_H
#define GYRE_TESTS_RUNTIME_CUDA_MOCKDRIVER_H

#include <cstdint>

struct MockDriver {
  // What it is told.
  int capability = 90;
  void *context = this; ///< the current one
  int failInit = 0, failLoad = 0, failLaunch = 0, failAfter = 0;

  // What it has seen.
  int inits = 0, loads = 0, unloads = 0, launches = 0, others = 0;
  char target[16] = ""; ///< of the image loaded last
  char kernel[64] = ""; ///< launched last
  unsigned grid = 0, threads = 0, shared = 0;
  void *stream = nullptr;
  uint64_t parameters[16] = {};
};

#endif // GYRE_TESTS_RUNTIME_CUDA_MOCKDRIVER_H

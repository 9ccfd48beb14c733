// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What this machine can run.

#include "gyre/abi.h"

uint64_t gyre_cpu_features(void) {
  uint64_t features = GYRE_CPU_BASELINE;
#if defined(__x86_64__)
  // Also asks whether the operating system saves the wide registers.
  __builtin_cpu_init();
#define GYRE_CPU_FEATURE(name, bit, text)                                      \
  if (__builtin_cpu_supports(text))                                            \
    features |= GYRE_CPU_##name;
  GYRE_CPU_FEATURES(GYRE_CPU_FEATURE)
#undef GYRE_CPU_FEATURE
#endif
  return features;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What kernels ask of the machine: the intrinsics of NVVM, by name.

#include "Emulator.h"

#include <cmath>
#include <cstring>

using namespace emulator;

#define GYRE_NVVM(name) __asm__("gyre.nvvm." name)
#define GYRE_EXPORT extern "C" __attribute__((visibility("default")))

GYRE_EXPORT int32_t readThread() GYRE_NVVM("read.ptx.sreg.tid.x");
int32_t readThread() { return int32_t(self().id); }
GYRE_EXPORT int32_t readBlock() GYRE_NVVM("read.ptx.sreg.ctaid.x");
int32_t readBlock() { return int32_t(self().block); }
GYRE_EXPORT int32_t readThreads() GYRE_NVVM("read.ptx.sreg.ntid.x");
int32_t readThreads() { return int32_t(blockThreads()); }
GYRE_EXPORT int32_t readBlocks() GYRE_NVVM("read.ptx.sreg.nctaid.x");
int32_t readBlocks() { return int32_t(gridBlocks()); }

GYRE_EXPORT void barrier(int32_t id) GYRE_NVVM("barrier.cta.sync.aligned.all");
void barrier(int32_t id) {
  if (id != 0)
    fault("expected barrier 0, got %d", id);
  meetBlock();
}

GYRE_EXPORT int32_t shuffle(int32_t mask, int32_t value, int32_t distance,
                            int32_t clamp) GYRE_NVVM("shfl.sync.bfly.i32");
int32_t shuffle(int32_t mask, int32_t value, int32_t distance, int32_t clamp) {
  if (mask != -1 || clamp != int32_t(warpThreads) - 1)
    fault("expected a shuffle of whole warps");
  int32_t mine[] = {value, distance};
  const WarpValues &all = meetWarp("shfl.bfly", mine, sizeof mine);
  int32_t other[2];
  std::memcpy(other, all.words[(self().id ^ unsigned(distance)) % warpThreads],
              sizeof other);
  if (other[1] != distance)
    fault("expected one distance in a shuffle, got %d and %d", distance,
          other[1]);
  return other[0];
}

// The approximations of the machine, exactly: their errors are not modelled.
GYRE_EXPORT float ex2(float x) GYRE_NVVM("ex2.approx.ftz.f32");
float ex2(float x) { return std::exp2(x); }
GYRE_EXPORT float lg2(float x) GYRE_NVVM("lg2.approx.ftz.f32");
float lg2(float x) { return std::log2(x); }

// Where a compiler's library for this machine is older than bf16.
GYRE_EXPORT __attribute__((weak)) uint16_t __truncsfbf2(float value);
uint16_t __truncsfbf2(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if (value != value)
    return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

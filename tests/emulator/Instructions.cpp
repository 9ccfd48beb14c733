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

//===----------------------------------------------------------------------===//
// Tensor cores
//===----------------------------------------------------------------------===//

/// Addresses of shared memory are this machine's, and aligned as they are
/// there.
static void expectAligned(const char *what, const void *address) {
  if (reinterpret_cast<uintptr_t>(address) % 16)
    fault("expected %s of an address that is aligned to 16 bytes", what);
}

/// Each thread gives a row of 8 elements of one of four matrices, and gets two
/// neighbours of a row (or, transposed, of a column) of each.
static void loadMatrices(uint32_t *result, const void *row, bool transposed) {
  struct Row {
    uint16_t elements[8];
  } mine;
  expectAligned("ldmatrix", row);
  std::memcpy(&mine, row, sizeof mine);
  const WarpValues &all =
      meetWarp(transposed ? "ldmatrix.trans" : "ldmatrix", &mine, sizeof mine);
  unsigned lane = self().id % warpThreads;
  for (unsigned m = 0; m < 4; ++m) {
    Row rows[8];
    for (unsigned r = 0; r < 8; ++r)
      std::memcpy(&rows[r], all.words[8 * m + r], sizeof rows[r]);
    unsigned r = lane / 4, c = lane % 4 * 2;
    uint32_t low = transposed ? rows[c].elements[r] : rows[r].elements[c];
    uint32_t high =
        transposed ? rows[c + 1].elements[r] : rows[r].elements[c + 1];
    result[m] = low | high << 16;
  }
}

GYRE_EXPORT void ldmatrix(uint32_t *result, const void *row)
    GYRE_NVVM("ldmatrix.sync.aligned.m8n8.x4.b16.p3.memory");
void ldmatrix(uint32_t *result, const void *row) {
  loadMatrices(result, row, /*transposed=*/false);
}
GYRE_EXPORT void ldmatrixTransposed(uint32_t *result, const void *row)
    GYRE_NVVM("ldmatrix.sync.aligned.m8n8.x4.trans.b16.p3.memory");
void ldmatrixTransposed(uint32_t *result, const void *row) {
  loadMatrices(result, row, /*transposed=*/true);
}

static float widenBF16(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}
static float widenF16(uint16_t bits) {
  _Float16 value;
  std::memcpy(&value, &bits, sizeof value);
  return float(value);
}

/// Sums of 16 products each, in the order of the contraction and rounded once:
/// the machine keeps no less than f32, and promises no order.
static void multiply(float *result, const uint32_t (&given)[6], const float *c,
                     float (*widen)(uint16_t), const char *what) {
  const WarpValues &all = meetWarp(what, given, sizeof given);
  unsigned lane = self().id % warpThreads, row = lane / 4, column = lane % 4;
  auto element = [&](unsigned lane, unsigned reg, unsigned half) {
    uint32_t registers[6];
    std::memcpy(registers, all.words[lane], sizeof registers);
    return double(widen(uint16_t(registers[reg] >> 16 * half)));
  };
  for (unsigned i = 0; i < 4; ++i) {
    double sum = c[i];
    for (unsigned k = 0; k < 16; ++k) {
      // Registers of the left operand: 8 rows, the 8 below, and then the same
      // of the upper half of the contraction; of the right one the two halves.
      unsigned pair = k % 8 / 2, half = k % 2, upper = k / 8;
      sum += element(4 * row + pair, 2 * upper + i / 2, half) *
             element(4 * (2 * column + i % 2) + pair, 4 + upper, half);
    }
    result[i] = float(sum);
  }
}

#define GYRE_PRODUCT(name, widen, intrinsic)                                   \
  GYRE_EXPORT void name(float *result, uint32_t a0, uint32_t a1, uint32_t a2,  \
                        uint32_t a3, uint32_t b0, uint32_t b1, float c0,       \
                        float c1, float c2, float c3)                          \
      GYRE_NVVM(intrinsic ".memory");                                          \
  void name(float *result, uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3, \
            uint32_t b0, uint32_t b1, float c0, float c1, float c2,            \
            float c3) {                                                        \
    const float c[] = {c0, c1, c2, c3};                                        \
    multiply(result, {a0, a1, a2, a3, b0, b1}, c, widen, intrinsic);           \
  }
GYRE_PRODUCT(multiplyBF16, widenBF16, "mma.m16n8k16.row.col.bf16")
GYRE_PRODUCT(multiplyF16, widenF16, "mma.m16n8k16.row.col.f32.f32")

GYRE_EXPORT void copyAsync(void *to, const void *from, int32_t bytes)
    GYRE_NVVM("cp.async.cg.shared.global.16.s");
void copyAsync(void *to, const void *from, int32_t bytes) {
  if (bytes < 0 || bytes > 16)
    fault("expected cp.async of at most 16 bytes, got %d", bytes);
  expectAligned("cp.async", to);
  if (bytes != 0)
    expectAligned("cp.async", from);
  startCopy({to, from, unsigned(bytes)});
}
GYRE_EXPORT void commitGroup() GYRE_NVVM("cp.async.commit.group");
void commitGroup() { commitCopies(); }
GYRE_EXPORT void waitGroup(int32_t pending) GYRE_NVVM("cp.async.wait.group");
void waitGroup(int32_t pending) { waitForCopies(unsigned(pending)); }

// Where a compiler's library for this machine is older than bf16.
GYRE_EXPORT __attribute__((weak)) uint16_t __truncsfbf2(float value);
uint16_t __truncsfbf2(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if (value != value)
    return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

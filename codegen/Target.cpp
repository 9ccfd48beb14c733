// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of targets. A CPU is described by what it can do; its name is
// never asked for, since virtual machines hide it.

#include "codegen/Target.h"

#include "gyre/abi.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <unistd.h>

using namespace mlir;
using namespace mlir::gyre;

static constexpr StringLiteral linux64 = "x86_64-unknown-linux-gnu";

// The psABI's levels; each contains the one before.
#define GYRE_V2 "+cx16,+sahf,+popcnt,+sse3,+sse4.1,+sse4.2,+ssse3"
#define GYRE_V3 GYRE_V2 ",+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe,+xsave"
#define GYRE_V4 GYRE_V3 ",+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl"

namespace {
constexpr uint64_t v2 = GYRE_CPU_X86_64_V2, v3 = v2 | GYRE_CPU_X86_64_V3,
                   v4 = v3 | GYRE_CPU_X86_64_V4;

/// What to expect of a last cache that others share: machines report those of
/// all their cores, up to 480 MiB.
constexpr int64_t sharedCache = 32 << 20;

/// Vectors are what one thread moves at a time; a block has four times the
/// threads that can shuffle.
Target gpu(std::string name, int32_t capability, bool exact = false) {
  return {.name = name,
          .triple = "nvptx64-nvidia-cuda",
          .cpu = name,
          .features = "",
          .vectorBytes = 16,
          .vectorRegisters = 64,
          .l1Bytes = 48 << 10,
          .l2Bytes = 40 << 20,
          .l3Bytes = 40 << 20,
          .scalef = false,
          .fma = true,
          .cpuFeatures = 0,
          .capability = capability,
          .exact = exact,
          .threads = 128,
          .mapPoints = 2048,
          .reducePoints = 4096,
          .scanPoints = 128,
          .scanSteps = 8192,
          .productRows = 64,
          .productColumns = 64,
          .matrixRows = 128,
          .matrixColumns = 128};
}

/// A line a target. Cache sizes are the smallest among the CPUs of a level
/// that are still in use: tiles that are too small cost less than too large.
const Target table[] = {
    {.name = "aarch64",
     .triple = "aarch64-unknown-linux-gnu",
     .features = "+v8a,+neon",
     .vectorBytes = 16,
     .vectorRegisters = 32,
     .l1Bytes = 32 << 10,
     .l2Bytes = 512 << 10,
     .l3Bytes = sharedCache,
     .scalef = false,
     .fma = true,
     .cpuFeatures = 0},
    {.name = "x86-64-v2",
     .triple = linux64.str(),
     .features = GYRE_V2,
     .vectorBytes = 16,
     .vectorRegisters = 16,
     .l1Bytes = 32 << 10,
     .l2Bytes = 256 << 10,
     .l3Bytes = sharedCache,
     .scalef = false,
     .fma = false,
     .cpuFeatures = v2},
    {.name = "x86-64-v3",
     .triple = linux64.str(),
     .features = GYRE_V3,
     .vectorBytes = 32,
     .vectorRegisters = 16,
     .l1Bytes = 32 << 10,
     .l2Bytes = 256 << 10,
     .l3Bytes = sharedCache,
     .scalef = false,
     .fma = true,
     .cpuFeatures = v3},
    {.name = "x86-64-v4",
     .triple = linux64.str(),
     .features = GYRE_V4,
     .vectorBytes = 64,
     .vectorRegisters = 32,
     .l1Bytes = 32 << 10,
     .l2Bytes = 1 << 20,
     .l3Bytes = sharedCache,
     .scalef = true,
     .fma = true,
     .cpuFeatures = v4},
    gpu("sm_80", 80),
    gpu("sm_90", 90),
    gpu("sm_90a", 90, /*exact=*/true),
    gpu("sm_100", 100),
    gpu("sm_120", 120),
};

/// Features beyond a level that the runtime can ask a CPU for.
struct Extra {
  StringLiteral name;
  uint64_t bit;
};
constexpr Extra extras[] = {{"avx512vnni", GYRE_CPU_AVX512_VNNI},
                            {"avx512bf16", GYRE_CPU_AVX512_BF16},
                            {"avx512fp16", GYRE_CPU_AVX512_FP16}};
} // namespace

static const Target *find(StringRef name) {
  auto it =
      llvm::find_if(table, [&](const Target &t) { return t.name == name; });
  return it == std::end(table) ? nullptr : it;
}

/// Whether all of the features in a string of `+name` are there.
static bool hasAll(const llvm::StringMap<bool> &features, StringRef wanted) {
  for (StringRef feature : llvm::split(wanted, ','))
    if (!features.lookup(feature.drop_front()))
      return false;
  return true;
}

static FailureOr<Target> describeHost(std::string &error) {
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  Target host;
  if (triple.isAArch64()) {
    host = *find("aarch64");
  } else if (triple.getArch() == llvm::Triple::x86_64) {
    llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
    const Target *level = nullptr;
    for (StringRef name : {"x86-64-v4", "x86-64-v3", "x86-64-v2"})
      if (!level && hasAll(features, find(name)->features))
        level = find(name);
    if (!level) {
      error = "this machine lacks features of x86-64-v2";
      return failure();
    }
    host = *level;
    if (host.cpuFeatures & GYRE_CPU_X86_64_V4)
      for (const Extra &extra : extras)
        if (features.lookup(extra.name)) {
          host.features += (",+" + extra.name).str();
          host.cpuFeatures |= extra.bit;
        }
  } else {
    error = "no target for this machine, " + triple.str();
    return failure();
  }
  // 0 or -1 where the kernel doesn't say.
  if (long bytes = sysconf(_SC_LEVEL1_DCACHE_SIZE); bytes > 0)
    host.l1Bytes = bytes;
  if (long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE); bytes > 0)
    host.l2Bytes = bytes;
  if (long bytes = sysconf(_SC_LEVEL3_CACHE_SIZE); bytes > 0)
    host.l3Bytes = std::min<int64_t>(bytes, sharedCache);
  return host;
}

FailureOr<Target> gyre::lookupTarget(StringRef name, std::string &error) {
  if (name == "host")
    return describeHost(error);
  if (const Target *target = find(name))
    return *target;
  error = ("unknown target '" + name + "', expected one of " +
           llvm::join(getTargetNames(), ", "))
              .str();
  return failure();
}

SmallVector<StringRef> gyre::getTargetNames() {
  SmallVector<StringRef> names = {"host"};
  for (const Target &target : table)
    names.push_back(target.name);
  return names;
}

std::string Target::describe() const {
  std::string text = name;
  for (const Extra &extra : extras)
    if (cpuFeatures & extra.bit)
      text += ("+" + extra.name).str();
  return text;
}

TargetAttr Target::toAttribute(MLIRContext *context) const {
  // A CPU has the attribute's defaults.
  TargetAttr cpu =
      TargetAttr::get(context, name, vectorBytes, vectorRegisters, l1Bytes,
                      l2Bytes, l3Bytes, scalef, fma, features);
  if (!isGPU())
    return cpu;
  return TargetAttr::get(
      context, name, vectorBytes, vectorRegisters, l1Bytes, l2Bytes, l3Bytes,
      scalef, fma, features, threads, mapPoints, reducePoints, scanPoints,
      scanSteps, productRows, productColumns, matrixRows, matrixColumns);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One object for several CPUs, and one for a CPU that isn't there. This program
// tells generated code which features the machine has: its gyre_cpu_features
// stands in front of the runtime's. What is chosen is seen where generated code
// calls the runtime (the linker's --wrap).

#include "cpu-test-levels.gyre/product.h"
#include "cpu-test-newest.gyre/product.h"

#include "gyre/abi.h"

#include <cstring>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <vector>

static uint64_t pretended, entered;
static gyre_kernel launched;

extern "C" {
uint64_t gyre_cpu_features(void) { return pretended; }

int32_t __real_gyre_enter(const gyre_entry_info *, void *const *,
                          const int64_t *, gyre_call *, gyre_frame *);
int32_t __wrap_gyre_enter(const gyre_entry_info *info, void *const *arguments,
                          const int64_t *sizes, gyre_call *call,
                          gyre_frame *frame) {
  entered = info->cpu_features;
  return __real_gyre_enter(info, arguments, sizes, call, frame);
}

void __real_gyre_parallel_for(gyre_frame *, int64_t, gyre_kernel, void *,
                              int64_t);
void __wrap_gyre_parallel_for(gyre_frame *frame, int64_t count,
                              gyre_kernel kernel, void *args,
                              int64_t scratch_bytes) {
  launched = kernel;
  __real_gyre_parallel_for(frame, count, kernel, args, scratch_bytes);
}
}

namespace {

/// Levels contain those before.
std::vector<uint64_t> realLevels() {
  __builtin_cpu_init();
  uint64_t level = GYRE_CPU_X86_64_V2;
  std::vector<uint64_t> levels;
  if (__builtin_cpu_supports("x86-64-v2"))
    levels.push_back(level);
  if (__builtin_cpu_supports("x86-64-v3"))
    levels.push_back(level |= GYRE_CPU_X86_64_V3);
  if (__builtin_cpu_supports("x86-64-v4"))
    levels.push_back(level |= GYRE_CPU_X86_64_V4);
  return levels;
}

constexpr int64_t m = 3, n = 37;

/// Rows (1, x) and columns (-(1 + 2^-11), x) with x = 1 + 2^-12: x^2 is
/// 1 + 2^-11 + 2^-24, of which a product that is rounded loses the last.
struct Operands {
  std::vector<float> a, b, c = std::vector<float>(m * n, -7.0f);
  Operands() : a(m * 2), b(2 * n) {
    float x = 1 + 0x1p-12f;
    for (int64_t i = 0; i < m; ++i) {
      a[2 * i] = 1;
      a[2 * i + 1] = x;
    }
    for (int64_t j = 0; j < n; ++j) {
      b[j] = -(1 + 0x1p-11f);
      b[n + j] = x;
    }
  }
};

} // namespace

TEST_CASE("cpu: the last target whose features are there runs") {
  std::set<gyre_kernel> kernels;
  REQUIRE(!realLevels().empty());
  for (uint64_t level : realLevels()) {
    CAPTURE(level);
    pretended = level;
    Operands data;
    REQUIRE(levels_product(data.a.data(), data.b.data(), data.c.data(), m, n,
                           nullptr) == GYRE_SUCCESS);
    CHECK(entered == level);
    kernels.insert(launched);
    bool isFused = level & GYRE_CPU_X86_64_V3;
    CHECK(data.c == std::vector<float>(m * n, isFused ? 0x1p-24f : 0));
    CHECK(levels_product_workspace(m, n) < size_t(1) << 20);
  }
  CHECK(kernels.size() == realLevels().size());
}

TEST_CASE("cpu: features beyond the targets change nothing") {
  pretended = ~uint64_t(0) & ~uint64_t(GYRE_CPU_X86_64_V3);
  Operands data;
  REQUIRE(levels_product(data.a.data(), data.b.data(), data.c.data(), m, n,
                         nullptr) == GYRE_SUCCESS);
  CHECK(entered == GYRE_CPU_X86_64_V2);
}

TEST_CASE("cpu: an object for more than there is is refused") {
  struct {
    uint64_t features;
    std::string lacking;
  } machines[] = {{0, " x86-64-v2 x86-64-v3 x86-64-v4"},
                  {GYRE_CPU_X86_64_V2 | GYRE_CPU_X86_64_V3, " x86-64-v4"}};
  for (auto &[features, lacking] : machines) {
    pretended = features;
    Operands data;
    alignas(64) char workspace[1 << 16];
    std::memset(workspace, 77, sizeof workspace);
    gyre_call call = GYRE_CALL_INIT;
    call.workspace = workspace;
    call.workspace_bytes = sizeof workspace;
    launched = nullptr;
    CHECK(newest_product(data.a.data(), data.b.data(), data.c.data(), m, n,
                         &call) == GYRE_ERROR_CPU);
    CHECK(std::string(call.message) ==
          "newest_product: this CPU lacks" + lacking);
    CHECK(!launched);
    CHECK(data.c == Operands().c);
    CHECK(std::string(workspace, sizeof workspace) ==
          std::string(sizeof workspace, 77));
  }
  // Nor is there a variant for a machine below all of them.
  pretended = GYRE_CPU_BASELINE;
  Operands data;
  CHECK(levels_product(data.a.data(), data.b.data(), data.c.data(), m, n,
                       nullptr) == GYRE_ERROR_CPU);
  CHECK(data.c == Operands().c);
}

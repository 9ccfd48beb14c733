// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bytes of a workspace, where they fit and where they don't.

#include "workspace.h"

#include "support/Compare.h"
#include "support/Random.h"

#include <vector>

TEST_CASE("workspace: a product of all pairs") {
  test::Random random(1);
  int64_t n = 37;
  std::vector<float> x(37 * 4), v(37), out(37);
  random.fillNormal(x);
  random.fillNormal(v);
  std::vector<double> expected(37);
  for (size_t i = 0; i < 37; ++i)
    for (size_t j = 0; j < 37; ++j)
      for (size_t k = 0; k < 4; ++k)
        expected[i] +=
            double(x[i * 4 + k]) * double(x[j * 4 + k]) * double(v[j]);
  REQUIRE(pairs(x.data(), v.data(), out.data(), n, nullptr) == GYRE_SUCCESS);
  test::expectNear("out", out, expected, test::roundingBound(37 * 4, 10));
}

TEST_CASE("workspace: bytes that overflow though the arguments' do not") {
  CHECK(pairs_workspace(1000) >= 4 * 1000 * 1000);
  CHECK(pairs_workspace(1000) < 100 * 1000 * 1000);
  int64_t n = int64_t(1) << 31;
  CHECK(pairs_workspace(n) == SIZE_MAX);
  // Nothing is read or written before the check, so any address will do.
  alignas(64) static float few[16];
  gyre_call call = GYRE_CALL_INIT;
  auto *far = reinterpret_cast<float *>(uintptr_t(1) << 46);
  CHECK(pairs(few, few, far, n, &call) == GYRE_ERROR_SIZE_OVERFLOW);
  CHECK(std::string(call.message) ==
        "pairs: expected the bytes of the workspace to fit in 63 bits");
}

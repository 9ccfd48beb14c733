// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generated functions keep the contract with their caller.

#include "first.h"
#include "second.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

static std::vector<float> ramp(int64_t count) {
  std::vector<float> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = 0.25f * i;
  return values;
}

TEST_CASE("driver: weights, scalars and sizes reach the code") {
  std::vector<float> bias = ramp(8);
  first_weights weights = {};
  weights.bias = bias.data();
  for (int64_t T : {0, 1, 5, 37}) {
    std::vector<float> x = ramp(T * 8), y(T * 8 + 1, -7.0f);
    REQUIRE(affine(&weights, x.data(), 3.0f, y.data(), T, nullptr) ==
            GYRE_SUCCESS);
    for (int64_t i = 0; i < T * 8; ++i)
      CHECK(y[i] == 3.0f * x[i] + bias[i % 8]);
    CHECK(y[T * 8] == -7.0f);
  }
}

TEST_CASE("driver: a result may overwrite the argument that it names") {
  std::vector<float> bias = ramp(8), x = ramp(37 * 8);
  first_weights weights = {};
  weights.bias = bias.data();
  std::vector<float> separate(x.size());
  REQUIRE(affine(&weights, x.data(), 2.0f, separate.data(), 37, nullptr) ==
          GYRE_SUCCESS);
  REQUIRE(affine(&weights, x.data(), 2.0f, x.data(), 37, nullptr) ==
          GYRE_SUCCESS);
  CHECK(x == separate);
}

TEST_CASE("driver: what is wrong with a call is said, and nothing written") {
  std::vector<float> bias = ramp(8), x = ramp(16), y(16, -7.0f);
  const std::vector<float> before = y;
  first_weights weights = {};
  weights.bias = bias.data();
  gyre_call call = GYRE_CALL_INIT;

  CHECK(affine(nullptr, x.data(), 1.0f, y.data(), 2, &call) ==
        GYRE_ERROR_NULL_ARGUMENT);
  CHECK(std::string(call.message).find("'bias'") != std::string::npos);
  CHECK(affine(&weights, nullptr, 1.0f, y.data(), 2, &call) ==
        GYRE_ERROR_NULL_ARGUMENT);
  CHECK(std::string(call.message).find("'x'") != std::string::npos);
  CHECK(affine(&weights, x.data(), 1.0f, y.data(), -2, &call) ==
        GYRE_ERROR_BAD_SIZE);
  CHECK(std::string(call.message).find("'T'") != std::string::npos);
  CHECK(affine(&weights, x.data(), 1.0f, y.data(), INT64_MAX / 8, &call) ==
        GYRE_ERROR_SIZE_OVERFLOW);
  CHECK(affine(&weights, x.data(), 1.0f, x.data() + 4, 1, &call) ==
        GYRE_ERROR_OVERLAP);
  CHECK(y == before);
}

TEST_CASE("driver: sizes that have to agree are checked by the call") {
  std::vector<float> x = ramp(5), y = ramp(4), out(5, -7.0f);
  gyre_call call = GYRE_CALL_INIT;
  CHECK(sum(x.data(), y.data(), out.data(), 5, 4, &call) ==
        GYRE_ERROR_BAD_SIZE);
  CHECK(std::string(call.message).find("'M' and 'N'") != std::string::npos);
  CHECK(out == std::vector<float>(5, -7.0f));
  CHECK(sum(x.data(), x.data(), out.data(), 5, 5, &call) == GYRE_SUCCESS);
  CHECK(out[4] == 2 * x[4]);
}

TEST_CASE("driver: a second model with the same names, for several CPUs") {
  // 0x3c00 is 1, 0x4000 is 2, 0x4400 is 4.
  std::vector<uint16_t> x = {0x3c00, 0x3c00, 0x4000}, out(3);
  std::vector<uint8_t> keep = {1, 0, 1};
  REQUIRE(second_affine(x.data(), keep.data(), out.data(), 3, nullptr) ==
          GYRE_SUCCESS);
  CHECK(out == std::vector<uint16_t>{0x4000, 0x3c00, 0x4400});
  CHECK(second_affine_workspace(3) < (size_t(1) << 30));
}

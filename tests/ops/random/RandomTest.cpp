// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The generator against Random123's published vectors and its reference.

#include "random.h"
#include "dialect/ops/random/RandomReference.h"
#include "ops/Support.h"

namespace {

using test::Guarded;
using test::threads;
using Words = std::array<uint32_t, 4>;

TEST_CASE("random: the reference gives Random123's vectors") {
  // philox4x32 10 of kat_vectors.
  CHECK(gyre::reference::philox({0, 0, 0, 0}, {0, 0}) ==
        Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(
      gyre::reference::philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                              {0xffffffff, 0xffffffff}) ==
      Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(
      gyre::reference::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                              {0xa4093822, 0x299f31d0}) ==
      Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: the first uniform numbers are Random123's words") {
  Guarded<float> like(5), y(5);
  REQUIRE(uniform(0, 0, like.data(), y.data(), 1, nullptr) == 0);
  uint32_t words[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  for (int i = 0; i < 4; ++i)
    CHECK(y[i] == float(words[i] >> 8) / 16777216.0f);
}

TEST_CASE("random: uniform numbers, bit for bit") {
  for (int64_t n : {0, 1, 3, 37, 1000})
    for (int64_t seed : {int64_t(0), int64_t(-3), int64_t(0x123456789abcdef)})
      for (int64_t offset : {int64_t(0), int64_t(7), int64_t(0xfffffffe)}) {
        Guarded<float> like(n * 5), y(n * 5), z(n * 5);
        gyre_call one = threads(1), two = threads(2);
        REQUIRE(uniform(seed, offset, like.data(), y.data(), n, &one) == 0);
        REQUIRE(uniform(seed, offset, like.data(), z.data(), n, &two) == 0);
        test::expectSameBits("threads", z, y);
        test::expectNear("uniform", y,
                         gyre::reference::randomUniform(
                             uint64_t(seed), uint64_t(offset), n * 5),
                         0);
      }
}

TEST_CASE("random: normal numbers") {
  Guarded<float> y(10000);
  double sum = 0, squares = 0, fourth = 0;
  for (int64_t seed = 0; seed < 10; ++seed) {
    REQUIRE(normal(seed, 5, y.data(), nullptr) == 0);
    test::expectNear("normal", y,
                     gyre::reference::randomNormal(uint64_t(seed), 5, 10000),
                     2e-6);
    for (float v : y) {
      sum += double(v);
      squares += double(v) * v;
      fourth += double(v) * v * v * v;
    }
  }
  // Four standard deviations of each moment.
  double n = 100000;
  CHECK(std::fabs(sum / n) < 4 / std::sqrt(n));
  CHECK(std::fabs(squares / n - 1) < 4 * std::sqrt(2 / n));
  CHECK(std::fabs(fourth / n - 3) < 4 * std::sqrt(96 / n));
}

TEST_CASE("random: Gumbel's numbers") {
  Guarded<float> y(10000), z(10000);
  double sum = 0, squares = 0;
  for (int64_t seed = 0; seed < 10; ++seed) {
    gyre_call one = threads(1), two = threads(2);
    REQUIRE(gumbel(seed, 5, y.data(), &one) == 0);
    REQUIRE(gumbel(seed, 5, z.data(), &two) == 0);
    test::expectSameBits("threads", z, y);
    test::expectNear("gumbel", y,
                     gyre::reference::randomGumbel(uint64_t(seed), 5, 10000),
                     3e-6);
    for (float v : y) {
      double centered = double(v) - 0.57721566490153286;
      sum += centered;
      squares += centered * centered;
    }
  }
  // Four standard deviations; the fourth moment is 5.4 squared variances.
  double n = 100000, variance = M_PI * M_PI / 6;
  CHECK(std::fabs(sum / n) < 4 * std::sqrt(variance / n));
  CHECK(std::fabs(squares / n - variance) <
        4 * variance * std::sqrt((5.4 - 1) / n));
}

TEST_CASE("random: noise that is added is the same noise") {
  Guarded<float> x(63), y(63), z(10000);
  std::fill(x.begin(), x.end(), 0.0f);
  REQUIRE(noised(x.data(), 11, y.data(), nullptr) == 0);
  REQUIRE(normal(11, 0, z.data(), nullptr) == 0);
  for (int i = 0; i < 63; ++i)
    CHECK(y[i] == z[i]);
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rotary embedding against its reference, to positions of 2^20.

#include "rotary.h"
#include "dialect/ops/rotary/RotaryReference.h"
#include "ops/Support.h"

namespace {

using gyre::reference::Rotary;
using test::doubles;
using test::Guarded;
using test::threads;

/// Turns x[rows][features] row by row, each by the positions that `of` gives.
template <typename Of>
std::vector<double> turned(const Rotary &rotary, const Guarded<float> &x,
                           Of of) {
  std::vector<double> y = doubles(x);
  for (int64_t row = 0; row < int64_t(y.size()) / rotary.features; ++row) {
    std::vector<double> position = of(row);
    rotary.turn(y.data() + row * rotary.features, position.data());
  }
  return y;
}

TEST_CASE("rotary: interleaved pairs") {
  test::Random random(1);
  for (int64_t b : {0, 1, 2})
    for (int64_t h : {1, 3})
      for (int64_t t : {0, 1, 5, 37})
        for (int64_t past : {0, 1000, 1 << 20}) {
          Guarded<float> x(b * h * t * 64), y(x.size()), z(x.size());
          random.fillNormal(x);
          gyre_call one = threads(1), two = threads(2);
          REQUIRE(rotary(x.data(), past, y.data(), b, h, t, &one) == 0);
          REQUIRE(rotary(x.data(), past, z.data(), b, h, t, &two) == 0);
          test::expectSameBits("threads", z, y);
          test::expectNear("rotary", y,
                           turned({.features = 64, .dims = 64}, x,
                                  [&](int64_t row) -> std::vector<double> {
                                    return {double(row % t + past)};
                                  }),
                           5e-6);
        }
}

TEST_CASE("rotary: a static shape, norms are kept") {
  test::Random random(2);
  Guarded<float> x(2 * 3 * 37 * 40), y(x.size());
  random.fillNormal(x);
  REQUIRE(rotary_static(x.data(), y.data(), nullptr) == 0);
  test::expectNear("rotary", y,
                   turned({.features = 40, .dims = 40}, x,
                          [](int64_t row) -> std::vector<double> {
                            return {double(row % 37)};
                          }),
                   2e-6);
  for (size_t i = 0; i < x.size(); i += 2)
    CHECK(std::fabs(std::hypot(x[i], x[i + 1]) - std::hypot(y[i], y[i + 1])) <
          2e-6);
}

TEST_CASE("rotary: halves, integer positions") {
  test::Random random(3);
  for (int64_t h : {1, 4})
    for (int64_t t : {1, 9, 64}) {
      Guarded<float> x(h * t * 64), y(x.size());
      Guarded<int32_t> p(t);
      random.fillNormal(x);
      for (int32_t &position : p)
        position = int32_t(random.below(1 << 20));
      REQUIRE(rotary_half(x.data(), p.data(), y.data(), h, t, nullptr) == 0);
      test::expectNear(
          "half", y,
          turned({.features = 64, .dims = 64, .half = true, .base = 500000}, x,
                 [&](int64_t row) -> std::vector<double> {
                   return {double(p[row % t])};
                 }),
          5e-6);
    }
}

TEST_CASE("rotary: some features, backwards, fractional positions of a batch") {
  test::Random random(4);
  for (int64_t b : {1, 3})
    for (int64_t h : {1, 2})
      for (int64_t t : {1, 7}) {
        Guarded<float> x(b * h * t * 20), y(x.size()), p(b * t);
        random.fillNormal(x);
        random.fillUniform(p, -50, 50);
        REQUIRE(rotary_partial(x.data(), p.data(), y.data(), b, h, t,
                               nullptr) == 0);
        test::expectNear("partial", y,
                         turned({.features = 20, .dims = 12, .inverse = true},
                                x,
                                [&](int64_t row) -> std::vector<double> {
                                  return {double(p[row / t / h * t + row % t])};
                                }),
                         5e-6);
      }
}

TEST_CASE("rotary: sections") {
  test::Random random(5);
  for (int64_t b : {1, 2})
    for (int64_t t : {1, 11}) {
      Guarded<float> x(b * t * 2 * 24), y(x.size());
      Guarded<int64_t> p(b * t * 3);
      random.fillNormal(x);
      for (int64_t &position : p)
        position = random.below(5000);
      REQUIRE(rotary_sections(x.data(), p.data(), y.data(), b, t, nullptr) ==
              0);
      test::expectNear(
          "sections", y,
          turned(
              {.features = 24, .dims = 24, .half = true, .sections = {6, 4, 2}},
              x,
              [&](int64_t row) {
                int64_t *at = p.data() + row / 2 * 3;
                return std::vector<double>(at, at + 3);
              }),
          5e-6);
    }
  for (int64_t t : {1, 16}) {
    Guarded<float> x(3 * t * 24), y(x.size()), p(t * 2);
    random.fillNormal(x);
    random.fillUniform(p, 0, 30);
    auto at = [&](int64_t row) {
      float *first = p.data() + row % t * 2;
      return std::vector<double>(first, first + 2);
    };
    REQUIRE(rotary_restart(x.data(), p.data(), y.data(), 3, t, nullptr) == 0);
    test::expectNear("restart", y,
                     turned({.features = 24,
                             .dims = 24,
                             .base = 100,
                             .sections = {6, 6},
                             .frequencies = "restart"},
                            x, at),
                     5e-6);
    REQUIRE(rotary_alternate(x.data(), p.data(), y.data(), 3, t, nullptr) == 0);
    test::expectNear("alternate", y,
                     turned({.features = 24,
                             .dims = 24,
                             .sections = {6, 6},
                             .frequencies = "alternate"},
                            x, at),
                     5e-6);
  }
}

} // namespace

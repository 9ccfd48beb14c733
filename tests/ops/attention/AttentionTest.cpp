// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention against its reference, at odd sizes, with masks, and its laws.

#include "attention.h"
#include "dialect/ops/attention/AttentionReference.h"
#include "dialect/ops/rotary/RotaryReference.h"
#include "ops/Support.h"

namespace {

using gyre::reference::Attention;
using test::doubles;
using test::Guarded;
using test::threads;

constexpr double bound = 5e-6;

TEST_CASE("attention: plain") {
  test::Random random(1);
  for (int64_t b : {0, 1, 2})
    for (int64_t t : {0, 1, 5, 130})
      for (int64_t s : {0, 1, 37, 100}) {
        Guarded<float> q(b * 3 * t * 64), k(b * 3 * s * 64), v(b * 3 * s * 32),
            y(b * 3 * t * 32), z(y.size());
        random.fillNormal(q);
        random.fillNormal(k);
        random.fillNormal(v);
        gyre_call one = threads(1), two = threads(2);
        REQUIRE(attention(q.data(), k.data(), v.data(), y.data(), b, t, s,
                          &one) == 0);
        REQUIRE(attention(q.data(), k.data(), v.data(), z.data(), b, t, s,
                          &two) == 0);
        test::expectSameBits("threads", z, y);
        test::expectNear("attention", y,
                         Attention{b, 3, 3, t, s, 64, 32,
                                   0.125}(doubles(q), doubles(k), doubles(v)),
                         bound);
      }
}

TEST_CASE("attention: causal, aligned to the end") {
  test::Random random(2);
  for (int64_t t : {1, 5, 70})
    for (int64_t s : {1, 5, 70, 101}) {
      Guarded<float> q(2 * t * 40), k(2 * s * 40), v(2 * s * 40), y(q.size());
      random.fillNormal(q);
      random.fillNormal(k);
      random.fillNormal(v);
      REQUIRE(attention_causal(q.data(), k.data(), v.data(), y.data(), 2, t, s,
                               nullptr) == 0);
      Attention reference{1, 2, 2, t, s, 40, 40, 1 / std::sqrt(40.0)};
      reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
        return j <= i + s - t ? 0 : -INFINITY;
      };
      test::expectNear("causal", y,
                       reference(doubles(q), doubles(k), doubles(v)), bound);
    }
}

TEST_CASE("attention: grouped heads inside of tokens, aligned to the start") {
  test::Random random(3);
  for (int64_t b : {1, 2})
    for (int64_t t : {1, 19})
      for (int64_t s : {1, 33}) {
        Guarded<float> q(b * t * 6 * 16), k(b * s * 2 * 16), v(k.size()),
            y(q.size());
        random.fillNormal(q);
        random.fillNormal(k);
        random.fillNormal(v);
        REQUIRE(attention_grouped(q.data(), k.data(), v.data(), y.data(), b, t,
                                  s, nullptr) == 0);
        // [b][n][h][d] -> [b][h][n][d], which is its own inverse.
        auto swapped = [&](const auto &x, int64_t n, int64_t heads) {
          std::vector<double> r(x.size());
          for (int64_t i = 0; i < b; ++i)
            for (int64_t j = 0; j < n; ++j)
              for (int64_t h = 0; h < heads; ++h)
                for (int64_t d = 0; d < 16; ++d)
                  r[((i * heads + h) * n + j) * 16 + d] =
                      double(x[((i * n + j) * heads + h) * 16 + d]);
          return r;
        };
        Attention reference{b, 6, 2, t, s, 16, 16, 0.25};
        reference.mask = [](int64_t, int64_t, int64_t i, int64_t j) {
          return j <= i ? 0 : -INFINITY;
        };
        test::expectNear(
            "grouped", swapped(y, t, 6),
            reference(swapped(q, t, 6), swapped(k, s, 2), swapped(v, s, 2)),
            bound);
      }
}

TEST_CASE("attention: a mask of booleans") {
  test::Random random(4);
  for (int64_t t : {1, 21})
    for (int64_t s : {1, 40}) {
      int64_t b = 2;
      Guarded<float> q(b * 2 * t * 32), k(b * 2 * s * 32), v(k.size()),
          y(q.size());
      Guarded<uint8_t> m(b * t * s);
      random.fillNormal(q);
      random.fillNormal(k);
      random.fillNormal(v);
      for (uint8_t &bit : m)
        bit = random.below(3) != 0;
      // The first row of the second sample sees nothing.
      for (int64_t j = 0; j < s; ++j)
        m[t * s + j] = 0;
      REQUIRE(attention_masked(q.data(), k.data(), v.data(), m.data(), y.data(),
                               b, t, s, nullptr) == 0);
      Attention reference{b, 2, 2, t, s, 32, 32, 1 / std::sqrt(32.0)};
      reference.mask = [&](int64_t n, int64_t, int64_t i, int64_t j) {
        return m[(n * t + i) * s + j] ? 0 : -INFINITY;
      };
      test::expectNear("masked", y,
                       reference(doubles(q), doubles(k), doubles(v)), bound);
    }
}

TEST_CASE("attention: a mask to add, grouped heads") {
  test::Random random(5);
  for (int64_t t : {1, 21})
    for (int64_t s : {1, 40}) {
      int64_t b = 2;
      Guarded<float> q(b * 4 * t * 32), k(b * 2 * s * 32), v(k.size()),
          m(4 * t * s), y(q.size());
      random.fillNormal(q);
      random.fillNormal(k);
      random.fillNormal(v);
      random.fillNormal(m);
      m[0] = -INFINITY;
      REQUIRE(attention_biased(q.data(), k.data(), v.data(), m.data(), y.data(),
                               b, t, s, nullptr) == 0);
      Attention reference{b, 4, 2, t, s, 32, 32, 0.3};
      reference.mask = [&](int64_t, int64_t h, int64_t i, int64_t j) {
        return double(m[(h * t + i) * s + j]);
      };
      test::expectNear("biased", y,
                       reference(doubles(q), doubles(k), doubles(v)), bound);
    }
}

TEST_CASE("attention: turned by rotary, only distances count") {
  test::Random random(6);
  for (int64_t t : {1, 50}) {
    Guarded<float> q(2 * t * 64), k(q.size()), v(q.size()), y(q.size()),
        far(q.size());
    random.fillNormal(q);
    random.fillNormal(k);
    random.fillNormal(v);
    REQUIRE(attention_rotary(q.data(), k.data(), v.data(), 0, y.data(), 2, t,
                             nullptr) == 0);
    REQUIRE(attention_rotary(q.data(), k.data(), v.data(), 100000, far.data(),
                             2, t, nullptr) == 0);
    auto turned = [&](const Guarded<float> &x) {
      std::vector<double> r = doubles(x);
      gyre::reference::Rotary rotary{.features = 64, .dims = 64};
      for (int64_t row = 0; row < 2 * t; ++row) {
        double position = double(row % t);
        rotary.turn(r.data() + row * 64, &position);
      }
      return r;
    };
    Attention reference{1, 2, 2, t, t, 64, 64, 0.125};
    reference.mask = [](int64_t, int64_t, int64_t i, int64_t j) {
      return j <= i ? 0 : -INFINITY;
    };
    std::vector<double> expected = reference(turned(q), turned(k), doubles(v));
    test::expectNear("rotary", y, expected, bound);
    test::expectNear("far away", far, expected, 2e-5);
  }
}

} // namespace

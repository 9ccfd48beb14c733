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

TEST_CASE("rotary: scaled for long contexts") {
  test::Random random(6);
  for (int64_t t : {0, 1, 33})
    for (int64_t past : {0, 990, 100000}) {
      Guarded<float> x(2 * t * 64), y(x.size());
      random.fillNormal(x);
      auto at = [&](int64_t row) -> std::vector<double> {
        return {double(row % t + past)};
      };
      Rotary rotary{.features = 64, .dims = 64, .half = true, .base = 500000};
      rotary.scaling = {.type = "llama3", .factor = 8, .trained = 8192};
      REQUIRE(rotary_llama3(x.data(), past, y.data(), 2, t, nullptr) == 0);
      test::expectNear("llama3", y, turned(rotary, x, at), 5e-6);
      rotary.base = 10000;
      rotary.scaling = {.type = "yarn", .factor = 4, .trained = 4096};
      REQUIRE(rotary_yarn(x.data(), past, y.data(), 2, t, nullptr) == 0);
      test::expectNear("yarn", y, turned(rotary, x, at), 6e-6);

      // Within the trained length, just behind its end, and far beyond.
      Guarded<float> small(3 * t * 16), z(small.size());
      random.fillNormal(small);
      REQUIRE(rotary_dynamic(small.data(), past, z.data(), 3, t, nullptr) == 0);
      Rotary dynamic{.features = 16, .dims = 16};
      dynamic.scaling = {.type = "dynamic",
                         .factor = 2,
                         .trained = 1000,
                         .length = double(past + t)};
      test::expectNear("dynamic", z, turned(dynamic, small, at), 5e-6);
    }
  for (int64_t length : {4096, 4097}) {
    Guarded<float> x(2 * 5 * 8), y(x.size());
    Guarded<int32_t> p(5);
    random.fillNormal(x);
    for (int32_t &position : p)
      position = int32_t(random.below(100000));
    REQUIRE(rotary_longrope(x.data(), p.data(), length, y.data(), 2, 5,
                            nullptr) == 0);
    Rotary rotary{.features = 8, .dims = 8};
    rotary.scaling = {.type = "longrope",
                      .factor = 32,
                      .trained = 4096,
                      .length = double(length),
                      .shortFactors = {1, 1.25, 1.5, 2},
                      .longFactors = {1.5, 4, 16, 64}};
    test::expectNear("longrope", y,
                     turned(rotary, x,
                            [&](int64_t row) -> std::vector<double> {
                              return {double(p[row % 5])};
                            }),
                     6e-6);
  }
}

TEST_CASE("rotary: scaled, static sizes") {
  test::Random random(7);
  Guarded<float> x(9 * 16), linear(x.size()), ntk(x.size()),
      proportional(x.size()), dynamic(x.size());
  Guarded<int32_t> p(9);
  random.fillNormal(x);
  for (int32_t &position : p)
    position = int32_t(random.below(1 << 20));
  REQUIRE(rotary_stretched(x.data(), p.data(), linear.data(), ntk.data(),
                           proportional.data(), dynamic.data(), nullptr) == 0);
  auto at = [&](int64_t row) -> std::vector<double> {
    return {double(p[row])};
  };
  Rotary rotary{.features = 16, .dims = 16};
  rotary.scaling = {.type = "linear", .factor = 3};
  test::expectNear("linear", linear, turned(rotary, x, at), 5e-6);
  rotary.scaling = {.type = "ntk", .factor = 4};
  test::expectNear("ntk", ntk, turned(rotary, x, at), 5e-6);
  rotary.scaling = {.type = "dynamic", .factor = 2, .trained = 4, .length = 9};
  test::expectNear(
      "dynamic", dynamic,
      turned(rotary, x,
             [](int64_t row) -> std::vector<double> { return {double(row)}; }),
      5e-6);
  rotary.half = true;
  rotary.scaling = {.type = "proportional", .partial = 0.4};
  test::expectNear("proportional", proportional, turned(rotary, x, at), 5e-6);
}

TEST_CASE("rotary: axes dealt in turn, from a feature on") {
  test::Random random(8);
  for (int64_t t : {1, 7}) {
    Guarded<float> x(2 * t * 20), y(x.size());
    Guarded<int32_t> p(t * 3);
    random.fillNormal(x);
    for (int32_t &position : p)
      position = int32_t(random.below(1000));
    REQUIRE(rotary_dealt(x.data(), p.data(), y.data(), 2, t, nullptr) == 0);
    test::expectNear("dealt", y,
                     turned({.features = 20,
                             .dims = 12,
                             .half = true,
                             .sections = {3, 2, 1},
                             .frequencies = "alternate",
                             .start = 4},
                            x,
                            [&](int64_t row) {
                              int32_t *first = p.data() + row % t * 3;
                              return std::vector<double>(first, first + 3);
                            }),
                     5e-6);
  }
}

TEST_CASE("rotary: tables of cosines and sines") {
  test::Random random(9);
  Guarded<float> cosines(50 * 4), sines(cosines.size());
  random.fillNormal(cosines);
  random.fillNormal(sines);
  Rotary rotary{.features = 12, .dims = 8, .half = true};
  auto look = [&](const Guarded<float> &table, int64_t position, int64_t i,
                  double outside) {
    return position < 0 || position >= int64_t(table.size()) / 4
               ? outside
               : double(table[position * 4 + i]);
  };
  for (int64_t b : {0, 1, 2})
    for (int64_t t : {1, 13}) {
      // Without a row nothing turns.
      int64_t rows = b * t == 2 ? 0 : 47;
      Guarded<float> anyCosines(rows * 4), anySines(rows * 4);
      std::copy_n(sines.begin(), rows * 4, anyCosines.begin());
      std::copy_n(cosines.begin(), rows * 4, anySines.begin());
      Guarded<float> x(b * 2 * t * 12), at(x.size()), from(x.size());
      Guarded<int64_t> p(b * t);
      random.fillNormal(x);
      // Some stand outside of the table.
      for (int64_t &position : p)
        position = random.below(70) - 10;
      int64_t past = 42;
      REQUIRE(rotary_table(x.data(), p.data(), cosines.data(), sines.data(),
                           anyCosines.data(), anySines.data(), past, at.data(),
                           from.data(), b, 2, t, rows, nullptr) == 0);
      std::vector<double> first = doubles(x), second = first;
      for (int64_t row = 0; row < b * 2 * t; ++row)
        for (int64_t i = 0; i < 4; ++i) {
          int64_t m = p[row / t / 2 * t + row % t], n = row % t + past;
          rotary.half = true;
          rotary.turnPair(first.data() + row * 12, i, look(cosines, m, i, 1),
                          look(sines, m, i, 0));
          rotary.half = false;
          rotary.turnPair(second.data() + row * 12, i,
                          look(anyCosines, n, i, 1), -look(anySines, n, i, 0));
        }
      test::expectNear("looked up", at, first, 1e-6);
      test::expectNear("from an offset", from, second, 1e-6);
    }
}

TEST_CASE("rotary: tables with a decay make scores of xPos") {
  // Keys decay the other way, so a score falls by s_i^(n - m).
  test::Random random(13);
  constexpr double length = 16;
  auto decay = [](int64_t i, double distance) {
    return std::pow((i / 4.0 + 0.4) / 1.4, distance / length);
  };
  Guarded<float> tables[4] = {Guarded<float>(200), Guarded<float>(200),
                              Guarded<float>(200), Guarded<float>(200)};
  for (int64_t m = 0; m < 50; ++m)
    for (int64_t i = 0; i < 4; ++i) {
      double angle = double(m) * std::pow(10000, -i / 4.0);
      for (int side : {0, 1}) {
        double scale = decay(i, side == 0 ? double(m) : -double(m));
        tables[2 * side][m * 4 + i] = float(std::cos(angle) * scale);
        tables[2 * side + 1][m * 4 + i] = float(std::sin(angle) * scale);
      }
    }
  Guarded<float> x(50 * 12), q(x.size()), k(x.size()), unused(x.size()),
      none(0);
  Guarded<int64_t> p(50);
  for (int64_t row = 0; row < 50; ++row) {
    p[row] = row;
    for (int64_t i = 0; i < 12; ++i)
      x[row * 12 + i] = float(i % 5 + 1);
  }
  REQUIRE(rotary_table(x.data(), p.data(), tables[0].data(), tables[1].data(),
                       none.data(), none.data(), 0, q.data(), unused.data(), 1,
                       1, 50, 0, nullptr) == 0);
  REQUIRE(rotary_table(x.data(), p.data(), tables[2].data(), tables[3].data(),
                       none.data(), none.data(), 0, k.data(), unused.data(), 1,
                       1, 50, 0, nullptr) == 0);
  for (int64_t n = 0; n < 50; ++n)
    for (int64_t m = 0; m < 50; ++m) {
      double score = 0, expected = 0;
      for (int64_t i = 0; i < 8; ++i)
        score += double(q[n * 12 + i]) * k[m * 12 + i];
      for (int64_t i = 0; i < 4; ++i) {
        double a = x[i], b = x[i + 4];
        double angle = double(n - m) * std::pow(10000, -i / 4.0);
        expected += decay(i, double(n - m)) * (a * a + b * b) * std::cos(angle);
      }
      CHECK(std::fabs(score - expected) <= 1e-5 * (std::fabs(expected) + 2000));
    }
}

TEST_CASE("rotary: storage of two bytes") {
  test::Random random(10);
  Guarded<uint16_t> x(2 * 5 * 3 * 8), y(x.size());
  Guarded<float> cosines(2 * 5 * 4), sines(cosines.size());
  random.fillNormal(cosines);
  random.fillNormal(sines);
  std::vector<double> expected, found;
  for (uint16_t &bits : x) {
    bits = test::toF16(random.normal());
    expected.push_back(test::fromF16(bits));
  }
  REQUIRE(rotary_rows(x.data(), cosines.data(), sines.data(), y.data(), 2, 5,
                      nullptr) == 0);
  Rotary rows{.features = 8, .dims = 8};
  for (int64_t row = 0; row < 30; ++row)
    for (int64_t i = 0; i < 4; ++i)
      rows.turnPair(expected.data() + row * 8, i,
                    double(cosines[row / 3 * 4 + i]),
                    double(sines[row / 3 * 4 + i]));
  for (size_t i = 0; i < y.size(); ++i)
    CHECK(std::fabs(test::fromF16(y[i]) - expected[i]) <=
          0x1p-11 * std::fabs(expected[i]) + 1e-6);

  Guarded<uint16_t> wide(2 * 11 * 40), turnedWide(wide.size());
  std::vector<double> values;
  for (uint16_t &bits : wide) {
    bits = test::toBF16(random.normal());
    values.push_back(test::fromBF16(bits));
  }
  int64_t past = 123456;
  REQUIRE(rotary_bf16(wide.data(), past, turnedWide.data(), 2, 11, nullptr) ==
          0);
  Rotary rotary{.features = 40, .dims = 40};
  for (int64_t row = 0; row < 22; ++row) {
    double position = double(row % 11 + past);
    rotary.turn(values.data() + row * 40, &position);
  }
  for (size_t i = 0; i < wide.size(); ++i)
    CHECK(std::fabs(test::fromBF16(turnedWide[i]) - values[i]) <=
          0x1p-8 * std::fabs(values[i]) + 5e-6);
}

} // namespace

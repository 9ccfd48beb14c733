// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Causal convolutions against their reference, whole and step by step.

#include "conv.h"
#include "dialect/ops/scan/ScanReference.h"
#include "ops/Support.h"

namespace {

using test::doubles;
using test::Guarded;
using test::threads;

TEST_CASE("scan: causal_conv") {
  test::Random random(1);
  for (int64_t b : {0, 1, 3})
    for (int64_t t : {0, 1, 2, 3, 7, 100})
      for (int64_t d : {0, 1, 16, 37, 160}) {
        Guarded<float> x(b * t * d), weight(d * 4), bias(d), initial(b * 3 * d),
            y(b * t * d), z(b * t * d), last(b * 3 * d), other(b * 3 * d);
        for (auto *r : {&x, &weight, &bias, &initial})
          random.fillNormal(*r);
        gyre_call one = threads(1), two = threads(2);
        REQUIRE(causal_conv(x.data(), weight.data(), bias.data(),
                            initial.data(), y.data(), last.data(), b, t, d,
                            &one) == 0);
        REQUIRE(causal_conv(x.data(), weight.data(), bias.data(),
                            initial.data(), z.data(), other.data(), b, t, d,
                            &two) == 0);
        test::expectSameBits("threads", z, y);
        std::vector<double> rows = doubles(initial);
        test::expectNear(
            "y", y,
            gyre::reference::causalConv(doubles(x), doubles(weight),
                                        doubles(bias), rows, b, t, d, 4, true),
            5e-6);
        // Rows are only copied.
        test::expectNear("last", last, rows, 0);
        test::expectSameBits("threads' rows", other, last);
      }
}

TEST_CASE("scan: causal_conv one row at a time gives the same bits") {
  test::Random random(2);
  int64_t t = 9, d = 37;
  Guarded<float> x(t * d), weight(d * 4), bias(d), rows(3 * d), y(t * d),
      last(3 * d), steps(t * d), next(3 * d);
  for (auto *r : {&x, &weight, &bias, &rows})
    random.fillNormal(*r);
  REQUIRE(causal_conv(x.data(), weight.data(), bias.data(), rows.data(),
                      y.data(), last.data(), 1, t, d, nullptr) == 0);
  for (int64_t i = 0; i < t; ++i) {
    REQUIRE(causal_conv(x.data() + i * d, weight.data(), bias.data(),
                        rows.data(), steps.data() + i * d, next.data(), 1, 1, d,
                        nullptr) == 0);
    std::copy(next.begin(), next.end(), rows.begin());
  }
  test::expectSameBits("y", steps, y);
  test::expectSameBits("last", rows, last);
}

TEST_CASE("scan: causal_conv without options") {
  test::Random random(3);
  for (int64_t t : {0, 1, 2, 50}) {
    Guarded<float> x(t * 20), weight(40), y(t * 20);
    random.fillNormal(x);
    random.fillNormal(weight);
    REQUIRE(causal_conv_plain(x.data(), weight.data(), y.data(), t, nullptr) ==
            0);
    std::vector<double> rows(20);
    test::expectNear("y", y,
                     gyre::reference::causalConv(doubles(x), doubles(weight),
                                                 {}, rows, 1, t, 20, 2, false),
                     3e-6);
  }
}

TEST_CASE("scan: causal_conv with 30 taps") {
  test::Random random(5);
  for (int64_t t : {0, 1, 12, 70}) {
    Guarded<float> x(t * 20), weight(600), initial(29 * 20), y(t * 20),
        last(29 * 20);
    for (auto *r : {&x, &weight, &initial})
      random.fillNormal(*r);
    REQUIRE(causal_conv_long(x.data(), weight.data(), initial.data(), y.data(),
                             last.data(), t, nullptr) == 0);
    std::vector<double> rows = doubles(initial);
    test::expectNear("y", y,
                     gyre::reference::causalConv(doubles(x), doubles(weight),
                                                 {}, rows, 1, t, 20, 30, false),
                     test::roundingBound(30, 16));
    test::expectNear("last", last, rows, 0);
  }
}

TEST_CASE("scan: causal_conv keeps infinities and NaN in their window") {
  Guarded<float> x(8 * 20), weight(40), y(8 * 20);
  std::fill(x.begin(), x.end(), 1.0f);
  std::fill(weight.begin(), weight.end(), 1.0f);
  x[2 * 20 + 3] = NAN;
  x[5 * 20 + 4] = INFINITY;
  REQUIRE(causal_conv_plain(x.data(), weight.data(), y.data(), 8, nullptr) ==
          0);
  for (int64_t i = 0; i < 8 * 20; ++i) {
    int64_t t = i / 20, c = i % 20;
    bool isNaN = c == 3 && (t == 2 || t == 3);
    bool isInfinite = c == 4 && (t == 5 || t == 6);
    CHECK(std::isnan(y[i]) == isNaN);
    CHECK(std::isinf(y[i]) == isInfinite);
  }
}

TEST_CASE("scan: causal_conv in f16 and bf16") {
  test::Random random(4);
  for (int64_t t : {0, 1, 2, 40})
    for (int64_t d : {1, 16, 37}) {
      // Numbers that f16 and bf16 hold: all that is rounded is the result.
      std::vector<double> x(t * d), weight(d * 4), rows(3 * d);
      for (auto *r : {&x, &weight, &rows})
        for (double &v : *r)
          v = test::fromBF16(test::toBF16(random.uniform(-2, 2)));
      Guarded<uint16_t> half(t * d), taps(d * 4), initial(3 * d), y(t * d),
          last(3 * d);
      Guarded<float> exact(d * 4);
      std::copy(weight.begin(), weight.end(), exact.begin());
      auto fill = [](Guarded<uint16_t> &to, const std::vector<double> &from,
                     uint16_t (*convert)(double)) {
        std::transform(from.begin(), from.end(), to.begin(), convert);
      };
      auto check = [&](double (*convert)(uint16_t), double epsilon) {
        std::vector<double> expectedRows = rows, actual(y.size()),
                            actualRows(last.size());
        std::vector<double> expected = gyre::reference::causalConv(
            x, weight, {}, expectedRows, 1, t, d, 4, true);
        std::transform(y.begin(), y.end(), actual.begin(), convert);
        std::transform(last.begin(), last.end(), actualRows.begin(), convert);
        // At most 16 in absolute value, rounded once.
        test::expectNear("y", actual, expected, 16 * epsilon);
        test::expectNear("last", actualRows, expectedRows, 0);
      };
      fill(half, x, test::toF16);
      fill(taps, weight, test::toF16);
      fill(initial, rows, test::toF16);
      REQUIRE(causal_conv_f16(half.data(), taps.data(), initial.data(),
                              y.data(), last.data(), t, d, nullptr) == 0);
      check(test::fromF16, test::epsilonF16);
      fill(half, x, test::toBF16);
      fill(initial, rows, test::toBF16);
      REQUIRE(causal_conv_bf16(half.data(), exact.data(), initial.data(),
                               y.data(), last.data(), t, d, nullptr) == 0);
      check(test::fromBF16, test::epsilonBF16);
    }
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax and log-softmax against their references, at odd sizes, with rows of
// -infinity, and their laws.

#include "probability.h"
#include "dialect/ops/probability/ProbabilityReference.h"
#include "dialect/ops/random/RandomReference.h"
#include "ops/Support.h"

#include <algorithm>

namespace {

using test::doubles;
using test::Guarded;
using test::threads;

TEST_CASE("probability: softmax of rows") {
  test::Random random(1);
  for (int64_t rows : {0, 1, 5, 37})
    for (int64_t n : {1, 2, 5, 16, 37, 1000, 1024}) {
      Guarded<float> x(rows * n), y(rows * n), z(rows * n);
      random.fillNormal(x, 3);
      // -infinity, a row of nothing else, and a large row.
      if (rows > 3) {
        for (int64_t i = 0; i < n; ++i) {
          x[n + i] = -INFINITY;
          x[2 * n + i] = x[2 * n + i] * 10 + 1000;
        }
        x[3 * n] = -INFINITY;
      }
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(softmax_rows(x.data(), y.data(), rows, n, &one) == 0);
      REQUIRE(softmax_rows(x.data(), z.data(), rows, n, &two) == 0);
      test::expectSameBits("threads", z, y);
      // An exponent near 2000 has an error of half its unit, 2^-14.
      auto expected = gyre::reference::softmax(doubles(x), rows, n, 1, 0.5);
      std::vector<double> plain, plainExpected;
      for (int64_t i = 0; i < rows * n; ++i)
        if (rows <= 3 || i / n != 2) {
          plain.push_back(y[i]);
          plainExpected.push_back(expected[i]);
        }
      test::expectNear("softmax", plain, plainExpected, 4e-6);
      test::expectNear("softmax of large rows", y, expected, 4e-5);
      for (int64_t r = 0; r < rows; ++r) {
        double sum = 0;
        for (int64_t i = 0; i < n; ++i)
          sum += y[r * n + i];
        bool empty = rows > 3 && (r == 1 || (n == 1 && r == 3));
        CHECK(std::fabs(sum - (empty ? 0 : 1)) < 4e-6);
      }
    }
}

TEST_CASE("probability: log_softmax of rows") {
  test::Random random(2);
  for (int64_t rows : {0, 1, 6})
    for (int64_t n : {1, 3, 37, 1000}) {
      Guarded<float> x(rows * n), y(rows * n);
      random.fillNormal(x, 5);
      if (rows > 2) {
        for (int64_t i = 0; i < n; ++i)
          x[n + i] = -INFINITY;
        x[2 * n] = -INFINITY;
      }
      REQUIRE(log_softmax_rows(x.data(), y.data(), rows, n, nullptr) == 0);
      test::expectNear("log_softmax", y,
                       gyre::reference::logSoftmax(doubles(x), rows, n, 1, 1),
                       8e-6);
    }
}

TEST_CASE("probability: softmax along another dimension") {
  test::Random random(3);
  for (int64_t b : {0, 1, 3})
    for (int64_t n : {1, 5, 33})
      for (int64_t c : {1, 7, 16, 50}) {
        Guarded<float> x(b * n * c), y(b * n * c);
        random.fillNormal(x, 2);
        REQUIRE(softmax_columns(x.data(), y.data(), b, n, c, nullptr) == 0);
        test::expectNear("columns", y,
                         gyre::reference::softmax(doubles(x), b, n, c, 1),
                         2e-6);
      }
}

TEST_CASE("probability: softmax of a static shape does not feel a shift") {
  test::Random random(4);
  Guarded<float> x(3 * 37), shifted(3 * 37), y(3 * 37), z(3 * 37);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = float(random.below(64)) / 8;
    shifted[i] = x[i] + 16;
  }
  REQUIRE(softmax_static(x.data(), y.data(), nullptr) == 0);
  REQUIRE(softmax_static(shifted.data(), z.data(), nullptr) == 0);
  test::expectNear("reference", y,
                   gyre::reference::softmax(doubles(x), 3, 37, 1, 1), 1e-6);
  test::expectSameBits("shift", z, y);
}

TEST_CASE("probability: softmax in a chain") {
  test::Random random(5);
  for (int64_t rows : {1, 19})
    for (int64_t n : {5, 37, 1024}) {
      Guarded<float> x(rows * n), g(rows * n), y(rows * n);
      random.fillNormal(x);
      random.fillNormal(g);
      std::vector<double> product;
      for (int64_t i = 0; i < rows * n; ++i)
        product.push_back(double(x[i] * g[i]));
      auto expected = gyre::reference::softmax(product, rows, n, 1, 1);
      for (int64_t i = 0; i < rows * n; ++i)
        expected[i] += double(g[i]);
      REQUIRE(softmax_chain(x.data(), g.data(), y.data(), rows, n, nullptr) ==
              0);
      test::expectNear("chain", y, expected, 2e-6);
    }
}

TEST_CASE("probability: Taylor softmax") {
  test::Random random(20);
  for (int64_t rows : {0, 1, 7})
    for (int64_t n : {1, 5, 37, 200}) {
      Guarded<float> x(rows * n), second(x.size()), last(x.size()),
          other(x.size());
      random.fillNormal(x);
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(taylor(x.data(), second.data(), last.data(), rows, n, &one) == 0);
      REQUIRE(taylor(x.data(), other.data(), last.data(), rows, n, &two) == 0);
      test::expectSameBits("threads", other, second);
      test::expectNear(
          "order 2", second,
          gyre::reference::taylorSoftmax(doubles(x), rows, n, 1, 2), 2e-6);
      // An order as high is softmax itself.
      test::expectNear("order 16", last,
                       gyre::reference::softmax(doubles(x), rows, n, 1, 1),
                       4e-6);
      for (int64_t r = 0; r < rows; ++r) {
        double sum = 0;
        for (int64_t i = 0; i < n; ++i)
          sum += double(second[r * n + i]);
        CHECK(std::fabs(sum - 1) < 4e-6);
      }
    }
  Guarded<uint16_t> x(2 * 11 * 3), y(x.size());
  std::vector<double> numbers;
  for (uint16_t &bits : x) {
    bits = test::toBF16(random.normal());
    numbers.push_back(test::fromBF16(bits));
  }
  REQUIRE(taylor_columns(x.data(), y.data(), 2, 11, nullptr) == 0);
  auto expected = gyre::reference::taylorSoftmax(numbers, 2, 11, 3, 4);
  for (size_t i = 0; i < y.size(); ++i)
    CHECK(std::fabs(test::fromBF16(y[i]) - expected[i]) <=
          test::epsilonBF16 * expected[i] + 2e-6);
}

TEST_CASE("probability: draws by Gumbel noise") {
  test::Random random(21);
  for (int64_t rows : {0, 1, 50})
    for (int64_t n : {1, 6, 37}) {
      Guarded<float> x(rows * n), soft(x.size()), other(x.size());
      Guarded<int32_t> hard(rows), again(rows);
      random.fillNormal(x, 2);
      if (rows > 2 && n > 1) {
        // A row of what is never drawn, and one with a little of it.
        for (int64_t i = 0; i < n; ++i)
          x[i] = i % 2 ? NAN : -INFINITY;
        x[n] = NAN;
        x[n + 1] = -INFINITY;
      }
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(draw(x.data(), 7, 9, hard.data(), soft.data(), rows, n, &one) ==
              0);
      REQUIRE(draw(x.data(), 7, 9, again.data(), other.data(), rows, n, &two) ==
              0);
      test::expectSameBits("threads", again, hard);
      auto noise = gyre::reference::randomGumbel(7, 9, rows * n);
      std::vector<double> noisy = doubles(x), plain, plainExpected;
      for (int64_t r = 0; r < rows; ++r) {
        double most = -INFINITY;
        int64_t place = 0;
        for (int64_t i = r * n; i < (r + 1) * n; ++i) {
          noisy[i] += noise[i];
          if (double(x[i]) / 2 + noise[i] > most) {
            most = double(x[i]) / 2 + noise[i];
            place = i - r * n;
          }
        }
        CHECK(hard[r] == place);
      }
      auto expected = gyre::reference::softmax(noisy, rows, n, 1, 0.5);
      for (int64_t i = rows > 2 && n > 1 ? 2 * n : 0; i < rows * n; ++i) {
        plain.push_back(double(soft[i]));
        plainExpected.push_back(expected[i]);
      }
      test::expectNear("soft", plain, plainExpected, 2e-5);
    }

  // Frequencies of 20,000 draws: within four standard deviations.
  int64_t rows = 20000, n = 4;
  float logits[] = {0, 2, -1, 3};
  Guarded<float> x(rows * n), soft(x.size());
  Guarded<int32_t> hard(rows);
  for (int64_t i = 0; i < rows * n; ++i)
    x[i] = logits[i % n];
  REQUIRE(draw(x.data(), 1, 0, hard.data(), soft.data(), rows, n, nullptr) ==
          0);
  double counts[4] = {};
  for (int32_t id : hard)
    counts[id] += 1;
  auto p = gyre::reference::softmax({0, 2, -1, 3}, 1, 4, 1, 2);
  for (int64_t i = 0; i < n; ++i)
    CHECK(std::fabs(counts[i] / double(rows) - p[i]) <
          4 * std::sqrt(p[i] * (1 - p[i]) / double(rows)));
}

TEST_CASE("probability: draws from f16") {
  test::Random random(22);
  Guarded<uint16_t> x(36), soft(36);
  Guarded<int32_t> hard(4);
  std::vector<double> noisy;
  auto noise = gyre::reference::randomGumbel(3, 4, 36);
  for (int i = 0; i < 36; ++i) {
    x[i] = test::toF16(random.normal());
    noisy.push_back(test::fromF16(x[i]) + noise[i]);
  }
  REQUIRE(draw_f16(x.data(), 3, 4, hard.data(), soft.data(), nullptr) == 0);
  auto expected = gyre::reference::softmax(noisy, 4, 9, 1, 1);
  for (int r = 0; r < 4; ++r) {
    auto row = noisy.begin() + r * 9;
    CHECK(hard[r] == std::max_element(row, row + 9) - row);
  }
  for (size_t i = 0; i < soft.size(); ++i)
    CHECK(std::fabs(test::fromF16(soft[i]) - expected[i]) <=
          test::epsilonF16 * expected[i] + 4e-6);
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax and log-softmax against their references, at odd sizes, with rows of
// -infinity, and their laws.

#include "probability.h"
#include "dialect/ops/probability/ProbabilityReference.h"
#include "ops/Support.h"

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

} // namespace

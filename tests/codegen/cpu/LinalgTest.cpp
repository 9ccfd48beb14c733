// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Maps and sums that users write in linalg, at odd sizes between guard pages.

#include "linalg.h"

#include "ops/Support.h"

#include <bit>

using test::Guarded;

static const int64_t sizes[] = {0, 1, 3, 5, 16, 17, 37, 64, 130};

TEST_CASE("linalg: sums along rows and columns") {
  test::Random random(1);
  for (int64_t rows : sizes)
    for (int64_t columns : sizes) {
      Guarded<float> x(rows * columns), r(rows), c(columns);
      random.fillNormal(x);
      REQUIRE(row_sums(x.data(), r.data(), rows, columns, nullptr) == 0);
      REQUIRE(column_sums(x.data(), c.data(), rows, columns, nullptr) == 0);
      std::vector<double> alongRows(rows), alongColumns(columns);
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j) {
          double a = x[i * columns + j];
          alongRows[i] += a * a;
          alongColumns[j] += a;
        }
      test::expectNear("rows", r, alongRows,
                       test::roundingBound(columns + 1, 10));
      test::expectNear("columns", c, alongColumns,
                       test::roundingBound(rows + 1, 4));
    }
}

TEST_CASE("linalg: a transpose moves every bit") {
  test::Random random(2);
  for (int64_t rows : sizes)
    for (int64_t columns : sizes) {
      Guarded<float> x(rows * columns), y(rows * columns);
      random.fillNormal(x);
      REQUIRE(transposed(x.data(), y.data(), rows, columns, nullptr) == 0);
      bool same = true;
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j)
          same &= y[j * rows + i] == x[i * columns + j];
      CHECK(same);
    }
}

TEST_CASE("linalg: three values side by side") {
  test::Random random(3);
  float w[] = {0.5f, -3.0f, 7.0f};
  for (int64_t rows : sizes) {
    Guarded<float> x(rows * 3), y(rows * 3);
    random.fillNormal(x);
    REQUIRE(triples(x.data(), w, y.data(), rows, nullptr) == 0);
    bool same = true;
    for (int64_t i = 0; i < rows * 3; ++i)
      same &= y[i] == x[i] * w[i % 3];
    CHECK(same);
  }
}

TEST_CASE("linalg: booleans are bytes, and any but 0 is true") {
  test::Random random(4);
  for (int64_t n : sizes) {
    Guarded<float> x(n);
    Guarded<uint8_t> m(n), y(n);
    random.fillNormal(x);
    for (int64_t i = 0; i < n; ++i)
      m[i] = i % 3 == 0 ? 255 : 0;
    REQUIRE(truths(x.data(), m.data(), y.data(), n, nullptr) == 0);
    bool same = true;
    for (int64_t i = 0; i < n; ++i)
      same &= y[i] == (x[i] > 0 || (i % 2 == 0 && m[i] != 0));
    CHECK(same);
  }
}

TEST_CASE("linalg: bf16 rounds to nearest even") {
  // All numbers, infinities and NaN of bf16.
  std::vector<uint16_t> x(1 << 16), y(1 << 16);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = uint16_t(i);
  REQUIRE(doubled(x.data(), y.data(), int64_t(x.size()), nullptr) == 0);
  size_t wrong = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    float wide = std::bit_cast<float>(uint32_t(x[i]) << 16) * 1.7f;
    uint32_t bits = std::bit_cast<uint32_t>(wide);
    float got = std::bit_cast<float>(uint32_t(y[i]) << 16);
    uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    wrong += std::isnan(wide) ? !std::isnan(got) : y[i] != rounded;
  }
  CHECK(wrong == 0);
}

TEST_CASE("linalg: integers divide and shift by anything") {
  const int32_t least = INT32_MIN;
  std::vector<int32_t> values = {0,  1,  -1, 2,     -3,        7,    31,
                                 32, 33, 40, least, INT32_MAX, -1000};
  std::vector<int32_t> x, y;
  for (int32_t a : values)
    for (int32_t b : values) {
      x.push_back(a);
      y.push_back(b);
    }
  int64_t n = int64_t(x.size());
  std::vector<int32_t> results[7];
  for (auto &result : results)
    result.resize(n);
  REQUIRE(integers(x.data(), y.data(), results[0].data(), results[1].data(),
                   results[2].data(), results[3].data(), results[4].data(),
                   results[5].data(), results[6].data(), n, nullptr) == 0);
  for (int64_t i = 0; i < n; ++i) {
    int32_t a = x[i], b = y[i];
    uint32_t ua = uint32_t(a), ub = uint32_t(b);
    bool trapsSigned = b == 0 || (a == least && b == -1);
    CAPTURE(a);
    CAPTURE(b);
    CHECK(results[0][i] == (trapsSigned ? a : a / b));
    CHECK(results[1][i] == (trapsSigned ? 0 : a % b));
    CHECK(uint32_t(results[2][i]) == (ub ? ua / ub : ua));
    CHECK(uint32_t(results[3][i]) == (ub ? ua % ub : 0));
    CHECK(uint32_t(results[4][i]) == (ub < 32 ? ua << ub : 0));
    CHECK(results[5][i] == a >> (ub < 32 ? ub : 31));
    CHECK(uint32_t(results[6][i]) == (ub < 32 ? ua >> ub : 0));
  }
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structures whose limits, bounds and offsets a call decides, against plain
// loops. tests/hostile gives the same functions values of all kinds.

#include "structures.h"
#include "ops/Support.h"

#include <algorithm>
#include <limits>

namespace {

using test::Guarded;

void fill(Guarded<float> &x, test::Random &random) {
  for (float &e : x)
    e = float(random.normal());
}

/// What x rows of 5 and y rows of 5 have in common.
double product(const Guarded<float> &x, const Guarded<float> &y, int64_t i,
               int64_t j) {
  double sum = 0;
  for (int64_t c = 0; c < 5; ++c)
    sum += double(x[i * 5 + c]) * y[j * 5 + c];
  return sum;
}

TEST_CASE("safety: limits that arguments decide") {
  test::Random random(1);
  const int64_t n = 21, k = 37;
  Guarded<float> q(n * 5), keys(k * 5), v(k * 7), y(n * 7);
  fill(q, random);
  fill(keys, random);
  fill(v, random);
  for (int64_t first : {-100, -3, 0, 5, 36, 37, 100})
    for (int64_t last : {-100, -3, 0, 1, 17, 37, 100}) {
      REQUIRE(limited(q.data(), keys.data(), v.data(), first, last, y.data(), n,
                      k, nullptr) == 0);
      std::vector<double> expected(n * 7);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = std::max<int64_t>(0, first + i / 2);
             j < std::min(k, i + last); ++j)
          for (int64_t e = 0; e < 7; ++e)
            expected[i * 7 + e] += product(q, keys, i, j) * v[j * 7 + e];
      INFO(first << ", " << last);
      test::expectNear("limited", y, expected, test::roundingBound(5 * k, 8));
    }
}

TEST_CASE("safety: bounds of rows that data decides") {
  test::Random random(2);
  const int64_t n = 33, k = 40;
  Guarded<float> q(n * 5), keys(k * 5), y(n);
  Guarded<int64_t> begin(n);
  Guarded<int32_t> end(n);
  fill(q, random);
  fill(keys, random);
  for (int64_t i = 0; i < n; ++i) {
    begin[i] = i / 3 * 4 - 2;
    end[i] = int32_t(begin[i] + 4);
  }
  begin[0] = std::numeric_limits<int64_t>::min();
  end[n - 1] = std::numeric_limits<int32_t>::max();
  REQUIRE(bounded(q.data(), keys.data(), begin.data(), end.data(), y.data(), n,
                  k, nullptr) == 0);
  for (int64_t i = 0; i < n; ++i) {
    double best = -INFINITY;
    for (int64_t j = std::max<int64_t>(0, begin[i]);
         j < std::min<int64_t>(k, end[i]); ++j)
      best = std::max(best, product(q, keys, i, j));
    INFO(i << ": " << y[i] << ", expected " << best);
    CHECK((y[i] == best || std::fabs(y[i] - best) < 1e-5));
  }
}

TEST_CASE("safety: offsets are positions, and in range") {
  test::Random random(3);
  const int64_t n = 9, k = 12, d = 20;
  Guarded<float> q(n * 5), keys(k * 5), table(d), y(n);
  fill(q, random);
  fill(keys, random);
  fill(table, random);
  auto at = [&](int64_t i) { return i >= 0 && i < d ? double(table[i]) : 0; };
  for (int64_t first : {0, 3, 15, 1 << 30}) {
    REQUIRE(score_offset(q.data(), keys.data(), table.data(), first, y.data(),
                         n, k, d, nullptr) == 0);
    std::vector<double> expected(n);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j <= i; ++j)
        expected[i] += product(q, keys, i, j) + at(first + j) + at(i - j);
    test::expectNear("scores", y, expected, test::roundingBound(7 * k, 8));
  }
  const int64_t most = std::numeric_limits<int64_t>::max();
  for (int64_t first : {int64_t(-1), int64_t(1) << 31, most, -most}) {
    gyre_call call = GYRE_CALL_INIT;
    CHECK(score_offset(q.data(), keys.data(), table.data(), first, y.data(), n,
                       k, d, &call) != 0);
    CHECK(std::string(call.message).find("first") != std::string::npos);
  }

  Guarded<float> x(n * k), weights(9), sums(n);
  fill(x, random);
  fill(weights, random);
  auto weight = [&](int64_t i) { return i < 9 ? double(weights[i]) : 0; };
  for (int64_t first : {0, 4, 8, 9, 1 << 20}) {
    REQUIRE(reduce_offset(x.data(), weights.data(), first, sums.data(), n, k,
                          nullptr) == 0);
    std::vector<double> expected(n);
    for (int64_t i = 0; i < n * k; ++i)
      expected[i / k] += x[i] * weight(first + i % k);
    test::expectNear("sums", sums, expected, test::roundingBound(k, 8));
  }
}

} // namespace

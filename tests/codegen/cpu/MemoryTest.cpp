// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results past the caches, short rows that repeat, rows of steps: the same
// numbers as plain loops give, at any address and any number of threads.

#include "memory.h"

#include "ops/Support.h"

#include <limits>

using test::Guarded;
using test::threads;

static constexpr float infinity = std::numeric_limits<float>::infinity();

TEST_CASE("memory: a large result, wherever it starts") {
  // With its operand more than any last cache that a target counts on.
  const int64_t count = (5 << 20) + 7;
  test::Random random(1);
  std::vector<float> x(count), y(count + 64), z(count);
  random.fillNormal(x);
  for (int shift : {0, 1, 13, 16})
    for (int n : {1, 2}) {
      gyre_call call = threads(n);
      std::fill(y.begin(), y.end(), 7.0f);
      REQUIRE(scaled(x.data(), 0.5f, y.data() + shift, count, &call) == 0);
      bool same = true;
      for (int64_t i = 0; i < count; ++i)
        same &= y[shift + i] == x[i] * 0.5f;
      CHECK(same);
      CHECK((shift == 0 || y[shift - 1] == 7.0f));
      CHECK(y[shift + count] == 7.0f);
    }
  // In place, where each line is read just before.
  std::vector<float> own = x;
  REQUIRE(scaled(own.data(), 0.5f, own.data(), count, nullptr) == 0);
  for (int64_t i = 0; i < count; ++i)
    z[i] = x[i] * 0.5f;
  test::expectSameBits("in place", own, z);
}

TEST_CASE("memory: large results of two bytes, rows of odd length") {
  const int64_t rows = 4099, columns = 1501;
  test::Random random(2);
  std::vector<float> x(rows * columns);
  random.fillNormal(x);
  std::vector<uint16_t> y(rows * columns + 1), z(rows * columns);
  for (int64_t i = 0; i < rows * columns; ++i)
    z[i] = test::toBF16(x[i]);
  for (int shift : {0, 1}) {
    gyre_call two = threads(2);
    REQUIRE(narrowed(x.data(), y.data() + shift, rows, columns, &two) == 0);
    CHECK(std::equal(z.begin(), z.end(), y.begin() + shift));
  }
}

TEST_CASE("memory: what depends on the column of a short row") {
  test::Random random(3);
  float scale[20], shift[6];
  for (float &s : scale)
    s = float(random.normal());
  for (float &s : shift)
    s = float(random.normal());
  for (int64_t rows : {0, 1, 2, 3, 7, 8, 15, 16, 17, 100, 1001, 3000}) {
    Guarded<float> x(rows * 6), y(rows * 6), z(rows * 6);
    random.fillNormal(x);
    gyre_call one = threads(1), two = threads(2);
    REQUIRE(columns_6(x.data(), scale, shift, y.data(), rows, &one) == 0);
    REQUIRE(columns_6(x.data(), scale, shift, z.data(), rows, &two) == 0);
    test::expectSameBits("threads", z, y);
    std::vector<double> expected(rows * 6);
    for (int64_t i = 0; i < rows * 6; ++i)
      expected[i] = double(x[i]) * scale[i % 6] + shift[i % 6];
    test::expectNear("six", y, expected, 1e-6);
  }
  for (int64_t batch : {1, 3})
    for (int64_t rows : {1, 2, 3, 4, 5, 9, 500}) {
      Guarded<float> x(batch * rows * 20), y(batch * rows * 20);
      random.fillNormal(x);
      REQUIRE(columns_20(x.data(), scale, y.data(), batch, rows, nullptr) == 0);
      std::vector<float> expected(x.size());
      for (size_t i = 0; i < x.size(); ++i)
        expected[i] = x[i] * scale[i % 20];
      test::expectSameBits("twenty", y, expected);
    }
  for (int64_t rows : {1, 2, 3, 9, 1000}) {
    Guarded<uint16_t> x(rows * 8);
    Guarded<float> y(rows * 8);
    for (uint16_t &v : x)
      v = test::toBF16(random.normal());
    REQUIRE(columns_8(x.data(), scale, y.data(), rows, nullptr) == 0);
    std::vector<float> expected(rows * 8);
    for (int64_t i = 0; i < rows * 8; ++i)
      expected[i] = float(test::fromBF16(x[i])) * scale[i % 8];
    test::expectSameBits("eight", y, expected);
  }
}

/// steps of memory.mlir in double precision.
static std::vector<double> takeSteps(const float *a, const float *b, double h,
                                     int64_t T, double &last) {
  std::vector<double> y;
  for (int64_t t = 0; t < T; ++t) {
    y.push_back(h + t);
    h = h * a[t] + b[t];
  }
  last = h;
  return y;
}

TEST_CASE("memory: rows of steps") {
  test::Random random(4);
  for (int64_t rows : {0, 1, 5})
    for (int64_t T : {0, 1, 2, 15, 16, 17, 63, 64, 65, 200, 1003}) {
      Guarded<float> a(rows * T), b(rows * T), h(rows), last(rows), y(rows * T),
          other(rows), z(rows * T);
      random.fillUniform(a, -1, 1);
      random.fillNormal(b);
      random.fillNormal(h);
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(steps(a.data(), b.data(), h.data(), last.data(), y.data(), rows,
                    T, &one) == 0);
      REQUIRE(steps(a.data(), b.data(), h.data(), other.data(), z.data(), rows,
                    T, &two) == 0);
      test::expectSameBits("threads", z, y);
      test::expectSameBits("threads", other, last);
      for (int64_t r = 0; r < rows; ++r) {
        double state;
        std::vector<double> expected =
            takeSteps(a.data() + r * T, b.data() + r * T, h[r], T, state);
        std::vector<float> row(y.data() + r * T, y.data() + (r + 1) * T);
        // Positions up to T round to T 2^-24.
        test::expectNear("row", row, expected, 2e-6 + T * test::epsilonF32);
        test::expectNear("last", std::vector<float>{last[r]},
                         std::vector<double>{state}, 2e-6);
      }
      Guarded<float> back(rows * T);
      REQUIRE(steps_back(a.data(), b.data(), back.data(), rows, T, nullptr) ==
              0);
      std::vector<double> expected(rows * T);
      for (int64_t r = 0; r < rows; ++r) {
        double state = 0;
        for (int64_t t = T; t-- > 0;) {
          state = state * a[r * T + t] + b[r * T + t];
          expected[r * T + t] = state;
        }
      }
      test::expectNear("back", back, expected, 2e-6);
    }
}

/// Composing steps must not make infinities where taking them makes none.
TEST_CASE("memory: steps whose factors overflow together") {
  for (int64_t T : {5, 40, 200}) {
    Guarded<float> a(T), b(T), h(1), last(1), y(T);
    auto run = [&] {
      REQUIRE(steps(a.data(), b.data(), h.data(), last.data(), y.data(), 1, T,
                    nullptr) == 0);
    };
    // Nothing there to grow.
    std::fill(a.begin(), a.end(), 1e20f);
    std::fill(b.begin(), b.end(), 0.0f);
    h[0] = 0;
    run();
    CHECK(last[0] == 0);
    for (int64_t t = 0; t < T; ++t)
      CHECK(y[t] == float(t));
    // Growth and decay in turn.
    for (int64_t t = 0; t < T; ++t)
      a[t] = t % 2 ? 1e-20f : 1e20f;
    h[0] = 1;
    run();
    for (int64_t t = 0; t < T; t += 2)
      CHECK(std::fabs(y[t] - (1 + float(t))) < 1e-3f * float(t + 1));
    // A huge term meets a huge state of the other sign.
    std::fill(a.begin(), a.end(), 1.0f);
    b[2] = 3e38f;
    b[3] = 3e38f;
    h[0] = -3e38f;
    run();
    CHECK(last[0] == 3e38f);
    // Infinity and NaN stay from where they come.
    std::fill(b.begin(), b.end(), 0.0f);
    h[0] = 1;
    b[3] = infinity;
    run();
    CHECK(y[3] == 4);
    CHECK(y[4] == infinity);
    CHECK(last[0] == infinity);
    b[3] = std::numeric_limits<float>::quiet_NaN();
    run();
    CHECK(y[3] == 4);
    CHECK(std::isnan(y[4]));
    CHECK(std::isnan(last[0]));
  }
}

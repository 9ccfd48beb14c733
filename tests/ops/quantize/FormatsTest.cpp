// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Narrow number formats: every 8-bit float there and back, integers within half
// a step, and products of what is dequantized.

#include "formats.h"
#include "dialect/ops/quantize/QuantizeReference.h"
#include "ops/Support.h"

namespace {

using gyre::reference::e4m3;
using gyre::reference::e5m2;
using gyre::reference::IntegerRange;
using gyre::reference::quantizeInteger;
using gyre::reference::unpackInt4;
using gyre::reference::unpackUint4;
using test::Guarded;
using test::threads;

TEST_CASE("quantize: scales") {
  test::Random random(1);
  for (int64_t n : {0, 1, 37}) {
    Guarded<float> x(64 * n), whole(1), columns(n), groups(4 * n);
    random.fillNormal(x);
    if (n == 37) {
      x[5] = NAN;
      for (int64_t k = 16; k < 32; ++k)
        x[k * n + 3] = 0;
    }
    REQUIRE(scales(x.data(), whole.data(), columns.data(), groups.data(), n,
                   nullptr) == 0);
    float all = 0;
    for (int64_t j = 0; j < n; ++j) {
      float column = 0;
      for (int64_t g = 0; g < 4; ++g) {
        float group = 0;
        for (int64_t k = g * 16; k < g * 16 + 16; ++k)
          group = std::fmax(group, std::fabs(x[k * n + j]));
        CHECK(std::fabs(groups[g * n + j] - group / 7) <= 1e-7 * group);
        column = std::fmax(column, group);
      }
      CHECK(std::fabs(columns[j] - column / 448) <= 1e-7 * column);
      all = std::fmax(all, column);
    }
    CHECK(std::fabs(whole[0] - all / 127) <= 1e-7 * all);
  }
}

TEST_CASE("quantize: scales and zero points of ranges") {
  test::Random random(7);
  for (int64_t n : {0, 1, 37}) {
    Guarded<float> x(64 * n), s8(1), si8(n), s4(4 * n);
    Guarded<int32_t> z8(1), zi8(n), z4(4 * n);
    for (float &number : x)
      number = float(random.normal() + 1);
    if (n == 37) {
      x[5] = NAN;
      for (int64_t k = 0; k < 64; ++k) {
        x[k * n + 3] = std::fabs(x[k * n + 3]);
        x[k * n + 4] = -std::fabs(x[k * n + 4]);
        x[k * n + 6] = 0;
      }
    }
    REQUIRE(zero_points(x.data(), s8.data(), z8.data(), si8.data(), zi8.data(),
                        s4.data(), z4.data(), n, nullptr) == 0);
    IntegerRange all;
    for (int64_t j = 0; j < n; ++j) {
      IntegerRange column;
      for (int64_t g = 0; g < 4; ++g) {
        IntegerRange group;
        for (int64_t k = g * 16; k < g * 16 + 16; ++k)
          for (IntegerRange *range : {&all, &column, &group})
            range->take(x[k * n + j]);
        CHECK(group.agrees(s4[g * n + j], z4[g * n + j], 0, 15));
      }
      CHECK(column.agrees(si8[j], zi8[j], -128, 127));
    }
    CHECK(all.agrees(s8[0], z8[0], 0, 255));
  }
}

TEST_CASE("quantize: uint8 with a scale and a zero point a row") {
  test::Random random(8);
  for (int64_t n : {0, 1, 5, 300}) {
    Guarded<float> x(n * 64), s(n), y(n * 64);
    Guarded<int32_t> z(n);
    Guarded<int8_t> q(n * 64), again(n * 64), bits(n);
    random.fillNormal(x);
    for (int64_t i = 0; i < n; ++i) {
      s[i] = i % 5 == 3 ? 0 : float(random.uniform(0.005, 0.03));
      z[i] = int32_t(random.below(256));
      bits[i] = int8_t(z[i]);
    }
    if (n > 0) {
      x[0] = NAN;
      x[1] = INFINITY;
      x[2] = -INFINITY;
    }
    gyre_call one = threads(1), two = threads(2);
    REQUIRE(uint8(x.data(), s.data(), z.data(), bits.data(), q.data(), y.data(),
                  n, &one) == 0);
    REQUIRE(uint8(x.data(), s.data(), z.data(), bits.data(), again.data(),
                  y.data(), n, &two) == 0);
    test::expectSameBits("threads", again, q);
    for (int64_t i = 0; i < n * 64; ++i) {
      double scale = s[i / 64], exact = double(x[i]) / scale;
      int number = uint8_t(q[i]), zero = z[i / 64];
      if (std::fabs(std::fabs(exact - std::floor(exact)) - 0.5) > 1e-4)
        CHECK(number == quantizeInteger(x[i], scale, 0, 255, zero));
      CHECK(y[i] == float(number - zero) * s[i / 64]);
      if (exact + zero > 0 && exact + zero < 255)
        CHECK(std::fabs(y[i] - x[i]) <= scale * 0.5001);
    }
  }
}

TEST_CASE("quantize: uint4 of bf16 with fractions as zero points") {
  test::Random random(9);
  for (int64_t n : {1, 2, 19}) {
    Guarded<uint16_t> x(n * 70), y(n * 70);
    Guarded<float> s(n * 7), z(n * 7);
    Guarded<int8_t> q(n * 35);
    for (uint16_t &bits : x)
      bits = test::toBF16(random.normal());
    random.fillUniform(s, 0.1, 0.5);
    random.fillUniform(z, 0, 15);
    REQUIRE(uint4_columns(x.data(), s.data(), z.data(), q.data(), y.data(), n,
                          nullptr) == 0);
    for (int64_t i = 0; i < n * 70; ++i) {
      double scale = s[i / 10], zero = z[i / 10];
      double exact = test::fromBF16(x[i]) / scale + zero;
      int digit = unpackUint4(q[i / 2], i % 2);
      if (std::fabs(std::fabs(exact - std::floor(exact)) - 0.5) > 1e-4)
        CHECK(digit == std::fmin(15, std::fmax(0, std::nearbyint(exact))));
      CHECK(std::fabs(test::fromBF16(y[i]) - (digit - zero) * scale) <=
            1.01 * test::epsilonBF16 * std::fabs((digit - zero) * scale) +
                1e-6 * scale * 15);
    }
  }
}

TEST_CASE("quantize: int8 with a scale a row") {
  test::Random random(2);
  for (int64_t n : {0, 1, 5, 300}) {
    Guarded<float> x(n * 64), s(n), y(n * 64);
    Guarded<int8_t> q(n * 64), again(n * 64);
    random.fillNormal(x);
    for (int64_t i = 0; i < n; ++i)
      s[i] = i % 5 == 3 ? 0 : float(random.uniform(0.005, 0.03));
    if (n > 0) {
      x[0] = NAN;
      x[1] = INFINITY;
      x[2] = -INFINITY;
    }
    gyre_call one = threads(1), two = threads(2);
    REQUIRE(int8(x.data(), s.data(), q.data(), y.data(), n, &one) == 0);
    REQUIRE(int8(x.data(), s.data(), again.data(), y.data(), n, &two) == 0);
    test::expectSameBits("threads", again, q);
    for (int64_t i = 0; i < n * 64; ++i) {
      double scale = s[i / 64], exact = double(x[i]) / scale;
      // Where f32 rounds the quotient to a half, either side is right.
      if (std::fabs(std::fabs(exact - std::floor(exact)) - 0.5) > 1e-4)
        CHECK(q[i] == quantizeInteger(x[i], scale, -128, 127));
      CHECK(y[i] == float(q[i]) * s[i / 64]);
      if (std::fabs(exact) < 127)
        CHECK(std::fabs(y[i] - x[i]) <= scale * 0.5001);
    }
  }
}

TEST_CASE("quantize: int4 packed along rows, in groups of them") {
  test::Random random(3);
  for (int64_t n : {0, 1, 16, 37}) {
    Guarded<float> x(64 * n), s(4 * n), y(64 * n);
    Guarded<int8_t> q(32 * n);
    random.fillNormal(x);
    random.fillUniform(s, 0.1, 0.5);
    REQUIRE(int4_rows(x.data(), s.data(), q.data(), y.data(), n, nullptr) == 0);
    for (int64_t k = 0; k < 64; ++k)
      for (int64_t j = 0; j < n; ++j) {
        double scale = s[k / 16 * n + j], exact = x[k * n + j] / scale;
        int digit = unpackInt4(q[k / 2 * n + j], k % 2);
        if (std::fabs(std::fabs(exact - std::floor(exact)) - 0.5) > 1e-4)
          CHECK(digit == quantizeInteger(x[k * n + j], scale, -8, 7));
        CHECK(y[k * n + j] == float(digit) * s[k / 16 * n + j]);
      }
  }
}

TEST_CASE("quantize: int4 of f16 packed along columns, in groups of them") {
  test::Random random(4);
  for (int64_t n : {1, 2, 19}) {
    Guarded<uint16_t> x(n * 70), y(n * 70);
    Guarded<float> s(n * 7);
    Guarded<int8_t> q(n * 35);
    for (uint16_t &bits : x)
      bits = test::toF16(random.normal());
    random.fillUniform(s, 0.1, 0.5);
    REQUIRE(int4_columns(x.data(), s.data(), q.data(), y.data(), n, nullptr) ==
            0);
    for (int64_t i = 0; i < n * 70; ++i) {
      double scale = s[i / 10], exact = test::fromF16(x[i]) / scale;
      int digit = unpackInt4(q[i / 2], i % 2);
      if (std::fabs(std::fabs(exact - std::floor(exact)) - 0.5) > 1e-4)
        CHECK(digit == quantizeInteger(test::fromF16(x[i]), scale, -8, 7));
      CHECK(std::fabs(test::fromF16(y[i]) - digit * scale) <=
            1.01 * test::epsilonF16 * std::fabs(digit * scale));
    }
  }
}

TEST_CASE("quantize: every 8-bit float there and back") {
  Guarded<uint8_t> a(256), c(256), backA(256), nanA(256), backC(256);
  Guarded<float> x(256), y(256), one(1);
  Guarded<uint16_t> z(256);
  one[0] = 1;
  for (int i = 0; i < 256; ++i)
    a[i] = c[i] = uint8_t(i);
  REQUIRE(wide8(a.data(), c.data(), one.data(), x.data(), y.data(), z.data(),
                256, nullptr) == 0);
  for (int i = 0; i < 256; ++i) {
    CHECK((x[i] == e4m3.widen(i) ||
           (std::isnan(x[i]) && std::isnan(e4m3.widen(i)))));
    CHECK((y[i] == e5m2.widen(i) ||
           (std::isnan(y[i]) && std::isnan(e5m2.widen(i)))));
    if (!std::isnan(x[i]))
      CHECK(test::fromBF16(z[i]) == x[i]);
  }
  REQUIRE(float8(x.data(), one.data(), backA.data(), nanA.data(), backC.data(),
                 256, nullptr) == 0);
  test::expectSameBits("e4m3", backA, a);
  test::expectSameBits("e4m3", nanA, a);
  REQUIRE(float8(y.data(), one.data(), backA.data(), nanA.data(), backC.data(),
                 256, nullptr) == 0);
  for (int i = 0; i < 256; ++i)
    CHECK((backC[i] == c[i] || (std::isnan(y[i]) && (backC[i] & 3) != 0)));
}

TEST_CASE("quantize: rounding to 8-bit floats") {
  std::vector<float> numbers = {
      0,          -0.0f,      464,       464.01f, 465,    480,   -1e30f,
      1e30f,      INFINITY,   -INFINITY, NAN,     61440,  61439, 0x1p-10f,
      0x1.8p-10f, 0x1.1p-10f, 0x1p-17f,  1e-40f,  3.4e38f};
  test::Random random(5);
  for (int i = 0; i < 3000; ++i)
    numbers.push_back(
        float(random.normal() * std::exp2(random.uniform(-22, 20))));
  // Halfway between neighbours, and next to that.
  for (int i = 0; i < 0x7B; ++i)
    for (auto format : {e4m3, e5m2}) {
      float half = float((format.widen(i) + format.widen(i + 1)) / 2);
      for (float x :
           {half, std::nextafter(half, 0.0f), std::nextafter(half, INFINITY)})
        numbers.push_back(x);
    }
  size_t n = numbers.size();
  Guarded<float> x(n), one(1);
  Guarded<uint8_t> a(n), b(n), c(n);
  std::copy(numbers.begin(), numbers.end(), x.begin());
  one[0] = 1;
  REQUIRE(float8(x.data(), one.data(), a.data(), b.data(), c.data(), int64_t(n),
                 nullptr) == 0);
  for (size_t i = 0; i < n; ++i) {
    INFO("x = " << x[i]);
    CHECK(int(b[i] & (std::isnan(x[i]) ? 0x7F : 0xFF)) ==
          (e4m3.narrow(x[i]) & (std::isnan(x[i]) ? 0x7F : 0xFF)));
    double clipped = std::isnan(x[i])
                         ? double(x[i])
                         : std::fmax(-448, std::fmin(448, double(x[i])));
    CHECK((int(a[i]) & 0x7F) == (e4m3.narrow(clipped) & 0x7F));
    CHECK(int(c[i] & (std::isnan(x[i]) ? 0x7F : 0xFF)) ==
          (e5m2.narrow(x[i]) & (std::isnan(x[i]) ? 0x7F : 0xFF)));
  }
}

/// y[m][n] = sum_k x[m][k] w(k, n), in double precision, with a bound.
template <typename Weight>
void expectProduct(const char *what, const Guarded<float> &y,
                   const Guarded<float> &x, int64_t m, int64_t k, int64_t n,
                   double largest, Weight weight) {
  std::vector<double> expected(m * n);
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j)
      for (int64_t l = 0; l < k; ++l)
        expected[i * n + j] += double(x[i * k + l]) * weight(l, j);
  test::expectNear(what, y, expected,
                   test::roundingBound(double(k), 4 * largest));
}

TEST_CASE("quantize: products with narrow weights") {
  test::Random random(6);
  for (int64_t m : {0, 1, 2, 33, 200})
    for (int64_t n : {1, 5, 64, 133}) {
      Guarded<float> x(m * 70), y(m * n), again(m * n), s(n), one(1);
      Guarded<int8_t> q(70 * n), packed(48 * n);
      Guarded<uint8_t> small(70 * n);
      random.fillNormal(x);
      random.fillUniform(s, 0.001, 0.01);
      one[0] = 0.25f;
      for (int64_t i = 0; i < 70 * n; ++i) {
        q[i] = int8_t(random.below(256) - 128);
        small[i] = uint8_t(e4m3.narrow(random.normal()));
      }
      for (int8_t &byte : packed)
        byte = int8_t(random.below(256) - 128);
      gyre_call one_ = threads(1), two = threads(2);
      REQUIRE(linear_int8(x.data(), q.data(), s.data(), y.data(), m, n,
                          &one_) == 0);
      REQUIRE(linear_int8(x.data(), q.data(), s.data(), again.data(), m, n,
                          &two) == 0);
      test::expectSameBits("threads", again, y);
      expectProduct("int8", y, x, m, 70, n, 1.28, [&](int64_t k, int64_t j) {
        return double(q[k * n + j]) * s[j];
      });
      REQUIRE(linear_e4m3(x.data(), small.data(), one.data(), s.data(),
                          y.data(), m, n, nullptr) == 0);
      for (int64_t i = 0; i < m * n; ++i)
        y[i] -= s[i % n];
      expectProduct("e4m3", y, x, m, 70, n, 1, [&](int64_t k, int64_t j) {
        return e4m3.widen(small[k * n + j]) * 0.25;
      });
      Guarded<uint16_t> half(m * 70);
      for (int64_t i = 0; i < m * 70; ++i)
        x[i] = float(test::fromF16(half[i] = test::toF16(x[i])));
      REQUIRE(transposed_int8(half.data(), q.data(), s.data(), y.data(), m, n,
                              nullptr) == 0);
      expectProduct(
          "transposed", y, x, m, 70, n, 1.28,
          [&](int64_t k, int64_t j) { return double(q[j * 70 + k]) * s[j]; });
      Guarded<float> wide(m * 96), groups(3 * n);
      random.fillNormal(wide);
      random.fillUniform(groups, 0.01, 0.1);
      REQUIRE(linear_int4(wide.data(), packed.data(), groups.data(), y.data(),
                          m, n, nullptr) == 0);
      expectProduct("int4", y, wide, m, 96, n, 0.8, [&](int64_t k, int64_t j) {
        return unpackInt4(packed[k / 2 * n + j], k % 2) *
               double(groups[k / 32 * n + j]);
      });
      Guarded<uint16_t> halves(3 * n);
      Guarded<int32_t> zeros(3 * n);
      for (int64_t i = 0; i < 3 * n; ++i) {
        halves[i] = test::toF16(groups[i]);
        zeros[i] = int32_t(random.below(16));
      }
      REQUIRE(linear_uint4(wide.data(), packed.data(), halves.data(),
                           zeros.data(), y.data(), m, n, nullptr) == 0);
      expectProduct("uint4", y, wide, m, 96, n, 1.5, [&](int64_t k, int64_t j) {
        return (unpackUint4(packed[k / 2 * n + j], k % 2) -
                zeros[k / 32 * n + j]) *
               test::fromF16(halves[k / 32 * n + j]);
      });
    }
}

TEST_CASE("quantize: an element-wise consumer") {
  Guarded<int8_t> q(256);
  Guarded<float> s(1), y(256);
  s[0] = 0.05f;
  for (int i = 0; i < 256; ++i)
    q[i] = int8_t(i - 128);
  REQUIRE(silu_int8(q.data(), s.data(), y.data(), 256, nullptr) == 0);
  for (int i = 0; i < 256; ++i) {
    double x = double(q[i]) * s[0];
    CHECK(std::fabs(y[i] - x / (1 + std::exp(-x))) <= 1e-6 * std::fabs(x));
  }
}

} // namespace

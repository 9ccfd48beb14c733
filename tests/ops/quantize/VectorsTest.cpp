// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Residual, grouped and cosine codebooks, look-up free quantization and FSQ's
// symmetric forms, against plain loops.

#include "vectors.h"
#include "dialect/ops/quantize/QuantizeReference.h"
#include "ops/Support.h"

#include <algorithm>

namespace {

using test::doubles;
using test::Guarded;
using test::threads;

/// Whether code `index` is as close to x as any, up to rounding in f32.
void expectClosest(const double *x, const std::vector<double> &book, int64_t d,
                   int64_t index, double bound) {
  std::vector<double> scores = gyre::reference::codeScores(x, book, d);
  REQUIRE(index >= 0);
  REQUIRE(index < int64_t(scores.size()));
  CHECK(scores[index] - *std::min_element(scores.begin(), scores.end()) <=
        bound);
}

TEST_CASE("quantize: nearest_code by cosine") {
  test::Random random(11);
  for (int64_t n : {0, 1, 37})
    for (int64_t k : {1, 5, 300})
      for (int64_t d : {1, 17, 64}) {
        Guarded<float> x(n * d), codebook(k * d);
        Guarded<int32_t> indices(n), again(n);
        random.fillNormal(x);
        random.fillNormal(codebook, 3);
        gyre_call one = threads(1), two = threads(2);
        REQUIRE(cosine(x.data(), codebook.data(), indices.data(), n, d, k,
                       &one) == 0);
        REQUIRE(cosine(x.data(), codebook.data(), again.data(), n, d, k,
                       &two) == 0);
        test::expectSameBits("threads", again, indices);
        for (int64_t i = 0; i < n; ++i) {
          auto cosineOf = [&](int64_t j) {
            double product = 0, square = 0;
            for (int64_t f = 0; f < d; ++f) {
              product += double(x[i * d + f]) * codebook[j * d + f];
              square += double(codebook[j * d + f]) * codebook[j * d + f];
            }
            return product / std::sqrt(square);
          };
          double best = -INFINITY;
          for (int64_t j = 0; j < k; ++j)
            best = std::fmax(best, cosineOf(j));
          REQUIRE(indices[i] >= 0);
          REQUIRE(indices[i] < k);
          CHECK(best - cosineOf(indices[i]) <=
                test::roundingBound(double(d), 4));
        }
      }
  // Twice as long is as close: the first wins. A code of zeros has cosine 0.
  Guarded<float> x(4), codebook(3 * 2);
  Guarded<int32_t> indices(2);
  std::copy_n(std::vector<float>{1, 1, -1, -1}.begin(), 4, x.begin());
  std::copy_n(std::vector<float>{0, 0, 2, 2, 1, 1}.begin(), 6,
              codebook.begin());
  REQUIRE(cosine(x.data(), codebook.data(), indices.data(), 2, 2, 3, nullptr) ==
          0);
  CHECK(indices[0] == 1);
  CHECK(indices[1] == 0);
}

TEST_CASE("quantize: a codebook for each group") {
  test::Random random(12);
  for (int64_t n : {0, 1, 50})
    for (int64_t k : {1, 70}) {
      Guarded<float> x(n * 30), codebook(3 * k * 10);
      Guarded<int32_t> indices(n * 3);
      random.fillNormal(x);
      random.fillNormal(codebook);
      REQUIRE(grouped(x.data(), codebook.data(), indices.data(), n, k,
                      nullptr) == 0);
      std::vector<double> wide = doubles(x), books = doubles(codebook);
      for (int64_t i = 0; i < n * 3; ++i) {
        auto begin = books.begin() + i % 3 * k * 10;
        expectClosest(wide.data() + i * 10, {begin, begin + k * 10}, 10,
                      indices[i], test::roundingBound(10, 10));
      }
    }
}

TEST_CASE("quantize: nearest_code of f16 and bf16") {
  test::Random random(13);
  for (bool isHalf : {true, false})
    for (int64_t n : {1, 33})
      for (int64_t k : {1, 130}) {
        Guarded<uint16_t> x(n * 20), codebook(k * 20);
        Guarded<int32_t> indices(n);
        std::vector<double> wide, book;
        auto fill = [&](Guarded<uint16_t> &bits, std::vector<double> &values) {
          for (uint16_t &b : bits) {
            b = isHalf ? test::toF16(random.normal())
                       : test::toBF16(random.normal());
            values.push_back(isHalf ? test::fromF16(b) : test::fromBF16(b));
          }
        };
        fill(x, wide);
        fill(codebook, book);
        auto run = [&](auto... arguments) {
          return isHalf ? nearest_f16(arguments...)
                        : nearest_bf16(arguments...);
        };
        REQUIRE(run(x.data(), codebook.data(), indices.data(), n, k, nullptr) ==
                0);
        // Sums are f32 of exact products, so the bound is that of f32.
        for (int64_t i = 0; i < n; ++i)
          expectClosest(wide.data() + i * 20, book, 20, indices[i],
                        test::roundingBound(20, 10));
      }
}

TEST_CASE("quantize: residual_encode, and decoding it") {
  test::Random random(14);
  for (int64_t n : {0, 1, 37})
    for (int64_t quantizers : {1, 5})
      for (int64_t k : {1, 40}) {
        Guarded<float> x(n * 16), books(quantizers * k * 16), z(n * 16),
            back(n * 16);
        Guarded<int32_t> indices(n * quantizers), again(n * quantizers);
        random.fillNormal(x);
        random.fillNormal(books, 0.5);
        // With a code of zeros in each book.
        for (int64_t q = 0; q < quantizers; ++q)
          for (int64_t f = 0; f < 16; ++f)
            books[q * k * 16 + f] = 0;
        gyre_call one = threads(1), two = threads(2);
        REQUIRE(residual(x.data(), books.data(), indices.data(), z.data(), n,
                         quantizers, k, &one) == 0);
        REQUIRE(residual(x.data(), books.data(), again.data(), z.data(), n,
                         quantizers, k, &two) == 0);
        test::expectSameBits("threads", again, indices);
        REQUIRE(residual_decode(indices.data(), books.data(), back.data(), n,
                                quantizers, k, nullptr) == 0);
        test::expectSameBits("decoded", back, z);
        std::vector<double> all = doubles(books), sum(n * 16);
        for (int64_t i = 0; i < n; ++i) {
          std::vector<double> rest(x.begin() + i * 16, x.begin() + i * 16 + 16);
          double length = INFINITY;
          for (int64_t q = 0; q < quantizers; ++q) {
            auto begin = all.begin() + q * k * 16;
            int32_t index = indices[i * quantizers + q];
            expectClosest(rest.data(), {begin, begin + k * 16}, 16, index,
                          test::roundingBound(16, 10));
            double square = 0;
            for (int64_t f = 0; f < 16; ++f) {
              rest[f] -= begin[index * 16 + f];
              sum[i * 16 + f] += begin[index * 16 + f];
              square += rest[f] * rest[f];
            }
            CHECK(square <= length + 1e-5);
            length = square;
          }
        }
        test::expectNear("quantized", z, sum, test::roundingBound(5, 3));
      }
}

TEST_CASE("quantize: residual_decode drops what has no code") {
  Guarded<float> books(2 * 3 * 16), z(16);
  Guarded<int32_t> indices(2);
  for (size_t i = 0; i < books.size(); ++i)
    books[i] = float(i);
  for (int32_t dropped : {-1, 3, INT32_MAX, INT32_MIN}) {
    indices[0] = 2;
    indices[1] = dropped;
    REQUIRE(residual_decode(indices.data(), books.data(), z.data(), 1, 2, 3,
                            nullptr) == 0);
    for (int f = 0; f < 16; ++f)
      CHECK(z[f] == books[2 * 16 + f]);
  }
}

TEST_CASE("quantize: residual_encode in groups, of f16") {
  test::Random random(15);
  int64_t n = 21, k = 30;
  Guarded<uint16_t> x(n * 16), books(4 * 2 * k * 8), z(n * 16);
  Guarded<int32_t> indices(n * 2 * 4);
  for (uint16_t &bits : x)
    bits = test::toF16(random.normal());
  for (uint16_t &bits : books)
    bits = test::toF16(random.normal() * 0.5);
  REQUIRE(residual_groups(x.data(), books.data(), indices.data(), z.data(), n,
                          k, nullptr) == 0);
  for (int64_t i = 0; i < n * 2; ++i) {
    std::vector<double> rest, sum(8);
    for (int64_t f = 0; f < 8; ++f)
      rest.push_back(test::fromF16(x[i * 8 + f]));
    for (int64_t q = 0; q < 4; ++q) {
      std::vector<double> book;
      for (int64_t j = 0; j < k * 8; ++j)
        book.push_back(test::fromF16(books[(q * 2 + i % 2) * k * 8 + j]));
      int32_t index = indices[i * 4 + q];
      expectClosest(rest.data(), book, 8, index, test::roundingBound(8, 10));
      for (int64_t f = 0; f < 8; ++f) {
        rest[f] -= book[index * 8 + f];
        sum[f] += book[index * 8 + f];
      }
    }
    for (int64_t f = 0; f < 8; ++f)
      CHECK(std::fabs(test::fromF16(z[i * 8 + f]) - sum[f]) <=
            1.01 * test::epsilonF16 * std::fabs(sum[f]) + 1e-6);
  }
}

TEST_CASE("quantize: lfq_encode, all of its codes") {
  int64_t n = 2048;
  Guarded<float> z(n * 11), codes(n * 11), back(n * 11);
  Guarded<int32_t> indices(n);
  test::Random random(16);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < 11; ++j)
      z[i * 11 + j] =
          float(random.uniform(0.001, 2)) * (i >> (10 - j) & 1 ? 1.0f : -1.0f);
  z[0] = NAN;
  z[1] = 0;
  z[2] = -INFINITY;
  REQUIRE(lfq(z.data(), codes.data(), indices.data(), n, nullptr) == 0);
  REQUIRE(lfq_decode(indices.data(), back.data(), n, nullptr) == 0);
  test::expectSameBits("decoded", back, codes);
  for (int64_t i = 0; i < n; ++i) {
    CHECK(indices[i] == i);
    for (int64_t j = 0; j < 11; ++j)
      CHECK(codes[i * 11 + j] == (z[i * 11 + j] > 0 ? 0.5f : -0.5f));
  }
  // A code is sent to itself.
  REQUIRE(lfq(codes.data(), back.data(), indices.data(), n, nullptr) == 0);
  test::expectSameBits("again", back, codes);
  for (int32_t index : {-1, 2048, INT32_MIN, INT32_MAX}) {
    indices[0] = index;
    REQUIRE(lfq_decode(indices.data(), back.data(), 1, nullptr) == 0);
    for (int64_t j = 0; j < 11; ++j)
      CHECK(back[j] == 0);
  }
}

TEST_CASE("quantize: binary spherical quantization of bf16") {
  test::Random random(17);
  Guarded<uint16_t> z(37 * 16), codes(37 * 16);
  Guarded<int32_t> indices(37);
  for (uint16_t &bits : z)
    bits = test::toBF16(random.normal());
  REQUIRE(bsq(z.data(), codes.data(), indices.data(), 37, nullptr) == 0);
  for (int64_t i = 0; i < 37; ++i) {
    double square = 0;
    for (int64_t j = 0; j < 16; ++j) {
      double code = test::fromBF16(codes[i * 16 + j]);
      bool isSet = test::fromBF16(z[i * 16 + j]) > 0;
      CHECK(code == (isSet ? 0.25 : -0.25));
      CHECK((indices[i] >> (15 - j) & 1) == isSet);
      square += code * code;
    }
    CHECK(square == 1);
  }
}

TEST_CASE("quantize: fsq's symmetric forms") {
  const std::vector<int64_t> levels = {2, 8, 5};
  test::Random random(18);
  for (bool clamps : {false, true})
    for (int64_t n : {0, 1, 600}) {
      Guarded<float> z(n * 3), codes(n * 3), back(n * 3), again(n * 3);
      Guarded<int32_t> indices(n), same(n);
      random.fillUniform(z, -2, 2);
      auto run = [&](auto... arguments) {
        return clamps ? clamped(arguments...) : symmetric(arguments...);
      };
      REQUIRE(run(z.data(), codes.data(), indices.data(), n, nullptr) == 0);
      REQUIRE(symmetric_decode(indices.data(), back.data(), n, nullptr) == 0);
      test::expectNear("decoded", back, codes, 1e-7);
      for (int64_t i = 0; i < n; ++i) {
        int64_t index = 0, basis = 1;
        bool border = false;
        for (int64_t j = 0; j < 3; ++j) {
          double x = z[i * 3 + j];
          double y = clamps ? std::fmax(-1, std::fmin(1, x)) : std::tanh(x);
          double steps = double(levels[j] - 1);
          double level = steps * (y + 1) / 2 + 0.5;
          border |= std::fabs(level - std::nearbyint(level)) < 1e-5;
          index += int64_t(std::floor(level)) * basis;
          basis *= levels[j];
        }
        if (!border)
          CHECK(indices[i] == index);
      }
      if (clamps) {
        REQUIRE(clamped(codes.data(), again.data(), same.data(), n, nullptr) ==
                0);
        test::expectSameBits("idempotent", again, codes);
        test::expectSameBits("idempotent", same, indices);
      }
    }
}

} // namespace

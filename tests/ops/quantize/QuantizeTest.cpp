// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quantizers against their references; every code is reached and returned.

#include "quantize.h"
#include "dialect/ops/quantize/QuantizeReference.h"
#include "ops/Support.h"

#include <algorithm>
#include <limits>

namespace {

using test::doubles;
using test::Guarded;
using test::threads;

const std::vector<int64_t> levels = {8, 5, 5, 2};

TEST_CASE("quantize: fsq_encode") {
  test::Random random(1);
  for (int64_t n : {0, 1, 37, 5000}) {
    Guarded<float> z(n * 4), codes(n * 4);
    Guarded<int32_t> indices(n), again(n);
    random.fillUniform(z, -3, 3);
    gyre_call one = threads(1), two = threads(2);
    REQUIRE(fsq_encode(z.data(), codes.data(), indices.data(), n, &one) == 0);
    REQUIRE(fsq_encode(z.data(), codes.data(), again.data(), n, &two) == 0);
    test::expectSameBits("threads", again, indices);
    std::vector<double> expectedCodes;
    std::vector<int64_t> expected;
    gyre::reference::fsqEncode(doubles(z), levels, expectedCodes, expected);
    int64_t borders = 0;
    for (int64_t i = 0; i < n; ++i) {
      // Within 1e-5 of a border either side is right.
      bool border = false;
      for (int64_t j = 0; j < 4; ++j) {
        double b = gyre::reference::fsqBounded(z[i * 4 + j], levels[j]);
        border |= std::fabs(std::fabs(b - std::nearbyint(b)) - 0.5) < 1e-5;
      }
      borders += border;
      if (border)
        continue;
      CHECK(indices[i] == expected[i]);
      for (int64_t j = 0; j < 4; ++j)
        CHECK(std::fabs(codes[i * 4 + j] - expectedCodes[i * 4 + j]) < 1e-6);
    }
    CHECK(borders <= n / 100);
  }
}

TEST_CASE("quantize: fsq as the authors' notebook has it") {
  constexpr int64_t sizes[] = {8, 5, 4, 2};
  test::Random random(23);
  for (int64_t n : {0, 1, 7, 1000}) {
    Guarded<float> z(n * 4), codes(n * 4);
    Guarded<int32_t> indices(n);
    random.fillNormal(z, 1.5);
    REQUIRE(fsq_notebook(z.data(), codes.data(), indices.data(), n, nullptr) ==
            0);
    int64_t borders = 0;
    for (int64_t i = 0; i < n; ++i) {
      int64_t index = 0, basis = 1;
      bool border = false;
      for (int64_t j = 0; j < 4; ++j) {
        double b = gyre::reference::fsqBounded(z[i * 4 + j], sizes[j], true);
        double whole = std::nearbyint(b);
        if (std::fabs(std::fabs(b - whole) - 0.5) < 1e-5)
          border = true;
        else
          CHECK(codes[i * 4 + j] == float(whole / double(sizes[j] / 2)));
        index += (int64_t(whole) + sizes[j] / 2) * basis;
        basis *= sizes[j];
      }
      borders += border;
      CHECK((border || indices[i] == index));
    }
    CHECK(borders <= n / 50);
  }
}

TEST_CASE("quantize: every fsq code is reached and comes back") {
  Guarded<float> z(400 * 4), codes(400 * 4), back(400 * 4);
  Guarded<int32_t> indices(400);
  for (int64_t i = 0; i < 400; ++i) {
    int64_t rest = i;
    for (size_t j = 0; j < 4; rest /= levels[j++]) {
      // What the quantizer maps to this level.
      double half = double(levels[j] - 1) * 1.001 / 2;
      double offset = levels[j] % 2 == 0 ? 0.5 : 0;
      double level = double(rest % levels[j] - levels[j] / 2);
      z[i * 4 + j] = float(std::atanh((level + offset) / half) -
                           std::atanh(offset / half));
    }
  }
  REQUIRE(fsq_encode(z.data(), codes.data(), indices.data(), 400, nullptr) ==
          0);
  REQUIRE(fsq_decode(indices.data(), back.data(), 400, nullptr) == 0);
  for (int32_t i = 0; i < 400; ++i)
    CHECK(indices[i] == i);
  test::expectNear("codes", back, codes, 0);
}

TEST_CASE("quantize: fsq of NaN and of what is out of range") {
  Guarded<float> z(8), codes(8);
  Guarded<int32_t> indices(2);
  std::fill(z.begin(), z.end(), 0.0f);
  z[0] = NAN;
  z[4] = INFINITY;
  z[5] = -INFINITY;
  REQUIRE(fsq_encode(z.data(), codes.data(), indices.data(), 2, nullptr) == 0);
  CHECK(std::isnan(codes[0]));
  for (int32_t index : indices) {
    CHECK(index >= 0);
    CHECK(index < 400);
  }
  CHECK(codes[4] == 0.75f);
  CHECK(codes[5] == -1.0f);
}

TEST_CASE("quantize: fsq_decode") {
  std::vector<int64_t> all = {-1, 400, std::numeric_limits<int32_t>::max(),
                              std::numeric_limits<int32_t>::min()};
  for (int64_t i = 0; i < 400; ++i)
    all.push_back(i);
  int64_t n = int64_t(all.size());
  Guarded<int32_t> indices(n);
  Guarded<float> codes(n * 4);
  for (int64_t i = 0; i < n; ++i)
    indices[i] = int32_t(all[i]);
  REQUIRE(fsq_decode(indices.data(), codes.data(), n, nullptr) == 0);
  test::expectNear("codes", codes, gyre::reference::fsqDecode(all, levels),
                   1e-7);
}

TEST_CASE("quantize: fsq_decode of all of 64,000 codes") {
  std::vector<int64_t> all;
  for (int64_t i = 0; i < 64000; ++i)
    all.push_back(i);
  Guarded<int64_t> indices(64000);
  Guarded<float> codes(64000 * 6);
  std::copy(all.begin(), all.end(), indices.begin());
  REQUIRE(fsq_decode_six(indices.data(), codes.data(), 128, 500, nullptr) == 0);
  test::expectNear("codes", codes,
                   gyre::reference::fsqDecode(all, {8, 8, 8, 5, 5, 5}), 1e-7);
}

TEST_CASE("quantize: nearest_code") {
  test::Random random(2);
  for (int64_t n : {0, 1, 37, 200})
    for (int64_t k : {1, 5, 64, 1001})
      for (int64_t d : {1, 17, 64}) {
        Guarded<float> x(n * d), codebook(k * d);
        Guarded<int32_t> indices(n), again(n);
        random.fillNormal(x);
        random.fillNormal(codebook);
        gyre_call one = threads(1), two = threads(2);
        REQUIRE(nearest_code(x.data(), codebook.data(), indices.data(), n, d, k,
                             &one) == 0);
        REQUIRE(nearest_code(x.data(), codebook.data(), again.data(), n, d, k,
                             &two) == 0);
        test::expectSameBits("threads", again, indices);
        std::vector<double> wide = doubles(x), book = doubles(codebook);
        for (int64_t i = 0; i < n; ++i) {
          std::vector<double> scores =
              gyre::reference::codeScores(wide.data() + i * d, book, d);
          double least = *std::min_element(scores.begin(), scores.end());
          REQUIRE(indices[i] >= 0);
          REQUIRE(indices[i] < k);
          CHECK(scores[indices[i]] - least <=
                test::roundingBound(double(d), 10));
        }
      }
}

TEST_CASE("quantize: ties go to the lowest number, NaN never wins") {
  int64_t d = 3;
  for (int64_t k : {4, 40, 1000}) {
    Guarded<float> x(2 * d), codebook(k * d);
    Guarded<int32_t> indices(2);
    for (int64_t i = 0; i < k * d; ++i)
      codebook[i] = 1;
    codebook[0] = NAN;
    codebook[d] = 5;
    std::fill(x.begin(), x.end(), 1.0f);
    x[d] = NAN;
    REQUIRE(nearest_code(x.data(), codebook.data(), indices.data(), 2, d, k,
                         nullptr) == 0);
    CHECK(indices[0] == 2);
    CHECK(indices[1] == 0);
  }
}

TEST_CASE("quantize: an infinite distance can be the least") {
  int64_t d = 3, k = 40;
  Guarded<float> x(d), codebook(k * d);
  Guarded<int32_t> index(1);
  std::fill(x.begin(), x.end(), -1.0f);
  std::fill(codebook.begin(), codebook.end(), INFINITY);
  codebook[0] = NAN;
  REQUIRE(nearest_code(x.data(), codebook.data(), index.data(), 1, d, k,
                       nullptr) == 0);
  CHECK(index[0] == 1);
}

TEST_CASE("quantize: a code is nearest to itself") {
  test::Random random(3);
  Guarded<float> codebook(100 * 64), z(100 * 64);
  random.fillNormal(codebook);
  REQUIRE(quantized(codebook.data(), codebook.data(), z.data(), 100, nullptr) ==
          0);
  test::expectSameBits("codes", z, codebook);
}

} // namespace

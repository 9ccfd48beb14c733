// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions with operators of another dialect against plain loops in double
// precision, at odd sizes and several threads.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "support/Compare.h"
#include "support/Guarded.h"
#include "support/Random.h"

#include "filters.h"

#include <vector>

namespace {

gyre_call withThreads(int32_t threads) {
  gyre_call call = GYRE_CALL_INIT;
  call.threads = threads;
  return call;
}

TEST_CASE("extension: smooth_max between element-wise operators") {
  test::Random random(1);
  for (size_t rows : {0, 1, 5, 37})
    for (size_t length : {1, 3, 37, 1000}) {
      test::Guarded<float> x(rows * length), gain(rows * length);
      random.fillNormal(x, 2);
      random.fillUniform(gain, 0.5, 1.5);
      if (rows > 1)
        x[length] = -INFINITY;
      std::vector<double> expected;
      for (size_t i = 0; i < rows; ++i) {
        double sum = 0, weighted = 0;
        for (size_t j = 0; j < length; ++j) {
          double e = double(x[i * length + j] * gain[i * length + j]);
          double weight = std::exp(4 * e);
          sum += weight;
          weighted += weight > 0 ? weight * e : 0;
        }
        expected.push_back(std::tanh(sum > 0 ? weighted / sum : 0));
      }
      test::Guarded<float> once(rows), twice(rows);
      gyre_call one = withThreads(1), two = withThreads(2);
      int64_t b = int64_t(rows), n = int64_t(length);
      REQUIRE(loudness(x.data(), gain.data(), once.data(), b, n, &one) == 0);
      REQUIRE(loudness(x.data(), gain.data(), twice.data(), b, n, &two) == 0);
      // An error of e in 4 x becomes one of e in each weight.
      test::expectNear("peak", once, expected,
                       test::roundingBound(double(length), 8));
      test::expectSameBits("1 and 2 threads", twice, once);
    }
}

TEST_CASE("extension: leaky_integrator between element-wise operators") {
  test::Random random(2);
  for (size_t batch : {0, 1, 3})
    for (size_t time : {0, 1, 37, 100})
      for (size_t channels : {1, 5, 37, 64}) {
        size_t count = batch * time * channels;
        test::Guarded<float> x(count), leak(channels), once(count),
            twice(count);
        random.fillNormal(x);
        random.fillUniform(leak, 0, 1);
        std::vector<double> expected(count);
        for (size_t b = 0; b < batch; ++b)
          for (size_t c = 0; c < channels; ++c) {
            double h = 0, a = double(leak[c]);
            for (size_t t = 0; t < time; ++t) {
              size_t at = (b * time + t) * channels + c;
              h = a * h + (1 - a) * double(x[at]) * double(x[at]);
              expected[at] = std::sqrt(h);
            }
          }
        gyre_call one = withThreads(1), two = withThreads(2);
        int64_t B = int64_t(batch), T = int64_t(time), C = int64_t(channels);
        REQUIRE(envelope(x.data(), leak.data(), once.data(), B, T, C, &one) ==
                0);
        REQUIRE(envelope(x.data(), leak.data(), twice.data(), B, T, C, &two) ==
                0);
        test::expectNear("power", once, expected,
                         test::roundingBound(double(time), 4));
        test::expectSameBits("1 and 2 threads", twice, once);
      }
}

TEST_CASE("extension: bad arguments are refused") {
  float x[4] = {}, peak[2] = {7, 7};
  gyre_call call = GYRE_CALL_INIT;
  CHECK(loudness(nullptr, x, peak, 2, 2, &call) == GYRE_ERROR_NULL_ARGUMENT);
  CHECK(std::string(call.message) ==
        "loudness: expected 'x' to point to 16 bytes, got null");
  CHECK(loudness(x, x, x, 2, 2, &call) == GYRE_ERROR_OVERLAP);
  CHECK(loudness(x, x, peak, -1, 2, &call) == GYRE_ERROR_BAD_SIZE);
  CHECK(peak[0] == 7);
  CHECK(peak[1] == 7);
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows, caps, lengths, caches and narrow storage against the reference.

#include "variants.h"
#include "dialect/ops/attention/AttentionReference.h"
#include "dialect/ops/quantize/QuantizeReference.h"
#include "ops/Support.h"

namespace {

using gyre::reference::Attention;
using test::doubles;
using test::Guarded;
using test::threads;

constexpr double bound = 5e-6;

/// [n][h][d] -> [h][n][d] and back.
template <typename Range>
std::vector<double> swapped(const Range &x, int64_t n, int64_t h, int64_t d) {
  std::vector<double> r(x.size());
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < h; ++j)
      for (int64_t k = 0; k < d; ++k)
        r[(j * n + i) * d + k] = double(x[(i * h + j) * d + k]);
  return r;
}

TEST_CASE("attention: a window, a cap and the sums of rows") {
  test::Random random(1);
  for (int64_t t : {0, 1, 5, 131})
    for (int64_t s : {0, 1, 63, 64, 260}) {
      Guarded<float> q(2 * 4 * t * 32), k(2 * 2 * s * 32), v(k.size()),
          y(q.size()), z(q.size()), lse(2 * 4 * t), other(lse.size());
      random.fillNormal(q);
      random.fillNormal(k);
      random.fillNormal(v);
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(windowed(q.data(), k.data(), v.data(), y.data(), lse.data(), 2, t,
                       s, &one) == 0);
      REQUIRE(windowed(q.data(), k.data(), v.data(), z.data(), other.data(), 2,
                       t, s, &two) == 0);
      test::expectSameBits("threads", z, y);
      test::expectSameBits("threads", other, lse);
      Attention reference{2, 4, 2, t, s, 32, 32, 1 / std::sqrt(32.0)};
      reference.score = [](double s, int64_t, int64_t, int64_t, int64_t) {
        return 2 * std::tanh(s / 2);
      };
      reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
        int64_t position = i + s - t;
        return j <= position && j >= position - 70 ? 0 : -INFINITY;
      };
      std::vector<double> sums;
      test::expectNear("windowed", y,
                       reference(doubles(q), doubles(k), doubles(v), &sums),
                       bound);
      test::expectNear("sums", lse, sums, bound);
    }
}

TEST_CASE("attention: a window to both sides, aligned to the start") {
  test::Random random(2);
  for (int64_t t : {1, 7, 150})
    for (int64_t s : {1, 20, 150, 300}) {
      Guarded<float> q(3 * t * 24), k(3 * s * 24), v(k.size()), y(q.size()),
          lse(3 * t);
      random.fillNormal(q);
      random.fillNormal(k);
      random.fillNormal(v);
      REQUIRE(two_sided(q.data(), k.data(), v.data(), y.data(), lse.data(), t,
                        s, nullptr) == 0);
      Attention reference{1, 3, 3, t, s, 24, 24, 1 / std::sqrt(24.0)};
      reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
        return j <= i + 5 && j >= i - 9 ? 0 : -INFINITY;
      };
      std::vector<double> sums;
      std::vector<double> expected =
          reference(swapped(q, t, 3, 24), swapped(k, s, 3, 24),
                    swapped(v, s, 3, 24), &sums);
      test::expectNear("two-sided", swapped(y, t, 3, 24), expected, bound);
      test::expectNear("sums", lse, sums, bound);
    }
}

TEST_CASE("attention: what stands outside of a window may be NaN") {
  test::Random random(3);
  int64_t t = 40, s = 200;
  Guarded<float> q(3 * t * 24), k(3 * s * 24), v(k.size()), y(q.size()),
      lse(3 * t), clean(q.size());
  random.fillNormal(q);
  random.fillNormal(k);
  random.fillNormal(v);
  REQUIRE(two_sided(q.data(), k.data(), v.data(), clean.data(), lse.data(), t,
                    s, nullptr) == 0);
  for (int64_t j = t + 5; j < s; ++j)
    for (int64_t c = 0; c < 3 * 24; ++c)
      k[j * 72 + c] = v[j * 72 + c] = NAN;
  REQUIRE(two_sided(q.data(), k.data(), v.data(), y.data(), lse.data(), t, s,
                    nullptr) == 0);
  test::expectSameBits("poisoned", y, clean);
}

TEST_CASE("attention: prefill and decode with a cache") {
  test::Random random(4);
  int64_t b = 2, capacity = 90;
  // The whole sequence at once is the reference of its parts.
  int64_t parts[] = {37, 1, 1, 20, 1, 30};
  Guarded<float> keys(b * 2 * capacity * 16), values(keys.size());
  for (float &x : keys)
    x = NAN; // What no token has reached yet.
  for (float &x : values)
    x = NAN;
  std::vector<double> allKeys(keys.size()), allValues(keys.size());
  int64_t past = 0;
  for (int64_t t : parts) {
    Guarded<float> q(b * 4 * t * 16), k(b * 2 * t * 16), v(k.size()),
        y(q.size());
    random.fillNormal(q);
    random.fillNormal(k);
    random.fillNormal(v);
    for (int64_t row = 0; row < b * 2; ++row)
      for (int64_t at = 0; at < t * 16; ++at) {
        allKeys[(row * capacity + past) * 16 + at] =
            double(k[row * t * 16 + at]);
        allValues[(row * capacity + past) * 16 + at] =
            double(v[row * t * 16 + at]);
      }
    REQUIRE(decode(q.data(), k.data(), v.data(), keys.data(), values.data(),
                   past, y.data(), keys.data(), values.data(), b, t, capacity,
                   nullptr) == 0);
    Attention reference{b, 4, 2, t, capacity, 16, 16, 0.25};
    reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
      return j <= past + i ? 0 : -INFINITY;
    };
    test::expectNear("decoded", y, reference(doubles(q), allKeys, allValues),
                     bound);
    past += t;
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    CHECK(double(keys[i]) == allKeys[i]);
    CHECK(double(values[i]) == allValues[i]);
  }

  // Caches that are not overwritten are copied; what doesn't fit is dropped.
  Guarded<float> q(b * 4 * 16), k(b * 2 * 16), v(k.size()), y(q.size()),
      newKeys(keys.size()), newValues(keys.size());
  random.fillNormal(q);
  random.fillNormal(k);
  random.fillNormal(v);
  for (int64_t at : {int64_t(3), int64_t(90), INT64_MAX, INT64_MIN}) {
    REQUIRE(decode(q.data(), k.data(), v.data(), keys.data(), values.data(), at,
                   y.data(), newKeys.data(), newValues.data(), b, 1, capacity,
                   nullptr) == 0);
    int64_t row = at < 0 ? 0 : at;
    for (int64_t i = 0; i < int64_t(keys.size()); ++i) {
      int64_t head = i / 16 / capacity;
      bool isNew = i / 16 % capacity == row;
      CHECK(newKeys[i] == (isNew ? k[head * 16 + i % 16] : keys[i]));
    }
  }
}

TEST_CASE("attention: a cache of int8 with a scale a token") {
  test::Random random(14);
  int64_t b = 2, capacity = 71, past = 0;
  Guarded<int8_t> keys(b * 2 * capacity * 16), values(keys.size());
  Guarded<float> ks(b * 2 * capacity), vs(ks.size());
  // What no token has reached yet.
  std::fill(ks.begin(), ks.end(), NAN);
  std::fill(vs.begin(), vs.end(), NAN);
  for (int64_t t : {33, 1, 0, 12, 1, 24}) {
    Guarded<float> q(b * 2 * t * 16), k(q.size()), v(q.size()), y(q.size()),
        z(q.size());
    random.fillNormal(q);
    random.fillNormal(k);
    random.fillNormal(v);
    gyre_call one = threads(1), two = threads(2);
    // The same rows once more change nothing.
    for (auto [call, result] : {std::pair(&one, &y), {&two, &z}})
      REQUIRE(int8_cache(q.data(), k.data(), v.data(), keys.data(), ks.data(),
                         values.data(), vs.data(), past, result->data(),
                         keys.data(), ks.data(), values.data(), vs.data(), b, t,
                         capacity, call) == 0);
    test::expectSameBits("threads", z, y);
    int64_t seen = past + t;
    std::vector<double> wideKeys, wideValues;
    for (int64_t head = 0; head < b * 2; ++head)
      for (int64_t j = 0; j < seen; ++j) {
        int64_t row = head * capacity + j;
        for (int64_t d = 0; d < 16; ++d) {
          wideKeys.push_back(double(keys[row * 16 + d]) * ks[row]);
          wideValues.push_back(double(values[row * 16 + d]) * vs[row]);
        }
        if (j < past)
          continue;
        int64_t own = head * t + j - past;
        for (int64_t d = 0; d < 16; ++d) {
          CHECK(std::fabs(wideKeys[wideKeys.size() - 16 + d] -
                          k[own * 16 + d]) <= 0.501 * ks[row]);
          CHECK(std::fabs(wideValues[wideValues.size() - 16 + d] -
                          v[own * 16 + d]) <= 0.501 * vs[row]);
        }
      }
    Attention reference{b, 2, 2, t, seen, 16, 16, 0.25};
    reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
      return j <= past + i ? 0 : -INFINITY;
    };
    test::expectNear("int8", y, reference(doubles(q), wideKeys, wideValues),
                     bound);
    past = seen;
  }
}

TEST_CASE("attention: keys of int4 and values of e4m3") {
  using gyre::reference::e4m3;
  test::Random random(15);
  for (int64_t t : {0, 1, 9, 70})
    for (int64_t s : {0, 1, 65, 130}) {
      Guarded<uint16_t> q(2 * 4 * t * 32), ks(2 * 2 * s * 2), y(2 * 4 * t * 24);
      Guarded<int8_t> k(2 * 2 * s * 16);
      Guarded<uint8_t> v(2 * 2 * s * 24);
      Guarded<float> vs(2);
      vs[0] = 0.5f, vs[1] = 2;
      std::vector<double> wideQ, wideK, wideV;
      for (uint16_t &bits : q)
        wideQ.push_back(test::fromBF16(bits = test::toBF16(random.normal())));
      for (uint16_t &bits : ks)
        bits = test::toF16(random.uniform(0.1, 0.3));
      for (int8_t &byte : k)
        byte = int8_t(random.below(256) - 128);
      for (size_t i = 0; i < k.size() * 2; ++i)
        wideK.push_back(gyre::reference::unpackInt4(k[i / 2], i % 2) *
                        test::fromF16(ks[i / 16]));
      for (size_t i = 0; i < v.size(); ++i) {
        v[i] = uint8_t(e4m3.narrow(random.normal()));
        // The graph has wide values in bf16, which holds each e4m3.
        wideV.push_back(e4m3.widen(v[i]) * vs[i / (s * 24) % 2]);
      }
      REQUIRE(few_bits(q.data(), k.data(), ks.data(), v.data(), vs.data(),
                       y.data(), 2, t, s, nullptr) == 0);
      Attention reference{2, 4, 2, t, s, 32, 24, 1 / std::sqrt(32.0)};
      std::vector<double> expected = reference(wideQ, wideK, wideV);
      for (size_t i = 0; i < y.size(); ++i)
        CHECK(std::fabs(test::fromBF16(y[i]) - expected[i]) <=
              1.01 * test::epsilonBF16 * std::fabs(expected[i]) + 2e-5);
    }
}

TEST_CASE("attention: keys and values of int4 packed along tokens") {
  test::Random random(16);
  for (int64_t t : {0, 1, 9}) {
    Guarded<float> q(3 * t * 16), s(3 * 5 * 16), y(q.size());
    Guarded<int8_t> k(3 * 20 * 16), v(k.size());
    random.fillNormal(q);
    random.fillUniform(s, 0.05, 0.2);
    std::vector<double> wideK, wideV;
    for (auto [packed, wide] : {std::pair(&k, &wideK), {&v, &wideV}}) {
      for (int8_t &byte : *packed)
        byte = int8_t(random.below(256) - 128);
      for (int64_t h = 0; h < 3; ++h)
        for (int64_t j = 0; j < 40; ++j)
          for (int64_t d = 0; d < 16; ++d)
            wide->push_back(gyre::reference::unpackInt4(
                                (*packed)[(h * 20 + j / 2) * 16 + d], j % 2) *
                            double(s[(h * 5 + j / 8) * 16 + d]));
    }
    REQUIRE(packed_tokens(q.data(), k.data(), v.data(), s.data(), y.data(), t,
                          nullptr) == 0);
    Attention reference{1, 3, 3, t, 40, 16, 16, 0.25};
    test::expectNear("packed", y, reference(doubles(q), wideK, wideV), bound);
  }
}

TEST_CASE("attention: lengths of samples") {
  test::Random random(5);
  int64_t lengths[] = {0, 1, 37, 64, 80};
  for (int64_t t : {1, 19})
    for (int64_t s : {64, 80}) {
      int64_t b = 5, past = 30;
      Guarded<float> q(b * 2 * t * 16), k(b * 2 * s * 16), v(k.size()),
          plain(q.size()), causal(q.size()), first(q.size());
      Guarded<int32_t> n(b);
      random.fillNormal(q);
      random.fillNormal(k);
      random.fillNormal(v);
      std::copy_n(lengths, b, n.begin());
      REQUIRE(padded(q.data(), k.data(), v.data(), n.data(), past, plain.data(),
                     causal.data(), first.data(), b, t, s, nullptr) == 0);
      Attention reference{b, 2, 2, t, s, 16, 16, 0.25};
      reference.mask = [&](int64_t b, int64_t, int64_t, int64_t j) {
        return j < n[b] ? 0 : -INFINITY;
      };
      std::vector<double> x = doubles(q), y = doubles(k), z = doubles(v);
      test::expectNear("plain", plain, reference(x, y, z), bound);
      reference.mask = [&](int64_t b, int64_t, int64_t i, int64_t j) {
        int64_t position = i + n[b] - t;
        return j <= position && j >= position - 20 ? 0 : -INFINITY;
      };
      test::expectNear("causal", causal, reference(x, y, z), bound);
      reference.mask = [&](int64_t, int64_t, int64_t, int64_t j) {
        return j < past + t ? 0 : -INFINITY;
      };
      test::expectNear("first", first, reference(x, y, z), bound);
      // Lengths that can't be are those of an empty or of a full sample.
      int32_t bad[] = {-1, INT32_MIN, INT32_MAX, 1 << 30, 81};
      std::copy_n(bad, b, n.begin());
      REQUIRE(padded(q.data(), k.data(), v.data(), n.data(), INT64_MAX,
                     plain.data(), causal.data(), first.data(), b, t, s,
                     nullptr) == 0);
      reference.mask = [&](int64_t b, int64_t, int64_t, int64_t j) {
        return j < n[b] ? 0 : -INFINITY;
      };
      test::expectNear("clamped", plain, reference(x, y, z), bound);
    }
}

TEST_CASE("attention: sequences packed one behind the other") {
  test::Random random(6);
  // Empty ones, ones with more keys than queries and the other way round, and
  // tokens behind the last.
  std::vector<int32_t> queries = {0, 5, 5, 70, 71, 100};
  std::vector<int32_t> keys = {0, 3, 9, 90, 100, 120};
  int64_t t = 103, s = 130, n = 6;
  Guarded<float> q(t * 2 * 16), k(s * 16), v(k.size()), plain(q.size()),
      causal(q.size());
  Guarded<int32_t> first(n), second(n);
  random.fillNormal(q);
  random.fillNormal(k);
  random.fillNormal(v);
  std::copy(queries.begin(), queries.end(), first.begin());
  std::copy(keys.begin(), keys.end(), second.begin());
  REQUIRE(packed(q.data(), k.data(), v.data(), first.data(), second.data(),
                 plain.data(), causal.data(), t, s, n, nullptr) == 0);
  auto span = [&](int64_t i, int64_t &begin, int64_t &end, int64_t &position) {
    begin = end = position = 0;
    for (int64_t m = 0; m + 1 < n; ++m)
      if (queries[m] <= i && i < queries[m + 1]) {
        begin = keys[m];
        end = keys[m + 1];
        position = end - (queries[m + 1] - i);
      }
  };
  Attention reference{1, 2, 1, t, s, 16, 16, 0.25};
  reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
    int64_t begin, end, position;
    span(i, begin, end, position);
    return j >= begin && j < end ? 0 : -INFINITY;
  };
  std::vector<double> x = swapped(q, t, 2, 16), y = doubles(k), z = doubles(v);
  test::expectNear("plain", swapped(plain, t, 2, 16), reference(x, y, z),
                   bound);
  reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
    int64_t begin, end, position;
    span(i, begin, end, position);
    return j >= begin && j < end && j <= position && j >= position - 12
               ? 0
               : -INFINITY;
  };
  test::expectNear("causal", swapped(causal, t, 2, 16), reference(x, y, z),
                   bound);
  // Starts that make no sense are no reason to read elsewhere.
  for (int round = 0; round < 20; ++round) {
    for (int64_t m = 0; m < n; ++m) {
      first[m] = int32_t(random.below(1 << 20)) * (round % 2 ? 4095 : -3);
      second[m] = int32_t(random.below(1 << 20)) * (round % 3 ? -2047 : 2047);
    }
    CHECK(packed(q.data(), k.data(), v.data(), first.data(), second.data(),
                 plain.data(), causal.data(), t, s, n, nullptr) == 0);
  }
}

/// The distance of numbers in two bytes from the reference: half a unit of the
/// result, what arithmetic in f32 adds, and half a unit of each weight where
/// these are rounded too. `sizes` is the reference of the values' sizes.
template <typename From>
void expectNarrow(const Guarded<uint16_t> &y,
                  const std::vector<double> &expected,
                  const std::vector<double> &sizes, double unit, From from) {
  for (size_t i = 0; i < y.size(); ++i)
    CHECK(std::fabs(from(y[i]) - expected[i]) <=
          unit * std::fabs(expected[i]) + bound +
              (test::roundsWeights ? unit * sizes[i] : 0));
}

TEST_CASE("attention: storage of two bytes") {
  test::Random random(7);
  for (int64_t t : {1, 45, 130})
    for (int64_t s : {1, 100}) {
      Guarded<uint16_t> q(2 * t * 64), k(2 * s * 64), v(k.size()), y(q.size());
      Guarded<float> lse(2 * t);
      std::vector<double> numbers[3];
      auto fill = [&](auto to, auto from) {
        Guarded<uint16_t> *tensors[] = {&q, &k, &v};
        for (int n = 0; n < 3; ++n) {
          numbers[n].clear();
          for (uint16_t &bits : *tensors[n]) {
            bits = to(random.normal());
            numbers[n].push_back(from(bits));
          }
        }
      };
      Attention reference{1, 2, 2, t, s, 64, 64, 0.125};
      fill(test::toF16, test::fromF16);
      REQUIRE(attention_f16(q.data(), k.data(), v.data(), y.data(), 2, t, s,
                            nullptr) == 0);
      reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
        return j <= i + s - t ? 0 : -INFINITY;
      };
      auto sizesOf = [](std::vector<double> values) {
        for (double &value : values)
          value = std::fabs(value);
        return values;
      };
      expectNarrow(y, reference(numbers[0], numbers[1], numbers[2]),
                   reference(numbers[0], numbers[1], sizesOf(numbers[2])),
                   test::epsilonF16, test::fromF16);
      // What a row does not see may be anything, in the same tile too.
      std::vector<uint16_t> before(y.begin(), y.end());
      for (int64_t h : {1, 2})
        v.data()[h * s * 64 - 1] = 0x7e00;
      REQUIRE(attention_f16(q.data(), k.data(), v.data(), y.data(), 2, t, s,
                            nullptr) == 0);
      for (int64_t i = 0; i < 2 * t; ++i)
        for (int64_t e = 0; e < 64; ++e) {
          bool sees = i % t == t - 1 && e == 63;
          uint16_t now = y.data()[i * 64 + e];
          CHECK((sees ? (now & 0x7fff) > 0x7c00 : now == before[i * 64 + e]));
        }
      fill(test::toBF16, test::fromBF16);
      REQUIRE(attention_bf16(q.data(), k.data(), v.data(), y.data(), lse.data(),
                             2, t, s, nullptr) == 0);
      reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
        int64_t position = i + s - t;
        return j <= position && j >= position - 30 ? 0 : -INFINITY;
      };
      std::vector<double> sums;
      expectNarrow(y, reference(numbers[0], numbers[1], numbers[2], &sums),
                   reference(numbers[0], numbers[1], sizesOf(numbers[2])),
                   test::epsilonBF16, test::fromBF16);
      test::expectNear("sums", lse, sums, bound);
    }
}

} // namespace

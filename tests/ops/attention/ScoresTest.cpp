// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Score functions that a user writes: relative positions of three papers.

#include "scores.h"
#include "dialect/ops/attention/AttentionReference.h"
#include "ops/Support.h"

namespace {

using gyre::reference::Attention;
using test::doubles;
using test::Guarded;
using test::threads;

constexpr double bound = 5e-6;

TEST_CASE("scores: ALiBi") {
  test::Random random(1);
  for (int64_t t : {0, 1, 77})
    for (int64_t s : {1, 100}) {
      Guarded<float> q(2 * 4 * t * 32), k(2 * 2 * s * 32), v(k.size()),
          y(q.size()), z(q.size()), slopes(4);
      random.fillNormal(q);
      random.fillNormal(k);
      random.fillNormal(v);
      for (int64_t h = 0; h < 4; ++h)
        slopes[h] = float(std::exp2(-2.0 * double(h + 1)));
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(alibi(q.data(), k.data(), v.data(), slopes.data(), y.data(), 2, t,
                    s, &one) == 0);
      REQUIRE(alibi(q.data(), k.data(), v.data(), slopes.data(), z.data(), 2, t,
                    s, &two) == 0);
      test::expectSameBits("threads", z, y);
      Attention reference{2, 4, 2, t, s, 32, 32, 1 / std::sqrt(32.0)};
      reference.score = [&](double x, int64_t, int64_t h, int64_t i,
                            int64_t j) {
        return x - double(slopes[h]) * std::fabs(double(i + s - t - j));
      };
      reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
        return j <= i + s - t ? 0 : -INFINITY;
      };
      test::expectNear("alibi", y,
                       reference(doubles(q), doubles(k), doubles(v)), bound);
    }
}

/// transformers' T5Attention._relative_position_bucket with 32 buckets up to
/// a distance of 128, in both directions.
int64_t bucketOf(int64_t distance) {
  int64_t first = distance > 0 ? 16 : 0, n = std::abs(distance);
  if (n < 8)
    return first + n;
  double large =
      8 + std::floor(std::log(double(n) / 8) / std::log(128.0 / 8) * (16 - 8));
  return first + std::min(int64_t(large), int64_t(15));
}

TEST_CASE("scores: T5's buckets") {
  test::Random random(2);
  for (int64_t h : {1, 3})
    for (int64_t t : {1, 40, 150}) {
      Guarded<float> q(h * t * 32), k(q.size()), v(q.size()), y(q.size()),
          table(32 * h);
      random.fillNormal(q, 0.3);
      random.fillNormal(k, 0.3);
      random.fillNormal(v);
      random.fillNormal(table);
      REQUIRE(t5(q.data(), k.data(), v.data(), table.data(), y.data(), h, t,
                 nullptr) == 0);
      Attention reference{1, h, h, t, t, 32, 32, 1};
      // log2 is exact where a bucket begins: at powers of two.
      reference.score = [&](double x, int64_t, int64_t head, int64_t i,
                            int64_t j) {
        return x + double(table[bucketOf(j - i) * h + head]);
      };
      test::expectNear("t5", y, reference(doubles(q), doubles(k), doubles(v)),
                       bound);
    }
}

TEST_CASE("scores: Shaw") {
  test::Random random(4);
  for (int64_t t : {0, 1, 9, 65}) {
    Guarded<float> q(2 * t * 12), k(q.size()), v(q.size()), y(q.size()),
        r(12 * 9);
    for (auto *x : {&q, &k, &v, &r})
      random.fillNormal(*x);
    REQUIRE(shaw(q.data(), k.data(), v.data(), r.data(), y.data(), t,
                 nullptr) == 0);
    Attention reference{1, 2, 2, t, t, 12, 12, 0.25};
    reference.score = [&](double x, int64_t, int64_t h, int64_t i, int64_t j) {
      int64_t at = std::min(std::max(j - i, int64_t(-4)), int64_t(4)) + 4;
      double product = 0;
      for (int64_t d = 0; d < 12; ++d)
        product += double(q[(h * t + i) * 12 + d]) * r[d * 9 + at];
      return x + product / 4;
    };
    test::expectNear("shaw", y, reference(doubles(q), doubles(k), doubles(v)),
                     bound);
  }
}

TEST_CASE("scores: Transformer-XL") {
  test::Random random(5);
  for (int64_t t : {1, 9, 65})
    for (int64_t m : {0, 7, 64}) {
      int64_t s = t + m;
      Guarded<float> q(2 * t * 16), k(2 * s * 16), v(k.size()), y(q.size()),
          r(16 * s), ofKeys(32), ofDistances(32);
      for (auto *x : {&q, &k, &v, &r, &ofKeys, &ofDistances})
        random.fillNormal(*x, 0.5);
      REQUIRE(transformer_xl(q.data(), k.data(), v.data(), r.data(),
                             ofKeys.data(), ofDistances.data(), y.data(), t, m,
                             nullptr) == 0);
      Attention reference{1, 2, 2, t, s, 16, 16, 0.25};
      // All four terms as the paper writes them.
      reference.score = [&](double x, int64_t, int64_t h, int64_t i,
                            int64_t j) {
        double sum = 0;
        for (int64_t d = 0; d < 16; ++d) {
          double query = q[(h * t + i) * 16 + d];
          if (i + m >= j)
            sum += (query + ofDistances[h * 16 + d]) * r[d * s + i + m - j];
          sum += double(ofKeys[h * 16 + d]) * k[(h * s + j) * 16 + d];
        }
        return x + sum / 4;
      };
      reference.mask = [&](int64_t, int64_t, int64_t i, int64_t j) {
        return j <= i + m ? 0 : -INFINITY;
      };
      test::expectNear("transformer_xl", y,
                       reference(doubles(q), doubles(k), doubles(v)), bound);
    }
}

TEST_CASE("scores: a sink") {
  test::Random random(6);
  for (int64_t t : {0, 1, 9, 65}) {
    Guarded<float> q(2 * 2 * t * 16), k(q.size()), v(q.size()), y(q.size()),
        sinks(2);
    for (auto *x : {&q, &k, &v})
      random.fillNormal(*x);
    sinks[0] = 1.5f;
    sinks[1] = -INFINITY; // no sink
    REQUIRE(sink(q.data(), k.data(), v.data(), sinks.data(), y.data(), 2, t,
                 nullptr) == 0);
    // A key more in front, which all queries see, of a value of zeros.
    std::vector<double> wideK, wideV;
    for (int64_t row = 0; row < 4; ++row) {
      wideK.insert(wideK.end(), 16, 0.0);
      wideV.insert(wideV.end(), 16, 0.0);
      for (int64_t i = row * t * 16; i < (row + 1) * t * 16; ++i) {
        wideK.push_back(k[i]);
        wideV.push_back(v[i]);
      }
    }
    Attention reference{2, 2, 2, t, t + 1, 16, 16, 0.25};
    reference.mask = [&](int64_t, int64_t h, int64_t i, int64_t j) {
      return j == 0                         ? double(sinks[h])
             : j - 1 <= i && j - 1 >= i - 7 ? 0.0
                                            : -INFINITY;
    };
    test::expectNear("sink", y, reference(doubles(q), wideK, wideV), bound);
  }
}

TEST_CASE("scores: DeBERTa") {
  test::Random random(3);
  for (int64_t t : {1, 9, 65}) {
    Guarded<float> q(2 * t * 12), k(q.size()), v(q.size()), y(q.size()),
        qAt(2 * t * 8), kAt(qAt.size());
    random.fillNormal(q);
    random.fillNormal(k);
    random.fillNormal(v);
    random.fillNormal(qAt);
    random.fillNormal(kAt);
    REQUIRE(deberta(q.data(), k.data(), v.data(), qAt.data(), kAt.data(),
                    y.data(), t, nullptr) == 0);
    Attention reference{1, 2, 2, t, t, 12, 12, 1 / std::sqrt(36.0)};
    reference.score = [&](double x, int64_t, int64_t h, int64_t i, int64_t j) {
      int64_t at = std::min(std::max(i - j + 4, int64_t(0)), int64_t(7));
      return x + (double(qAt[(h * t + i) * 8 + at]) +
                  double(kAt[(h * t + j) * 8 + at])) /
                     std::sqrt(36.0);
    };
    test::expectNear("deberta", y,
                     reference(doubles(q), doubles(k), doubles(v)), bound);
  }
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Positions of text and images and embeddings of positions against their
// references.

#include "positions.h"
#include "dialect/ops/positions/PositionsReference.h"
#include "ops/Support.h"

namespace {

using gyre::reference::mropePositions;
using gyre::reference::MropeSpan;
using gyre::reference::tiePositions;
using test::doubles;
using test::Guarded;
using test::threads;

TEST_CASE("positions: text, an image, text") {
  for (int64_t n : {0, 1, 7})
    for (int64_t h : {1, 4})
      for (int64_t w : {1, 5})
        for (int64_t m : {0, 3}) {
          size_t size = size_t(n + h * w + m) * 2;
          Guarded<float> first(size), second(size), other(size);
          gyre_call one = threads(1), two = threads(2);
          REQUIRE(tie(first.data(), second.data(), n, h, w, m, &one) == 0);
          test::expectNear("first", first,
                           tiePositions({{n}, {h, w}, {m}}, true), 1e-5);
          test::expectNear("second", second,
                           tiePositions({{n}, {h, w}, {m}}, false), 1e-5);
          REQUIRE(tie(first.data(), other.data(), n, h, w, m, &two) == 0);
          test::expectSameBits("threads", other, second);
        }
  // No image at all.
  Guarded<float> first(2 * 9), second(2 * 9);
  REQUIRE(tie(first.data(), second.data(), 4, 0, 0, 5, nullptr) == 0);
  test::expectNear("text", first, tiePositions({{9}}, true), 0);
  test::expectNear("text", second, tiePositions({{9}}, false), 0);
}

TEST_CASE("positions: known sizes, read in both directions") {
  Guarded<float> first(23 * 2), second(23 * 2);
  REQUIRE(tie_static(first.data(), second.data(), nullptr) == 0);
  test::expectNear("first", first, tiePositions({{2, 3}, {3, 4}, {5}}, true),
                   1e-5);
  test::expectNear("second", second, tiePositions({{2, 3}, {3, 4}, {5}}, false),
                   1e-5);
  // An image is as far from the token behind it as from that before it.
  for (bool form : {false, true}) {
    std::vector<double> p = tiePositions({{3}, {3, 4}, {2}}, form);
    size_t last = 3 + 12 - 1;
    for (size_t axis = 0; axis < 2; ++axis)
      CHECK(std::fabs((p[3 * 2 + axis] - p[2 * 2 + axis]) -
                      (p[(last + 1) * 2 + axis] - p[last * 2 + axis])) < 1e-9);
  }
}

TEST_CASE("positions: pure text is one axis") {
  test::Random random(1);
  for (int64_t n : {1, 33}) {
    Guarded<float> x(3 * n * 16), tied(x.size()), plain(x.size());
    random.fillNormal(x);
    REQUIRE(tie_rotary(x.data(), tied.data(), plain.data(), 3, n, nullptr) ==
            0);
    test::expectNear("tied", tied, doubles(plain), 1e-6);
  }
}

TEST_CASE("positions: time, height and width") {
  for (int64_t n : {0, 1, 7})
    for (int64_t t : {0, 1, 5})
      for (int64_t h : {0, 1, 4})
        for (int64_t w : {1, 9}) {
          int64_t m = 3;
          Guarded<int32_t> image((n + h * w + m) * 3), known(17 * 3),
              video((n + t * h * w + m + 6) * 3), other(video.size());
          gyre_call one = threads(1), two = threads(2);
          REQUIRE(mrope(image.data(), video.data(), known.data(), n, t, h, w, m,
                        &one) == 0);
          test::expectNear("image", image,
                           mropePositions({{n}, {w, h, 1}, {m}}, 1), 0);
          // A video without images leaves no trace.
          MropeSpan span = t == 0 ? MropeSpan{0} : MropeSpan{w, h, t};
          test::expectNear("video", video,
                           mropePositions({{n}, span, {m}, {3, 2, 1}}, 2.5), 0);
          test::expectNear(
              "known", known,
              mropePositions({{2}, {2, 1, 3}, {0}, {1, 2, 1}, {3}, {1, 4, 1}},
                             1.5),
              0);
          REQUIRE(mrope(image.data(), other.data(), known.data(), n, t, h, w, m,
                        &two) == 0);
          test::expectSameBits("threads", other, video);
        }
}

TEST_CASE("positions: sinusoidal") {
  test::Random random(2);
  for (int64_t b : {0, 1, 2})
    for (int64_t t : {1, 17}) {
      int64_t n = 2 * t, past = 1000000;
      Guarded<int32_t> p(b * t);
      for (int32_t &position : p)
        position = int32_t(random.below(1 << 20));
      Guarded<float> at(b * t * 40), from(n * 40);
      Guarded<uint16_t> few(18);
      REQUIRE(sinusoidal(p.data(), past, at.data(), from.data(), few.data(), b,
                         t, n, nullptr) == 0);
      std::vector<double> expected;
      auto add = [&](std::vector<double> row) {
        expected.insert(expected.end(), row.begin(), row.end());
      };
      for (int32_t position : p)
        add(gyre::reference::sinusoidal(position, 40, false));
      test::expectNear("at", at, expected, 2e-6);
      expected.clear();
      for (int64_t i = 0; i < n; ++i)
        add(gyre::reference::sinusoidal(double(past + i), 40, true, false,
                                        10000, 1));
      test::expectNear("from", from, expected, 2e-6);
      expected.clear();
      for (int64_t i = 0; i < 3; ++i)
        add(gyre::reference::sinusoidal(double(i), 6, true, true, 100, 0, 2));
      for (size_t i = 0; i < few.size(); ++i)
        CHECK(std::fabs(test::fromBF16(few[i]) - expected[i]) <=
              test::epsilonBF16);
    }
}

TEST_CASE("positions: words as waves") {
  test::Random random(3);
  Guarded<float> r(9 * 5), omega(r.size()), theta(r.size());
  random.fillUniform(r, 0.5, 2);
  random.fillUniform(omega, -3, 3);
  random.fillUniform(theta, -3, 3);
  for (int64_t b : {0, 1, 3})
    for (int64_t t : {1, 19}) {
      Guarded<int32_t> ids(b * t);
      Guarded<float> re(b * t * 5), im(re.size());
      for (int32_t &id : ids)
        id = int32_t(random.below(12)) - 1; // Some are no words.
      int64_t past = 5000;
      REQUIRE(waves(ids.data(), r.data(), omega.data(), theta.data(), past,
                    re.data(), im.data(), b, t, nullptr) == 0);
      std::vector<double> real, imaginary;
      for (int64_t k = 0; k < b * t; ++k)
        for (int64_t d = 0; d < 5; ++d) {
          int64_t at = ids[k] * 5 + d;
          bool isWord = ids[k] >= 0 && ids[k] < 9;
          double angle = isWord ? double(omega[at]) * double(k % t + past) +
                                      double(theta[at])
                                : 0;
          real.push_back(isWord ? double(r[at]) * std::cos(angle) : 0);
          imaginary.push_back(isWord ? double(r[at]) * std::sin(angle) : 0);
        }
      test::expectNear("re", re, real, 5e-6);
      test::expectNear("im", im, imaginary, 5e-6);
    }
}

} // namespace

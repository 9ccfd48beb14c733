// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Complex recurrences against their reference, and rates that don't change.

#include "complex.h"
#include "dialect/ops/scan/ScanReference.h"
#include "ops/Support.h"

namespace {

using test::doubles;
using test::Guarded;
using test::threads;
using Complex = std::complex<double>;

template <typename Range>
std::vector<Complex> join(const Range &re, const Range &im) {
  std::vector<Complex> z;
  for (size_t i = 0; i < re.size(); ++i)
    z.emplace_back(double(re[i]), double(im[i]));
  return z;
}

std::vector<double> part(const std::vector<Complex> &z, bool imaginary) {
  std::vector<double> values;
  for (Complex x : z)
    values.push_back(imaginary ? x.imag() : x.real());
  return values;
}

/// Rates inside of the unit circle.
void fillRates(test::Random &random, Guarded<float> &re, Guarded<float> &im) {
  for (size_t i = 0; i < re.size(); ++i) {
    Complex rate = std::polar(random.uniform(0.5, 1), random.uniform(-3, 3));
    re[i] = float(rate.real());
    im[i] = float(rate.imag());
  }
}

TEST_CASE("scan: complex_recurrence") {
  test::Random random(1);
  for (int64_t b : {0, 1, 2})
    for (int64_t t : {0, 1, 9, 60})
      for (int64_t c : {1, 16, 37}) {
        Guarded<float> a(t * c), ai(t * c), x(b * t * c), xi(b * t * c),
            h0(b * c), h0i(b * c), h(b * t * c), hi(b * t * c), last(b * c),
            lasti(b * c), z(b * t * c), zi(b * t * c);
        fillRates(random, a, ai);
        for (auto *r : {&x, &xi, &h0, &h0i})
          random.fillNormal(*r);
        gyre_call one = threads(1), two = threads(2);
        REQUIRE(complex(a.data(), ai.data(), x.data(), xi.data(), h0.data(),
                        h0i.data(), h.data(), hi.data(), last.data(),
                        lasti.data(), t, c, b, &one) == 0);
        REQUIRE(complex(a.data(), ai.data(), x.data(), xi.data(), h0.data(),
                        h0i.data(), z.data(), zi.data(), last.data(),
                        lasti.data(), t, c, b, &two) == 0);
        test::expectSameBits("threads", z, h);
        test::expectSameBits("threads", zi, hi);
        std::vector<Complex> state = join(h0, h0i);
        auto expected = gyre::reference::complexRecurrence(
            join(a, ai), join(x, xi), state, b, t, c, false);
        test::expectNear("real", h, part(expected, false), 1e-5);
        test::expectNear("imaginary", hi, part(expected, true), 1e-5);
        test::expectNear("last real", last, part(state, false), 1e-5);
        test::expectNear("last imaginary", lasti, part(state, true), 1e-5);
      }
}

TEST_CASE("scan: complex_recurrence of fixed rates, backwards") {
  test::Random random(2);
  for (int64_t t : {0, 1, 40})
    for (int64_t c : {1, 16, 37}) {
      Guarded<float> a(c), ai(c), x(t * c), xi(t * c), h(t * c), hi(t * c);
      fillRates(random, a, ai);
      random.fillNormal(x);
      random.fillNormal(xi);
      REQUIRE(complex_fixed(a.data(), ai.data(), x.data(), xi.data(), h.data(),
                            hi.data(), c, t, nullptr) == 0);
      std::vector<Complex> state(c);
      auto expected = gyre::reference::complexRecurrence(
          join(a, ai), join(x, xi), state, 1, t, c, true);
      test::expectNear("real", h, part(expected, false), 1e-5);
      test::expectNear("imaginary", hi, part(expected, true), 1e-5);
    }
}

TEST_CASE("scan: complex_recurrence of parts that alternate in memory") {
  test::Random random(3);
  for (int64_t c : {1, 5, 33})
    for (int64_t t : {0, 1, 50}) {
      Guarded<float> a(c * t * 2), x(c * t * 2), h(c * t * 2);
      random.fillUniform(a, -0.7, 0.7);
      random.fillNormal(x);
      REQUIRE(complex_pairs(a.data(), x.data(), h.data(), c, t, nullptr) == 0);
      for (int64_t i = 0; i < c; ++i) {
        Complex state = 0;
        std::vector<double> expected,
            actual(h.begin() + i * t * 2, h.begin() + (i + 1) * t * 2);
        for (int64_t j = i * t * 2; j < (i + 1) * t * 2; j += 2) {
          state = Complex(a[j], a[j + 1]) * state + Complex(x[j], x[j + 1]);
          expected.push_back(state.real());
          expected.push_back(state.imag());
        }
        test::expectNear("pairs", actual, expected, 1e-5);
      }
    }
}

TEST_CASE("scan: linear_recurrence of fixed rates") {
  test::Random random(4);
  for (int64_t t : {0, 1, 40})
    for (int64_t c : {1, 37}) {
      Guarded<float> a(c), x(2 * t * c), h(2 * t * c);
      random.fillUniform(a, -1, 1);
      random.fillNormal(x);
      REQUIRE(fixed(a.data(), x.data(), h.data(), c, 2, t, nullptr) == 0);
      std::vector<double> state(2 * c), repeated;
      for (int64_t i = 0; i < 2 * t * c; ++i)
        repeated.push_back(a[i % c]);
      test::expectNear("h", h,
                       gyre::reference::linearRecurrence(repeated, doubles(x),
                                                         state, 2, t, c, false),
                       1e-5);
    }
}

} // namespace

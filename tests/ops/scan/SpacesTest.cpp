// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// S4D and the LRU against references and laws; HiPPO's matrices, their
// discretisations, and what they remember.

#include "spaces.h"
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

/// S4D's parameters as it starts: rates -1/2 + i pi n, steps 1e-3 to 0.1.
struct Rates {
  Guarded<float> step, a, ai, c, ci;

  Rates(test::Random &random, int64_t d, int64_t n)
      : step(d), a(d * n), ai(d * n), c(d * n), ci(d * n) {
    for (float &x : step)
      x = float(std::pow(10, random.uniform(-3, -1)));
    for (int64_t i = 0; i < d * n; ++i) {
      a[i] = -0.5f;
      ai[i] = float(3.14159265 * double(i % n));
    }
    random.fillNormal(c);
    random.fillNormal(ci);
  }
};

TEST_CASE("scan: diagonal_ssm, whole and in parts") {
  test::Random random(1);
  for (int64_t b : {0, 1, 2})
    for (int64_t t : {0, 1, 40})
      for (int64_t d : {1, 16, 37}) {
        Rates p(random, d, 8);
        Guarded<float> u(b * t * d), skip(d), h(b * d * 8), hi(b * d * 8),
            y(b * t * d), last(b * d * 8), lasti(b * d * 8), z(b * t * d),
            other(b * d * 8), otheri(b * d * 8);
        for (auto *r : {&u, &skip, &h, &hi})
          random.fillNormal(*r);
        // One rate is 0, the limit.
        p.a[0] = p.ai[0] = 0;
        auto call = [&](const float *u, const float *h, const float *hi,
                        float *y, float *last, float *lasti, int64_t t,
                        int32_t count) {
          gyre_call options = threads(count);
          return s4d(u, p.step.data(), p.a.data(), p.ai.data(), p.c.data(),
                     p.ci.data(), skip.data(), h, hi, y, last, lasti, b, t, d,
                     &options);
        };
        REQUIRE(call(u.data(), h.data(), hi.data(), y.data(), last.data(),
                     lasti.data(), t, 1) == 0);
        REQUIRE(call(u.data(), h.data(), hi.data(), z.data(), other.data(),
                     otheri.data(), t, 2) == 0);
        test::expectSameBits("threads", z, y);
        std::vector<Complex> state = join(h, hi);
        test::expectNear("y", y,
                         gyre::reference::diagonalSsm(
                             doubles(u), doubles(p.step), join(p.a, p.ai),
                             join(p.c, p.ci), doubles(skip), state, b, t, d, 8,
                             false, true),
                         3e-5);
        test::expectNear("last", last, part(state, false), 5e-6);
        test::expectNear("lasti", lasti, part(state, true), 5e-6);
        if (b != 1 || t < 2)
          continue;
        int64_t cut = t / 3;
        REQUIRE(call(u.data(), h.data(), hi.data(), z.data(), other.data(),
                     otheri.data(), cut, 1) == 0);
        std::copy(other.begin(), other.end(), h.begin());
        std::copy(otheri.begin(), otheri.end(), hi.begin());
        REQUIRE(call(u.data() + cut * d, h.data(), hi.data(),
                     z.data() + cut * d, other.data(), otheri.data(), t - cut,
                     1) == 0);
        test::expectSameBits("parts", z, y);
        test::expectSameBits("last of parts", other, last);
      }
}

TEST_CASE("scan: diagonal_ssm keeps the precision of small steps") {
  // What a state takes in, (e^z - 1) / a, with z down to 1e-7.
  Guarded<float> u(1), step(1), a(8), ai(8), c(8), ci(8), skip(1), h(8), hi(8),
      y(1), last(8), lasti(8);
  u[0] = 1;
  for (float s : {1e-7f, 1e-5f, 1e-3f, 0.1f}) {
    step[0] = s;
    for (int i = 0; i < 8; ++i) {
      a[i] = -0.5f;
      ai[i] = float(i);
    }
    REQUIRE(s4d(u.data(), step.data(), a.data(), ai.data(), c.data(), ci.data(),
                skip.data(), h.data(), hi.data(), y.data(), last.data(),
                lasti.data(), 1, 1, 1, nullptr) == 0);
    for (int i = 0; i < 8; ++i) {
      Complex rate(-0.5, i), z = double(s) * rate, sum = 0, term = 1;
      for (int order = 1; order < 20; ++order) {
        sum += term;
        term *= z / double(order + 1);
      }
      sum *= double(s);
      CHECK(std::fabs(last[i] - sum.real()) <= 1e-6 * std::abs(sum));
      CHECK(std::fabs(lasti[i] - sum.imag()) <= 1e-6 * std::abs(sum));
    }
  }
}

TEST_CASE("scan: diagonal_ssm is a convolution") {
  test::Random random(2);
  int64_t t = 60;
  Rates p(random, 20, 5);
  Guarded<float> u(t * 20), y(t * 20);
  random.fillNormal(u);
  REQUIRE(s4d_bilinear(u.data(), p.step.data(), p.a.data(), p.ai.data(),
                       p.c.data(), p.ci.data(), y.data(), t, nullptr) == 0);
  std::vector<double> expected(t * 20);
  for (int64_t d = 0; d < 20; ++d)
    for (int64_t lag = 0; lag < t; ++lag) {
      Complex tap = 0;
      for (int64_t i = d * 5; i < d * 5 + 5; ++i) {
        Complex z = double(p.step[d]) * Complex(p.a[i], p.ai[i]);
        tap += Complex(p.c[i], p.ci[i]) * double(p.step[d]) / (1.0 - z / 2.0) *
               std::pow((1.0 + z / 2.0) / (1.0 - z / 2.0), double(lag));
      }
      for (int64_t i = lag; i < t; ++i)
        expected[i * 20 + d] += tap.real() * u[(i - lag) * 20 + d];
    }
  test::expectNear("y", y, expected, 1e-5);
}

TEST_CASE("scan: diagonal_ssm in bf16") {
  test::Random random(3);
  for (int64_t t : {0, 1, 50}) {
    Rates p(random, 20, 5);
    Guarded<uint16_t> u(t * 20), y(t * 20);
    std::vector<double> exact, actual;
    for (uint16_t &x : u)
      exact.push_back(test::fromBF16(x = test::toBF16(random.uniform(-2, 2))));
    REQUIRE(s4d_bf16(u.data(), p.step.data(), p.a.data(), p.ai.data(),
                     p.c.data(), p.ci.data(), y.data(), t, nullptr) == 0);
    std::vector<Complex> state(100);
    std::vector<double> expected = gyre::reference::diagonalSsm(
        exact, doubles(p.step), join(p.a, p.ai), join(p.c, p.ci), {}, state, 1,
        t, 20, 5, false, true);
    for (uint16_t x : y)
      actual.push_back(test::fromBF16(x));
    for (size_t i = 0; i < actual.size(); ++i)
      CHECK(std::fabs(actual[i] - expected[i]) <=
            test::epsilonBF16 * std::fabs(expected[i]) + 1e-5);
  }
}

TEST_CASE("scan: lru, whole and in parts") {
  test::Random random(4);
  Guarded<float> nu(20), theta(20), b(240), bi(240), c(180), ci(180);
  // Radii of 0.4 to 0.9999.
  random.fillUniform(nu, -9, -0.1);
  random.fillUniform(theta, -4, 1);
  for (auto *r : {&b, &bi, &c, &ci})
    random.fillNormal(*r, 0.3);
  for (int64_t batch : {0, 1, 3})
    for (int64_t t : {0, 1, 25}) {
      Guarded<float> u(batch * t * 12), h(batch * 20), hi(batch * 20),
          y(batch * t * 9), last(batch * 20), lasti(batch * 20),
          z(batch * t * 9), other(batch * 20), otheri(batch * 20);
      for (auto *r : {&u, &h, &hi})
        random.fillNormal(*r);
      auto call = [&](const float *u, const float *h, const float *hi, float *y,
                      float *last, float *lasti, int64_t t, int32_t count) {
        gyre_call options = threads(count);
        return lru(u, nu.data(), theta.data(), b.data(), bi.data(), c.data(),
                   ci.data(), h, hi, y, last, lasti, batch, t, &options);
      };
      REQUIRE(call(u.data(), h.data(), hi.data(), y.data(), last.data(),
                   lasti.data(), t, 1) == 0);
      REQUIRE(call(u.data(), h.data(), hi.data(), z.data(), other.data(),
                   otheri.data(), t, 2) == 0);
      test::expectSameBits("threads", z, y);
      std::vector<Complex> state = join(h, hi);
      test::expectNear("y", y,
                       gyre::reference::lru(
                           doubles(u), doubles(nu), doubles(theta), join(b, bi),
                           join(c, ci), {}, state, batch, t, 12),
                       2e-5);
      test::expectNear("last", last, part(state, false), 5e-6);
      test::expectNear("lasti", lasti, part(state, true), 5e-6);
      if (batch != 1 || t < 2)
        continue;
      REQUIRE(call(u.data(), h.data(), hi.data(), z.data(), other.data(),
                   otheri.data(), 7, 1) == 0);
      std::copy(other.begin(), other.end(), h.begin());
      std::copy(otheri.begin(), otheri.end(), hi.begin());
      REQUIRE(call(u.data() + 84, h.data(), hi.data(), z.data() + 63,
                   other.data(), otheri.data(), t - 7, 1) == 0);
      test::expectNear("parts", z, doubles(y), 2e-6);
      test::expectNear("last of parts", other, doubles(last), 2e-6);
    }
}

TEST_CASE("scan: lru in f16, with a gamma of its own") {
  test::Random random(5);
  Guarded<float> nu(20), theta(20), b(240), bi(240), c(180), ci(180), gamma(20);
  random.fillUniform(nu, -3, 1);
  random.fillUniform(theta, -4, 1);
  random.fillUniform(gamma, 0, 1);
  for (auto *r : {&b, &bi, &c, &ci})
    random.fillNormal(*r, 0.3);
  for (int64_t t : {0, 1, 30}) {
    Guarded<uint16_t> u(t * 12), y(t * 9);
    std::vector<double> exact;
    for (uint16_t &x : u)
      exact.push_back(test::fromF16(x = test::toF16(random.uniform(-2, 2))));
    REQUIRE(lru_f16(u.data(), nu.data(), theta.data(), b.data(), bi.data(),
                    c.data(), ci.data(), gamma.data(), y.data(), t,
                    nullptr) == 0);
    std::vector<Complex> state(20);
    std::vector<double> expected =
        gyre::reference::lru(exact, doubles(nu), doubles(theta), join(b, bi),
                             join(c, ci), doubles(gamma), state, 1, t, 12);
    for (size_t i = 0; i < y.size(); ++i)
      CHECK(std::fabs(test::fromF16(y[i]) - expected[i]) <=
            test::epsilonF16 * std::fabs(expected[i]) + 1e-5);
  }
}

//===----------------------------------------------------------------------===//
// HiPPO
//===----------------------------------------------------------------------===//

TEST_CASE("scan: hippo's matrices") {
  double a[36], b[6];
  REQUIRE(legs(a, b, nullptr) == 0);
  for (int n = 0; n < 6; ++n) {
    CHECK(b[n] == std::sqrt(2 * n + 1.0));
    for (int k = 0; k < 6; ++k)
      CHECK(a[n * 6 + k] == (n > k ? -std::sqrt((2 * n + 1.0) * (2 * k + 1.0))
                             : n == k ? -(n + 1.0)
                                      : 0.0));
  }
  REQUIRE(legt(a, b, nullptr) == 0);
  CHECK(b[2] == doctest::Approx(2 * std::sqrt(5.0)));
  CHECK(a[1 * 6 + 0] == doctest::Approx(-2 * std::sqrt(3.0)));
  CHECK(a[0 * 6 + 1] == doctest::Approx(2 * std::sqrt(3.0)));
  CHECK(a[0 * 6 + 2] == doctest::Approx(-2 * std::sqrt(5.0)));
  REQUIRE(lmu(a, b, nullptr) == 0);
  CHECK(b[3] == doctest::Approx(-3.5));
  CHECK(a[1 * 6 + 2] == doctest::Approx(-1.5));
  CHECK(a[2 * 6 + 1] == doctest::Approx(2.5));
  CHECK(a[3 * 6 + 3] == doctest::Approx(-3.5));
}

TEST_CASE("scan: hippo's legt and lmu are one system in two bases") {
  // Windows of 0.5 and 2; bases of x_n / sqrt(2n + 1) and (-1)^n x_n.
  double a[36], b[6], c[36], d[6];
  REQUIRE(legt(a, b, nullptr) == 0);
  REQUIRE(lmu(c, d, nullptr) == 0);
  for (int n = 0; n < 6; ++n) {
    double row = std::sqrt(2 * n + 1.0) * (n % 2 ? -1 : 1);
    CHECK(d[n] * 4 == doctest::Approx(b[n] * row));
    for (int k = 0; k < 6; ++k) {
      double column = std::sqrt(2 * k + 1.0) * (k % 2 ? -1 : 1);
      CHECK(c[n * 6 + k] * 4 == doctest::Approx(a[n * 6 + k] * row / column));
    }
  }
}

/// (I - alpha s A) [R W] = [I + (1 - alpha) s A, s B], for LegT of window 1.
void checkBilinear(const double *r, const double *w, double alpha, double s) {
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 7; ++j) {
      double sum = 0, expected = 0;
      for (int k = 0; k < 6; ++k) {
        double a = -std::sqrt((2 * i + 1.0) * (2 * k + 1.0)) *
                   (k <= i || (k - i) % 2 == 0 ? 1 : -1);
        double left = (i == k) - alpha * s * a;
        sum += left * (j < 6 ? r[k * 6 + j] : w[k]);
        if (j == k)
          expected = (i == k) + (1 - alpha) * s * a;
      }
      if (j == 6)
        expected = s * std::sqrt(2 * i + 1.0);
      CHECK(std::fabs(sum - expected) < 1e-14);
    }
}

/// One Runge-Kutta step of length `s` of x' = A x + B u for LegT of window 1.
void integrate(double *x, double u, double s) {
  double slope[4][6], at[6];
  for (int stage = 0; stage < 4; ++stage) {
    for (int i = 0; i < 6; ++i)
      at[i] = x[i] + (stage == 0   ? 0
                      : stage == 3 ? s * slope[2][i]
                                   : s / 2 * slope[stage - 1][i]);
    for (int i = 0; i < 6; ++i) {
      slope[stage][i] = std::sqrt(2 * i + 1.0) * u;
      for (int k = 0; k < 6; ++k)
        slope[stage][i] -= std::sqrt((2 * i + 1.0) * (2 * k + 1.0)) *
                           (k <= i || (k - i) % 2 == 0 ? 1 : -1) * at[k];
    }
  }
  for (int i = 0; i < 6; ++i)
    x[i] +=
        s / 6 * (slope[0][i] + 2 * slope[1][i] + 2 * slope[2][i] + slope[3][i]);
}

TEST_CASE("scan: discretize in all five forms") {
  double r[6][36], w[6][6];
  REQUIRE(discretized(r[0], w[0], r[1], w[1], r[2], w[2], r[3], w[3], r[4],
                      w[4], r[5], w[5], nullptr) == 0);
  checkBilinear(r[0], w[0], 0, 0.01);
  checkBilinear(r[1], w[1], 1, 0.01);
  checkBilinear(r[2], w[2], 0.5, 0.01);
  checkBilinear(r[3], w[3], 0.25, 0.01);
  // Zero-order hold is the exact solution: columns of R from unit states, W
  // from a constant input.
  for (int j = 0; j < 7; ++j) {
    double x[6] = {};
    if (j < 6)
      x[j] = 1;
    for (int step = 0; step < 100; ++step)
      integrate(x, j == 6, 1e-4);
    for (int i = 0; i < 6; ++i)
      CHECK(std::fabs((j < 6 ? r[4][i * 6 + j] : w[4][i]) - x[i]) < 1e-12);
  }
  // Two steps are one of twice the length.
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 7; ++j) {
      double sum = j == 6 ? w[4][i] : 0;
      for (int k = 0; k < 6; ++k)
        sum += r[4][i * 6 + k] * (j < 6 ? r[4][k * 6 + j] : w[4][k]);
      CHECK(std::fabs(sum - (j < 6 ? r[5][i * 6 + j] : w[5][i])) < 1e-14);
    }
}

TEST_CASE("scan: HiPPO-LegS remembers polynomials") {
  // 1, s, s^3 and s^5 over the whole past, which 6 coefficients hold.
  const int powers[] = {0, 1, 3, 5};
  Guarded<float> u(200 * 4), x(4 * 6);
  for (int t = 0; t < 200; ++t)
    for (int c = 0; c < 4; ++c)
      u[t * 4 + c] = float(std::pow((t + 0.5) / 200, powers[c]));
  REQUIRE(memory(u.data(), x.data(), nullptr) == 0);
  for (int c = 0; c < 4; ++c)
    for (double s : {0.1, 0.5, 0.8, 1.0}) {
      double sum = 0, before = 0, legendre = 1, z = 2 * s - 1;
      for (int n = 0; n < 6; ++n) {
        sum += x[c * 6 + n] * std::sqrt(2 * n + 1.0) * legendre;
        double next = ((2 * n + 1) * z * legendre - n * before) / (n + 1);
        before = legendre;
        legendre = next;
      }
      INFO(c << " " << s);
      CHECK(std::fabs(sum - std::pow(s, powers[c])) < 0.03);
    }
}

} // namespace

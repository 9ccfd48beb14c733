// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Samplers against their references on Gaussian data, whose score is known, and
// their orders of convergence.

#include "score.h"
#include "dialect/ops/random/RandomReference.h"
#include "dialect/ops/score/ScoreReference.h"
#include "ops/Support.h"

namespace {

using gyre::reference::EdmSampler;
using gyre::reference::Sample;
using test::doubles;
using test::Guarded;
using test::threads;

constexpr double variance = 0.25;

struct Data {
  int64_t batch;
  Guarded<float> noise, mean, y;

  explicit Data(int64_t batch, uint64_t seed)
      : batch(batch), noise(batch * 3), mean(batch * 3), y(batch * 3) {
    test::Random random(seed);
    random.fillNormal(noise);
    random.fillUniform(mean, -1, 1);
  }
  Sample denoise(const Sample &x, double sigma) const {
    Sample d = x;
    for (size_t i = 0; i < x.size(); ++i)
      d[i] = mean[i] + (x[i] - mean[i]) * variance / (variance + sigma * sigma);
    return d;
  }
  Sample sample(const EdmSampler &sampler) const {
    return sampler(doubles(noise), [&](const Sample &x, double sigma) {
      return denoise(x, sigma);
    });
  }
  /// Where the flow itself leads to.
  Sample exact() const {
    Sample x;
    double shrink = std::sqrt(variance / (variance + 80.0 * 80.0));
    for (size_t i = 0; i < noise.size(); ++i)
      x.push_back(mean[i] + (80.0 * noise[i] - mean[i]) * shrink);
    return x;
  }
  double error() const {
    double worst = 0;
    Sample x = exact();
    for (size_t i = 0; i < x.size(); ++i)
      worst = std::fmax(worst, std::fabs(y[i] - x[i]));
    return worst;
  }
};

TEST_CASE("score: edm_sample by Heun's method") {
  for (int64_t batch : {0, 1, 5, 50})
    for (int64_t steps : {1, 2, 5, 18}) {
      Data data(batch, 1);
      gyre_call one = threads(1);
      REQUIRE(heun(data.noise.data(), data.mean.data(), steps, data.y.data(),
                   batch, &one) == 0);
      // The last correction divides what rounding left by its level, and takes
      // it half the way down from the level before.
      auto t = gyre::reference::karrasSigmas(steps, 0.002, 80, 7);
      double last = steps < 2 ? 0 : t[steps - 2] / t[steps - 1] / 2;
      test::expectNear("heun", data.y, data.sample({.steps = steps}),
                       5e-5 + test::epsilonF32 * 16 * last);
    }
  Data data(7, 2);
  REQUIRE(heun_18(data.noise.data(), data.mean.data(), data.y.data(), 7,
                  nullptr) == 0);
  test::expectNear("18 steps", data.y, data.sample({.steps = 18}), 5e-5);
}

TEST_CASE("score: edm_sample by Euler's method, fewer than one step is one") {
  for (int64_t steps : {-1, 0, 1, 3, 30}) {
    Data data(5, 3);
    REQUIRE(euler(data.noise.data(), data.mean.data(), steps, data.y.data(), 5,
                  nullptr) == 0);
    test::expectNear(
        "euler", data.y,
        data.sample({.steps = std::max<int64_t>(steps, 1), .order = 1}), 5e-5);
  }
}

TEST_CASE("score: Euler converges at order 1, Heun at order 2") {
  double euler1, euler2, heun1, heun2;
  Data data(20, 4);
  auto run = [&](auto f, int64_t steps) {
    REQUIRE(f(data.noise.data(), data.mean.data(), steps, data.y.data(), 20,
              nullptr) == 0);
    return data.error();
  };
  euler1 = run(euler, 64), euler2 = run(euler, 128);
  heun1 = run(heun, 16), heun2 = run(heun, 32);
  CHECK(euler1 / euler2 > 1.7);
  CHECK(euler1 / euler2 < 2.3);
  CHECK(heun1 / heun2 > 3.2);
  CHECK(heun1 / heun2 < 5.5);
}

TEST_CASE("score: edm_sample with churn") {
  for (int64_t batch : {1, 9}) {
    Data data(batch, 5);
    REQUIRE(churn(data.noise.data(), data.mean.data(), 77, data.y.data(), batch,
                  nullptr) == 0);
    EdmSampler sampler{.steps = 12,
                       .churn = 5,
                       .churnMin = 0.05,
                       .churnMax = 50,
                       .churnNoise = 1.003};
    int64_t count = batch * 3;
    sampler.fresh = [&](int64_t step) {
      return gyre::reference::randomNormal(
          77, uint64_t(step * ((count + 3) / 4)), count);
    };
    test::expectNear("churn", data.y, data.sample(sampler), 1e-4);
  }
}

TEST_CASE("score: flow_sample ends where straight lines lead") {
  for (int64_t steps : {1, 2, 7}) {
    Data data(6, 6);
    REQUIRE(flow(data.noise.data(), data.mean.data(), steps, data.y.data(), 6,
                 nullptr) == 0);
    test::expectNear("target", data.y, doubles(data.mean), 2e-6);
  }
}

TEST_CASE("score: single steps") {
  using namespace gyre::reference;
  struct Levels {
    float from, to;
  };
  for (int64_t batch : {0, 1, 5, 43})
    for (Levels levels : {Levels{80, 58}, {0.5f, 0.002f}, {2, 3}, {1, 1}}) {
      int64_t n = 3 * batch;
      Guarded<float> x(n), denoised(n), euler(n), again(n), y(n), other(n);
      test::Random random(batch + 17);
      for (auto *data : {&x, &denoised, &euler, &again})
        random.fillNormal(*data);
      float s = levels.from, t = levels.to;
      // Values of a few, divided by the level and multiplied by the distance.
      double scale = 8 * (1 + std::fabs(t - s) * (1 / s + 1 / t));
      auto check = [&](const char *what, auto &&reference) {
        Sample expected;
        for (int64_t i = 0; i < n; ++i)
          expected.push_back(reference(i));
        test::expectNear(what, y, expected, test::roundingBound(1, scale, 6));
      };
      REQUIRE(euler_step(x.data(), denoised.data(), s, t, y.data(), batch,
                         nullptr) == 0);
      check("euler",
            [&](int64_t i) { return eulerStep(x[i], denoised[i], s, t); });
      REQUIRE(flow_step(x.data(), denoised.data(), s, t, y.data(), batch,
                        nullptr) == 0);
      check("flow",
            [&](int64_t i) { return flowStep(x[i], denoised[i], s, t); });
      REQUIRE(heun_step(x.data(), denoised.data(), euler.data(), again.data(),
                        s, t, y.data(), batch, nullptr) == 0);
      check("heun", [&](int64_t i) {
        return heunStep(x[i], denoised[i], euler[i], again[i], s, t);
      });
      gyre_call call = threads(2);
      REQUIRE(heun_step(x.data(), denoised.data(), euler.data(), again.data(),
                        s, t, other.data(), batch, &call) == 0);
      test::expectSameBits("two threads", other, y);
    }
  int64_t n = 37;
  Guarded<uint16_t> x(n), denoised(n), euler(n), again(n), y(n);
  test::Random random(5);
  for (auto *data : {&x, &denoised, &euler, &again})
    for (uint16_t &v : *data)
      v = test::toF16(random.uniform(-1, 1));
  REQUIRE(heun_step_f16(x.data(), denoised.data(), euler.data(), again.data(),
                        0.75f, 0.5f, y.data(), n, nullptr) == 0);
  for (int64_t i = 0; i < n; ++i) {
    using test::fromF16;
    double expected = heunStep(fromF16(x[i]), fromF16(denoised[i]),
                               fromF16(euler[i]), fromF16(again[i]), 0.75, 0.5);
    CHECK(std::fabs(fromF16(y[i]) - expected) <=
          2 * test::epsilonF16 * (std::fabs(expected) + 0x1p-10));
  }
  Guarded<float> a(3), b(3), c(3);
  a[0] = a[1] = a[2] = 1;
  b[0] = INFINITY, b[1] = NAN, b[2] = 0;
  REQUIRE(euler_step(a.data(), b.data(), 1.0f, 0.5f, c.data(), 1, nullptr) ==
          0);
  CHECK(c[0] == INFINITY);
  CHECK(std::isnan(c[1]));
  CHECK(c[2] == 0.5f);
}

TEST_CASE("score: flow_sample with a shift, once and twice") {
  for (int64_t batch : {1, 6})
    for (int64_t steps : {1, 2, 9}) {
      Data data(batch, 7);
      Guarded<float> twice(data.y.size());
      REQUIRE(shifted(data.noise.data(), data.mean.data(), steps, data.y.data(),
                      twice.data(), batch, nullptr) == 0);
      auto bent = [&](const Sample &x, double t) {
        Sample v = x;
        for (size_t i = 0; i < x.size(); ++i)
          v[i] = x[i] - t * data.mean[i];
        return v;
      };
      test::expectNear(
          "shifted", data.y,
          gyre::reference::flowSample(doubles(data.noise), 6, 3, bent), 2e-6);
      // diffusers' smallest number: one of 1000 steps, shifted.
      test::expectNear("twice", twice,
                       gyre::reference::flowSample(doubles(data.noise), steps,
                                                   3, bent, 3 / 1002.0),
                       2e-6);
    }
}

TEST_CASE("score: Adams and Bashforth's method, exponential levels") {
  auto exponential = [](int64_t steps) {
    std::vector<double> t;
    for (int64_t i = 0; i < steps; ++i)
      t.push_back(80 * std::pow(0.002 / 80,
                                steps > 1 ? double(i) / double(steps - 1) : 0));
    t.push_back(0);
    return t;
  };
  for (int64_t steps : {1, 2, 3, 24}) {
    Data data(5, 8);
    Guarded<float> fourth(15);
    REQUIRE(adams(data.noise.data(), data.mean.data(), steps, data.y.data(),
                  fourth.data(), 5, nullptr) == 0);
    auto denoise = [&](const Sample &x, double sigma) {
      return data.denoise(x, sigma);
    };
    test::expectNear("second", data.y,
                     gyre::reference::adamsSample(
                         doubles(data.noise), exponential(steps), 2, denoise),
                     2e-4);
    test::expectNear("fourth", fourth,
                     gyre::reference::adamsSample(
                         doubles(data.noise),
                         gyre::reference::karrasSigmas(20, 0.002, 80, 7), 4,
                         denoise),
                     2e-4);
  }
  std::vector<float> y(19);
  REQUIRE(::exponential(y.data(), nullptr) == 0);
  auto expected = exponential(18);
  for (size_t i = 0; i < 19; ++i)
    CHECK(std::fabs(y[i] - expected[i]) <= 1e-6 * expected[i]);
}

TEST_CASE("score: DPM-Solver++ along EDM's levels") {
  using gyre::reference::MultistepSampler;
  auto scaled = [](const Guarded<float> &noise) {
    Sample x = doubles(noise);
    for (double &v : x)
      v *= 80;
    return x;
  };
  for (int64_t batch : {0, 1, 7})
    for (int64_t steps : {1, 2, 3, 5, 24}) {
      Data data(batch, 13);
      size_t n = data.y.size();
      Guarded<float> third(n), ancestral(n), stirred(n);
      REQUIRE(multistep(data.noise.data(), data.mean.data(), steps, 44,
                        data.y.data(), third.data(), ancestral.data(),
                        stirred.data(), batch, nullptr) == 0);
      auto denoise = [&](const Sample &x, double sigma) {
        return data.denoise(x, sigma);
      };
      auto fresh = [&](int64_t step) {
        int64_t count = batch * 3;
        return gyre::reference::randomNormal(
            44, uint64_t(step * ((count + 3) / 4)), count);
      };
      auto levels = gyre::reference::karrasSigmas(steps, 0.002, 80, 7);
      MultistepSampler second{.t = levels};
      test::expectNear("second", data.y, second(scaled(data.noise), denoise),
                       5e-5);
      MultistepSampler three{.t = levels, .order = 3};
      test::expectNear("third", third, three(scaled(data.noise), denoise),
                       1e-4);
      // Euler's ancestral method, as k-diffusion has it.
      std::vector<double> t = gyre::reference::karrasSigmas(9, 0.002, 80, 7);
      Sample x = scaled(data.noise);
      for (size_t i = 0; i < 9; ++i) {
        Sample d = data.denoise(x, t[i]), e = fresh(int64_t(i));
        double up =
            std::fmin(t[i + 1], std::sqrt(t[i + 1] * t[i + 1] *
                                          (t[i] * t[i] - t[i + 1] * t[i + 1])) /
                                    t[i]);
        double down = std::sqrt(t[i + 1] * t[i + 1] - up * up);
        for (size_t k = 0; k < x.size(); ++k)
          x[k] += (x[k] - d[k]) / t[i] * (down - t[i]) + up * e[k];
      }
      test::expectNear("ancestral", ancestral, x, 5e-5);
      std::vector<double> exponential;
      for (int i = 0; i < 7; ++i)
        exponential.push_back(80 * std::pow(0.002 / 80, i / 6.0));
      exponential.push_back(0);
      MultistepSampler stirrer{
          .t = exponential, .order = 3, .eta = 0.5, .fresh = fresh};
      test::expectNear("stirred", stirred, stirrer(scaled(data.noise), denoise),
                       1e-4);
    }
}

TEST_CASE("score: schedule and coefficients") {
  for (int64_t n : {1, 2, 18, 40}) {
    Guarded<float> like(n), y(n + 1);
    REQUIRE(sigmas(like.data(), y.data(), n, nullptr) == 0);
    auto expected = gyre::reference::karrasSigmas(n, 0.002, 80, 7);
    for (int64_t i = 0; i <= n; ++i)
      CHECK(std::fabs(y[i] - expected[i]) <= 1e-5 * expected[i]);
  }
  Guarded<float> sigma(50), skip(50), out(50), in(50), noise(50);
  for (int i = 0; i < 50; ++i)
    sigma[i] = 0.002f * std::pow(1.25f, float(i));
  REQUIRE(coefficients(sigma.data(), skip.data(), out.data(), in.data(),
                       noise.data(), 50, nullptr) == 0);
  for (int i = 0; i < 50; ++i) {
    double s = double(sigma[i]), v = s * s + variance;
    CHECK(std::fabs(skip[i] - variance / v) < 1e-6);
    CHECK(std::fabs(out[i] - s * 0.5 / std::sqrt(v)) < 1e-6);
    CHECK(std::fabs(in[i] - 1 / std::sqrt(v)) < 1e-6);
    CHECK(std::fabs(noise[i] - std::log(s) / 4) < 1e-6);
  }
}

} // namespace

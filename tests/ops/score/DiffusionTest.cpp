// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// DDIM and DDPM around the exact model of Gaussian data, against their
// references and each other; conversions of what a model predicts.

#include "diffusion.h"
#include "dialect/ops/random/RandomReference.h"
#include "dialect/ops/score/ScoreReference.h"
#include "ops/Support.h"

namespace {

using gyre::reference::DiffusionSampler;
using gyre::reference::Sample;
using test::doubles;
using test::Guarded;
using test::threads;

struct Data {
  int64_t batch;
  Guarded<float> noise, mean, y;
  explicit Data(int64_t batch, uint64_t seed)
      : batch(batch), noise(batch * 3), mean(batch * 3), y(batch * 3) {
    test::Random random(seed);
    random.fillNormal(noise);
    random.fillUniform(mean, -1, 1);
  }
  template <typename Sampler> Sample sample(const Sampler &sampler) const {
    return sampler(doubles(noise), [&](const Sample &x, double time) {
      double power = sampler.powers[size_t(time)];
      Sample e = x;
      for (size_t i = 0; i < x.size(); ++i)
        e[i] = std::sqrt(1 - power) * (x[i] - std::sqrt(power) * mean[i]) /
               (power / 4 + 1 - power);
      return e;
    });
  }
  std::function<Sample(int64_t)> fresh(uint64_t seed) const {
    int64_t count = batch * 3;
    return [=](int64_t step) {
      return gyre::reference::randomNormal(
          seed, uint64_t(step * ((count + 3) / 4)), count);
    };
  }
};

const std::vector<double> linear =
    gyre::reference::signalPowers("linear", 1000, 1e-4, 0.02);

// The first time has x_0 = (x - s e) / a with a = 0.006: what rounding leaves
// of x and e there is divided by it, and multiplied by the next a, which is at
// most 1 for a single step.
double boundOf(double smallest) { return 8 * test::epsilonF32 * 4 / smallest; }

TEST_CASE("score: ddim_sample, steps known when it runs") {
  for (int64_t batch : {0, 1, 5, 40})
    for (int64_t steps : {-3, 1, 2, 7, 50, 1000, 5000}) {
      if (steps > 50 && batch != 5)
        continue;
      Data data(batch, 1);
      Guarded<float> again(batch * 3);
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(ddim(data.noise.data(), data.mean.data(), steps, data.y.data(),
                   batch, &one) == 0);
      REQUIRE(ddim(data.noise.data(), data.mean.data(), steps, again.data(),
                   batch, &two) == 0);
      test::expectSameBits("threads", again, data.y);
      int64_t used = std::max<int64_t>(std::min<int64_t>(steps, 1000), 1);
      DiffusionSampler sampler{
          .powers = linear,
          .times = gyre::reference::leadingTimes(1000, used, 1)};
      test::expectNear("ddim", data.y, data.sample(sampler),
                       boundOf(std::sqrt(linear[sampler.times[0]])));
    }
}

TEST_CASE("score: ddim_sample at trailing times, down to level 0") {
  for (int64_t steps : {1, 3, 16, 64}) {
    Data data(5, 2);
    REQUIRE(trailing(data.noise.data(), data.mean.data(), steps, data.y.data(),
                     5, nullptr) == 0);
    DiffusionSampler sampler{.powers = linear,
                             .times =
                                 gyre::reference::trailingTimes(1000, steps),
                             .last = linear[0]};
    test::expectNear("trailing", data.y, data.sample(sampler),
                     boundOf(std::sqrt(linear[999])));
  }
}

TEST_CASE("score: ddim_sample of a subset, of v, clipped, with noise") {
  for (int64_t batch : {1, 9}) {
    Data data(batch, 3);
    REQUIRE(subset(data.noise.data(), data.mean.data(), 99, data.y.data(),
                   batch, nullptr) == 0);
    DiffusionSampler sampler{
        .powers = gyre::reference::signalPowers("cosine", 1000, 0, 0),
        .times = {980, 700, 310, 42, 3},
        .eta = 0.7,
        .clip = 1,
        .clipEpsilon = true,
        .fresh = data.fresh(99)};
    test::expectNear("subset", data.y, data.sample(sampler), 2e-5);
  }
}

TEST_CASE("score: ddpm_sample, and ddim_sample with eta = 1 is the same") {
  for (int64_t batch : {1, 6}) {
    Data data(batch, 4);
    Guarded<float> one(batch * 3), large(batch * 3);
    REQUIRE(ddpm(data.noise.data(), data.mean.data(), 5, data.y.data(),
                 one.data(), large.data(), batch, nullptr) == 0);
    auto powers = gyre::reference::signalPowers("linear", 20, 1e-4, 0.3);
    DiffusionSampler sampler{.powers = powers,
                             .times = gyre::reference::linspaceTimes(20, 20),
                             .ddpm = true,
                             .fresh = data.fresh(5)};
    test::expectNear("ddpm", data.y, data.sample(sampler), 1e-5);
    test::expectNear("eta = 1", one, doubles(data.y), 1e-5);
    sampler.times = gyre::reference::linspaceTimes(20, 7);
    sampler.clip = 0.8;
    sampler.large = true;
    test::expectNear("large", large, data.sample(sampler), 1e-5);
  }
}

TEST_CASE("score: ddpm_sample with a learned variance") {
  for (int64_t batch : {0, 1, 6}) {
    Data data(batch, 12);
    REQUIRE(learned(data.noise.data(), data.mean.data(), 8, data.y.data(),
                    batch, nullptr) == 0);
    DiffusionSampler sampler{
        .powers = gyre::reference::signalPowers("linear", 20, 1e-4, 0.3),
        .times = gyre::reference::linspaceTimes(20, 7),
        .ddpm = true,
        .fresh = data.fresh(8),
        .learned = [&](size_t i) { return 0.1 * data.mean[i]; }};
    test::expectNear("learned", data.y, data.sample(sampler), 1e-5);
  }
}

TEST_CASE("score: dpm_sample, of which the first order is DDIM") {
  for (int64_t steps : {1, 2, 5, 30}) {
    Data data(5, 9);
    Guarded<float> first(15), ddim(15), third(15);
    REQUIRE(dpm(data.noise.data(), data.mean.data(), steps, data.y.data(),
                first.data(), third.data(), 5, nullptr) == 0);
    REQUIRE(trailing(data.noise.data(), data.mean.data(), steps, ddim.data(), 5,
                     nullptr) == 0);
    gyre::reference::DpmSampler sampler{
        .powers = linear,
        .times = gyre::reference::trailingTimes(1000, steps),
        .last = linear[0]};
    double bound = boundOf(std::sqrt(linear[999]));
    test::expectNear("2M", data.y, data.sample(sampler), bound);
    test::expectNear("first order", first, doubles(ddim), bound);
    // The same of x / alpha, along sigma / alpha.
    std::vector<double> powers, t;
    for (int64_t time : sampler.times)
      powers.push_back(linear[time]);
    powers.push_back(linear[0]);
    for (double power : powers)
      t.push_back(std::sqrt(1 / power - 1));
    Sample x = doubles(data.noise);
    for (double &v : x)
      v /= std::sqrt(powers[0]);
    x = gyre::reference::MultistepSampler{.t = t, .order = 3}(
        x, [&](const Sample &x, double level) {
          Sample clean = x;
          for (size_t i = 0; i < x.size(); ++i)
            clean[i] +=
                (data.mean[i] - x[i]) * level * level / (0.25 + level * level);
          return clean;
        });
    for (double &v : x)
      v *= std::sqrt(linear[0]);
    test::expectNear("third order", third, x, 2 * bound);
  }
}

TEST_CASE("score: dpm_sample converges at order 2") {
  // Where the flow itself leads: the shares of the mean and of the rest.
  Data data(20, 10);
  Guarded<float> first(60), third(60);
  double a = linear[999], b = linear[0];
  double shrink = std::sqrt((b / 4 + 1 - b) / (a / 4 + 1 - a));
  auto errors = [&](int64_t steps) {
    REQUIRE(dpm(data.noise.data(), data.mean.data(), steps, data.y.data(),
                first.data(), third.data(), 20, nullptr) == 0);
    double second = 0, one = 0;
    for (size_t i = 0; i < data.y.size(); ++i) {
      double exact = std::sqrt(b) * data.mean[i] +
                     shrink * (data.noise[i] - std::sqrt(a) * data.mean[i]);
      second = std::fmax(second, std::fabs(data.y[i] - exact));
      one = std::fmax(one, std::fabs(first[i] - exact));
    }
    return std::pair(one, second);
  };
  auto [one1, two1] = errors(25);
  auto [one2, two2] = errors(50);
  CHECK(one1 / one2 > 1.6);
  CHECK(one1 / one2 < 2.5);
  CHECK(two1 / two2 > 2.8);
}

TEST_CASE("score: dpm_sample's SDE form") {
  for (int64_t batch : {1, 9}) {
    Data data(batch, 11);
    Guarded<float> half(batch * 3);
    REQUIRE(dpm_sde(data.noise.data(), data.mean.data(), 3, data.y.data(),
                    half.data(), batch, nullptr) == 0);
    gyre::reference::DpmSampler sampler{
        .powers = gyre::reference::signalPowers("cosine", 1000, 0, 0),
        .times = {980, 700, 310, 42, 3},
        .eta = 1,
        .clip = 1,
        .fresh = data.fresh(3)};
    test::expectNear("eta = 1", data.y, data.sample(sampler), 2e-5);
    sampler.times.pop_back();
    sampler.eta = 0.5;
    sampler.clip = 0;
    sampler.last = sampler.powers[0];
    sampler.lowerOrderLast = true;
    // x_0 = (x - s e) / a with a = 0.03 at first.
    test::expectNear("eta = 1/2", half, data.sample(sampler), boundOf(0.03));
  }
}

TEST_CASE("score: predictions say the same") {
  for (auto [a, s] : {std::pair(0.8, 0.6), std::pair(1.0, 3.0),
                      std::pair(0.3, 0.7), std::pair(0.1, 0.99)}) {
    Data data(7, 6);
    size_t n = data.noise.size();
    Guarded<float> x(n), clean(n), v(n), score(n), velocity(n), edm(n), back(n),
        again(n);
    for (size_t i = 0; i < n; ++i)
      x[i] = float(a * data.mean[i] + s * data.noise[i]);
    REQUIRE(conversions(data.noise.data(), x.data(), float(a), float(s),
                        clean.data(), v.data(), score.data(), velocity.data(),
                        edm.data(), back.data(), again.data(), 7,
                        nullptr) == 0);
    // x_0 = (x - s e) / a.
    double bound = 40 * test::epsilonF32 * (4 * s / a + 4);
    Sample e = doubles(data.noise), x0 = doubles(data.mean), expected(n);
    auto expect = [&](const char *what, const Guarded<float> &actual, auto f) {
      for (size_t i = 0; i < n; ++i)
        expected[i] = f(i);
      test::expectNear(what, actual, expected, bound * std::fmax(1, 1 / s));
    };
    expect("clean", clean, [&](size_t i) { return x0[i]; });
    expect("v", v, [&](size_t i) { return a * e[i] - s * x0[i]; });
    expect("score", score, [&](size_t i) { return -e[i] / s; });
    expect("velocity", velocity, [&](size_t i) { return e[i] - x0[i]; });
    double level = s / a, power = level * level + 0.25;
    expect("edm", edm, [&](size_t i) {
      return (x0[i] - 0.25 / power * (x0[i] + level * e[i])) /
             (level * 0.5 / std::sqrt(power));
    });
    expect("back", back, [&](size_t i) { return e[i]; });
    expect("again", again, [&](size_t i) { return e[i]; });
  }
}

TEST_CASE("score: guidance that keeps the deviation") {
  for (auto [b, h] :
       {std::pair(0, 3), std::pair(1, 1), std::pair(3, 7), std::pair(2, 100)}) {
    size_t each = size_t(h) * 5, n = size_t(b) * each;
    Guarded<float> with(n), without(n), y(n), again(n), whole(n);
    test::Random random(uint64_t(h) + 20);
    for (size_t i = 0; i < n; ++i) {
      // Far from zero, where squares would cancel; one sample of nothing.
      with[i] = i < each && b == 3 ? 0 : float(30 + random.normal());
      without[i] = i < each && b == 3 ? 0 : float(30 + random.normal());
    }
    gyre_call one = threads(1), two = threads(2);
    REQUIRE(rescaled(with.data(), without.data(), 7.5f, y.data(), whole.data(),
                     b, h, &one) == 0);
    REQUIRE(rescaled(with.data(), without.data(), 7.5f, again.data(),
                     whole.data(), b, h, &two) == 0);
    test::expectSameBits("threads", again, y);
    std::vector<double> expected = gyre::reference::rescaledGuidance(
        doubles(with), doubles(without), 7.5, 0.7, each);
    test::expectNear("rescaled", y, expected, 2e-3);
    expected = gyre::reference::rescaledGuidance(
        doubles(with), doubles(without), 7.5, 1, each);
    test::expectNear("whole", whole, expected, 2e-3);
  }
}

TEST_CASE("score: guidance") {
  Data data(11, 7);
  REQUIRE(guidance(data.noise.data(), data.mean.data(), 7.5f, data.y.data(), 11,
                   nullptr) == 0);
  for (size_t i = 0; i < data.y.size(); ++i)
    CHECK(std::fabs(data.y[i] - (data.mean[i] +
                                 7.5 * (data.noise[i] - data.mean[i]))) < 1e-5);
}

TEST_CASE("score: ddim_step of f16 and bf16, and back again") {
  test::Random random(8);
  double a = 0.6, s = 0.8, an = 0.8, sn = 0.6;
  for (int64_t n : {0, 1, 37, 512}) {
    Guarded<uint16_t> x(n), e(n), y(n), z(n);
    for (int64_t i = 0; i < n; ++i) {
      x[i] = test::toF16(random.normal());
      e[i] = test::toF16(random.normal());
    }
    REQUIRE(step_f16(x.data(), e.data(), float(a), float(s), float(an),
                     float(sn), y.data(), n, nullptr) == 0);
    for (int64_t i = 0; i < n; ++i) {
      double noise = test::fromF16(e[i]);
      double clean = (test::fromF16(x[i]) - s * noise) / a;
      clean = std::fmax(-1.5, std::fmin(1.5, clean));
      double expected = an * clean + sn * noise;
      CHECK(std::fabs(test::fromF16(y[i]) - expected) <=
            test::epsilonF16 * std::fabs(expected) * 1.01 + 1e-6);
      x[i] = test::toBF16(random.normal());
      e[i] = test::toBF16(random.normal());
    }
    REQUIRE(step_bf16(x.data(), e.data(), float(a), float(s), float(an),
                      float(sn), y.data(), n, nullptr) == 0);
    REQUIRE(step_bf16(y.data(), e.data(), float(an), float(sn), float(a),
                      float(s), z.data(), n, nullptr) == 0);
    for (int64_t i = 0; i < n; ++i) {
      double x0 = test::fromBF16(x[i]), noise = test::fromBF16(e[i]);
      double expected = an / a * x0 + (sn - an * s / a) * noise;
      double rounding = test::epsilonBF16 * std::fabs(expected) * 1.01 + 1e-6;
      CHECK(std::fabs(test::fromBF16(y[i]) - expected) <= rounding);
      // The way back multiplies that rounding by a / an, and rounds again.
      CHECK(std::fabs(test::fromBF16(z[i]) - x0) <=
            rounding * a / an + test::epsilonBF16 * (std::fabs(x0) + rounding) +
                1e-6);
    }
  }
}

TEST_CASE("score: tables of levels") {
  std::vector<float> like(1), a(1000), s(1000), scaled(1000);
  std::vector<double> c(1000), cs(1000), terminal(100);
  REQUIRE(tables(like.data(), a.data(), s.data(), scaled.data(), c.data(),
                 cs.data(), terminal.data(), nullptr) == 0);
  auto scaledPowers =
      gyre::reference::signalPowers("scaled_linear", 1000, 0.00085, 0.012);
  auto cosine = gyre::reference::signalPowers("cosine", 1000, 0, 0);
  for (size_t i = 0; i < 1000; ++i) {
    CHECK(std::fabs(a[i] - std::sqrt(linear[i])) <= test::epsilonF32 * a[i]);
    CHECK(std::fabs(s[i] - std::sqrt(1 - linear[i])) <=
          test::epsilonF32 * s[i]);
    CHECK(std::fabs(scaled[i] - std::sqrt(scaledPowers[i])) <=
          test::epsilonF32 * scaled[i]);
    CHECK(std::fabs(c[i] - std::sqrt(cosine[i])) < 1e-14);
    CHECK(std::fabs(c[i] * c[i] + cs[i] * cs[i] - 1) < 1e-14);
  }
  CHECK(terminal[99] == 0);
  CHECK(std::fabs(terminal[0] - std::sqrt(1 - 1e-4)) < 1e-14);
  for (size_t i = 1; i < 100; ++i)
    CHECK(terminal[i] < terminal[i - 1]);
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Draws with the compiled samplers and compares with the same loops in plain
// double precision.

#include "../Plain.h"
#include "sampler.h"

#include <cstdio>

namespace {

constexpr int batch = 5, width = 16, hidden = 32, classes = 10;

struct Network {
  std::vector<float> in, bias, time, table, out;

  explicit Network(std::mt19937 &random)
      : in(uniform(random, width * hidden, -0.3f, 0.3f)),
        bias(uniform(random, hidden, -0.3f, 0.3f)),
        time(uniform(random, hidden, -1.0f, 1.0f)),
        table(uniform(random, classes * hidden, -1.0f, 1.0f)),
        out(uniform(random, hidden * width, -0.3f, 0.3f)) {}

  Row operator()(const Row &x, double t, int wanted) const {
    Row y(width, 0.0);
    for (int h = 0; h < hidden; ++h) {
      double sum = bias[h] + t * time[h];
      if (wanted >= 0)
        sum += table[wanted * hidden + h];
      for (int k = 0; k < width; ++k)
        sum += x[k] * in[k * hidden + h];
      sum /= 1 + std::exp(-sum);
      for (int j = 0; j < width; ++j)
        y[j] += sum * out[h * width + j];
    }
    return y;
  }
  /// 2 with - without.
  Row guided(const Row &x, double t, int wanted) const {
    Row y = (*this)(x, t, wanted), none = (*this)(x, t, -1);
    for (int j = 0; j < width; ++j)
      y[j] = 2 * y[j] - none[j];
    return y;
  }
};

Row ddimOf(const Network &network, Row x, int wanted) {
  // Powers of the signal after each of 1000 steps.
  auto f = [](int i) {
    return std::pow(std::cos((i / 1000.0 + 0.008) / 1.008 * std::acos(-1) / 2),
                    2);
  };
  std::vector<double> power;
  for (int i = 0; i < 1000; ++i)
    power.push_back((i ? power.back() : 1) *
                    (1 - std::min(1 - f(i + 1) / f(i), 0.999)));
  for (int t = 950; t >= 0; t -= 50) {
    double a = power[t], next = t >= 50 ? power[t - 50] : 1;
    Row e = network.guided(x, t / 1000.0, wanted);
    for (int j = 0; j < width; ++j) {
      double clean = (x[j] - std::sqrt(1 - a) * e[j]) / std::sqrt(a);
      clean = std::max(-1.5, std::min(1.5, clean));
      x[j] = std::sqrt(next) * clean + std::sqrt(1 - next) * e[j];
    }
  }
  return x;
}

Row flowOf(const Network &network, Row x, int wanted, int steps) {
  auto time = [&](int i) {
    double u = 1 - double(i) / steps;
    return 3 * u / (1 + 2 * u);
  };
  for (int i = 0; i < steps; ++i) {
    Row v = network.guided(x, time(i), wanted);
    for (int j = 0; j < width; ++j)
      x[j] += (time(i + 1) - time(i)) * v[j];
  }
  return x;
}

double furthest(const std::vector<float> &actual, int row,
                const Row &expected) {
  double worst = 0;
  for (int j = 0; j < width; ++j)
    worst = std::max(worst, std::fabs(actual[row * width + j] - expected[j]));
  return worst;
}

} // namespace

int main() {
  std::mt19937 random(1);
  Network network(random);
  sampler_weights weights = {};
  weights.in = network.in.data();
  weights.bias = network.bias.data();
  weights.time = network.time.data();
  weights.classes = network.table.data();
  weights.out = network.out.data();
  std::normal_distribution<float> normal;
  std::vector<float> noise(batch * width), drawn(noise), flown(noise);
  for (float &v : noise)
    v = normal(random);
  const std::vector<int32_t> wanted = {0, 3, 9, 3, -1};

  if (ddim(&weights, noise.data(), wanted.data(), drawn.data(), batch,
           nullptr) != 0 ||
      flow(&weights, noise.data(), wanted.data(), 12, flown.data(), batch,
           nullptr) != 0) {
    std::puts("a call failed");
    return 1;
  }
  double ddimError = 0, flowError = 0;
  for (int row = 0; row < batch; ++row) {
    Row x(noise.begin() + row * width, noise.begin() + (row + 1) * width);
    ddimError = std::max(ddimError,
                         furthest(drawn, row, ddimOf(network, x, wanted[row])));
    flowError = std::max(
        flowError, furthest(flown, row, flowOf(network, x, wanted[row], 12)));
  }
  std::printf("%d samples: DDIM within %.1e, flow within %.1e of double "
              "precision\n",
              batch, ddimError, flowError);
  return ddimError < 2e-5 && flowError < 1e-5 ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References of the samplers: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_SCOREREFERENCE_H
#define GYRE_DIALECT_OPS_SCOREREFERENCE_H

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace gyre::reference {

using Sample = std::vector<double>;
using Denoiser = std::function<Sample(const Sample &x, double level)>;

inline std::vector<double> karrasSigmas(int64_t steps, double min, double max,
                                        double rho) {
  std::vector<double> y;
  for (int64_t i = 0; i < steps; ++i) {
    double a = std::pow(max, 1 / rho), b = std::pow(min, 1 / rho);
    y.push_back(std::pow(a + (steps > 1 ? i * (b - a) / (steps - 1) : 0), rho));
  }
  y.push_back(0);
  return y;
}

struct EdmSampler {
  int64_t steps;
  double min = 0.002, max = 80, rho = 7;
  double churn = 0, churnMin = 0, churnMax = INFINITY, churnNoise = 1;
  int order = 2;
  /// Fresh noise of a step.
  std::function<Sample(int64_t step)> fresh = nullptr;

  Sample operator()(const Sample &noise, const Denoiser &denoise) const {
    std::vector<double> t = karrasSigmas(steps, min, max, rho);
    Sample x = noise;
    for (double &v : x)
      v *= t[0];
    for (int64_t i = 0; i < steps; ++i) {
      double gamma = t[i] >= churnMin && t[i] <= churnMax
                         ? std::fmin(churn / steps, std::sqrt(2.0) - 1)
                         : 0;
      double up = t[i] * (1 + gamma);
      if (churn > 0) {
        Sample e = fresh(i);
        for (size_t j = 0; j < x.size(); ++j)
          x[j] += std::sqrt(up * up - t[i] * t[i]) * churnNoise * e[j];
      }
      Sample d = denoise(x, up), y = x;
      for (size_t j = 0; j < x.size(); ++j) {
        d[j] = (x[j] - d[j]) / up;
        y[j] = x[j] + (t[i + 1] - up) * d[j];
      }
      if (order == 2 && t[i + 1] > 0) {
        Sample next = denoise(y, t[i + 1]);
        for (size_t j = 0; j < x.size(); ++j) {
          double slope = (y[j] - next[j]) / t[i + 1];
          y[j] = x[j] + (t[i + 1] - up) * (d[j] + slope) / 2;
        }
      }
      x = y;
    }
    return x;
  }
};

inline Sample flowSample(Sample x, int64_t steps, const Denoiser &velocity) {
  for (int64_t i = 0; i < steps; ++i) {
    Sample v = velocity(x, 1 - double(i) / steps);
    for (size_t j = 0; j < x.size(); ++j)
      x[j] -= v[j] / steps;
  }
  return x;
}

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_SCOREREFERENCE_H

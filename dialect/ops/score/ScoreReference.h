// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References of the samplers: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_SCOREREFERENCE_H
#define GYRE_DIALECT_OPS_SCOREREFERENCE_H

#include <algorithm>
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

inline double eulerStep(double x, double denoised, double sigma, double next) {
  return x + (next - sigma) * (x - denoised) / sigma;
}

inline double heunStep(double x, double denoised, double euler, double again,
                       double sigma, double next) {
  double d = (x - denoised) / sigma, other = (euler - again) / next;
  return x + (next - sigma) * (d + other) / 2;
}

inline double flowStep(double x, double velocity, double time, double next) {
  return x + (next - time) * velocity;
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
        // sqrt(up^2 - t^2), which must not be the root of a rounding error.
        double added = t[i] * std::sqrt(gamma * (2 + gamma));
        for (size_t j = 0; j < x.size(); ++j)
          x[j] += added * churnNoise * e[j];
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

//===----------------------------------------------------------------------===//
// Tables of levels, DDIM and DDPM, as their papers write them: in powers of
// the signal (alpha bar).
//===----------------------------------------------------------------------===//

inline std::vector<double> signalPowers(const char *kind, int64_t count,
                                        double start, double end) {
  auto f = [&](int64_t i) {
    return std::pow(
        std::cos((double(i) / double(count) + 0.008) / 1.008 * M_PI / 2), 2);
  };
  std::vector<double> powers;
  double power = 1;
  for (int64_t i = 0; i < count; ++i) {
    double t = double(i) / double(count - 1), beta = start + t * (end - start);
    if (kind[0] == 's') // scaled_linear
      beta = std::pow(
          std::sqrt(start) + t * (std::sqrt(end) - std::sqrt(start)), 2);
    if (kind[0] == 'c') // cosine
      beta = std::fmin(1 - f(i + 1) / f(i), 0.999);
    powers.push_back(power *= 1 - beta);
  }
  return powers;
}

/// Falling times, in the manner of NumPy.
inline std::vector<int64_t> leadingTimes(int64_t count, int64_t steps,
                                         int64_t offset) {
  std::vector<int64_t> times;
  for (int64_t j = steps; j-- > 0;)
    times.push_back(std::min(j * (count / steps) + offset, count - 1));
  return times;
}
inline std::vector<int64_t> trailingTimes(int64_t count, int64_t steps) {
  std::vector<int64_t> times;
  for (int64_t j = 0; j < steps; ++j)
    times.push_back(
        int64_t(std::nearbyint(double(count * (steps - j)) / double(steps))) -
        1);
  return times;
}
inline std::vector<int64_t> linspaceTimes(int64_t count, int64_t steps) {
  std::vector<int64_t> times;
  for (int64_t j = steps; j-- > 0;)
    times.push_back(int64_t(std::nearbyint(
        double(j * (count - 1)) / double(std::max<int64_t>(steps - 1, 1)))));
  return times;
}

struct DiffusionSampler {
  std::vector<double> powers;
  std::vector<int64_t> times;
  double last = 1; // power after the last time
  double eta = 0, clip = 0;
  bool clipEpsilon = false, ddpm = false, large = false;
  std::function<Sample(int64_t step)> fresh = nullptr;
  /// Where between the small and the large one an element's variance lies.
  std::function<double(size_t)> learned = nullptr;

  /// `epsilon` predicts the noise of x at a time.
  Sample operator()(Sample x, const Denoiser &epsilon) const {
    for (size_t j = 0; j < times.size(); ++j) {
      double a = powers[times[j]];
      double next = j + 1 < times.size() ? powers[times[j + 1]] : last;
      Sample e = epsilon(x, double(times[j]));
      Sample n(x.size(), 0.0);
      if (fresh)
        n = fresh(int64_t(j));
      for (size_t i = 0; i < x.size(); ++i) {
        double clean = (x[i] - std::sqrt(1 - a) * e[i]) / std::sqrt(a);
        if (clip > 0)
          clean = std::fmax(-clip, std::fmin(clip, clean));
        double alpha = a / next, beta = 1 - alpha;
        if (ddpm) {
          double variance = large ? beta : (1 - next) / (1 - a) * beta;
          if (learned)
            variance = std::exp(
                (1 + learned(i)) / 2 * std::log(beta) +
                (1 - learned(i)) / 2 *
                    std::log(std::fmax(1e-300, (1 - next) / (1 - a) * beta)));
          if (next == 1)
            variance = 0;
          x[i] = std::sqrt(next) * beta / (1 - a) * clean +
                 std::sqrt(alpha) * (1 - next) / (1 - a) * x[i] +
                 std::sqrt(variance) * n[i];
          continue;
        }
        double noise = e[i];
        if (clipEpsilon)
          noise = (x[i] - std::sqrt(a) * clean) / std::sqrt(1 - a);
        double s = eta * std::sqrt((1 - next) / (1 - a)) * std::sqrt(beta);
        x[i] = std::sqrt(next) * clean + std::sqrt(1 - next - s * s) * noise +
               s * n[i];
      }
    }
    return x;
  }
};

/// Guidance of samples of `each` elements, and a part of the way back to the
/// deviation of the conditional prediction.
inline std::vector<double> rescaledGuidance(const std::vector<double> &with,
                                            const std::vector<double> &without,
                                            double scale, double rescale,
                                            size_t each) {
  auto deviation = [&](const std::vector<double> &x, size_t from) {
    double mean = 0, square = 0;
    for (size_t i = from; i < from + each; ++i)
      mean += x[i] / double(each);
    for (size_t i = from; i < from + each; ++i)
      square += (x[i] - mean) * (x[i] - mean);
    return std::sqrt(square);
  };
  std::vector<double> y(with.size());
  for (size_t i = 0; i < y.size(); ++i)
    y[i] = without[i] + scale * (with[i] - without[i]);
  for (size_t from = 0; from < y.size(); from += each) {
    double own = deviation(y, from);
    double ratio = own == 0 ? 1 : deviation(with, from) / own;
    for (size_t i = from; i < from + each; ++i)
      y[i] *= rescale * ratio + 1 - rescale;
  }
  return y;
}

inline Sample flowSample(Sample x, int64_t steps, double shift,
                         const Denoiser &velocity, double smallest = 0) {
  auto time = [&](int64_t i) {
    double u = 1 - double(i) / double(steps);
    if (smallest > 0)
      u = i == steps ? 0
                     : 1 + (smallest - 1) * double(i) /
                               double(std::max<int64_t>(steps - 1, 1));
    return shift * u / (1 + (shift - 1) * u);
  };
  for (int64_t i = 0; i < steps; ++i) {
    Sample v = velocity(x, time(i));
    for (size_t j = 0; j < x.size(); ++j)
      x[j] += (time(i + 1) - time(i)) * v[j];
  }
  return x;
}

/// Linear multistep: integrals of Lagrange's polynomials by Simpson's rule,
/// which is exact to the third degree.
inline Sample adamsSample(Sample x, const std::vector<double> &t, size_t order,
                          const Denoiser &denoise) {
  for (double &v : x)
    v *= t[0];
  std::vector<Sample> slopes;
  for (size_t i = 0; i + 1 < t.size(); ++i) {
    Sample d = denoise(x, t[i]);
    for (size_t j = 0; j < x.size(); ++j)
      d[j] = (x[j] - d[j]) / t[i];
    slopes.insert(slopes.begin(), d);
    if (slopes.size() > order)
      slopes.pop_back();
    for (size_t s = 0; s < slopes.size(); ++s) {
      auto lagrange = [&](double at) {
        double product = 1;
        for (size_t k = 0; k < slopes.size(); ++k)
          if (k != s)
            product *= (at - t[i - k]) / (t[i - s] - t[i - k]);
        return product;
      };
      double a = t[i], b = t[i + 1];
      double weight =
          (b - a) / 6 * (lagrange(a) + 4 * lagrange((a + b) / 2) + lagrange(b));
      for (size_t j = 0; j < x.size(); ++j)
        x[j] += weight * slopes[s][j];
    }
  }
  return x;
}

/// DPM++ 2M, its SDE form and 3M along levels t, as k-diffusion writes them.
struct MultistepSampler {
  std::vector<double> t;
  int order = 2;
  double eta = 0;
  std::function<Sample(int64_t step)> fresh = nullptr;

  /// Of x at the level t[0].
  Sample operator()(Sample x, const Denoiser &denoise) const {
    std::vector<Sample> said;
    std::vector<double> h;
    for (size_t i = 0; i + 1 < t.size(); ++i) {
      said.insert(said.begin(), denoise(x, t[i]));
      h.insert(h.begin(), t[i + 1] > 0 ? std::log(t[i] / t[i + 1]) : INFINITY);
      if (t[i + 1] == 0)
        return said[0];
      double whole = h[0] * (eta + 1);
      Sample n(x.size(), 0.0);
      if (fresh)
        n = fresh(int64_t(i));
      for (size_t k = 0; k < x.size(); ++k) {
        double y = std::exp(-whole) * x[k] - std::expm1(-whole) * said[0][k];
        if (order == 3 && i > 1) {
          double r0 = h[1] / h[0], r1 = h[2] / h[0];
          double first = (said[0][k] - said[1][k]) / r0;
          double second = (said[1][k] - said[2][k]) / r1;
          double d1 = first + (first - second) * r0 / (r0 + r1);
          double d2 = (first - second) / (r0 + r1);
          double phi2 = std::expm1(-whole) / whole + 1;
          double phi3 = phi2 / whole - 0.5;
          y += phi2 * d1 - phi3 * d2;
        } else if (order > 1 && i > 0) {
          y += 0.5 * -std::expm1(-whole) * h[0] / h[1] *
               (said[0][k] - said[1][k]);
        }
        x[k] = y + t[i + 1] * std::sqrt(-std::expm1(-2 * eta * h[0])) * n[k];
      }
    }
    return x;
  }
};

/// DPM-Solver++ 2M as k-diffusion writes it: of x / alpha, at s = sigma /
/// alpha. `epsilon` predicts the noise of x at a time.
struct DpmSampler {
  std::vector<double> powers;
  std::vector<int64_t> times;
  double last = 1, eta = 0, clip = 0;
  bool secondOrder = true, lowerOrderLast = false;
  std::function<Sample(int64_t step)> fresh = nullptr;

  Sample operator()(Sample x, const Denoiser &epsilon) const {
    Sample old;
    double before = 0;
    for (size_t j = 0; j < times.size(); ++j) {
      bool ends = j + 1 == times.size();
      double a = powers[times[j]], next = ends ? last : powers[times[j + 1]];
      double s = std::sqrt(1 / a - 1), to = std::sqrt(1 / next - 1);
      double h = to > 0 ? std::log(s / to) : INFINITY;
      Sample clean = epsilon(x, double(times[j])), n(x.size(), 0.0);
      if (fresh)
        n = fresh(int64_t(j));
      for (size_t i = 0; i < x.size(); ++i) {
        clean[i] = (x[i] - std::sqrt(1 - a) * clean[i]) / std::sqrt(a);
        if (clip > 0)
          clean[i] = std::fmax(-clip, std::fmin(clip, clean[i]));
        double d = clean[i];
        if (secondOrder && j > 0 && to > 0 && !(ends && lowerOrderLast))
          d += h / (2 * before) * (clean[i] - old[i]);
        double scaled = x[i] / std::sqrt(a);
        double shrunk = to > 0 ? to / s * std::exp(-eta * h) : 0;
        scaled =
            shrunk * scaled - std::expm1(-(1 + eta) * h) * d +
            (to > 0 ? to * std::sqrt(-std::expm1(-2 * eta * h)) * n[i] : 0);
        x[i] = scaled * std::sqrt(next);
      }
      old = clean;
      before = h;
    }
    return x;
  }
};

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_SCOREREFERENCE_H

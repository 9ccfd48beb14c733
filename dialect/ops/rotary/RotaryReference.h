// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reference of rotary embedding: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_ROTARYREFERENCE_H
#define GYRE_DIALECT_OPS_ROTARYREFERENCE_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace gyre::reference {

/// The recipes of transformers' modeling_rope_utils.py, in its terms: `pair`
/// of dims / 2, with the plain frequency base^(-2 pair / dims).
struct RopeScaling {
  std::string type = "default";
  double factor = 1, trained = 0, length = 0;
  double low = 1, high = 4, fast = 32, slow = 1, partial = 1;
  std::vector<double> shortFactors = {}, longFactors = {};

  double frequency(double base, int64_t dims, int64_t pair) const {
    constexpr double pi = 3.14159265358979323846;
    double d = double(dims);
    if (type == "ntk" || type == "dynamic") {
      double stretch = factor;
      if (type == "dynamic")
        stretch = factor * std::max(length, trained) / trained - (factor - 1);
      base *= std::pow(stretch, d / (d - 2));
    }
    double plain = std::pow(base, -2.0 * double(pair) / d);
    if (type == "linear")
      return plain / factor;
    if (type == "proportional")
      return double(pair) < std::floor(partial * d / 2) ? plain / factor : 0;
    if (type == "longrope")
      return plain / (length > trained ? longFactors : shortFactors)[pair];
    if (type == "yarn") {
      auto corrected = [&](double turns) {
        return d * std::log(trained / (turns * 2 * pi)) / (2 * std::log(base));
      };
      double begin = std::max(std::floor(corrected(fast)), 0.0);
      double end = std::min(std::ceil(corrected(slow)), d - 1);
      if (begin == end)
        end += 0.001;
      double ramp = (double(pair) - begin) / (end - begin);
      ramp = std::max(0.0, std::min(1.0, ramp));
      return plain / factor * ramp + plain * (1 - ramp);
    }
    if (type == "llama3") {
      double wavelength = 2 * pi / plain;
      if (wavelength > trained / low)
        return plain / factor;
      if (wavelength < trained / high)
        return plain;
      double smooth = (trained / wavelength - low) / (high - low);
      return (1 - smooth) * plain / factor + smooth * plain;
    }
    return plain;
  }

  double attentionFactor() const {
    if (type == "yarn")
      return 0.1 * std::log(factor) + 1;
    if (type == "longrope" && factor > 1)
      return std::sqrt(1 + std::log(factor) / std::log(trained));
    return 1;
  }
};

struct Rotary {
  int64_t features, dims;
  bool half = false, inverse = false;
  double base = 10000;
  std::vector<int64_t> sections = {};
  std::string frequencies = "sequential";
  RopeScaling scaling = {};
  int64_t start = 0;

  /// The axis and the frequency of pair i, in radians a position.
  void pair(int64_t i, int64_t &axis, double &frequency) const {
    axis = 0;
    frequency = scaling.frequency(base, dims, i);
    if (sections.empty())
      return;
    if (frequencies == "alternate") {
      axis = i % sections.size();
      if (i >= int64_t(sections.size()) * sections[axis])
        axis = 0;
      return;
    }
    int64_t begin = 0;
    while (i >= begin + sections[axis])
      begin += sections[axis++];
    if (frequencies == "restart")
      frequency = std::pow(base, -double(i - begin) / sections[axis]);
  }

  /// Turns one vector of `features` in place; `position` has a value an axis.
  void turn(double *x, const double *position) const {
    for (int64_t i = 0; i < dims / 2; ++i) {
      int64_t axis;
      double frequency;
      pair(i, axis, frequency);
      double angle = position[axis] * frequency * (inverse ? -1 : 1);
      double factor = scaling.attentionFactor();
      turnPair(x, i, factor * std::cos(angle), factor * std::sin(angle));
    }
  }

  void turnPair(double *x, int64_t i, double cosine, double sine) const {
    double &a = x[start + (half ? i : 2 * i)];
    double &b = x[start + (half ? i + dims / 2 : 2 * i + 1)];
    double a0 = a, b0 = b;
    a = a0 * cosine - b0 * sine;
    b = a0 * sine + b0 * cosine;
  }
};

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_ROTARYREFERENCE_H

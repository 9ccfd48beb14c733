// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reference of rotary embedding: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_ROTARYREFERENCE_H
#define GYRE_DIALECT_OPS_ROTARYREFERENCE_H

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace gyre::reference {

struct Rotary {
  int64_t features, dims;
  bool half = false, inverse = false;
  double base = 10000;
  std::vector<int64_t> sections = {};
  std::string frequencies = "sequential";

  /// The axis and the frequency of pair i, in radians a position.
  void pair(int64_t i, int64_t &axis, double &frequency) const {
    axis = 0;
    frequency = std::pow(base, -2.0 * i / dims);
    if (sections.empty())
      return;
    if (frequencies == "alternate") {
      axis = i % sections.size();
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
      double &a = half ? x[i] : x[2 * i];
      double &b = half ? x[i + dims / 2] : x[2 * i + 1];
      double a0 = a, b0 = b;
      a = a0 * std::cos(angle) - b0 * std::sin(angle);
      b = a0 * std::sin(angle) + b0 * std::cos(angle);
    }
  }
};

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_ROTARYREFERENCE_H

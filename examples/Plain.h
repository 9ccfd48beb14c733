// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the checks of the examples share: random numbers, and layers as plain
// loops in double precision. A program that only runs a model needs none of it.

#ifndef GYRE_EXAMPLES_PLAIN_H
#define GYRE_EXAMPLES_PLAIN_H

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using Row = std::vector<double>;

inline std::vector<float> uniform(std::mt19937 &random, int count, float low,
                                  float high) {
  std::uniform_real_distribution<float> distribution(low, high);
  std::vector<float> values(count);
  std::generate(values.begin(), values.end(),
                [&] { return distribution(random); });
  return values;
}

/// x W + b, with W [size of x][columns].
inline Row linear(const Row &x, const std::vector<float> &w,
                  const std::vector<float> &bias = {}) {
  size_t columns = w.size() / x.size();
  Row y(columns);
  for (size_t i = 0; i < x.size(); ++i)
    for (size_t j = 0; j < columns; ++j)
      y[j] += x[i] * double(w[i * columns + j]);
  for (size_t j = 0; j < bias.size(); ++j)
    y[j] += bias[j];
  return y;
}

inline Row rmsNorm(const Row &x, const std::vector<float> &weight) {
  double squares = 1e-5;
  for (double value : x)
    squares += value * value / double(x.size());
  Row y(x);
  for (size_t i = 0; i < x.size(); ++i)
    y[i] *= double(weight[i]) / std::sqrt(squares);
  return y;
}

inline double silu(double x) { return x / (1 + std::exp(-x)); }

struct Difference {
  double worst = 0, largest = 0;
  /// Whether a result is right up to the rounding of f32.
  bool isSmall() const { return worst < 1e-5 * largest; }
};

inline Difference compare(const std::vector<float> &found,
                          const Row &expected) {
  Difference d;
  for (size_t i = 0; i < found.size(); ++i) {
    d.worst = std::max(d.worst, std::fabs(found[i] - expected[i]));
    d.largest = std::max(d.largest, std::fabs(expected[i]));
  }
  return d;
}

#endif // GYRE_EXAMPLES_PLAIN_H

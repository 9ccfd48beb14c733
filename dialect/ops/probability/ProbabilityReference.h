// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References of the probability maps: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_PROBABILITYREFERENCE_H
#define GYRE_DIALECT_OPS_PROBABILITYREFERENCE_H

#include <cmath>
#include <cstdint>
#include <vector>

namespace gyre::reference {

/// Rows of `n` elements, `stride` apart, as they lie along one dimension of
/// x[outer][n][stride].
inline std::vector<double> softmax(const std::vector<double> &x, int64_t outer,
                                   int64_t n, int64_t stride,
                                   double temperature) {
  std::vector<double> y(x.size());
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t s = 0; s < stride; ++s) {
      auto at = [&](int64_t i) { return (o * n + i) * stride + s; };
      double maximum = -INFINITY, sum = 0;
      for (int64_t i = 0; i < n; ++i)
        maximum = std::fmax(maximum, x[at(i)]);
      for (int64_t i = 0; i < n; ++i) {
        double e = maximum == -INFINITY
                       ? 0
                       : std::exp((x[at(i)] - maximum) / temperature);
        y[at(i)] = e;
        sum += e;
      }
      for (int64_t i = 0; i < n; ++i)
        y[at(i)] = sum == 0 ? 0 : y[at(i)] / sum;
    }
  return y;
}

inline std::vector<double> taylorSoftmax(const std::vector<double> &x,
                                         int64_t outer, int64_t n,
                                         int64_t stride, int64_t order) {
  std::vector<double> y(x.size());
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t s = 0; s < stride; ++s) {
      auto at = [&](int64_t i) { return (o * n + i) * stride + s; };
      double sum = 0;
      for (int64_t i = 0; i < n; ++i) {
        double term = 1, f = 1;
        for (int64_t m = 1; m <= order; ++m)
          f += term *= x[at(i)] / double(m);
        sum += y[at(i)] = f;
      }
      for (int64_t i = 0; i < n; ++i)
        y[at(i)] /= sum;
    }
  return y;
}

inline std::vector<double> logSoftmax(const std::vector<double> &x,
                                      int64_t outer, int64_t n, int64_t stride,
                                      double temperature) {
  std::vector<double> y(x.size());
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t s = 0; s < stride; ++s) {
      auto at = [&](int64_t i) { return (o * n + i) * stride + s; };
      double maximum = -INFINITY, sum = 0;
      for (int64_t i = 0; i < n; ++i)
        maximum = std::fmax(maximum, x[at(i)]);
      if (maximum == -INFINITY) {
        for (int64_t i = 0; i < n; ++i)
          y[at(i)] = -INFINITY;
        continue;
      }
      for (int64_t i = 0; i < n; ++i)
        sum += std::exp((x[at(i)] - maximum) / temperature);
      for (int64_t i = 0; i < n; ++i)
        y[at(i)] = (x[at(i)] - maximum) / temperature - std::log(sum);
    }
  return y;
}

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_PROBABILITYREFERENCE_H

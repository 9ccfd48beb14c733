// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References of the scans: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_SCANREFERENCE_H
#define GYRE_DIALECT_OPS_SCANREFERENCE_H

#include <cmath>
#include <cstdint>
#include <vector>

namespace gyre::reference {

/// a, b, h [outer][length][inner] along the middle; `state` [outer][inner] is
/// the initial state, then the final one.
inline std::vector<double> linearRecurrence(const std::vector<double> &a,
                                            const std::vector<double> &b,
                                            std::vector<double> &state,
                                            int64_t outer, int64_t length,
                                            int64_t inner, bool reverse) {
  std::vector<double> h(a.size());
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i)
      for (int64_t step = 0; step < length; ++step) {
        int64_t t = reverse ? length - 1 - step : step;
        int64_t at = (o * length + t) * inner + i;
        double &s = state[o * inner + i];
        h[at] = s = a[at] * s + b[at];
      }
  return h;
}

struct SelectiveScan {
  int64_t batch, length, channels, states, groups = 1;
  bool softplus = false;
  /// Absent where empty.
  std::vector<double> skip = {}, gate = {}, bias = {};

  /// u, delta [b][t][d], a [d][n], b, c [b][t][g][n]; h [b][d][n] is the
  /// initial state, then the final one.
  std::vector<double>
  operator()(const std::vector<double> &u, const std::vector<double> &delta,
             const std::vector<double> &a, const std::vector<double> &b,
             const std::vector<double> &c, std::vector<double> &h) const {
    std::vector<double> y(u.size());
    for (int64_t s = 0; s < batch; ++s)
      for (int64_t t = 0; t < length; ++t)
        for (int64_t d = 0; d < channels; ++d) {
          int64_t at = (s * length + t) * channels + d;
          double step = delta[at] + (bias.empty() ? 0 : bias[d]);
          if (softplus)
            step = std::fmax(step, 0) + std::log1p(std::exp(-std::fabs(step)));
          int64_t group = d / (channels / groups);
          double sum = 0;
          for (int64_t n = 0; n < states; ++n) {
            int64_t shared = ((s * length + t) * groups + group) * states + n;
            double &state = h[(s * channels + d) * states + n];
            state = std::exp(step * a[d * states + n]) * state +
                    step * u[at] * b[shared];
            sum += c[shared] * state;
          }
          if (!skip.empty())
            sum += skip[d] * u[at];
          if (!gate.empty())
            sum *= gate[at] / (1 + std::exp(-gate[at]));
          y[at] = sum;
        }
    return y;
  }
};

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_SCANREFERENCE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References of the scans: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_SCANREFERENCE_H
#define GYRE_DIALECT_OPS_SCANREFERENCE_H

#include <algorithm>
#include <cmath>
#include <complex>
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

/// The same of complex numbers; a is [length][inner], or [inner] alone.
inline std::vector<std::complex<double>>
complexRecurrence(const std::vector<std::complex<double>> &a,
                  const std::vector<std::complex<double>> &b,
                  std::vector<std::complex<double>> &state, int64_t outer,
                  int64_t length, int64_t inner, bool reverse) {
  std::vector<std::complex<double>> h(b.size());
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i)
      for (int64_t step = 0; step < length; ++step) {
        int64_t t = reverse ? length - 1 - step : step;
        int64_t at = (o * length + t) * inner + i;
        auto &s = state[o * inner + i];
        h[at] = s = a[at % int64_t(a.size())] * s + b[at];
      }
  return h;
}

/// x [batch][length][channels], weight [channels][taps]; `rows`
/// [batch][taps - 1][channels] are those before x, then the last ones.
inline std::vector<double> causalConv(const std::vector<double> &x,
                                      const std::vector<double> &weight,
                                      const std::vector<double> &bias,
                                      std::vector<double> &rows, int64_t batch,
                                      int64_t length, int64_t channels,
                                      int64_t taps, bool silu) {
  std::vector<double> y(x.size()), last(rows.size());
  for (int64_t s = 0; s < batch; ++s) {
    auto row = [&](int64_t t, int64_t d) {
      return t < 0 ? rows[(s * (taps - 1) + taps - 1 + t) * channels + d]
                   : x[(s * length + t) * channels + d];
    };
    for (int64_t d = 0; d < channels; ++d) {
      for (int64_t t = 0; t < length; ++t) {
        double sum = bias.empty() ? 0 : bias[d];
        for (int64_t k = 0; k < taps; ++k)
          sum += weight[d * taps + k] * row(t + k - taps + 1, d);
        y[(s * length + t) * channels + d] =
            silu ? sum / (1 + std::exp(-sum)) : sum;
      }
      for (int64_t k = 0; k + 1 < taps; ++k)
        last[(s * (taps - 1) + k) * channels + d] =
            row(length + k - taps + 1, d);
    }
  }
  rows = last;
  return y;
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

struct SsdScan {
  int64_t batch, length, heads, channels, states, groups = 1;
  bool softplus = false;
  double least = -INFINITY, most = INFINITY;
  /// Absent where empty; `skip` is [heads] or [heads][channels].
  std::vector<double> skip = {}, gate = {}, bias = {};

  /// x [b][t][h][p], delta [b][t][h], a [h], b, c [b][t][g][n]; state
  /// [b][h][p][n] is the initial one, then the final one.
  std::vector<double>
  operator()(const std::vector<double> &x, const std::vector<double> &delta,
             const std::vector<double> &a, const std::vector<double> &b,
             const std::vector<double> &c, std::vector<double> &state) const {
    std::vector<double> y(x.size());
    for (int64_t row = 0; row < batch * length; ++row)
      for (int64_t h = 0; h < heads; ++h) {
        double step = delta[row * heads + h] + (bias.empty() ? 0 : bias[h]);
        if (softplus)
          step = std::fmax(step, 0) + std::log1p(std::exp(-std::fabs(step)));
        step = std::clamp(step, least, most);
        double decay = std::exp(step * a[h]);
        int64_t shared = (row * groups + h / (heads / groups)) * states;
        for (int64_t p = 0; p < channels; ++p) {
          int64_t at = (row * heads + h) * channels + p;
          double *own =
              &state[((row / length * heads + h) * channels + p) * states];
          double sum = 0;
          for (int64_t n = 0; n < states; ++n) {
            own[n] = decay * own[n] + step * x[at] * b[shared + n];
            sum += c[shared + n] * own[n];
          }
          if (!skip.empty())
            sum +=
                x[at] * (skip.size() == size_t(heads) ? skip[h]
                                                      : skip[h * channels + p]);
          if (!gate.empty())
            sum *= gate[at] / (1 + std::exp(-gate[at]));
          y[at] = sum;
        }
      }
    return y;
  }
};

/// u [batch][length][channels], step [channels], a, c [channels][states]; h
/// [batch][channels][states] is the initial state, then the final one.
inline std::vector<double>
diagonalSsm(const std::vector<double> &u, const std::vector<double> &step,
            const std::vector<std::complex<double>> &a,
            const std::vector<std::complex<double>> &c,
            const std::vector<double> &skip,
            std::vector<std::complex<double>> &h, int64_t batch, int64_t length,
            int64_t channels, int64_t states, bool bilinear, bool pairs) {
  std::vector<double> y(u.size());
  for (int64_t row = 0; row < batch * length; ++row)
    for (int64_t d = 0; d < channels; ++d) {
      double input = u[row * channels + d], sum = 0;
      for (int64_t n = 0; n < states; ++n) {
        std::complex<double> rate = a[d * states + n], z = step[d] * rate,
                             below = 1.0 - z / 2.0;
        std::complex<double> r =
            bilinear ? (1.0 + z / 2.0) / below : std::exp(z);
        std::complex<double> w = bilinear      ? step[d] / below
                                 : rate == 0.0 ? step[d]
                                               : (r - 1.0) / rate;
        auto &state = h[(row / length * channels + d) * states + n];
        state = r * state + w * input;
        sum += (c[d * states + n] * state).real();
      }
      y[row * channels + d] =
          (pairs ? 2 : 1) * sum + (skip.empty() ? 0 : skip[d] * input);
    }
  return y;
}

/// u [batch][length][features], b [features][states], c [states][results]; h
/// [batch][states] is the initial state, then the final one.
inline std::vector<double>
lru(const std::vector<double> &u, const std::vector<double> &nu,
    const std::vector<double> &theta,
    const std::vector<std::complex<double>> &b,
    const std::vector<std::complex<double>> &c,
    const std::vector<double> &gamma, std::vector<std::complex<double>> &h,
    int64_t batch, int64_t length, int64_t features) {
  int64_t states = int64_t(nu.size()), results = int64_t(c.size()) / states;
  std::vector<double> y(batch * length * results);
  for (int64_t row = 0; row < batch * length; ++row)
    for (int64_t n = 0; n < states; ++n) {
      double radius = std::exp(-std::exp(nu[n]));
      std::complex<double> drive = 0;
      for (int64_t i = 0; i < features; ++i)
        drive += u[row * features + i] * b[i * states + n];
      drive *= gamma.empty() ? std::sqrt(1 - radius * radius) : gamma[n];
      auto &state = h[row / length * states + n];
      state = std::polar(radius, std::exp(theta[n])) * state + drive;
      for (int64_t j = 0; j < results; ++j)
        y[row * results + j] += (state * c[n * results + j]).real();
    }
  return y;
}

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_SCANREFERENCE_H

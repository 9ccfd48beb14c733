// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References of the layers: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_NNREFERENCE_H
#define GYRE_DIALECT_OPS_NNREFERENCE_H

#include <cmath>
#include <cstdint>
#include <vector>

namespace gyre::reference {

/// x[m][k] weight[k][n] + bias[n]; an empty bias is none.
inline std::vector<double> linear(const std::vector<double> &x,
                                  const std::vector<double> &weight,
                                  const std::vector<double> &bias, int64_t m,
                                  int64_t k, int64_t n) {
  std::vector<double> y(m * n);
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      double sum = bias.empty() ? 0 : bias[j];
      for (int64_t l = 0; l < k; ++l)
        sum += x[i * k + l] * weight[l * n + j];
      y[i * n + j] = sum;
    }
  return y;
}

/// Rows of n; `center` takes the mean away first.
inline std::vector<double> norm(const std::vector<double> &x,
                                const std::vector<double> &weight,
                                const std::vector<double> &bias, int64_t rows,
                                int64_t n, double eps, bool center) {
  std::vector<double> y(x.size());
  for (int64_t r = 0; r < rows; ++r) {
    const double *row = x.data() + r * n;
    double mean = 0, variance = 0;
    if (center)
      for (int64_t i = 0; i < n; ++i)
        mean += row[i] / n;
    for (int64_t i = 0; i < n; ++i)
      variance += (row[i] - mean) * (row[i] - mean) / n;
    for (int64_t i = 0; i < n; ++i) {
      double v = (row[i] - mean) / std::sqrt(variance + eps);
      y[r * n + i] =
          v * (weight.empty() ? 1 : weight[i]) + (bias.empty() ? 0 : bias[i]);
    }
  }
  return y;
}

/// x[batch][channels][positions].
inline std::vector<double>
groupNorm(const std::vector<double> &x, const std::vector<double> &weight,
          const std::vector<double> &bias, int64_t batch, int64_t channels,
          int64_t positions, int64_t groups, double eps) {
  int64_t row = channels / groups * positions;
  std::vector<double> y = norm(x, {}, {}, batch * groups, row, eps, true);
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = 0; p < positions; ++p) {
        double &v = y[(b * channels + c) * positions + p];
        v = v * (weight.empty() ? 1 : weight[c]) + (bias.empty() ? 0 : bias[c]);
      }
  return y;
}

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
inline double silu(double x) { return x == -INFINITY ? 0 : x * sigmoid(x); }
inline double softplus(double x) {
  return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x)));
}
inline double geluErf(double x) {
  return x == -INFINITY ? 0 : x * 0.5 * std::erfc(-x / std::sqrt(2.0));
}
inline double geluTanh(double x) {
  double u = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
  return x == -INFINITY ? 0 : x * 0.5 * (1 + std::tanh(u));
}

/// table[rows][width]; a row out of range is zeros.
inline std::vector<double> embedding(const std::vector<double> &table,
                                     const std::vector<int64_t> &ids,
                                     int64_t rows, int64_t width) {
  std::vector<double> y;
  for (int64_t id : ids)
    for (int64_t d = 0; d < width; ++d)
      y.push_back(id < 0 || id >= rows ? 0 : table[id * width + d]);
  return y;
}

/// logits[rows][classes]; a label out of range has no loss.
inline std::vector<double> crossEntropy(const std::vector<double> &logits,
                                        const std::vector<int64_t> &labels,
                                        int64_t classes) {
  std::vector<double> y;
  for (size_t r = 0; r < labels.size(); ++r) {
    const double *row = logits.data() + r * classes;
    double maximum = -INFINITY, sum = 0;
    for (int64_t c = 0; c < classes; ++c)
      maximum = std::fmax(maximum, row[c]);
    for (int64_t c = 0; c < classes; ++c)
      sum += std::exp(row[c] - maximum);
    bool valid = labels[r] >= 0 && labels[r] < classes;
    y.push_back(valid ? maximum + std::log(sum) - row[labels[r]] : 0);
  }
  return y;
}

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_NNREFERENCE_H

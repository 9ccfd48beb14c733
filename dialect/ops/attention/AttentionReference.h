// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reference of attention: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_ATTENTIONREFERENCE_H
#define GYRE_DIALECT_OPS_ATTENTIONREFERENCE_H

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace gyre::reference {

struct Attention {
  int64_t batch, queryHeads, keyHeads, queries, keys, features, width;
  double scale;
  /// What is added to a score; -INFINITY removes it.
  std::function<double(int64_t b, int64_t h, int64_t i, int64_t j)> mask =
      [](int64_t, int64_t, int64_t, int64_t) { return 0.0; };

  /// What becomes of a scaled score before the mask.
  std::function<double(double s, int64_t b, int64_t h, int64_t i, int64_t j)>
      score = [](double s, int64_t, int64_t, int64_t, int64_t) { return s; };

  /// q[b][hq][i][d], k[b][hk][j][d], v[b][hk][j][e] -> [b][hq][i][e], and
  /// the logarithms of the sums, [b][hq][i], where they are asked for.
  std::vector<double> operator()(const std::vector<double> &q,
                                 const std::vector<double> &k,
                                 const std::vector<double> &v,
                                 std::vector<double> *sums = nullptr) const {
    if (sums)
      sums->assign(batch * queryHeads * queries, -INFINITY);
    std::vector<double> y(batch * queryHeads * queries * width);
    std::vector<double> s(keys);
    for (int64_t b = 0; b < batch; ++b)
      for (int64_t h = 0; h < queryHeads; ++h)
        for (int64_t i = 0; i < queries; ++i) {
          int64_t row = (b * queryHeads + h) * queries + i;
          int64_t head = b * keyHeads + h / (queryHeads / keyHeads);
          double maximum = -INFINITY, sum = 0;
          for (int64_t j = 0; j < keys; ++j) {
            s[j] = 0;
            for (int64_t d = 0; d < features; ++d)
              s[j] +=
                  q[row * features + d] * k[(head * keys + j) * features + d];
            s[j] = score(s[j] * scale, b, h, i, j) + mask(b, h, i, j);
            maximum = std::fmax(maximum, s[j]);
          }
          if (maximum == -INFINITY)
            continue;
          for (int64_t j = 0; j < keys; ++j)
            sum += s[j] = std::exp(s[j] - maximum);
          if (sums)
            (*sums)[row] = maximum + std::log(sum);
          for (int64_t j = 0; j < keys; ++j)
            for (int64_t e = 0; e < width; ++e)
              y[row * width + e] +=
                  s[j] / sum * v[(head * keys + j) * width + e];
        }
    return y;
  }
};

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_ATTENTIONREFERENCE_H

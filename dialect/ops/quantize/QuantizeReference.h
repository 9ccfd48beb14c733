// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References of the quantizers: plain loops in double precision.

#ifndef GYRE_DIALECT_OPS_QUANTIZEREFERENCE_H
#define GYRE_DIALECT_OPS_QUANTIZEREFERENCE_H

#include <cmath>
#include <cstdint>
#include <vector>

namespace gyre::reference {

/// What FSQ rounds: its distance to k + 1/2 says how sure the code is.
inline double fsqBounded(double z, int64_t level) {
  double half = (level - 1) * (1 + 1e-3) / 2;
  double offset = level % 2 == 0 ? 0.5 : 0;
  return std::tanh(z + std::atanh(offset / half)) * half - offset;
}

/// z[n][d] to codes[n][d] and indices[n].
inline void fsqEncode(const std::vector<double> &z,
                      const std::vector<int64_t> &levels,
                      std::vector<double> &codes,
                      std::vector<int64_t> &indices) {
  codes.clear();
  indices.clear();
  for (size_t row = 0; row < z.size(); row += levels.size()) {
    int64_t index = 0, basis = 1;
    for (size_t j = 0; j < levels.size(); ++j) {
      double rounded = std::nearbyint(fsqBounded(z[row + j], levels[j]));
      codes.push_back(rounded / (levels[j] / 2));
      index += (int64_t(rounded) + levels[j] / 2) * basis;
      basis *= levels[j];
    }
    indices.push_back(index);
  }
}

inline std::vector<double> fsqDecode(const std::vector<int64_t> &indices,
                                     const std::vector<int64_t> &levels) {
  int64_t count = 1;
  for (int64_t level : levels)
    count *= level;
  std::vector<double> codes;
  for (int64_t index : indices) {
    bool valid = index >= 0 && index < count;
    for (int64_t level : levels) {
      codes.push_back(valid ? double(index % level - level / 2) / (level / 2)
                            : 0);
      index /= level;
    }
  }
  return codes;
}

/// |x - codebook[k]|^2 / 2 - |x|^2 / 2 for each k.
inline std::vector<double> codeScores(const double *x,
                                      const std::vector<double> &codebook,
                                      int64_t width) {
  std::vector<double> scores;
  for (size_t k = 0; k < codebook.size(); k += width) {
    double score = 0;
    for (int64_t d = 0; d < width; ++d)
      score += codebook[k + d] * codebook[k + d] / 2 - codebook[k + d] * x[d];
    scores.push_back(score);
  }
  return scores;
}

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_QUANTIZEREFERENCE_H

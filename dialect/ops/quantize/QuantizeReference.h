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
inline double fsqBounded(double z, int64_t level, bool notebook = false) {
  double half = (level - 1) * (1 + (notebook ? -1e-3 : 1e-3)) / 2;
  double offset = level % 2 == 0 ? 0.5 : 0;
  double shift = notebook ? std::tan(offset / half) : std::atanh(offset / half);
  return std::tanh(z + shift) * half - offset;
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

/// A float of one byte.
struct SmallFloat {
  int mantissa, bias;
  bool hasInfinity;

  double widen(int byte) const {
    int exponent = (byte & 0x7F) >> mantissa;
    int fraction = byte & ((1 << mantissa) - 1);
    bool ones = exponent == 0x7F >> mantissa;
    double value;
    if (hasInfinity && ones)
      value = fraction ? NAN : INFINITY;
    else if (!hasInfinity && (byte & 0x7F) == 0x7F)
      value = NAN;
    else
      value = exponent == 0 ? std::ldexp(fraction, 1 - bias - mantissa)
                            : std::ldexp((1 << mantissa) + fraction,
                                         exponent - bias - mantissa);
    return byte & 0x80 ? -value : value;
  }
  /// The closest byte by trying all, even ones in a tie. What is too large is
  /// the byte behind the largest number.
  int narrow(double x) const {
    int sign = std::signbit(x) ? 0x80 : 0, last = hasInfinity ? 0x7C : 0x7F;
    if (std::isnan(x))
      return sign | (hasInfinity ? 0x7E : 0x7F);
    double beyond = 2 * widen(last - 1) - widen(last - 2);
    double size = std::fmin(std::fabs(x), beyond), least = INFINITY;
    int best = 0;
    for (int byte = 0; byte <= last; ++byte) {
      double distance = std::fabs(size - (byte < last ? widen(byte) : beyond));
      if (distance < least || (distance == least && byte % 2 == 0)) {
        least = distance;
        best = byte;
      }
    }
    return sign | best;
  }
};
constexpr SmallFloat e4m3 = {3, 7, false}, e5m2 = {2, 15, true};

/// x / scale + zero as an integer in [least, most].
inline int quantizeInteger(double x, double scale, int least, int most,
                           int zero = 0) {
  double y = scale == 0 ? 0 : std::nearbyint(x / scale);
  if (std::isnan(y))
    return zero;
  return int(std::fmax(least, std::fmin(most, y + zero)));
}

/// The numbers of a block and 0, for which scale and zero point are right.
struct IntegerRange {
  double low = 0, high = 0;

  void take(double x) {
    low = std::fmin(low, x);
    high = std::fmax(high, x);
  }
  /// Either neighbour is a right zero point where f32 rounds to a half.
  bool agrees(double scale, int zero, int least, int most) const {
    double exact = (high - low) / (most - least);
    if (exact == 0)
      return scale == 0 && zero == least;
    double place = std::fmin(std::fmax(least - low / exact, least), most);
    return std::fabs(scale - exact) <= 1e-6 * exact &&
           std::fabs(zero - place) <= 0.5 + 1e-4;
  }
};

/// Element 2 j or 2 j + 1 of the byte that holds both, without and with sign.
inline int unpackUint4(int8_t byte, bool isHigh) {
  return (isHigh ? uint8_t(byte) >> 4 : uint8_t(byte)) & 15;
}
inline int unpackInt4(int8_t byte, bool isHigh) {
  int digit = unpackUint4(byte, isHigh);
  return digit < 8 ? digit : digit - 16;
}

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_QUANTIZEREFERENCE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References of positions and their embeddings: plain loops in double
// precision.

#ifndef GYRE_DIALECT_OPS_POSITIONSREFERENCE_H
#define GYRE_DIALECT_OPS_POSITIONSREFERENCE_H

#include <cmath>
#include <cstdint>
#include <vector>

namespace gyre::reference {

/// A text of `height` tokens where `width` is 0, else an image.
struct TieSpan {
  int64_t height, width = 0;
};

/// A text of `width` tokens where `times` is 0, else images over time.
struct MropeSpan {
  int64_t width, height = 1, times = 0;
};

/// [T, 3], as Qwen2-VL's get_rope_index makes it: each span is put behind the
/// largest position so far.
inline std::vector<double> mropePositions(const std::vector<MropeSpan> &spans,
                                          double interval) {
  std::vector<double> positions;
  for (const MropeSpan &span : spans) {
    double start = 0;
    for (double position : positions)
      start = std::fmax(start, position + 1);
    for (int64_t n = 0; span.times == 0 && n < span.width; ++n)
      positions.insert(positions.end(), 3, start + double(n));
    for (int64_t t = 0; t < span.times; ++t)
      for (int64_t h = 0; h < span.height; ++h)
        for (int64_t w = 0; w < span.width; ++w) {
          positions.push_back(start + std::floor(double(t) * interval));
          positions.push_back(start + double(h));
          positions.push_back(start + double(w));
        }
  }
  return positions;
}

/// [T, 2]. The article counts tokens from 1, so its L is one more than the
/// position of the last token here.
inline std::vector<double> tiePositions(const std::vector<TieSpan> &spans,
                                        bool first) {
  std::vector<double> positions;
  double l = 0;
  for (const TieSpan &span : spans) {
    if (span.width == 0) {
      for (int64_t n = 1; n <= span.height; ++n)
        positions.insert(positions.end(), 2, l + double(n) - 1);
      l += double(span.height);
      continue;
    }
    double h = double(span.height), w = double(span.width);
    double s = first ? w + 1 : (h * w + 1) / (h + 1);
    double t = first ? h + 1 : (h * w + 1) / (w + 1);
    for (double x = 1; x <= h; ++x)
      for (double y = 1; y <= w; ++y) {
        positions.push_back(l + s * x - 1);
        positions.push_back(l + t * y - 1);
      }
    // The next token is number L + (w + 1) (h + 1), or L + h w + 1.
    l += (first ? (w + 1) * (h + 1) : h * w + 1) - 1;
  }
  return positions;
}

/// One position's row of `features`: sines and cosines in pairs, or all sines
/// before all cosines.
inline std::vector<double> sinusoidal(double position, int64_t features,
                                      bool half, bool cosineFirst = false,
                                      double base = 10000, double shift = 0,
                                      double scale = 1) {
  std::vector<double> row(features);
  int64_t pairs = features / 2;
  for (int64_t i = 0; i < pairs; ++i) {
    double angle =
        position * scale * std::pow(base, -double(i) / (double(pairs) - shift));
    double sine = std::sin(angle), cosine = std::cos(angle);
    row[half ? i : 2 * i] = cosineFirst ? cosine : sine;
    row[half ? i + pairs : 2 * i + 1] = cosineFirst ? sine : cosine;
  }
  return row;
}

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_POSITIONSREFERENCE_H

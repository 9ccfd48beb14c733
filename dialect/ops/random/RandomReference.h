// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reference of the generator: plain loops, numbers in double precision.

#ifndef GYRE_DIALECT_OPS_RANDOMREFERENCE_H
#define GYRE_DIALECT_OPS_RANDOMREFERENCE_H

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace gyre::reference {

/// Philox4x32-10.
inline std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                                      std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t x = uint64_t(0xD2511F53) * counter[0];
    uint64_t y = uint64_t(0xCD9E8D57) * counter[2];
    counter = {uint32_t(y >> 32) ^ counter[1] ^ key[0], uint32_t(y),
               uint32_t(x >> 32) ^ counter[3] ^ key[1], uint32_t(x)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// The words of number e of a draw.
inline std::array<uint32_t, 4> wordsOf(uint64_t seed, uint64_t offset,
                                       int64_t e) {
  uint64_t counter = offset + uint64_t(e / 4);
  return philox({uint32_t(counter), uint32_t(counter >> 32), 0, 0},
                {uint32_t(seed), uint32_t(seed >> 32)});
}

inline std::vector<double> randomUniform(uint64_t seed, uint64_t offset,
                                         int64_t count) {
  std::vector<double> y;
  for (int64_t e = 0; e < count; ++e)
    y.push_back((wordsOf(seed, offset, e)[e % 4] >> 8) / 16777216.0);
  return y;
}

inline std::vector<double> randomNormal(uint64_t seed, uint64_t offset,
                                        int64_t count) {
  std::vector<double> y;
  for (int64_t e = 0; e < count; ++e) {
    std::array<uint32_t, 4> w = wordsOf(seed, offset, e);
    size_t pair = e % 4 / 2 * 2;
    double u = ((w[pair] >> 8) + 1) / 16777216.0;
    double radius = std::sqrt(-2 * std::log(u));
    double angle = 2 * M_PI * w[pair + 1] / 4294967296.0;
    y.push_back(radius * (e % 2 == 0 ? std::cos(angle) : std::sin(angle)));
  }
  return y;
}

inline std::vector<double> randomGumbel(uint64_t seed, uint64_t offset,
                                        int64_t count) {
  std::vector<double> y;
  for (int64_t e = 0; e < count; ++e) {
    double u = ((wordsOf(seed, offset, e)[e % 4] >> 8) + 1) / 16777216.0;
    y.push_back(-std::log(std::fmax(-std::log(u), 0x1p-25)));
  }
  return y;
}

} // namespace gyre::reference

#endif // GYRE_DIALECT_OPS_RANDOMREFERENCE_H

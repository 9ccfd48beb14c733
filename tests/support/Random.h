// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Inputs of tests: the same numbers on every machine for the same seed.

#ifndef GYRE_TESTS_SUPPORT_RANDOM_H
#define GYRE_TESTS_SUPPORT_RANDOM_H

#include <cmath>
#include <cstdint>

namespace test {

/// SplitMix64: one multiply-xor chain, good enough for inputs.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}

  uint64_t bits() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  /// In [low, high).
  double uniform(double low = 0, double high = 1) {
    return low + (high - low) * double(bits() >> 11) * 0x1p-53;
  }
  /// Of mean 0 and variance 1.
  double normal() {
    double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }
  /// In [0, count).
  int64_t below(int64_t count) { return int64_t(bits() % uint64_t(count)); }

  template <typename Range>
  void fillUniform(Range &&r, double low, double high) {
    for (auto &x : r)
      x = static_cast<std::decay_t<decltype(x)>>(uniform(low, high));
  }
  template <typename Range> void fillNormal(Range &&r, double scale = 1) {
    for (auto &x : r)
      x = static_cast<std::decay_t<decltype(x)>>(scale * normal());
  }

private:
  uint64_t state;
};

} // namespace test

#endif // GYRE_TESTS_SUPPORT_RANDOM_H

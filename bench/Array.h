// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operands of benchmarks: aligned memory with fresh random numbers in it.

#ifndef GYRE_BENCH_ARRAY_H
#define GYRE_BENCH_ARRAY_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <random>

namespace bench {

/// xoshiro's little brother: fast enough to fill gigabytes.
class Random {
public:
  uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
  /// In [0, 1).
  float unit() { return static_cast<float>(next() >> 40) * 0x1p-24f; }

private:
  uint64_t state =
      (uint64_t(std::random_device{}()) << 32) | std::random_device{}() | 1;
};

using Draw = std::function<float(Random &)>;

/// Nearly normal: a sum of four uniform numbers, with variance 1.
inline float normal(Random &random) {
  float sum = random.unit() + random.unit() + random.unit() + random.unit();
  return (sum - 2) * 1.7320508f;
}

inline Draw uniform(float low, float high) {
  return [=](Random &random) { return low + (high - low) * random.unit(); };
}

class Array {
public:
  /// Zeros, for results: no page fault is timed.
  explicit Array(size_t count) : count(count) {
    size_t bytes = (count * sizeof(float) + 63) / 64 * 64 + 64;
    data = static_cast<float *>(std::aligned_alloc(64, bytes));
    if (!data)
      throw std::bad_alloc();
    std::memset(data, 0, bytes);
  }
  Array(size_t count, const Draw &draw) : Array(count) {
    Random random;
    for (size_t i = 0; i < count; ++i)
      data[i] = draw(random);
  }
  ~Array() { std::free(data); }
  Array(const Array &) = delete;
  Array &operator=(const Array &) = delete;
  operator float *() { return data; }
  template <typename T> T *as() { return reinterpret_cast<T *>(data); }
  size_t size() const { return count; }

private:
  float *data;
  size_t count;
};

/// max |x - y| / max |y|; NaN where one is.
double relativeDifference(const float *x, const float *y, size_t count);
/// The same of bf16 numbers.
double relativeDifference(const uint16_t *x, const uint16_t *y, size_t count);
/// The share of elements that differ.
double mismatches(const int32_t *x, const int32_t *y, size_t count);

} // namespace bench

#endif // GYRE_BENCH_ARRAY_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times two ways of computing one thing, alternating in one process, and
// prints their ratio.

#ifndef GYRE_BENCH_HARNESS_H
#define GYRE_BENCH_HARNESS_H

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace bench {

/// Aligned memory, filled with fresh random numbers.
class Array {
public:
  Array(size_t count, std::function<float(std::mt19937_64 &)> draw);
  /// Zeros, for results.
  explicit Array(size_t count);
  ~Array();
  Array(const Array &) = delete;
  Array &operator=(const Array &) = delete;
  operator float *() { return data; }
  template <typename T> T *as() { return reinterpret_cast<T *>(data); }
  size_t size() const { return count; }

private:
  float *data;
  size_t count;
};

inline float normal(std::mt19937_64 &g) {
  return std::normal_distribution<float>()(g);
}
inline auto uniform(float low, float high) {
  return [=](std::mt19937_64 &g) {
    return std::uniform_real_distribution<float>(low, high)(g);
  };
}

struct Options {
  std::vector<std::string> names; ///< run rows whose names contain one of them
  std::vector<int> threads = {1, 2};
  int rounds = 15;
  bool json = false;
};

class Harness {
public:
  explicit Harness(const Options &options);
  bool wants(const std::string &name) const;
  const std::vector<int> &threads() const { return options.threads; }

  /// One row. `bound` is the ratio that the project promises, 0: none.
  /// `difference` compares the results of both sides, which have just run: the
  /// largest error over the largest value, or a share of mismatches.
  void row(const std::string &name, int threads, double bound,
           const std::function<void()> &candidate,
           const std::function<void()> &reference,
           const std::function<double()> &difference, double tolerance);
  /// Prints the table and says how many rows fail in their numbers.
  int finish() const;

private:
  struct Row {
    std::string name;
    int threads;
    double bound, candidate, reference, ratio, difference, tolerance;
  };
  void print(const Row &row) const;
  Options options;
  std::vector<Row> rows;
};

/// max |x - y| / max |y|.
double relativeDifference(const float *x, const float *y, size_t count);

} // namespace bench

#endif // GYRE_BENCH_HARNESS_H

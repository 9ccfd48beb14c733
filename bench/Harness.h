// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times two ways of computing one thing, alternating in one process.

#ifndef GYRE_BENCH_HARNESS_H
#define GYRE_BENCH_HARNESS_H

#include "Array.h"
#include "Limits.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bench {

struct Options {
  std::vector<std::string> filters; ///< run rows whose title contains one
  std::vector<int> threads = {1, 2};
  int rounds = 15;
  std::string json, picture; ///< files to write; none where empty
};

/// A row of the table.
struct Case {
  std::string kernel, shape, type = "f32";
  Work work = {};
  /// The largest ratio that the project promises on one thread (0: none); on
  /// more it may be 0.05 above.
  double bar = 0;
  double tolerance = 1e-5;
  std::string reference = "by hand";

  std::string title() const { return kernel + " " + shape + " " + type; }
};

struct Record {
  Case what;
  int threads;
  double ours, theirs, ratio; ///< medians
  double spread;              ///< the middle half of all ratios, relative
  double error;
  std::string limit;
  double limitTime; ///< the least that the machine takes
  bool isRight() const { return error <= what.tolerance; }
  double bar() const {
    return what.bar == 0 ? 0 : what.bar + (threads > 1 ? 0.05 : 0);
  }
};

class Harness {
public:
  explicit Harness(const Options &options);
  bool wants(const Case &what) const;
  const std::vector<int> &threads() const { return options.threads; }

  /// Times both sides. `difference` compares their results, which have just
  /// been computed.
  void row(const Case &what, int threads, const std::function<void()> &ours,
           const std::function<void()> &theirs,
           const std::function<double()> &difference);
  /// Says why a row is missing.
  void skip(const Case &what, const std::string &reason);
  const Limits &limits(int threads);

  /// Writes the files; returns how many rows are wrong in their numbers.
  int finish();

private:
  void print(const Record &record) const;
  Options options;
  std::map<int, Limits> known;
  std::vector<Record> records;
};

} // namespace bench

#endif // GYRE_BENCH_HARNESS_H

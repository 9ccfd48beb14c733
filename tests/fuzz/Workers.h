// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbered cases in processes of their own, so that a crash or a hang is pinned
// to its case and the others go on.

#ifndef GYRE_TESTS_FUZZ_WORKERS_H
#define GYRE_TESTS_FUZZ_WORKERS_H

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mlir::gyre::fuzz {

/// What a case came to, as counted by workers.
constexpr size_t maxOutcomes = 8;

/// Where a worker is; in memory that it shares with the parent.
struct Progress {
  std::atomic<int64_t> index;
  /// Processor time of the worker when it began with the case, in ns.
  std::atomic<int64_t> begin;
  std::atomic<int64_t> beginWall;
  /// The case itself, for whom it kills.
  std::array<char, 1 << 18> text;
};

struct Shared {
  std::atomic<int64_t> next;
  std::array<std::atomic<int64_t>, maxOutcomes> outcomes;
  std::array<Progress, 64> workers;
};

struct Ended {
  int64_t index;
  /// "signal 11", "no end after 20 s", ..
  std::string how;
  /// What the worker had made of its case, see `say`.
  std::string text;
  /// What the worker had printed.
  std::string output;
};

/// Runs `work(i)` for each i in [begin, end), `jobs` at a time. `work` returns
/// whether its process may go on with further cases; `ended` hears, in the
/// parent, of those that did not return.
class Workers {
public:
  Workers(int jobs, double seconds);
  void run(int64_t begin, int64_t end, const std::function<bool(int64_t)> &work,
           const std::function<void(const Ended &)> &ended);
  /// Called by `work`.
  void say(const std::string &text);
  /// What the current case has printed so far.
  std::string printed() const;
  void count(size_t outcome) { ++shared->outcomes[outcome]; }
  int64_t counted(size_t outcome) const { return shared->outcomes[outcome]; }

private:
  struct Child;
  void start(Child &child, int slot, int64_t end,
             const std::function<bool(int64_t)> &work);
  bool isStuck(const Child &child, int slot) const;

  int jobs;
  double seconds;
  Shared *shared;
  /// In a worker: its own.
  Progress *mine = nullptr;
  int64_t outputBegin = 0;
};

} // namespace mlir::gyre::fuzz

#endif // GYRE_TESTS_FUZZ_WORKERS_H

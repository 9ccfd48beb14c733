// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the machine can do at best, measured in the same run as the kernels.

#ifndef GYRE_BENCH_LIMITS_H
#define GYRE_BENCH_LIMITS_H

#include <cstdint>
#include <string>

namespace bench {

/// What one call of a kernel has to do, by whichever way.
struct Work {
  double read = 0, written = 0; ///< bytes, each operand and result once
  double operations = 0;        ///< multiplications and additions
  double exponentials = 0;      ///< and functions that cost as much
  double footprint = 0; ///< bytes that calls walk through, if more than one's
};

/// The rates of one number of threads, in units a millisecond.
class Limits {
public:
  static Limits measure(int threads);

  /// The least time that `work` can take, and what binds: "copy", "read",
  /// "fma" or "exp".
  double time(const Work &work, std::string &binding) const;
  void print() const;

  /// Where operands are: caches of a core, the last cache, memory.
  enum Place { near, far, memory, places };
  static Place placeOf(double bytes, int threads);
  static const char *nameOf(Place place);

  int threads = 1;
  double copyOrdinary[places] = {}, copyStreaming[places] = {};
  double read[places] = {};
  double triad = 0; ///< two read, one written, out of memory
  double fma = 0;   ///< operations, two each
  double exp = 0;
  double copy(Place place) const {
    return copyOrdinary[place] > copyStreaming[place] ? copyOrdinary[place]
                                                      : copyStreaming[place];
  }
};

/// Milliseconds: of this thread where there is one, which others on the machine
/// don't change much, on the clock where there are more.
double now(int threads);

/// The processor and its vector extensions, for people.
std::string describeMachine();

} // namespace bench

#endif // GYRE_BENCH_LIMITS_H

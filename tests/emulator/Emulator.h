// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A block of threads on fibres: each thread runs until it has to meet others.

#ifndef GYRE_TESTS_EMULATOR_EMULATOR_H
#define GYRE_TESTS_EMULATOR_EMULATOR_H

#include <cstdint>

namespace emulator {

constexpr unsigned warpThreads = 32;

/// In which order the threads of a block are resumed.
enum class Order { forward, backward, shuffled };

struct Launch {
  /// `void kernel(void **parameters)` of one thread.
  void (*kernel)(void **);
  void **parameters;
  unsigned blocks, threads;
  const char *name;
  /// No thread waits for others.
  bool alone;
};

void run(const Launch &launch, Order order);

/// Says what is wrong with the running kernel, and ends the process.
[[noreturn]] __attribute__((format(printf, 1, 2))) void
fault(const char *format, ...);

/// What a thread knows of itself.
struct Thread {
  unsigned id, block;
};
const Thread &self();
unsigned blockThreads();
unsigned gridBlocks();

/// The running thread waits until all of its block are here.
void meetBlock();

/// The running thread hands `value` to the others of its warp; when all are
/// here, gets what thread `from` of the warp handed over. `what` says which
/// operation it is: threads that meet have to agree.
struct WarpValues {
  uint64_t words[warpThreads][8];
};
const WarpValues &meetWarp(const char *what, const void *value, unsigned bytes);

/// 16 bytes on their way into shared memory, those behind `bytes` zeros. They
/// arrive when the running thread waits for them, or at once: with the order
/// of threads that changes from launch to launch.
struct Copy {
  void *to;
  const void *from;
  unsigned bytes;
};
void startCopy(const Copy &copy);
/// Makes a group of the copies since the last one.
void commitCopies();
/// Until all groups but the last `pending` have arrived.
void waitForCopies(unsigned pending);

} // namespace emulator

#endif // GYRE_TESTS_EMULATOR_EMULATOR_H

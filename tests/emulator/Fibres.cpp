// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A block of threads on fibres.

#include "Emulator.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <ucontext.h>
#include <vector>

// There where the program is sanitized: switching stacks would confuse it.
extern "C" {
__attribute__((weak)) void
__sanitizer_start_switch_fiber(void **save, const void *bottom, size_t size);
__attribute__((weak)) void
__sanitizer_finish_switch_fiber(void *save, const void **bottom, size_t *size);
}

using namespace emulator;

namespace {
constexpr size_t stackBytes = 128 << 10;

enum class State { ready, inBlock, inWarp, done };

struct Fibre {
  Thread thread;
  State state;
  ucontext_t context;
  std::unique_ptr<char[]> stack;
  const char *what; ///< the operation at which it waits with its warp
  /// Copies on their way, and how many of them each group has.
  std::deque<Copy> copies;
  std::deque<size_t> groups;
  size_t open = 0; ///< in no group yet
};

struct Warp {
  unsigned waiting = 0;
  /// Two sets: threads may hand over their next values while others still have
  /// to read these.
  WarpValues values[2];
  unsigned set = 0;
};

/// The one launch that runs.
struct Machine {
  Launch launch;
  Order order;
  std::vector<Fibre> fibres;
  std::vector<Warp> warps;
  Fibre *running = nullptr;
  ucontext_t scheduler;
  void *schedulerStack = nullptr;
  const void *bottom = nullptr;
  size_t bottomBytes = 0;
} machine;
} // namespace

void emulator::fault(const char *format, ...) {
  std::fprintf(stderr,
               "emulator: %s, block %u, thread %u: ", machine.launch.name,
               machine.running ? machine.running->thread.block : 0,
               machine.running ? machine.running->thread.id : 0);
  va_list list;
  va_start(list, format);
  std::vfprintf(stderr, format, list);
  va_end(list);
  std::fputc('\n', stderr);
  std::abort();
}

const Thread &emulator::self() { return machine.running->thread; }
unsigned emulator::blockThreads() { return machine.launch.threads; }
unsigned emulator::gridBlocks() { return machine.launch.blocks; }

//===----------------------------------------------------------------------===//
// Switching
//===----------------------------------------------------------------------===//

/// From a fibre back to the scheduler.
static void leave(bool forGood) {
  Fibre &fibre = *machine.running;
  void *stack = nullptr;
  if (__sanitizer_start_switch_fiber)
    __sanitizer_start_switch_fiber(forGood ? nullptr : &stack, machine.bottom,
                                   machine.bottomBytes);
  swapcontext(&fibre.context, &machine.scheduler);
  if (__sanitizer_finish_switch_fiber)
    __sanitizer_finish_switch_fiber(stack, nullptr, nullptr);
}

static void start() {
  if (__sanitizer_finish_switch_fiber)
    __sanitizer_finish_switch_fiber(nullptr, &machine.bottom,
                                    &machine.bottomBytes);
  machine.launch.kernel(machine.launch.parameters);
  if (!machine.running->copies.empty())
    fault("ends with %zu copies on their way", machine.running->copies.size());
  machine.running->groups.clear();
  machine.running->state = State::done;
  leave(/*forGood=*/true);
}

static void resume(Fibre &fibre) {
  machine.running = &fibre;
  if (__sanitizer_start_switch_fiber)
    __sanitizer_start_switch_fiber(&machine.schedulerStack, fibre.stack.get(),
                                   stackBytes);
  swapcontext(&machine.scheduler, &fibre.context);
  if (__sanitizer_finish_switch_fiber)
    __sanitizer_finish_switch_fiber(machine.schedulerStack, nullptr, nullptr);
  machine.running = nullptr;
}

//===----------------------------------------------------------------------===//
// Meeting
//===----------------------------------------------------------------------===//

void emulator::meetBlock() {
  machine.running->state = State::inBlock;
  leave(/*forGood=*/false);
}

const WarpValues &emulator::meetWarp(const char *what, const void *value,
                                     unsigned bytes) {
  Fibre &fibre = *machine.running;
  Warp &warp = machine.warps[fibre.thread.id / warpThreads];
  unsigned set = warp.set;
  std::memcpy(warp.values[set].words[fibre.thread.id % warpThreads], value,
              bytes);
  fibre.what = what;
  fibre.state = State::inWarp;
  ++warp.waiting;
  leave(/*forGood=*/false);
  return warp.values[set];
}

/// Releases a warp whose threads are all here. False where some are not.
static bool releaseWarp(unsigned w) {
  if (machine.warps[w].waiting != warpThreads)
    return false;
  Fibre *first = &machine.fibres[w * warpThreads];
  for (unsigned i = 0; i < warpThreads; ++i) {
    if (std::strcmp(first[i].what, first->what) != 0) {
      machine.running = &first[i];
      fault("expected all threads of the warp at %s, got %s", first->what,
            first[i].what);
    }
    first[i].state = State::ready;
  }
  machine.warps[w].waiting = 0;
  machine.warps[w].set ^= 1;
  return true;
}

static bool releaseBlock() {
  for (Fibre &fibre : machine.fibres)
    if (fibre.state != State::inBlock)
      return false;
  for (Fibre &fibre : machine.fibres)
    fibre.state = State::ready;
  return true;
}

static void reportDeadlock() {
  for (Fibre &fibre : machine.fibres) {
    machine.running = &fibre;
    if (fibre.state == State::inWarp)
      fault("waits for its warp at %s for ever", fibre.what);
  }
  for (Fibre &fibre : machine.fibres) {
    machine.running = &fibre;
    if (fibre.state == State::inBlock)
      fault("waits at a barrier for ever: other threads have ended");
  }
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

static void arrive(const Copy &copy) {
  std::memcpy(copy.to, copy.from, copy.bytes);
  std::memset(static_cast<char *>(copy.to) + copy.bytes, 0, 16 - copy.bytes);
}

void emulator::startCopy(const Copy &copy) {
  // Early in one order, as late as may be in the others.
  if (machine.order == Order::backward) {
    arrive(copy);
    return;
  }
  machine.running->copies.push_back(copy);
  ++machine.running->open;
}

void emulator::commitCopies() {
  Fibre &fibre = *machine.running;
  fibre.groups.push_back(fibre.open);
  fibre.open = 0;
}

void emulator::waitForCopies(unsigned pending) {
  Fibre &fibre = *machine.running;
  for (; fibre.groups.size() > pending; fibre.groups.pop_front())
    for (size_t i = fibre.groups.front(); i > 0; --i) {
      arrive(fibre.copies.front());
      fibre.copies.pop_front();
    }
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

static std::vector<unsigned> makeOrder(Order order, unsigned count) {
  std::vector<unsigned> list(count);
  for (unsigned i = 0; i < count; ++i)
    list[i] = order == Order::backward ? count - 1 - i : i;
  if (order == Order::shuffled) {
    uint64_t state = 0x9E3779B97F4A7C15u;
    for (unsigned i = count; i > 1; --i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      std::swap(list[i - 1], list[(state >> 33) % i]);
    }
  }
  return list;
}

static void runBlock(unsigned block, const std::vector<unsigned> &order) {
  for (unsigned t = 0; t < machine.launch.threads; ++t) {
    Fibre &fibre = machine.fibres[t];
    fibre.thread = {t, block};
    fibre.state = State::ready;
    getcontext(&fibre.context);
    fibre.context.uc_stack.ss_sp = fibre.stack.get();
    fibre.context.uc_stack.ss_size = stackBytes;
    fibre.context.uc_link = nullptr;
    makecontext(&fibre.context, start, 0);
  }
  // Threads in step, warp after warp; but in two orders of three a warp runs
  // as far ahead of the others as barriers let it.
  bool inStep = machine.order == Order::shuffled;
  auto resumeReady = [&](const unsigned *first, size_t count) {
    bool any = false;
    for (size_t i = 0; i < count; ++i)
      if (machine.fibres[first[i]].state == State::ready) {
        resume(machine.fibres[first[i]]);
        any = true;
      }
    return any;
  };
  for (;;) {
    bool any = false;
    if (inStep) {
      any = resumeReady(order.data(), order.size());
      for (unsigned w = 0; w < machine.warps.size(); ++w)
        any |= releaseWarp(w);
    } else {
      for (size_t i = 0; i < order.size(); i += warpThreads)
        do
          any |= resumeReady(&order[i], warpThreads);
        while (releaseWarp(order[i] / warpThreads));
    }
    if (releaseBlock() || any)
      continue;
    if (std::all_of(machine.fibres.begin(), machine.fibres.end(),
                    [](const Fibre &f) { return f.state == State::done; }))
      return;
    reportDeadlock();
  }
}

void emulator::run(const Launch &launch, Order order) {
  machine.launch = launch;
  machine.order = order;
  std::vector<unsigned> threads = makeOrder(order, launch.threads);
  std::vector<unsigned> blocks = makeOrder(order, launch.blocks);
  if (launch.alone) {
    Fibre only;
    machine.running = &only;
    for (unsigned block : blocks)
      for (unsigned thread : threads) {
        only.thread = {thread, block};
        launch.kernel(launch.parameters);
      }
    machine.running = nullptr;
    return;
  }
  if (machine.fibres.size() != launch.threads) {
    machine.fibres = std::vector<Fibre>(launch.threads);
    for (Fibre &fibre : machine.fibres)
      fibre.stack.reset(new char[stackBytes]);
  }
  machine.warps = std::vector<Warp>(launch.threads / warpThreads);
  for (unsigned block : blocks)
    runBlock(block, threads);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parallel loops on OpenMP's threads or on the host's. The only file that
// knows OpenMP.

#include "Loop.h"

#include <algorithm>
#include <atomic>

// What `#pragma omp parallel num_threads(n)` is compiled to. GCC's and LLVM's
// OpenMP libraries both have these, so a program may link either and never
// gets two thread pools, whichever compiler this file has seen.
extern "C" {
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads,
                   unsigned flags);
int omp_get_thread_num(void);
int omp_get_max_threads(void);
}

namespace {

/// One parallel loop. A worker owns a slot of the scratch and takes pieces
/// until none is left.
struct Loop {
  int64_t count;
  gyre_kernel kernel;
  void *args;
  char *scratch;
  int64_t stride;
  std::atomic<int64_t> next{0};

  void work(int64_t slot) {
    int64_t pieces = gyre::pieceCount(count);
    for (int64_t piece;
         (piece = next.fetch_add(1, std::memory_order_relaxed)) < pieces;)
      kernel(gyre::pieceBegin(count, piece), gyre::pieceBegin(count, piece + 1),
             scratch + slot * stride, args);
  }
};

} // namespace

int32_t gyre_max_threads(void) { return omp_get_max_threads(); }

void gyre_parallel_for(gyre_frame *frame, int64_t count, gyre_kernel kernel,
                       void *args, int64_t scratchBytes) {
  if (count <= 0)
    return;
  int64_t stride = gyre::alignUp(scratchBytes);
  int64_t workers = std::min(frame->threads, gyre::pieceCount(count));
  if (stride > 0)
    workers = std::min(workers, frame->scratch_bytes / stride);

  Loop loop{count, kernel, args, static_cast<char *>(frame->scratch), stride};
  if (workers <= 1)
    return loop.work(0);
  if (frame->parallel_for)
    return frame->parallel_for(
        frame->parallel_for_user, workers,
        [](void *context, int64_t slot) {
          static_cast<Loop *>(context)->work(slot);
        },
        &loop);
  // OpenMP may give fewer threads than asked for, never more.
  GOMP_parallel(
      [](void *context) {
        static_cast<Loop *>(context)->work(omp_get_thread_num());
      },
      &loop, unsigned(workers), 0);
}

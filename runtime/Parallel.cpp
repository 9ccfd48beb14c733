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

/// Pieces that a worker takes before it helps others; a cache line of its own.
struct alignas(64) Share {
  std::atomic<int64_t> next;
  int64_t end;
};

/// One parallel loop. A worker owns a slot of the scratch and takes pieces
/// until none is left. Its own share comes first, neighbouring pieces:
/// so it streams through memory, and finds in its cache what it left there in
/// the call before. Then it helps others, since pieces differ in work.
struct Loop {
  static constexpr int64_t maxShares = 16;

  int64_t count;
  gyre_kernel kernel;
  void *args;
  char *scratch;
  int64_t stride;
  int64_t shareCount;
  Share shares[maxShares];

  Loop(int64_t count, gyre_kernel kernel, void *args, void *scratch,
       int64_t stride, int64_t workers)
      : count(count), kernel(kernel), args(args),
        scratch(static_cast<char *>(scratch)), stride(stride),
        shareCount(std::clamp<int64_t>(workers, 1, maxShares)) {
    int64_t pieces = gyre::pieceCount(count);
    for (int64_t i = 0; i < shareCount; ++i) {
      shares[i].next.store(pieces * i / shareCount, std::memory_order_relaxed);
      shares[i].end = pieces * (i + 1) / shareCount;
    }
  }

  void work(int64_t slot) {
    for (int64_t i = 0; i < shareCount; ++i) {
      Share &share = shares[(slot + i) % shareCount];
      for (int64_t piece; (piece = share.next.fetch_add(
                               1, std::memory_order_relaxed)) < share.end;)
        kernel(gyre::pieceBegin(count, piece),
               gyre::pieceBegin(count, piece + 1), scratch + slot * stride,
               args);
    }
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

  Loop loop(count, kernel, args, frame->scratch, stride, workers);
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

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parallel loops: each tile once, scratch of one's own, pieces that depend on
// the count only.

#include "Entry.h"
#include "runtime/Loop.h"

#include <atomic>
#include <doctest/doctest.h>
#include <mutex>
#include <set>
#include <thread>

using test::Entry;

namespace {

/// What a loop's kernel writes down.
struct Record {
  explicit Record(int64_t count) : visits(size_t(count)) {}

  std::vector<std::atomic<int>> visits;
  std::set<std::pair<int64_t, int64_t>> pieces;
  std::set<void *> scratch, inUse;
  bool isShared = false;
  std::mutex mutex;
};

void kernel(int64_t begin, int64_t end, void *scratch, void *args) {
  auto &record = *static_cast<Record *>(args);
  {
    std::lock_guard lock(record.mutex);
    record.pieces.insert({begin, end});
    record.scratch.insert(scratch);
    record.isShared |= !record.inUse.insert(scratch).second;
  }
  std::this_thread::yield();
  for (int64_t i = begin; i < end; ++i)
    ++record.visits[size_t(i)];
  std::lock_guard lock(record.mutex);
  record.inUse.erase(scratch);
}

bool visitedOnce(const Record &record) {
  for (auto &visit : record.visits)
    if (visit != 1)
      return false;
  return true;
}

/// Scratch of 100 bytes a thread.
struct Loop : Entry {
  Loop() {
    info.workspace = [](const int64_t *, int64_t *, int64_t *scratch) {
      *scratch = 100;
    };
  }
};

constexpr int64_t counts[] = {0, 1, 2, 3, 255, 256, 257, 1000};

TEST_CASE("parallel: each tile once, the same pieces for any threads") {
  for (int64_t count : counts) {
    std::set<std::pair<int64_t, int64_t>> pieces;
    for (int32_t threads = 1; threads <= 4; ++threads) {
      Loop loop;
      gyre_call call = GYRE_CALL_INIT;
      call.threads = threads;
      REQUIRE(loop.enter(0, 0, &call) == GYRE_SUCCESS);
      Record record(count);
      gyre_parallel_for(&loop.frame, count, kernel, &record, 100);
      gyre_leave(&loop.frame);
      CHECK(visitedOnce(record));
      CHECK_FALSE(record.isShared);
      CHECK(record.scratch.size() <= size_t(threads));
      for (void *scratch : record.scratch)
        CHECK(uintptr_t(scratch) % GYRE_WORKSPACE_ALIGNMENT == 0);
      if (threads == 1)
        pieces = record.pieces;
      CHECK(record.pieces == pieces);
    }
  }
}

TEST_CASE("parallel: no more threads than scratch is there for") {
  alignas(64) static char space[128];
  Loop loop;
  gyre_call call = GYRE_CALL_INIT;
  call.threads = 4;
  call.workspace = space;
  call.workspace_bytes = sizeof(space);
  REQUIRE(loop.enter(0, 0, &call) == GYRE_SUCCESS);
  Record record(500);
  gyre_parallel_for(&loop.frame, 500, kernel, &record, 100);
  gyre_leave(&loop.frame);
  CHECK(visitedOnce(record));
  CHECK(record.scratch == std::set<void *>{space});
}

/// Threads of its own, and a note that it has been asked.
void hostLoop(void *user, int64_t count, void (*task)(void *, int64_t),
              void *context) {
  *static_cast<int64_t *>(user) += count;
  std::vector<std::thread> threads;
  for (int64_t i = count - 1; i >= 0; --i)
    threads.emplace_back(task, context, i);
  for (auto &thread : threads)
    thread.join();
}

TEST_CASE("parallel: the host's own threads") {
  Loop loop;
  int64_t tasks = 0;
  gyre_call call = GYRE_CALL_INIT;
  call.threads = 3;
  call.parallel_for = hostLoop;
  call.parallel_for_user = &tasks;
  REQUIRE(loop.enter(0, 0, &call) == GYRE_SUCCESS);
  Record record(300);
  gyre_parallel_for(&loop.frame, 300, kernel, &record, 100);
  gyre_leave(&loop.frame);
  CHECK(tasks == 3);
  CHECK(visitedOnce(record));
  CHECK_FALSE(record.isShared);
}

TEST_CASE("parallel: several calls at a time") {
  std::atomic<int> good{0};
  std::vector<std::thread> users;
  for (int user = 0; user < 4; ++user)
    users.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        Loop loop;
        gyre_call call = GYRE_CALL_INIT;
        call.threads = 2;
        if (loop.enter(0, 0, &call) != GYRE_SUCCESS)
          return;
        Record record(64);
        gyre_parallel_for(&loop.frame, 64, kernel, &record, 100);
        gyre_leave(&loop.frame);
        good += visitedOnce(record) && !record.isShared;
      }
    });
  for (auto &user : users)
    user.join();
  CHECK(good == 80);
}

TEST_CASE("parallel: serial loops") {
  for (int64_t count : counts) {
    Loop loop;
    REQUIRE(loop.enter(0, 0) == GYRE_SUCCESS);
    Record record(count);
    gyre_serial_for(&loop.frame, count, kernel, &record, 100);
    gyre_leave(&loop.frame);
    CHECK(visitedOnce(record));
    CHECK(record.pieces.size() == (count > 0));
  }
}

TEST_CASE("parallel: pieces of the largest count") {
  int64_t end = INT64_MAX, pieces = gyre::pieceCount(end);
  CHECK(gyre::pieceBegin(end, 0) == 0);
  CHECK(gyre::pieceBegin(end, pieces) == end);
  for (int64_t i = 0; i < pieces; ++i)
    CHECK(gyre::pieceBegin(end, i) < gyre::pieceBegin(end, i + 1));
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Forks workers, watches them and replaces those that end.

#include "fuzz/Workers.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir::gyre::fuzz;

/// A worker ends after so many cases: attributes and types are never freed.
static constexpr int casesPerProcess = 200;
/// Far above what a small graph takes, so that a runaway ends here and not with
/// the machine.
static constexpr rlim_t memoryLimit = rlim_t(8) << 30;

struct Workers::Child {
  pid_t pid = 0;
  std::FILE *output = nullptr;
};

static int64_t now(clockid_t clock) {
  timespec t;
  if (clock_gettime(clock, &t) != 0)
    return 0;
  return int64_t(t.tv_sec) * 1000000000 + t.tv_nsec;
}

Workers::Workers(int jobs, double seconds) : jobs(jobs), seconds(seconds) {
  void *memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw std::bad_alloc();
  shared = new (memory) Shared();
}

void Workers::start(Child &child, int slot, int64_t end,
                    const std::function<bool(int64_t)> &work) {
  Progress &progress = shared->workers[slot];
  progress.index = -1;
  child.output = std::tmpfile();
  std::fflush(nullptr);
  child.pid = fork();
  if (child.pid != 0)
    return;
  mine = &progress;
  rlimit limit = {memoryLimit, memoryLimit};
  setrlimit(RLIMIT_AS, &limit);
  limit = {0, 0};
  setrlimit(RLIMIT_CORE, &limit);
  dup2(fileno(child.output), STDERR_FILENO);
  for (int n = 0; n < casesPerProcess; ++n) {
    int64_t i = shared->next++;
    if (i >= end)
      break;
    progress.begin = now(CLOCK_PROCESS_CPUTIME_ID);
    progress.beginWall = now(CLOCK_MONOTONIC);
    progress.text[0] = 0;
    outputBegin = lseek(STDERR_FILENO, 0, SEEK_CUR);
    progress.index = i;
    bool goOn = work(i);
    progress.index = -1;
    if (!goOn)
      break;
  }
  std::fflush(nullptr);
  _exit(0);
}

void Workers::say(const std::string &text) {
  if (mine)
    std::snprintf(mine->text.data(), mine->text.size(), "%s", text.c_str());
}

std::string Workers::printed() const {
  std::string text(1 << 16, 0);
  std::fflush(stderr);
  ssize_t count = pread(STDERR_FILENO, text.data(), text.size(), outputBegin);
  text.resize(count < 0 ? 0 : size_t(count));
  return text;
}

/// Processor time counts, as others may keep the machine busy; but one that
/// waits for ever takes none.
bool Workers::isStuck(const Child &child, int slot) const {
  const Progress &progress = shared->workers[slot];
  clockid_t clock;
  if (progress.index < 0 || clock_getcpuclockid(child.pid, &clock) != 0)
    return false;
  double used = 1e-9 * double(now(clock) - progress.begin);
  double waited = 1e-9 * double(now(CLOCK_MONOTONIC) - progress.beginWall);
  return used > seconds || waited > 10 * seconds;
}

static std::string readAll(std::FILE *file) {
  std::string text;
  std::rewind(file);
  char buffer[4096];
  while (size_t n = std::fread(buffer, 1, sizeof buffer, file))
    text.append(buffer, n);
  std::fclose(file);
  return text;
}

void Workers::run(int64_t begin, int64_t end,
                  const std::function<bool(int64_t)> &work,
                  const std::function<void(const Ended &)> &ended) {
  shared->next = begin;
  std::vector<Child> children(jobs);
  for (int slot = 0; slot < jobs; ++slot)
    start(children[slot], slot, end, work);
  for (int running = jobs; running > 0;) {
    usleep(20000);
    for (int slot = 0; slot < jobs; ++slot) {
      Child &child = children[slot];
      if (child.pid == 0)
        continue;
      bool stuck = isStuck(child, slot);
      if (stuck)
        kill(child.pid, SIGKILL);
      int status;
      if (waitpid(child.pid, &status, stuck ? 0 : WNOHANG) != child.pid)
        continue;
      int64_t index = shared->workers[slot].index;
      std::string output = readAll(child.output);
      if (index >= 0) {
        std::string how =
            stuck ? "no end after " + std::to_string(int(seconds)) + " s"
            : WIFSIGNALED(status)
                ? "signal " + std::to_string(WTERMSIG(status))
                : "exit status " + std::to_string(WEXITSTATUS(status));
        ended({index, how, shared->workers[slot].text.data(), output});
      }
      child.pid = 0;
      if (shared->next < end)
        start(child, slot, end, work);
      else
        --running;
    }
  }
}

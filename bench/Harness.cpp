// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times two ways of computing one thing, alternating in one process, and
// prints their ratio.

#include "Harness.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>

using namespace bench;

static std::mt19937_64 &generator() {
  static std::mt19937_64 g(std::random_device{}());
  return g;
}

Array::Array(size_t count) : count(count) {
  size_t bytes = (count * sizeof(float) + 63) / 64 * 64 + 64;
  data = static_cast<float *>(std::aligned_alloc(64, bytes));
  if (!data)
    throw std::bad_alloc();
  std::memset(data, 0, bytes); // no page fault is timed
}

Array::Array(size_t count, std::function<float(std::mt19937_64 &)> draw)
    : Array(count) {
  for (size_t i = 0; i < count; ++i)
    data[i] = draw(generator());
}

Array::~Array() { std::free(data); }

double bench::relativeDifference(const float *x, const float *y, size_t count) {
  double error = 0, largest = 0;
  for (size_t i = 0; i < count; ++i) {
    double e = std::fabs(double(x[i]) - y[i]);
    error = e <= error ? error : e; // NaN is kept
    largest = std::max(largest, std::fabs(double(y[i])));
  }
  return error / std::max(largest, 1e-30);
}

Harness::Harness(const Options &options) : options(options) {
  if (!options.json)
    std::printf("%-34s %7s %11s %11s %6s %6s %9s\n", "kernel", "threads",
                "gyre ms", "by hand ms", "ratio", "bound", "error");
}

bool Harness::wants(const std::string &name) const {
  return options.names.empty() ||
         std::any_of(options.names.begin(), options.names.end(),
                     [&](const std::string &part) {
                       return name.find(part) != std::string::npos;
                     });
}

/// One thread: the time that this thread had a core, which others on the
/// machine don't change much. More: time on the clock.
static double now(int threads) {
  timespec t;
  clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2,
                   values.end());
  return values[values.size() / 2];
}

void Harness::row(const std::string &name, int threads, double bound,
                  const std::function<void()> &candidate,
                  const std::function<void()> &reference,
                  const std::function<double()> &difference, double tolerance) {
  auto time = [&](const std::function<void()> &side, int repeats) {
    double start = now(threads);
    for (int i = 0; i < repeats; ++i)
      side();
    return (now(threads) - start) / repeats;
  };
  // Warm up, and repeat short calls until they take 2 ms.
  time(reference, 1);
  time(candidate, 1);
  double error = difference();
  double once = std::min(time(candidate, 1), time(reference, 1));
  int repeats =
      std::clamp(static_cast<int>(2.0 / std::max(once, 1e-5)), 1, 100000);
  std::vector<double> candidates, references, ratios;
  for (int round = 0; round < options.rounds + 2; ++round) {
    double one, other;
    if (round % 2) {
      one = time(candidate, repeats);
      other = time(reference, repeats);
    } else {
      other = time(reference, repeats);
      one = time(candidate, repeats);
    }
    if (round < 2)
      continue;
    candidates.push_back(one);
    references.push_back(other);
    ratios.push_back(one / other);
  }
  rows.push_back({name, threads, bound, median(candidates), median(references),
                  median(ratios), error, tolerance});
  if (!options.json)
    print(rows.back());
}

void Harness::print(const Row &row) const {
  char bound[16] = "-";
  if (row.bound)
    std::snprintf(bound, sizeof bound, "%.2f", row.bound);
  std::printf("%-34s %7d %11.4f %11.4f %6.3f %6s %9.1e%s%s\n", row.name.c_str(),
              row.threads, row.candidate, row.reference, row.ratio, bound,
              row.difference,
              row.bound && row.ratio > row.bound ? "  slower" : "",
              row.difference <= row.tolerance ? "" : "  WRONG");
  std::fflush(stdout);
}

int Harness::finish() const {
  int wrong = 0;
  for (const Row &row : rows)
    wrong += !(row.difference <= row.tolerance);
  if (options.json) {
    std::printf("[");
    const char *separator = "\n";
    for (const Row &row : rows) {
      std::printf(
          "%s  {\"kernel\": \"%s\", \"threads\": %d, \"gyre_ms\": %.5f, "
          "\"reference_ms\": %.5f, \"ratio\": %.4f, \"bound\": %.2f, "
          "\"error\": %.3g, \"right\": %s}",
          separator, row.name.c_str(), row.threads, row.candidate,
          row.reference, row.ratio, row.bound,
          std::isfinite(row.difference) ? row.difference : 1e30,
          row.difference <= row.tolerance ? "true" : "false");
      separator = ",\n";
    }
    std::printf("\n]\n");
  }
  return wrong;
}

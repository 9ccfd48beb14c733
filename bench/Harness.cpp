// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times two ways of computing one thing, alternating in one process.

#include "Harness.h"

#include "Report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace bench;

double bench::relativeDifference(const float *x, const float *y, size_t count) {
  double error = 0, largest = 0;
  for (size_t i = 0; i < count; ++i) {
    double e = std::fabs(double(x[i]) - y[i]);
    error = e <= error ? error : e; // NaN is kept
    largest = std::max(largest, std::fabs(double(y[i])));
  }
  return error / std::max(largest, 1e-30);
}

static float fromBits(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

double bench::relativeDifference(const uint16_t *x, const uint16_t *y,
                                 size_t count) {
  double error = 0, largest = 0;
  for (size_t i = 0; i < count; ++i) {
    double e = std::fabs(double(fromBits(x[i])) - fromBits(y[i]));
    error = e <= error ? error : e;
    largest = std::max(largest, std::fabs(double(fromBits(y[i]))));
  }
  return error / std::max(largest, 1e-30);
}

double bench::mismatches(const int32_t *x, const int32_t *y, size_t count) {
  size_t different = 0;
  for (size_t i = 0; i < count; ++i)
    different += x[i] != y[i];
  return count ? double(different) / count : 0;
}

Harness::Harness(const Options &options) : options(options) {
  std::printf("%s\n", describeMachine().c_str());
  for (int threads : options.threads)
    limits(threads).print();
  std::printf("%-46s %3s %9s %9s %6s %5s %6s %-5s %5s %5s %8s\n", "kernel",
              "thr", "gyre ms", "other ms", "ratio", "bar", "spread", "limit",
              "gyre", "other", "error");
}

const Limits &Harness::limits(int threads) {
  auto it = known.find(threads);
  if (it == known.end())
    it = known.emplace(threads, Limits::measure(threads)).first;
  return it->second;
}

bool Harness::wants(const Case &what) const {
  return options.filters.empty() ||
         std::any_of(options.filters.begin(), options.filters.end(),
                     [&](const std::string &part) {
                       return what.title().find(part) != std::string::npos;
                     });
}

static double quantile(std::vector<double> values, double share) {
  auto at = values.begin() + static_cast<int64_t>((values.size() - 1) * share);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

void Harness::row(const Case &what, int threads,
                  const std::function<void()> &ours,
                  const std::function<void()> &theirs,
                  const std::function<double()> &difference) {
  auto time = [&](const std::function<void()> &side, int repeats) {
    double start = now(threads);
    for (int i = 0; i < repeats; ++i)
      side();
    return (now(threads) - start) / repeats;
  };
  // Warm up, and repeat short calls until they take 2 ms.
  time(theirs, 1);
  time(ours, 1);
  double error = difference();
  double once = std::min(time(ours, 1), time(theirs, 1));
  int repeats =
      std::clamp(static_cast<int>(2.0 / std::max(once, 1e-5)), 1, 100000);
  std::vector<double> mine, other, ratios;
  for (int round = 0; round < options.rounds + 2; ++round) {
    double one, two;
    if (round % 2) {
      one = time(ours, repeats);
      two = time(theirs, repeats);
    } else {
      two = time(theirs, repeats);
      one = time(ours, repeats);
    }
    if (round < 2)
      continue;
    mine.push_back(one);
    other.push_back(two);
    ratios.push_back(one / two);
  }
  Record record{what,
                threads,
                quantile(mine, 0.5),
                quantile(other, 0.5),
                quantile(ratios, 0.5),
                0,
                error,
                "",
                0};
  record.spread =
      (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / record.ratio;
  record.limitTime = limits(threads).time(what.work, record.limit);
  records.push_back(record);
  print(record);
}

void Harness::skip(const Case &what, const std::string &reason) {
  std::printf("%-46s skipped: %s\n", what.title().c_str(), reason.c_str());
}

void Harness::print(const Record &record) const {
  char bar[16] = "-";
  if (record.bar() != 0)
    std::snprintf(bar, sizeof bar, "%.2f", record.bar());
  std::printf(
      "%-46s %3d %9.4f %9.4f %6.3f %5s %6.3f %-5s %5.2f %5.2f %8.1e%s%s\n",
      record.what.title().c_str(), record.threads, record.ours, record.theirs,
      record.ratio, bar, record.spread, record.limit.c_str(),
      record.limitTime / record.ours, record.limitTime / record.theirs,
      record.error,
      record.bar() != 0 && record.ratio > record.bar() ? "  slower" : "",
      record.isRight() ? "" : "  WRONG");
  std::fflush(stdout);
}

int Harness::finish() {
  if (!options.json.empty())
    writeJson(options.json, records);
  if (!options.picture.empty())
    writePicture(options.picture, records, known);
  return static_cast<int>(
      std::count_if(records.begin(), records.end(),
                    [](const Record &r) { return !r.isRight(); }));
}

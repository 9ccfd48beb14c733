// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rotary embedding from tables, in caches and out of memory, and the operator.

#include "Rows.h"
#include "references/References.h"

#include "rotary.h"

#include <cmath>

using namespace bench;

namespace {
using Fixed = int32_t (*)(const float *, const float *, const float *, float *,
                          gyre_call *);
using Open = int32_t (*)(const float *, const float *, const float *, float *,
                         int64_t, int64_t, gyre_call *);

struct Shape {
  const char *kernel, *shape;
  int64_t heads, T, head;
  decltype(&reference::rotaryHalves) byHand;
  Fixed fixed; ///< null: with sizes at run time only
  Open open;
};

const Shape shapes[] = {
    {"rotary_interleaved", "1x2x512x64", 2, 512, 64,
     reference::rotaryInterleaved, rotary_interleaved_small,
     rotary_interleaved},
    {"rotary_interleaved", "32x1024x64", 32, 1024, 64,
     reference::rotaryInterleaved, rotary_interleaved_large,
     rotary_interleaved},
    {"rotary_half", "32x1024x64", 32, 1024, 64, reference::rotaryHalves,
     rotary_halves_large, rotary_halves},
    {"rotary_interleaved", "1x32x2048x128", 32, 2048, 128,
     reference::rotaryInterleaved, nullptr, rotary_interleaved_128},
    {"rotary_half", "1x32x2048x128", 32, 2048, 128, reference::rotaryHalves,
     nullptr, rotary_halves_128},
    {"rotary_interleaved", "512 MiB", 256, 2048, 128,
     reference::rotaryInterleaved, nullptr, rotary_interleaved_128},
    {"rotary_half", "512 MiB", 256, 2048, 128, reference::rotaryHalves, nullptr,
     rotary_halves_128}};
} // namespace

static void fromTables(Harness &h) {
  for (const Shape &s : shapes) {
    int64_t count = s.heads * s.T * s.head;
    Case fixed{s.kernel, s.shape};
    fixed.work.read = 4.0 * (count + s.T * s.head);
    fixed.work.written = 4.0 * count;
    fixed.work.operations = 3.0 * count;
    fixed.bar = 1.0;
    fixed.tolerance = 1e-6;
    Case open = fixed;
    open.shape += " dynamic";
    if (!(s.fixed && h.wants(fixed)) && !h.wants(open))
      continue;
    Array x(count, normal), y(count), z(count);
    Array cos(s.T * s.head / 2, normal), sin(s.T * s.head / 2, normal);
    for (int threads : h.threads()) {
      auto byHand = [&] {
        s.byHand(x, cos, sin, z, s.heads, s.T, s.head, threads);
      };
      auto difference = [&] { return relativeDifference(y, z, count); };
      Call call(threads, 1 << 16);
      if (s.fixed && h.wants(fixed))
        h.row(
            fixed, threads,
            [&] { check(s.fixed(x, cos, sin, y, &call), call.call); }, byHand,
            difference);
      if (h.wants(open))
        h.row(
            open, threads,
            [&] {
              check(s.open(x, cos, sin, y, s.heads, s.T, &call), call.call);
            },
            byHand, difference);
    }
  }
}

/// The operator makes its table in each call; the reference gets one.
static void withTable(Harness &h) {
  const int64_t heads = 32, T = 1024, count = heads * T * 64;
  Case c{"rotary with its table", "32x1024x64"};
  c.work = {4.0 * count, 4.0 * count, 3.0 * count, 0};
  c.tolerance = 2e-6;
  if (!h.wants(c))
    return;
  Array x(count, normal), y(count), z(count), cos(T * 32), sin(T * 32);
  for (int64_t t = 0; t < T; ++t)
    for (int64_t i = 0; i < 32; ++i) {
      double angle = t * std::pow(10000.0, -i / 32.0);
      cos[t * 32 + i] = std::cos(angle);
      sin[t * 32 + i] = std::sin(angle);
    }
  for (int threads : h.threads()) {
    Call call(threads, rotary_operator_workspace());
    h.row(
        c, threads, [&] { check(rotary_operator(x, y, &call), call.call); },
        [&] {
          reference::rotaryInterleaved(x, cos, sin, z, heads, T, 64, threads);
        },
        [&] { return relativeDifference(y, z, count); });
  }
}

void bench::rotaryRows(Harness &h) {
  fromTables(h);
  withTable(h);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scans: selective ones, linear recurrences.

#include "Rows.h"
#include "references/References.h"

#include "linear_recurrence.h"
#include "selective_scan.h"

using namespace bench;

static Work scanWork(int64_t wide, int operands) {
  Work work;
  work.read = 4.0 * wide * operands;
  work.written = 4.0 * wide;
  work.operations = 16.0 * 7 * wide;
  work.exponentials = 16.0 * wide;
  return work;
}

static void selective(Harness &h) {
  struct Shape {
    const char *name;
    int64_t B, T, D;
    bool fixed;
  };
  for (const Shape &s : {Shape{"2x2048x1536x16", 2, 2048, 1536, true},
                         Shape{"1x1001x1500x16", 1, 1001, 1500, false}}) {
    int64_t wide = s.B * s.T * s.D, narrow = s.B * s.T * 16;
    Case fixed{"selective_scan", s.name};
    fixed.work = scanWork(wide, 2);
    fixed.bar = 1.0;
    fixed.tolerance = 5e-6;
    Case open = fixed;
    open.shape += " dynamic";
    open.bar = 1.03;
    if (!(s.fixed && h.wants(fixed)) && !h.wants(open))
      continue;
    Array x(wide, normal), dt(wide, uniform(0.001f, 0.1f)),
        a(s.D * 16, uniform(-16, -0.5f)), b(narrow, normal), c(narrow, normal),
        skip(s.D, normal), y(wide), z(wide);
    for (int threads : h.threads()) {
      auto byHand = [&] {
        reference::selectiveScan(x, dt, a, b, c, skip, z, s.B, s.T, s.D,
                                 threads);
      };
      auto difference = [&] { return relativeDifference(y, z, wide); };
      if (s.fixed && h.wants(fixed)) {
        Call call(threads, selective_scan_1536_workspace());
        h.row(
            fixed, threads,
            [&] {
              check(selective_scan_1536(x, dt, a, b, c, skip, y, &call),
                    call.call);
            },
            byHand, difference);
      }
      if (h.wants(open)) {
        Call call(threads, selective_scan_workspace(s.B, s.T, s.D));
        h.row(
            open, threads,
            [&] {
              check(
                  selective_scan(x, dt, a, b, c, skip, y, s.B, s.T, s.D, &call),
                  call.call);
            },
            byHand, difference);
      }
    }
  }
}

/// With softplus, gate and skip, against three passes by hand.
static void gated(Harness &h) {
  const int64_t B = 2, T = 2048, D = 1536, wide = B * T * D,
                narrow = B * T * 16;
  Case what{"selective_scan_gated", "2x2048x1536x16"};
  what.work = scanWork(wide, 3);
  what.work.exponentials += 3.0 * wide;
  what.reference = "three passes by hand";
  what.bar = 1.0;
  what.tolerance = 5e-6;
  if (!h.wants(what))
    return;
  Array x(wide, normal), dt(wide, uniform(-6, -2)),
      a(D * 16, uniform(-16, -0.5f)), b(narrow, normal), c(narrow, normal),
      skip(D, normal), gate(wide, normal), bias(D, uniform(-1, 1)), y(wide),
      z(wide), step(wide);
  for (int threads : h.threads()) {
    Call call(threads, selective_scan_gated_workspace());
    h.row(
        what, threads,
        [&] {
          check(
              selective_scan_gated(x, dt, a, b, c, skip, gate, bias, y, &call),
              call.call);
        },
        [&] {
          reference::softplusBias(dt, bias, step, B * T, D, threads);
          reference::selectiveScan(x, step, a, b, c, skip, z, B, T, D, threads);
          reference::gate(gate, z, wide, threads);
        },
        [&] { return relativeDifference(y, z, wide); });
  }
}

static void linear(Harness &h) {
  struct Shape {
    const char *name;
    int64_t B, D, T;
    double bar;
  };
  for (const Shape &s : {Shape{"8x1536x8192", 8, 1536, 8192, 1.0},
                         Shape{"1x16x1048576", 1, 16, 1 << 20, 0}}) {
    int64_t count = s.B * s.D * s.T;
    Case c{"linear_recurrence", s.name};
    c.work = {8.0 * count, 4.0 * count, 2.0 * count, 0};
    c.bar = s.bar;
    Case half = c;
    half.type = "bf16";
    half.work = {4.0 * count, 2.0 * count, 2.0 * count, 0};
    half.reference = "our f32";
    half.bar = s.bar ? 0.60 : 0;
    half.tolerance = 2e-2;
    if (!h.wants(c) && !h.wants(half))
      continue;
    Array a(count, uniform(0.5f, 0.99f)), b(count, normal), y(count), z(count);
    for (int threads : h.threads()) {
      Call call(threads, linear_recurrence_workspace(s.B, s.D, s.T));
      auto ours = [&] {
        check(linear_recurrence(a, b, y, s.B, s.D, s.T, &call), call.call);
      };
      if (h.wants(c))
        h.row(
            c, threads, ours,
            [&] {
              reference::linearRecurrence(a, b, z, s.B * s.D, s.T, threads);
            },
            [&] { return relativeDifference(y, z, count); });
      if (!h.wants(half))
        continue;
      // bf16 lives in the memory of z, which is not needed meanwhile.
      Array as(count / 2), bs(count / 2);
      uint16_t *ys = z.as<uint16_t>(), *expected = ys + count;
      toBF16(a, as.as<uint16_t>(), count);
      toBF16(b, bs.as<uint16_t>(), count);
      h.row(
          half, threads,
          [&] {
            check(linear_recurrence_bf16(as.as<uint16_t>(), bs.as<uint16_t>(),
                                         ys, s.B, s.D, s.T, &call),
                  call.call);
          },
          ours,
          [&] {
            toBF16(y, expected, count);
            return relativeDifference(ys, expected, count);
          });
    }
  }
}

void bench::scanRows(Harness &h) {
  selective(h);
  gated(h);
  linear(h);
}

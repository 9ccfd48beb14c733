// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions: softmax over rows of all lengths, alone and in a chain.

#include "Rows.h"
#include "references/References.h"

#include "softmax.h"

#include <cmath>

using namespace bench;

static Case softmaxCase(const char *shape, int64_t count, const char *type,
                        double bytes) {
  Case c{"softmax", shape, type};
  c.work.read = c.work.written = bytes * count;
  c.work.operations = 4.0 * count;
  c.work.exponentials = count;
  c.tolerance = 2e-6;
  return c;
}

static void rows(Harness &h) {
  struct Shape {
    const char *name;
    int64_t rows, columns;
    int32_t (*fixed)(const float *, float *, gyre_call *);
    size_t (*workspace)(void);
    double bar;
  };
  const Shape shapes[] = {
      {"8192x1024", 8192, 1024, softmax_1024, softmax_1024_workspace, 0.98},
      {"64x131072", 64, 131072, softmax_long, softmax_long_workspace, 0.98},
      {"65536x37", 65536, 37, softmax_37, softmax_37_workspace, 1.05},
      {"262144x5", 262144, 5, softmax_5, softmax_5_workspace, 1.05}};
  for (const Shape &s : shapes) {
    int64_t count = s.rows * s.columns;
    Case fixed = softmaxCase(s.name, count, "f32", 4);
    fixed.bar = s.bar;
    Case open = fixed;
    open.shape += " dynamic";
    if (!h.wants(fixed) && !h.wants(open))
      continue;
    Array x(count, normal), y(count), z(count);
    for (int threads : h.threads()) {
      auto byHand = [&] {
        reference::softmax(x, z, s.rows, s.columns, threads);
      };
      auto difference = [&] { return relativeDifference(y, z, count); };
      Call call(threads, s.workspace());
      if (h.wants(fixed))
        h.row(
            fixed, threads, [&] { check(s.fixed(x, y, &call), call.call); },
            byHand, difference);
      Call dynamic(threads, softmax_workspace(s.rows, s.columns));
      if (h.wants(open))
        h.row(
            open, threads,
            [&] {
              check(softmax(x, y, s.rows, s.columns, &dynamic), dynamic.call);
            },
            byHand, difference);
    }
  }
}

/// The chain computes something else than the operator alone, so the numbers
/// are compared with the operator on a prepared input.
static void chain(Harness &h) {
  const int64_t R = 8192, C = 1024;
  Case c = softmaxCase("8192x1024", R * C, "f32", 4);
  c.kernel = "softmax in a chain";
  c.reference = "our softmax alone";
  c.bar = 1.10;
  c.tolerance = 1e-6;
  if (!h.wants(c))
    return;
  Array x(R * C, normal), bias(C, normal), prepared(R * C), y(R * C), z(R * C);
  for (int64_t i = 0; i < R * C; ++i)
    prepared[i] = x[i] * 0.5f + bias[i % C];
  for (int threads : h.threads()) {
    Call chain(threads, softmax_chain_workspace()),
        alone(threads, softmax_1024_workspace());
    h.row(
        c, threads,
        [&] { check(softmax_chain(x, bias, y, &chain), chain.call); },
        [&] { check(softmax_1024(prepared, z, &alone), alone.call); },
        [&] {
          double error = 0;
          for (int64_t i = 0; i < R * C; ++i)
            error = std::fmax(error, std::fabs(y[i] - 2 * z[i]));
          return error;
        });
  }
}

static void half(Harness &h) {
  const int64_t R = 8192, C = 4096, count = R * C;
  Case c = softmaxCase("8192x4096", count, "bf16", 2);
  c.reference = "our f32";
  c.bar = 0.60;
  c.tolerance = 3e-2; // of rounded logits up to 6
  if (!h.wants(c))
    return;
  Array x(count, normal), y(count), xs(count / 2), ys(count / 2), zs(count / 2);
  toBF16(x, xs.as<uint16_t>(), count);
  for (int threads : h.threads()) {
    Call call(threads, softmax_workspace(R, C)),
        small(threads, softmax_bf16_workspace(R, C));
    h.row(
        c, threads,
        [&] {
          check(
              softmax_bf16(xs.as<uint16_t>(), ys.as<uint16_t>(), R, C, &small),
              small.call);
        },
        [&] { check(softmax(x, y, R, C, &call), call.call); },
        [&] {
          toBF16(y, zs.as<uint16_t>(), count);
          return relativeDifference(ys.as<uint16_t>(), zs.as<uint16_t>(),
                                    count);
        });
  }
}

void bench::reduceRows(Harness &h) {
  rows(h);
  chain(h);
  half(h);
}

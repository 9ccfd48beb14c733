// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Maps: steps of samplers, quantization.

#include "Rows.h"
#include "references/References.h"

#include "fsq.h"
#include "sampler.h"

using namespace bench;

static const int64_t numbers = 16 << 20;
static const float sigma = 2.0f, next = 1.5f;

static Case stepCase(const char *kernel, int operands, const char *type,
                     double bytes) {
  Case c{kernel, "16M", type};
  c.work.read = bytes * operands * numbers;
  c.work.written = bytes * numbers;
  c.work.operations = 2.0 * operands * numbers;
  c.bar = 1.05;
  c.tolerance = 1e-6;
  return c;
}

static void euler(Harness &h) {
  Case fresh = stepCase("sampler_step euler", 2, "f32", 4);
  Case inPlace = stepCase("sampler_step euler in place", 2, "f32", 4);
  Case half = stepCase("sampler_step euler", 2, "bf16", 2);
  half.bar = 0.60;
  half.reference = "our f32";
  half.tolerance = 1e-2;
  if (!h.wants(fresh) && !h.wants(inPlace) && !h.wants(half))
    return;
  Array x(numbers, normal), d(numbers, normal), y(numbers), z(numbers);
  Array xs(numbers / 2), ds(numbers / 2), ys(numbers / 2), check32(numbers / 2);
  toBF16(x, xs.as<uint16_t>(), numbers);
  toBF16(d, ds.as<uint16_t>(), numbers);
  for (int threads : h.threads()) {
    Call call(threads, euler_workspace(numbers));
    auto ours = [&] {
      check(::euler(x, d, sigma, next, y, numbers, &call), call.call);
    };
    if (h.wants(fresh))
      h.row(
          fresh, threads, ours,
          [&] { reference::eulerStep(x, d, z, numbers, sigma, next, threads); },
          [&] { return relativeDifference(y, z, numbers); });
    if (h.wants(half))
      h.row(
          half, threads,
          [&] {
            check(euler_bf16(xs.as<uint16_t>(), ds.as<uint16_t>(), sigma, next,
                             ys.as<uint16_t>(), numbers, &call),
                  call.call);
          },
          ours,
          [&] {
            toBF16(y, check32.as<uint16_t>(), numbers);
            return relativeDifference(ys.as<uint16_t>(), check32.as<uint16_t>(),
                                      numbers);
          });
    if (h.wants(inPlace)) {
      // Each step halves the distance to d: numbers stay as they are.
      Array mine(numbers, normal), other(numbers);
      std::memcpy(other, mine, numbers * sizeof(float));
      h.row(
          inPlace, threads,
          [&] {
            check(euler_in_place(mine, d, sigma, next, mine, numbers, &call),
                  call.call);
          },
          [&] {
            reference::eulerStep(other, d, other, numbers, sigma, next,
                                 threads);
          },
          [&] { return relativeDifference(mine, other, numbers); });
    }
  }
}

static void heunAndFlow(Harness &h) {
  Case two = stepCase("sampler_step heun", 4, "f32", 4);
  Case flow = stepCase("sampler_step flow", 2, "f32", 4);
  if (!h.wants(two) && !h.wants(flow))
    return;
  Array x(numbers, normal), d(numbers, normal), e(numbers, normal),
      again(numbers, normal), y(numbers), z(numbers);
  auto difference = [&] { return relativeDifference(y, z, numbers); };
  for (int threads : h.threads()) {
    Call call(threads, heun_workspace(numbers));
    if (h.wants(two))
      h.row(
          two, threads,
          [&] {
            check(heun(x, d, e, again, sigma, next, y, numbers, &call),
                  call.call);
          },
          [&] {
            reference::heunStep(x, d, e, again, z, numbers, sigma, next,
                                threads);
          },
          difference);
    if (h.wants(flow))
      h.row(
          flow, threads,
          [&] {
            check(::flow(x, d, sigma, next, y, numbers, &call), call.call);
          },
          [&] { reference::flowStep(x, d, z, numbers, sigma, next, threads); },
          difference);
  }
}

/// What fresh noise costs beyond the step itself.
static void noise(Harness &h) {
  Case c = stepCase("sampler_step with normal noise", 1, "f32", 4);
  c.reference = "the step without noise";
  c.bar = 0;
  if (!h.wants(c))
    return;
  Array x(numbers, normal), y(numbers), z(numbers);
  for (int threads : h.threads()) {
    Call call(threads, noised_workspace(numbers));
    h.row(
        c, threads,
        [&] { check(noised(x, 0.5f, 7, y, numbers, &call), call.call); },
        [&] { reference::flowStep(x, x, z, numbers, sigma, next, threads); },
        [] { return 0.0; });
  }
}

static void fsq(Harness &h) {
  const int64_t rows = 1 << 20;
  Case c{"fsq_encode", "1M x 6"};
  c.work.read = 4.0 * 6 * rows;
  c.work.written = 4.0 * 7 * rows;
  c.work.operations = 6.0 * 10 * rows;
  c.work.exponentials = 6.0 * rows;
  c.bar = 0.90;
  c.tolerance = 1e-5; // of codes that round to another level
  if (!h.wants(c))
    return;
  Array x(rows * 6, normal), codes(rows * 6), other(rows * 6), index(rows),
      otherIndex(rows);
  for (int threads : h.threads()) {
    Call call(threads, fsq_encode_workspace(rows));
    h.row(
        c, threads,
        [&] {
          check(fsq_encode(x, codes, index.as<int32_t>(), rows, &call),
                call.call);
        },
        [&] {
          reference::fsqEncode(x, other, otherIndex.as<int32_t>(), rows,
                               threads);
        },
        [&] {
          return mismatches(index.as<int32_t>(), otherIndex.as<int32_t>(),
                            rows);
        });
  }
}

void bench::mapRows(Harness &h) {
  euler(h);
  heunAndFlow(h);
  noise(h);
  fsq(h);
}

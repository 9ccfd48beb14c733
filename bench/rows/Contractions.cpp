// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Contractions that a reduction follows: attention, nearest codes.

#include "Rows.h"
#include "references/References.h"

#include "attention.h"
#include "nearest_code.h"

#include <array>
#include <cmath>
#include <memory>

using namespace bench;

static Case attentionCase(const char *kernel, int64_t D, double share) {
  const int64_t H = 8, T = 1024;
  Case c{kernel, "8x1024x" + std::to_string(D)};
  c.work.read = 4.0 * 3 * H * T * D;
  c.work.written = 4.0 * H * T * D;
  c.work.operations = share * 4 * H * T * T * D;
  c.work.exponentials = share * H * T * T;
  c.tolerance = 2e-6;
  return c;
}

static void attentionRows(Harness &h) {
  const int64_t H = 8, T = 1024, size = H * T * 64;
  struct Shape {
    Case what;
    bool causal;
    int32_t (*fixed)(const float *, const float *, const float *, float *,
                     gyre_call *);
    size_t (*workspace)(void);
    decltype(&::attention) open;
    size_t (*openWorkspace)(int64_t, int64_t, int64_t);
  };
  for (Shape &s : std::array{
           Shape{attentionCase("attention", 64, 1), false, attention_1024,
                 attention_1024_workspace, ::attention, attention_workspace},
           Shape{attentionCase("attention_causal", 64, 0.5), true,
                 attention_causal_1024, attention_causal_1024_workspace,
                 ::attention_causal, attention_causal_workspace}}) {
    s.what.bar = 0.95;
    Case open = s.what;
    open.shape += " dynamic";
    if (!h.wants(s.what) && !h.wants(open))
      continue;
    Array q(size, normal), k(size, normal), v(size, normal), y(size), z(size);
    for (int threads : h.threads()) {
      auto byHand = [&] {
        reference::attention(q, k, v, z, H, T, s.causal, threads);
      };
      auto difference = [&] { return relativeDifference(y, z, size); };
      Call call(threads, s.workspace());
      if (h.wants(s.what))
        h.row(
            s.what, threads,
            [&] { check(s.fixed(q, k, v, y, &call), call.call); }, byHand,
            difference);
      Call dynamic(threads, s.openWorkspace(1, H, T));
      if (h.wants(open))
        h.row(
            open, threads,
            [&] { check(s.open(q, k, v, y, 1, H, T, &dynamic), dynamic.call); },
            byHand, difference);
    }
  }
}

/// Rows that compare with attention itself: half of it, a chain around it, and
/// heads whose length is no power of two (time an element of D).
static void relatives(Harness &h) {
  const int64_t size = 8 * 1024 * 80, small = 8 * 1024 * 64;
  Case half = attentionCase("attention_causal / attention", 64, 0.5);
  half.bar = 0.55;
  Case chain = attentionCase("attention in a chain", 64, 1);
  chain.bar = 1.10;
  Case eighty = attentionCase("attention", 80, 1);
  eighty.bar = 1.25 * 1.05;
  half.reference = chain.reference = "our attention alone";
  eighty.reference = "our attention, D 64";
  chain.tolerance = 1e-5;
  if (!h.wants(half) && !h.wants(chain) && !h.wants(eighty))
    return;
  Array q(size, normal), before(size), k(size, normal), v(size, normal),
      y(size), z(size);
  for (int64_t i = 0; i < size; ++i)
    before[i] = q[i] * 0.5f;
  for (int threads : h.threads()) {
    Call call(threads, attention_chain_workspace() + attention_80_workspace() +
                           attention_causal_1024_workspace());
    // They compute something else: other rows check their numbers.
    auto otherNumbers = [] { return 0.0; };
    auto alone = [&] {
      check(attention_1024(before, k, v, z, &call), call.call);
    };
    if (h.wants(half))
      h.row(
          half, threads,
          [&] {
            check(attention_causal_1024(before, k, v, y, &call), call.call);
          },
          alone, otherNumbers);
    if (h.wants(chain))
      h.row(
          chain, threads,
          [&] { check(attention_chain(q, k, v, y, &call), call.call); }, alone,
          [&] {
            double error = 0;
            for (int64_t i = 0; i < small; ++i)
              error = std::fmax(error, std::fabs(y[i] - (2 * z[i] + q[i])));
            return error;
          });
    if (h.wants(eighty))
      h.row(
          eighty, threads,
          [&] { check(attention_80(q, k, v, y, &call), call.call); }, alone,
          otherNumbers);
  }
}

/// Each call reads another cache of keys and values, so that none is found in
/// the processor's.
static void decode(Harness &h) {
  const int64_t H = 8, S = 4096, size = H * S * 64, caches = 12;
  Case c{"attention_decode", "8x1x4096x64"};
  c.work = {8.0 * size, 4.0 * H * 64, 4.0 * size, double(H * S)};
  c.work.footprint = caches * c.work.read;
  c.bar = 1.0;
  c.tolerance = 2e-6;
  if (!h.wants(c))
    return;
  Array q(H * 64, normal), y(H * 64), z(H * 64);
  std::vector<std::unique_ptr<Array>> k, v;
  for (int64_t i = 0; i < caches; ++i) {
    k.push_back(std::make_unique<Array>(size, normal));
    v.push_back(std::make_unique<Array>(size, normal));
  }
  for (int threads : h.threads()) {
    Call call(threads, attention_decode_workspace(S));
    int64_t mine = 0, other = 0;
    auto ours = [&](int64_t i) {
      check(attention_decode(q, *k[i], *v[i], y, S, &call), call.call);
    };
    auto theirs = [&](int64_t i) {
      reference::attentionDecode(q, *k[i], *v[i], z, H, S, threads);
    };
    h.row(
        c, threads, [&] { ours(mine++ % caches); },
        [&] { theirs((other++ + caches / 2) % caches); },
        [&] {
          ours(0);
          theirs(0);
          return relativeDifference(y, z, H * 64);
        });
  }
}

static void nearest(Harness &h, int64_t N) {
  using Fixed =
      int32_t (*)(const float *, const float *, int32_t *, gyre_call *);
  using Open = int32_t (*)(const float *, const float *, int32_t *, int64_t,
                           int64_t, gyre_call *);
  struct Shape {
    int64_t dim;
    Fixed fixed;
    Open open;
    size_t (*workspace)(int64_t, int64_t);
  };
  const int64_t K = 1024;
  for (const Shape &s : {Shape{64, nearest_code_64, nearest_code_64_open,
                               nearest_code_64_open_workspace},
                         Shape{256, nearest_code_256, nearest_code_256_open,
                               nearest_code_256_open_workspace}}) {
    Case fixed{"nearest_code",
               std::to_string(N) + "x1024 dim " + std::to_string(s.dim)};
    fixed.work = {4.0 * (N + K) * s.dim, 4.0 * N, 2.0 * N * K * s.dim, 0};
    fixed.bar = 0.95;
    Case open = fixed;
    open.shape += " dynamic";
    bool isFixed = N == 4096 && h.wants(fixed);
    if (!isFixed && !h.wants(open))
      continue;
    Array x(N * s.dim, normal), codes(K * s.dim, normal), y(N), z(2 * N);
    // Codes at nearly one distance may swap: a share of the distance counts.
    auto difference = [&] {
      double worst = 0;
      for (int64_t i = 0; i < N; ++i) {
        auto distance = [&](int64_t code) {
          double sum = 0;
          for (int64_t k = 0; k < s.dim; ++k)
            sum +=
                std::pow(double(x[i * s.dim + k]) - codes[code * s.dim + k], 2);
          return sum;
        };
        int64_t one = y.as<int32_t>()[i], other = z.as<int64_t>()[i];
        if (one != other)
          worst =
              std::fmax(worst, std::fabs(distance(one) / distance(other) - 1));
      }
      return worst;
    };
    for (int threads : h.threads()) {
      auto byHand = [&] {
        reference::nearestCode(x, codes, z.as<int64_t>(), N, K, s.dim, threads);
      };
      Call call(threads, s.workspace(N, K));
      if (isFixed)
        h.row(
            fixed, threads,
            [&] {
              check(s.fixed(x, codes, y.as<int32_t>(), &call), call.call);
            },
            byHand, difference);
      if (h.wants(open))
        h.row(
            open, threads,
            [&] {
              check(s.open(x, codes, y.as<int32_t>(), N, K, &call), call.call);
            },
            byHand, difference);
    }
  }
}

void bench::contractRows(Harness &h) {
  attentionRows(h);
  relatives(h);
  decode(h);
  nearest(h, 4096);
  nearest(h, 65536);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recurrences that a user writes as gyre.scan: retention, gated linear
// attention, the gated delta rule, RWKV.

#include "own.h"
#include "ops/Support.h"

#include <functional>

namespace {

using test::doubles;
using test::Guarded;

/// Queries, keys, values and what else the recurrences take.
struct Heads {
  int64_t t, h, v;
  Guarded<float> q, k, x, w, a, b, gate, beta, u, s0, o, s;

  Heads(int64_t t, int64_t h, int64_t v, uint64_t seed)
      : t(t), h(h), v(v), q(t * h * 16), k(t * h * 16), x(t * h * v),
        w(t * h * 16), a(t * h * 16), b(t * h * 16), gate(t * h), beta(t * h),
        u(h * 16), s0(h * 16 * v), o(t * h * v), s(h * 16 * v) {
    test::Random random(seed);
    for (auto *r : {&q, &x, &u, &s0})
      random.fillNormal(*r);
    random.fillUniform(w, 0.5, 1);
    random.fillUniform(gate, 0.5, 1);
    random.fillUniform(beta, 0, 1);
    // Keys, and directions, of length 1 at most: states stay bounded.
    for (auto *r : {&k, &a, &b})
      random.fillUniform(*r, -0.25, 0.25);
  }

  /// Walks the states of each (head, value channel), with `step(state, at, x)`
  /// for a token whose features begin at `at` and whose head is at / 16; it
  /// returns the output.
  void check(const std::function<double(double *, int64_t, double)> &step) {
    std::vector<double> expected(o.size()), last(s.size());
    for (int64_t head = 0; head < h; ++head)
      for (int64_t c = 0; c < v; ++c) {
        double state[16];
        for (int i = 0; i < 16; ++i)
          state[i] = double(s0[(head * 16 + i) * v + c]);
        for (int64_t at = head; at < t * h; at += h)
          expected[at * v + c] = step(state, at * 16, double(x[at * v + c]));
        for (int i = 0; i < 16; ++i)
          last[(head * 16 + i) * v + c] = state[i];
      }
    test::expectNear("o", o, expected, 2e-5);
    test::expectNear("s", s, last, 1e-5);
  }
};

/// Calls `body` with operands of several sizes.
void forSizes(const std::function<void(Heads &)> &body) {
  for (int64_t t : {0, 1, 23})
    for (int64_t h : {1, 3})
      for (int64_t v : {1, 16, 37}) {
        Heads heads(t, h, v, uint64_t(t * 100 + h * 10 + v));
        body(heads);
      }
}

TEST_CASE("scan: retention as gyre.scan") {
  forSizes([](Heads &x) {
    Guarded<float> gamma(x.h);
    for (int64_t i = 0; i < x.h; ++i)
      gamma[i] = 1 - std::exp2(-5.0f - float(i));
    REQUIRE(retention(x.q.data(), x.k.data(), x.x.data(), gamma.data(),
                      x.s0.data(), x.o.data(), x.s.data(), x.t, x.h, x.v,
                      nullptr) == 0);
    x.check([&](double *state, int64_t at, double value) {
      double sum = 0;
      for (int i = 0; i < 16; ++i) {
        state[i] =
            double(gamma[at / 16 % x.h]) * state[i] + x.k[at + i] * value;
        sum += x.q[at + i] * state[i];
      }
      return sum;
    });
  });
}

TEST_CASE("scan: gated linear attention as gyre.scan") {
  forSizes([](Heads &x) {
    REQUIRE(gated_linear(x.q.data(), x.k.data(), x.x.data(), x.w.data(),
                         x.s0.data(), x.o.data(), x.s.data(), x.t, x.h, x.v,
                         nullptr) == 0);
    x.check([&](double *state, int64_t at, double value) {
      double sum = 0;
      for (int i = 0; i < 16; ++i) {
        state[i] = double(x.w[at + i]) * state[i] + x.k[at + i] * value;
        sum += x.q[at + i] * state[i];
      }
      return sum;
    });
  });
}

TEST_CASE("scan: the gated delta rule as gyre.scan") {
  forSizes([](Heads &x) {
    REQUIRE(delta_rule(x.q.data(), x.k.data(), x.x.data(), x.gate.data(),
                       x.beta.data(), x.s0.data(), x.o.data(), x.s.data(), x.t,
                       x.h, x.v, nullptr) == 0);
    x.check([&](double *state, int64_t at, double value) {
      double found = 0, sum = 0;
      for (int i = 0; i < 16; ++i) {
        state[i] *= double(x.gate[at / 16]);
        found += x.k[at + i] * state[i];
      }
      for (int i = 0; i < 16; ++i) {
        state[i] += double(x.beta[at / 16]) * x.k[at + i] * (value - found);
        sum += x.q[at + i] * state[i];
      }
      return sum;
    });
  });
}

TEST_CASE("scan: RWKV-6 as gyre.scan") {
  forSizes([](Heads &x) {
    REQUIRE(rwkv6(x.q.data(), x.k.data(), x.x.data(), x.w.data(), x.u.data(),
                  x.s0.data(), x.o.data(), x.s.data(), x.t, x.h, x.v,
                  nullptr) == 0);
    x.check([&](double *state, int64_t at, double value) {
      double sum = 0;
      for (int i = 0; i < 16; ++i) {
        double now = x.k[at + i] * value;
        sum += x.q[at + i] *
               (state[i] + double(x.u[at / 16 % x.h * 16 + i]) * now);
        state[i] = double(x.w[at + i]) * state[i] + now;
      }
      return sum;
    });
  });
}

TEST_CASE("scan: RWKV-7 as gyre.scan") {
  forSizes([](Heads &x) {
    REQUIRE(rwkv7(x.q.data(), x.w.data(), x.k.data(), x.x.data(), x.a.data(),
                  x.b.data(), x.s0.data(), x.o.data(), x.s.data(), x.t, x.h,
                  x.v, nullptr) == 0);
    x.check([&](double *state, int64_t at, double value) {
      double found = 0, sum = 0;
      for (int i = 0; i < 16; ++i)
        found += state[i] * x.a[at + i];
      for (int i = 0; i < 16; ++i) {
        state[i] =
            state[i] * x.w[at + i] + found * x.b[at + i] + value * x.k[at + i];
        sum += state[i] * x.q[at + i];
      }
      return sum;
    });
  });
}

TEST_CASE("scan: RWKV-4 as gyre.scan, keys of 100 too") {
  test::Random random(9);
  for (double scale : {1.0, 100.0})
    for (int64_t t : {0, 1, 30})
      for (int64_t c : {1, 37}) {
        Guarded<float> k(t * c), v(t * c), w(c), u(c), y(t * c);
        random.fillUniform(k, -scale, scale);
        random.fillNormal(v);
        random.fillUniform(w, -2, -0.01);
        random.fillNormal(u);
        REQUIRE(rwkv4(k.data(), v.data(), w.data(), u.data(), y.data(), t, c,
                      nullptr) == 0);
        // The definition: weights of all tokens so far, in long double, whose
        // range holds e^100.
        std::vector<double> expected(t * c);
        for (int64_t i = 0; i < t; ++i)
          for (int64_t d = 0; d < c; ++d) {
            long double sum = 0, norm = 0;
            for (int64_t j = 0; j <= i; ++j) {
              long double decay = j == i ? u[d] : double(i - 1 - j) * w[d];
              long double weight = std::exp(decay + double(k[j * c + d]));
              sum += weight * v[j * c + d];
              norm += weight;
            }
            expected[i * c + d] = double(sum / norm);
          }
        // A key of 100 has an error of 4e-6 in f32, which its weight has too.
        test::expectNear("y", y, expected, scale == 1 ? 3e-6 : 5e-5);
      }
}

} // namespace

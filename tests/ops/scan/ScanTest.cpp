// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scans against their references; a sequence cut in two gives the same.

#include "scan.h"
#include "dialect/ops/scan/ScanReference.h"
#include "ops/Support.h"

namespace {

using test::doubles;
using test::Guarded;
using test::threads;

TEST_CASE("scan: linear_recurrence") {
  test::Random random(1);
  for (int64_t b : {0, 1, 3})
    for (int64_t t : {0, 1, 7, 200})
      for (int64_t c : {1, 5, 16, 37}) {
        Guarded<float> decay(b * t * c), x(b * t * c), h0(b * c), h(b * t * c),
            z(b * t * c), last(b * c);
        random.fillUniform(decay, -1, 1);
        random.fillNormal(x);
        random.fillNormal(h0);
        gyre_call one = threads(1), two = threads(2);
        REQUIRE(recurrence(decay.data(), x.data(), h0.data(), h.data(),
                           last.data(), b, t, c, &one) == 0);
        REQUIRE(recurrence(decay.data(), x.data(), h0.data(), z.data(),
                           last.data(), b, t, c, &two) == 0);
        test::expectSameBits("threads", z, h);
        std::vector<double> state = doubles(h0);
        test::expectNear("states", h,
                         gyre::reference::linearRecurrence(
                             doubles(decay), doubles(x), state, b, t, c, false),
                         3e-6);
        test::expectNear("last", last, state, 3e-6);
      }
}

TEST_CASE("scan: linear_recurrence backwards") {
  test::Random random(2);
  for (int64_t c : {1, 5, 33})
    for (int64_t t : {0, 1, 50}) {
      Guarded<float> decay(c * t), x(c * t), h(c * t), last(c);
      random.fillUniform(decay, 0, 1);
      random.fillNormal(x);
      REQUIRE(recurrence_reverse(decay.data(), x.data(), h.data(), last.data(),
                                 c, t, nullptr) == 0);
      std::vector<double> state(c);
      test::expectNear("states", h,
                       gyre::reference::linearRecurrence(
                           doubles(decay), doubles(x), state, c, t, 1, true),
                       5e-6);
      test::expectNear("last", last, state, 5e-6);
    }
}

TEST_CASE("scan: selective_scan with every option, also in two parts") {
  test::Random random(3);
  for (int64_t b : {1, 2})
    for (int64_t t : {0, 1, 6, 50})
      for (int64_t d : {1, 5, 16, 37}) {
        int64_t n = 16;
        Guarded<float> u(b * t * d), delta(b * t * d), a(d * n), in(b * t * n),
            out(b * t * n), skip(d), gate(b * t * d), bias(d), h0(b * d * n),
            y(b * t * d), z(b * t * d), last(b * d * n), other(b * d * n);
        for (auto *r : {&u, &delta, &in, &out, &skip, &gate, &bias, &h0})
          random.fillNormal(*r);
        random.fillUniform(a, -16, -0.1);
        gyre_call one = threads(1), two = threads(2);
        REQUIRE(selective_scan(u.data(), delta.data(), a.data(), in.data(),
                               out.data(), skip.data(), gate.data(),
                               bias.data(), h0.data(), y.data(), last.data(), b,
                               t, d, &one) == 0);
        REQUIRE(selective_scan(u.data(), delta.data(), a.data(), in.data(),
                               out.data(), skip.data(), gate.data(),
                               bias.data(), h0.data(), z.data(), other.data(),
                               b, t, d, &two) == 0);
        test::expectSameBits("threads", z, y);
        gyre::reference::SelectiveScan reference{.batch = b,
                                                 .length = t,
                                                 .channels = d,
                                                 .states = n,
                                                 .softplus = true};
        reference.skip = doubles(skip);
        reference.gate = doubles(gate);
        reference.bias = doubles(bias);
        std::vector<double> state = doubles(h0);
        test::expectNear("y", y,
                         reference(doubles(u), doubles(delta), doubles(a),
                                   doubles(in), doubles(out), state),
                         2e-4);
        test::expectNear("last", last, state, 2e-5);
        if (b != 1 || t < 2)
          continue;
        // The same in two calls that hand the state on.
        int64_t cut = t / 2;
        Guarded<float> parts(t * d), middle(d * n);
        REQUIRE(selective_scan(u.data(), delta.data(), a.data(), in.data(),
                               out.data(), skip.data(), gate.data(),
                               bias.data(), h0.data(), parts.data(),
                               middle.data(), 1, cut, d, nullptr) == 0);
        REQUIRE(selective_scan(u.data() + cut * d, delta.data() + cut * d,
                               a.data(), in.data() + cut * n,
                               out.data() + cut * n, skip.data(),
                               gate.data() + cut * d, bias.data(),
                               middle.data(), parts.data() + cut * d,
                               other.data(), 1, t - cut, d, nullptr) == 0);
        test::expectNear("parts", parts, doubles(y), 1e-5);
        test::expectNear("last of parts", other, doubles(last), 1e-6);
      }
}

TEST_CASE("scan: selective_scan with groups") {
  test::Random random(4);
  for (int64_t b : {1, 2})
    for (int64_t t : {1, 21}) {
      Guarded<float> u(b * t * 12), delta(b * t * 12), a(12 * 5),
          in(b * t * 15), out(b * t * 15), y(b * t * 12);
      random.fillNormal(u);
      random.fillUniform(delta, 0, 1);
      random.fillUniform(a, -2, -0.1);
      random.fillNormal(in);
      random.fillNormal(out);
      REQUIRE(selective_scan_groups(u.data(), delta.data(), a.data(), in.data(),
                                    out.data(), y.data(), b, t, nullptr) == 0);
      gyre::reference::SelectiveScan reference{
          .batch = b, .length = t, .channels = 12, .states = 5, .groups = 3};
      std::vector<double> state(b * 12 * 5);
      test::expectNear("y", y,
                       reference(doubles(u), doubles(delta), doubles(a),
                                 doubles(in), doubles(out), state),
                       2e-5);
    }
}

TEST_CASE("scan: selective_scan of 128 states") {
  test::Random random(8);
  for (int64_t t : {0, 1, 21}) {
    Guarded<float> u(t * 12), delta(t * 12), a(12 * 128), in(t * 128),
        out(t * 128), y(t * 12), last(12 * 128);
    random.fillNormal(u);
    random.fillUniform(delta, 0, 1);
    random.fillUniform(a, -2, -0.1);
    random.fillNormal(in);
    random.fillNormal(out);
    REQUIRE(selective_scan_wide(u.data(), delta.data(), a.data(), in.data(),
                                out.data(), y.data(), last.data(), t,
                                nullptr) == 0);
    gyre::reference::SelectiveScan reference{
        .batch = 1, .length = t, .channels = 12, .states = 128};
    std::vector<double> state(12 * 128);
    test::expectNear("y", y,
                     reference(doubles(u), doubles(delta), doubles(a),
                               doubles(in), doubles(out), state),
                     5e-5);
    test::expectNear("last", last, state, 5e-6);
  }
}

TEST_CASE("scan: a state in place, one step at a time") {
  test::Random random(6);
  for (int64_t b : {0, 1, 3}) {
    int64_t t = 5;
    Guarded<float> u(b * t * 40), delta(b * t * 40), a(640), in(b * t * 32),
        h(b * 640), y(b * t * 40), next(b * 640);
    random.fillNormal(u);
    random.fillUniform(delta, 0, 1);
    random.fillUniform(a, -2, -0.1);
    random.fillNormal(in);
    random.fillNormal(h);
    std::vector<double> before = doubles(h);
    REQUIRE(in_place(u.data(), delta.data(), a.data(), in.data(), h.data(),
                     y.data(), next.data(), b, t, nullptr) == 0);
    test::expectNear("h", h, before, 0);
    gyre::reference::SelectiveScan reference{
        .batch = b, .length = t, .channels = 40, .states = 16, .groups = 2};
    std::vector<double> state = before;
    test::expectNear("y", y,
                     reference(doubles(u), doubles(delta), doubles(a),
                               doubles(in), doubles(in), state),
                     2e-5);
    test::expectNear("next", next, state, 5e-6);
    // Step by step over the same memory: the same bits.
    auto row = [&](const Guarded<float> &x, int64_t at, int64_t width) {
      std::vector<float> step;
      for (int64_t i = 0; i < b; ++i)
        step.insert(step.end(), x.begin() + (i * t + at) * width,
                    x.begin() + (i * t + at + 1) * width);
      return step;
    };
    for (int64_t at = 0; at < t; ++at) {
      Guarded<float> out(b * 40);
      REQUIRE(in_place(row(u, at, 40).data(), row(delta, at, 40).data(),
                       a.data(), row(in, at, 32).data(), h.data(), out.data(),
                       h.data(), b, 1, nullptr) == 0);
      test::expectSameBits("row", out, row(y, at, 40));
    }
    test::expectSameBits("state", h, next);
  }
}

TEST_CASE("scan: a step region of the user's own") {
  test::Random random(5);
  for (int64_t t : {0, 1, 40})
    for (int64_t c : {1, 5, 33}) {
      Guarded<float> decay(t * c), x(t * c), h0(c), y(t * c), last(c);
      random.fillUniform(decay, 0, 1);
      random.fillNormal(x);
      random.fillNormal(h0);
      REQUIRE(own(decay.data(), x.data(), h0.data(), y.data(), last.data(), t,
                  c, nullptr) == 0);
      std::vector<double> h = doubles(h0), expected;
      for (int64_t i = 0; i < t * c; ++i) {
        double &state = h[i % c];
        state = std::fmax(double(decay[i]) * state, double(x[i]));
        expected.push_back(state - double(x[i]));
      }
      test::expectNear("y", y, expected, 1e-6);
      test::expectNear("last", last, h, 1e-6);
    }
}

} // namespace

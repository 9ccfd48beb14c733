// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mamba-2's scan against its reference: chunks and steps, whole and in parts.

#include "ssd.h"
#include "dialect/ops/scan/ScanReference.h"
#include "ops/Support.h"

#include <array>

namespace {

using test::doubles;
using test::Guarded;
using test::threads;

/// The operands of one call with every option: 4 heads of 20 channels, 24
/// states, 2 groups.
struct Call {
  static constexpr int64_t row = 80, state = 80 * 24;
  int64_t b, t;
  Guarded<float> x, delta, a, in, out, skip, gate, bias, h0, y, last;

  Call(int64_t b, int64_t t, uint64_t seed)
      : b(b), t(t), x(b * t * row), delta(b * t * 4), a(4), in(b * t * 48),
        out(b * t * 48), skip(4), gate(b * t * row), bias(4), h0(b * state),
        y(b * t * row), last(b * state) {
    test::Random random(seed);
    for (auto *r : {&x, &delta, &in, &out, &skip, &gate, &bias, &h0})
      random.fillNormal(*r);
    random.fillUniform(a, -4, -0.1);
  }

  int32_t run(float *y, float *last, gyre_call *call) {
    return ssd(x.data(), delta.data(), a.data(), in.data(), out.data(),
               skip.data(), gate.data(), bias.data(), h0.data(), y, last, b, t,
               call);
  }
  /// Steps `from` to `to` of a batch of one, from `state` on.
  int32_t runPart(int64_t from, int64_t to, const float *state, float *next,
                  float *part) {
    return ssd(x.data() + from * row, delta.data() + from * 4, a.data(),
               in.data() + from * 48, out.data() + from * 48, skip.data(),
               gate.data() + from * row, bias.data(), state, part + from * row,
               next, 1, to - from, nullptr);
  }
};

TEST_CASE("scan: ssd_scan with every option") {
  for (int64_t b : {0, 1, 2})
    for (int64_t t : {0, 1, 5, 8, 16, 27}) {
      Call call(b, t, 1);
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(call.run(call.y.data(), call.last.data(), &one) == 0);
      Guarded<float> z(call.y.size()), other(call.last.size());
      REQUIRE(call.run(z.data(), other.data(), &two) == 0);
      test::expectSameBits("threads", z, call.y);
      test::expectSameBits("threads' states", other, call.last);
      gyre::reference::SsdScan reference{.batch = b,
                                         .length = t,
                                         .heads = 4,
                                         .channels = 20,
                                         .states = 24,
                                         .groups = 2,
                                         .softplus = true,
                                         .least = 0.01,
                                         .most = 2};
      reference.skip = doubles(call.skip);
      reference.gate = doubles(call.gate);
      reference.bias = doubles(call.bias);
      std::vector<double> state = doubles(call.h0);
      test::expectNear("y", call.y,
                       reference(doubles(call.x), doubles(call.delta),
                                 doubles(call.a), doubles(call.in),
                                 doubles(call.out), state),
                       2e-4);
      test::expectNear("last", call.last, state, 3e-5);
    }
}

TEST_CASE("scan: ssd_scan in parts, and one step at a time") {
  int64_t t = 21;
  Call call(1, t, 2);
  REQUIRE(call.run(call.y.data(), call.last.data(), nullptr) == 0);
  Guarded<float> parts(t * Call::row), state(Call::state), next(Call::state);
  for (int64_t step : {1, 2, 8, 11}) {
    std::copy(call.h0.begin(), call.h0.end(), state.begin());
    for (int64_t from = 0; from < t; from += step) {
      REQUIRE(call.runPart(from, std::min(from + step, t), state.data(),
                           next.data(), parts.data()) == 0);
      std::copy(next.begin(), next.end(), state.begin());
    }
    test::expectNear("y", parts, doubles(call.y), 1e-4);
    test::expectNear("last", state, doubles(call.last), 2e-5);
    // Where parts are whole chunks, nothing is added up differently.
    if (step == 8) {
      test::expectSameBits("whole chunks", parts, call.y);
      test::expectSameBits("states of whole chunks", state, call.last);
    }
  }
}

TEST_CASE("scan: ssd_scan step by step") {
  test::Random random(3);
  for (int64_t b : {1, 2})
    for (int64_t t : {0, 1, 13}) {
      Guarded<float> x(b * t * 80), delta(b * t * 4), a(4), in(b * t * 32),
          out(b * t * 32), y(b * t * 80), last(b * 80 * 32);
      for (auto *r : {&x, &in, &out})
        random.fillNormal(*r);
      random.fillUniform(delta, 0, 1);
      random.fillUniform(a, -4, -0.1);
      REQUIRE(ssd_steps(x.data(), delta.data(), a.data(), in.data(), out.data(),
                        y.data(), last.data(), b, t, nullptr) == 0);
      gyre::reference::SsdScan reference{
          .batch = b, .length = t, .heads = 4, .channels = 20, .states = 32};
      std::vector<double> state(b * 80 * 32);
      test::expectNear("y", y,
                       reference(doubles(x), doubles(delta), doubles(a),
                                 doubles(in), doubles(out), state),
                       3e-5);
      test::expectNear("last", last, state, 5e-6);
    }
}

TEST_CASE("scan: ssd_scan of sizes that the call knows") {
  test::Random random(5);
  for (auto [t, h, p, n] : {std::array<int64_t, 4>{19, 3, 5, 7},
                            {16, 2, 16, 32},
                            {9, 1, 1, 1},
                            {8, 2, 33, 17},
                            {1, 4, 8, 20},
                            {8, 0, 4, 4},
                            {11, 2, 3, 0},
                            {0, 2, 3, 4}}) {
    Guarded<float> x(t * h * p), delta(t * h), a(h), in(t * n), out(t * n),
        skip(h), y(t * h * p), again(t * h * p), last(h * p * n),
        other(h * p * n);
    for (auto *r : {&x, &in, &out, &skip})
      random.fillNormal(*r);
    random.fillUniform(delta, 0, 1);
    random.fillUniform(a, -4, -0.1);
    gyre_call one = threads(1), two = threads(2);
    REQUIRE(ssd_any(x.data(), delta.data(), a.data(), in.data(), out.data(),
                    skip.data(), y.data(), last.data(), t, h, p, n, &one) == 0);
    REQUIRE(ssd_any(x.data(), delta.data(), a.data(), in.data(), out.data(),
                    skip.data(), again.data(), other.data(), t, h, p, n,
                    &two) == 0);
    test::expectSameBits("threads", again, y);
    test::expectSameBits("threads' states", other, last);
    gyre::reference::SsdScan reference{
        .batch = 1, .length = t, .heads = h, .channels = p, .states = n};
    reference.skip = doubles(skip);
    std::vector<double> state(h * p * n);
    test::expectNear("y", y,
                     reference(doubles(x), doubles(delta), doubles(a),
                               doubles(in), doubles(out), state),
                     3e-5);
    test::expectNear("last", last, state, 5e-6);
  }
}

TEST_CASE("scan: ssd_scan of a known length, with strong decays") {
  test::Random random(4);
  for (double rate : {-0.01, -1.0, -100.0, -1e30, 0.05}) {
    Guarded<float> x(128 * 32), delta(128 * 2), a(2), in(128 * 16),
        out(128 * 16), skip(32), y(128 * 32), last(2 * 16 * 16);
    for (auto *r : {&x, &in, &out, &skip})
      random.fillNormal(*r);
    // Steps of very different sizes stand in one chunk.
    for (float &step : delta)
      step = float(std::exp(random.uniform(-7, 2)));
    std::fill(a.begin(), a.end(), float(rate));
    REQUIRE(ssd_whole(x.data(), delta.data(), a.data(), in.data(), out.data(),
                      skip.data(), y.data(), last.data(), nullptr) == 0);
    gyre::reference::SsdScan reference{
        .batch = 1, .length = 128, .heads = 2, .channels = 16, .states = 16};
    reference.skip = doubles(skip);
    std::vector<double> state(2 * 16 * 16);
    std::vector<double> expected =
        reference(doubles(x), doubles(delta), doubles(a), doubles(in),
                  doubles(out), state);
    double largest = 0;
    for (double v : expected)
      largest = std::max(largest, std::fabs(v));
    INFO(rate);
    test::expectNear("y", y, expected, 3e-6 * largest);
  }
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scans of f16 and bf16 against references: operands are what these types hold,
// so that what is left is the rounding of the results.

#include "half.h"
#include "dialect/ops/scan/ScanReference.h"
#include "ops/Support.h"

namespace {

using test::Guarded;

/// One of the two types, with its compiled functions.
struct F16 {
  static constexpr double epsilon = test::epsilonF16;
  static uint16_t to(double v) { return test::toF16(v); }
  static double from(uint16_t v) { return test::fromF16(v); }
  static constexpr auto recurrence = recurrence_f16;
  static constexpr auto selectiveScan = selective_scan_f16;
  static constexpr auto ssd = ssd_f16;
  static constexpr auto complexRecurrence = complex_f16;
};
struct BF16 {
  static constexpr double epsilon = test::epsilonBF16;
  static uint16_t to(double v) { return test::toBF16(v); }
  static double from(uint16_t v) { return test::fromBF16(v); }
  static constexpr auto recurrence = recurrence_bf16;
  static constexpr auto selectiveScan = selective_scan_bf16;
  static constexpr auto ssd = ssd_bf16;
  static constexpr auto complexRecurrence = complex_bf16;
};

/// An operand, and what it holds.
template <typename Type> struct Operand {
  Guarded<uint16_t> stored;
  std::vector<double> exact;

  Operand(test::Random &random, size_t count, double low, double high)
      : stored(count) {
    for (uint16_t &x : stored)
      exact.push_back(Type::from(x = Type::to(random.uniform(low, high))));
  }
  const uint16_t *data() const { return stored.data(); }
};

/// Every element within `epsilon`, relative to itself, and `absolute`, which
/// the arithmetic in f32 leaves; and within `epsilon` of `sizes`, the sums of
/// what was rounded on the way, where anything was.
template <typename Type>
void expectRounded(const char *what, const Guarded<uint16_t> &actual,
                   const std::vector<double> &expected, double absolute,
                   const std::vector<double> &sizes = {}) {
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    double got = Type::from(actual[i]);
    INFO(std::string(what) << "[" << i << "] = " << got << ", expected "
                           << expected[i]);
    REQUIRE(std::fabs(got - expected[i]) <=
            Type::epsilon *
                    (std::fabs(expected[i]) + (sizes.empty() ? 0 : sizes[i])) +
                absolute);
  }
}

TEST_CASE_TEMPLATE("scan: linear_recurrence in two bytes", Type, F16, BF16) {
  test::Random random(1);
  for (int64_t t : {0, 1, 6, 300})
    for (int64_t c : {1, 16, 37}) {
      Operand<Type> a(random, t * c, -1, 1), b(random, t * c, -2, 2);
      Guarded<uint16_t> h(t * c);
      Guarded<float> last(c);
      REQUIRE(Type::recurrence(a.data(), b.data(), h.data(), last.data(), t, c,
                               nullptr) == 0);
      std::vector<double> state(c);
      expectRounded<Type>("h", h,
                          gyre::reference::linearRecurrence(
                              a.exact, b.exact, state, 1, t, c, false),
                          2e-6);
      // The state is not rounded: long sequences lose nothing.
      test::expectNear("last", last, state, 3e-6);
    }
}

TEST_CASE_TEMPLATE("scan: complex_recurrence in two bytes", Type, F16, BF16) {
  test::Random random(4);
  for (int64_t t : {0, 1, 200})
    for (int64_t c : {1, 16, 37}) {
      Operand<Type> b(random, t * c, -2, 2), bi(random, t * c, -2, 2);
      Guarded<float> a(c), ai(c), last(c);
      Guarded<uint16_t> h(t * c), hi(t * c);
      std::vector<std::complex<double>> rates, inputs, state(c);
      for (int64_t i = 0; i < c; ++i) {
        auto rate =
            std::polar(random.uniform(0.5, 0.99), random.uniform(-3, 3));
        rates.emplace_back(a[i] = float(rate.real()),
                           ai[i] = float(rate.imag()));
      }
      for (size_t i = 0; i < b.exact.size(); ++i)
        inputs.emplace_back(b.exact[i], bi.exact[i]);
      REQUIRE(Type::complexRecurrence(a.data(), ai.data(), b.data(), bi.data(),
                                      h.data(), hi.data(), last.data(), c, t,
                                      nullptr) == 0);
      auto expected = gyre::reference::complexRecurrence(rates, inputs, state,
                                                         1, t, c, false);
      std::vector<double> re, im, finals;
      for (auto z : expected) {
        re.push_back(z.real());
        im.push_back(z.imag());
      }
      for (auto z : state)
        finals.push_back(z.real());
      expectRounded<Type>("h", h, re, 2e-5);
      expectRounded<Type>("hi", hi, im, 2e-5);
      test::expectNear("last", last, finals, 2e-5);
    }
}

TEST_CASE_TEMPLATE("scan: selective_scan in two bytes", Type, F16, BF16) {
  test::Random random(2);
  for (int64_t t : {0, 1, 5, 100})
    for (int64_t d : {1, 16, 37}) {
      Operand<Type> u(random, t * d, -2, 2), delta(random, t * d, -3, 0),
          b(random, t * 16, -1, 1), c(random, t * 16, -1, 1),
          gate(random, t * d, -3, 3);
      Guarded<float> a(d * 16), skip(d), bias(d), last(d * 16);
      random.fillUniform(a, -8, -0.1);
      random.fillUniform(skip, -1, 1);
      random.fillUniform(bias, -1, 1);
      Guarded<uint16_t> y(t * d);
      REQUIRE(Type::selectiveScan(u.data(), delta.data(), a.data(), b.data(),
                                  c.data(), skip.data(), gate.data(),
                                  bias.data(), y.data(), last.data(), t, d,
                                  nullptr) == 0);
      gyre::reference::SelectiveScan reference{.batch = 1,
                                               .length = t,
                                               .channels = d,
                                               .states = 16,
                                               .softplus = true};
      reference.skip = test::doubles(skip);
      reference.gate = gate.exact;
      reference.bias = test::doubles(bias);
      std::vector<double> state(d * 16);
      expectRounded<Type>("y", y,
                          reference(u.exact, delta.exact, test::doubles(a),
                                    b.exact, c.exact, state),
                          2e-5);
      test::expectNear("last", last, state, 5e-6);
    }
}

/// Steps before `t` in its chunk, and t, add to y[t] their x by a weight each.
/// This is the sum of these products' sizes, and zero behind the last whole
/// chunk, where states have no weights: half a unit of it is what rounded
/// weights change. A step's product is the scan of that step alone.
std::vector<double> sizesInChunk(gyre::reference::SsdScan reference,
                                 const std::vector<double> &x,
                                 const std::vector<double> &delta,
                                 const std::vector<double> &a,
                                 const std::vector<double> &b,
                                 const std::vector<double> &c, int64_t chunk) {
  reference.skip.clear();
  int64_t row = reference.heads * reference.channels;
  std::vector<double> sizes(x.size());
  for (int64_t j = 0; j < reference.length / chunk * chunk; ++j) {
    std::vector<double> alone(x.size()), state(row * reference.states);
    std::copy_n(&x[j * row], row, &alone[j * row]);
    std::vector<double> y = reference(alone, delta, a, b, c, state);
    for (int64_t i = j * row; i < (j / chunk + 1) * chunk * row; ++i)
      sizes[i] += std::fabs(y[i]);
  }
  return sizes;
}

TEST_CASE_TEMPLATE("scan: ssd_scan in two bytes", Type, F16, BF16) {
  test::Random random(3);
  for (int64_t t : {0, 1, 16, 50}) {
    Operand<Type> x(random, t * 32, -2, 2), delta(random, t * 2, -3, 0),
        b(random, t * 32, -1, 1), c(random, t * 32, -1, 1),
        gate(random, t * 32, -3, 3);
    Guarded<float> a(2), skip(2), bias(2), last(2 * 16 * 32);
    random.fillUniform(a, -4, -0.1);
    random.fillUniform(skip, -1, 1);
    random.fillUniform(bias, -1, 1);
    Guarded<uint16_t> y(t * 32);
    REQUIRE(Type::ssd(x.data(), delta.data(), a.data(), b.data(), c.data(),
                      skip.data(), gate.data(), bias.data(), y.data(),
                      last.data(), t, nullptr) == 0);
    gyre::reference::SsdScan reference{.batch = 1,
                                       .length = t,
                                       .heads = 2,
                                       .channels = 16,
                                       .states = 32,
                                       .softplus = true};
    reference.skip = test::doubles(skip);
    reference.gate = gate.exact;
    reference.bias = test::doubles(bias);
    std::vector<double> state(2 * 16 * 32), sizes;
    if (test::roundsWeights)
      sizes = sizesInChunk(reference, x.exact, delta.exact, test::doubles(a),
                           b.exact, c.exact, 16);
    expectRounded<Type>("y", y,
                        reference(x.exact, delta.exact, test::doubles(a),
                                  b.exact, c.exact, state),
                        2e-5, sizes);
    test::expectNear("last", last, state, 5e-6);
  }
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// f16 and bf16: results are those of double precision, rounded once.

#include "storage.h"
#include "dialect/ops/nn/NnReference.h"
#include "dialect/ops/probability/ProbabilityReference.h"
#include "ops/Support.h"

namespace {

using test::Guarded;

/// A narrow float format in memory.
struct Format {
  int mantissa;
  double (*widen)(uint16_t);
  uint16_t (*narrow)(double);
  double epsilon() const { return std::ldexp(0.5, -mantissa); }
};
const Format f16 = {10, test::fromF16, test::toF16};
const Format bf16 = {7, test::fromBF16, test::toBF16};

/// Fills `bits` with normal numbers; their values.
std::vector<double> fill(const Format &format, Guarded<uint16_t> &bits,
                         test::Random &random) {
  std::vector<double> values;
  for (uint16_t &b : bits) {
    b = format.narrow(random.normal());
    values.push_back(format.widen(b));
  }
  return values;
}

/// One rounding of each result, and what f32 leaves before it.
void expectRounded(const char *what, const Format &format,
                   const Guarded<uint16_t> &actual,
                   const std::vector<double> &expected) {
  REQUIRE(actual.size() == expected.size());
  double tiny = format.mantissa == 10 ? 0x1p-25 : 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    double a = format.widen(actual[i]);
    INFO(std::string(what) << "[" << i << "] = " << a << ", expected "
                           << expected[i]);
    CHECK(std::fabs(a - expected[i]) <=
          1.01 * format.epsilon() * std::fabs(expected[i]) + tiny + 1e-5);
  }
}

TEST_CASE("nn: softmax and layer_norm of f16") {
  test::Random random(1);
  for (int64_t rows : {1, 5})
    for (int64_t n : {5, 37, 300}) {
      Guarded<uint16_t> x(rows * n), y(rows * n);
      std::vector<double> values = fill(f16, x, random);
      REQUIRE(softmax_f16(x.data(), y.data(), rows, n, nullptr) == 0);
      expectRounded("softmax", f16, y,
                    gyre::reference::softmax(values, rows, n, 1, 1));
      REQUIRE(layer_norm_f16(x.data(), y.data(), rows, n, nullptr) == 0);
      expectRounded("layer_norm", f16, y,
                    gyre::reference::norm(values, {}, {}, rows, n, 1e-5, true));
    }
}

TEST_CASE("nn: linear of f16") {
  test::Random random(2);
  for (int64_t m : {1, 33})
    for (int64_t k : {1, 70})
      for (int64_t n : {5, 64}) {
        Guarded<uint16_t> x(m * k), w(k * n), y(m * n);
        std::vector<double> a = fill(f16, x, random), b = fill(f16, w, random);
        REQUIRE(linear_f16(x.data(), w.data(), y.data(), m, k, n, nullptr) ==
                0);
        expectRounded("linear", f16, y,
                      gyre::reference::linear(a, b, {}, m, k, n));
      }
}

/// Whole tiles of a GPU and their neighbours, copied 16 bytes at a time or not.
TEST_CASE("nn: product of bf16, the left operand transposed") {
  test::Random random(4);
  struct Sizes {
    int64_t m, k, n;
  };
  for (Sizes s : {Sizes{1, 1, 1},
                  {0, 8, 8},
                  {5, 0, 3},
                  {128, 64, 128},
                  {136, 40, 264},
                  {131, 33, 65}}) {
    Guarded<uint16_t> x(s.k * s.m), w(s.n * s.k);
    Guarded<float> b(s.n), y(s.m * s.n);
    std::vector<double> left = fill(bf16, x, random),
                        right = fill(bf16, w, random);
    random.fillNormal(b);
    REQUIRE(product_bf16(x.data(), w.data(), b.data(), y.data(), s.k, s.m, s.n,
                         nullptr) == 0);
    std::vector<double> rows(left.size()), columns(right.size());
    for (int64_t c = 0; c < s.k; ++c) {
      for (int64_t i = 0; i < s.m; ++i)
        rows[i * s.k + c] = left[c * s.m + i];
      for (int64_t j = 0; j < s.n; ++j)
        columns[c * s.n + j] = right[j * s.k + c];
    }
    test::expectNear(
        "product", y,
        gyre::reference::linear(rows, columns, test::doubles(b), s.m, s.k, s.n),
        test::roundingBound(s.k + 1, 20));
  }
}

TEST_CASE("nn: silu of bf16") {
  test::Random random(3);
  Guarded<uint16_t> x(1001), y(1001);
  std::vector<double> values = fill(bf16, x, random);
  REQUIRE(silu_bf16(x.data(), y.data(), 1001, nullptr) == 0);
  for (double &v : values)
    v = gyre::reference::silu(v);
  expectRounded("silu", bf16, y, values);
}

} // namespace

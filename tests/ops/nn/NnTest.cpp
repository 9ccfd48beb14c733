// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers against their references, at odd sizes, and their laws.

#include "nn.h"
#include "dialect/ops/nn/NnReference.h"
#include "ops/Support.h"

#include <limits>

namespace {

using test::doubles;
using test::Guarded;
using test::threads;

TEST_CASE("nn: linear") {
  test::Random random(1);
  for (int64_t b : {0, 1, 3})
    for (int64_t t : {0, 1, 5, 130}) {
      Guarded<float> x(b * t * 37), w(37 * 50), bias(50), y(b * t * 50),
          z(b * t * 50);
      random.fillNormal(x);
      random.fillNormal(w);
      random.fillNormal(bias);
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(linear(x.data(), w.data(), bias.data(), y.data(), b, t, &one) ==
              0);
      REQUIRE(linear(x.data(), w.data(), bias.data(), z.data(), b, t, &two) ==
              0);
      test::expectSameBits("threads", z, y);
      test::expectNear("linear", y,
                       gyre::reference::linear(doubles(x), doubles(w),
                                               doubles(bias), b * t, 37, 50),
                       test::roundingBound(37, 12));
    }
}

TEST_CASE("nn: linear of dynamic sizes") {
  test::Random random(2);
  for (int64_t m : {0, 1, 7, 64})
    for (int64_t k : {0, 1, 33, 256})
      for (int64_t n : {1, 5, 65}) {
        Guarded<float> x(m * k), w(k * n), y(m * n);
        random.fillNormal(x);
        random.fillNormal(w);
        REQUIRE(linear_plain(x.data(), w.data(), y.data(), m, k, n, nullptr) ==
                0);
        test::expectNear(
            "linear", y,
            gyre::reference::linear(doubles(x), doubles(w), {}, m, k, n),
            test::roundingBound(double(k), 12));
      }
}

TEST_CASE("nn: layer_norm and rms_norm") {
  test::Random random(3);
  for (int64_t rows : {0, 1, 5, 37})
    for (int64_t n : {1, 5, 37, 64, 1000}) {
      Guarded<float> x(rows * n), w(n), b(n), y(rows * n), z(rows * n);
      // A mean of 100 leaves 17 bits for the rest of it.
      random.fillNormal(x);
      for (float &v : x)
        v += 100;
      random.fillNormal(w);
      random.fillNormal(b);
      gyre_call one = threads(1), two = threads(2);
      REQUIRE(layer_norm(x.data(), w.data(), b.data(), y.data(), rows, n,
                         &one) == 0);
      REQUIRE(layer_norm(x.data(), w.data(), b.data(), z.data(), rows, n,
                         &two) == 0);
      test::expectSameBits("threads", z, y);
      if (n > 1)
        test::expectNear("layer_norm", y,
                         gyre::reference::norm(doubles(x), doubles(w),
                                               doubles(b), rows, n, 1e-5, true),
                         n == 5 ? 1e-3 : 3e-4);
      random.fillNormal(x);
      REQUIRE(rms_norm(x.data(), w.data(), y.data(), rows, n, nullptr) == 0);
      test::expectNear("rms_norm", y,
                       gyre::reference::norm(doubles(x), doubles(w), {}, rows,
                                             n, 1e-6, false),
                       5e-6);
    }
}

TEST_CASE("nn: group_norm") {
  test::Random random(4);
  for (int64_t batch : {0, 1, 3})
    for (int64_t s : {1, 9, 64, 100}) {
      Guarded<float> x(batch * 6 * s), w(6), b(6), y(batch * 6 * s);
      random.fillNormal(x);
      random.fillNormal(w);
      random.fillNormal(b);
      REQUIRE(group_norm(x.data(), w.data(), b.data(), y.data(), batch, s,
                         nullptr) == 0);
      test::expectNear("group_norm", y,
                       gyre::reference::groupNorm(doubles(x), doubles(w),
                                                  doubles(b), batch, 6, s, 3,
                                                  1e-5),
                       5e-5);
    }
}

TEST_CASE("nn: group_norm of images") {
  test::Random random(7);
  for (int64_t batch : {0, 1, 2})
    for (int64_t height : {0, 1, 5})
      for (int64_t width : {1, 9, 32}) {
        int64_t count = batch * 6 * height * width;
        Guarded<float> x(count), w(6), b(6), y(count);
        random.fillNormal(x);
        random.fillNormal(w);
        random.fillNormal(b);
        REQUIRE(group_norm_image(x.data(), w.data(), b.data(), y.data(), batch,
                                 height, width, nullptr) == 0);
        // A group of two elements may be close to its mean.
        test::expectNear("group_norm_image", y,
                         gyre::reference::groupNorm(doubles(x), doubles(w),
                                                    doubles(b), batch, 6,
                                                    height * width, 3, 1e-5),
                         height * width < 5 ? 1e-3 : 5e-5);
      }
}

TEST_CASE("nn: activations") {
  // Every magnitude, both signs, the infinities and NaN.
  std::vector<float> values = {0.0f, -0.0f, INFINITY, -INFINITY, NAN};
  for (int e = -40; e <= 40; ++e)
    for (float m : {1.0f, 1.3f, 1.7f})
      for (float sign : {1.0f, -1.0f})
        values.push_back(sign * m * std::ldexp(1.0f, e));
  for (int i = -2000; i <= 2000; ++i)
    values.push_back(float(i) * 0.01f);
  Guarded<float> x(values.size()), y(values.size());
  std::copy(values.begin(), values.end(), x.begin());
  struct {
    const char *name;
    int32_t (*compiled)(const float *, float *, int64_t, gyre_call *);
    double (*reference)(double);
  } functions[] = {{"sigmoid", sigmoid, gyre::reference::sigmoid},
                   {"silu", silu, gyre::reference::silu},
                   {"softplus", softplus, gyre::reference::softplus},
                   {"gelu erf", gelu_erf, gyre::reference::geluErf},
                   {"gelu tanh", gelu_tanh, gyre::reference::geluTanh}};
  for (auto &f : functions) {
    REQUIRE(f.compiled(x.data(), y.data(), int64_t(x.size()), nullptr) == 0);
    for (size_t i = 0; i < x.size(); ++i) {
      double expected = f.reference(double(x[i]));
      double bound = 5e-7 + 1e-6 * std::fabs(expected);
      bool same =
          std::isnan(expected)
              ? std::isnan(y[i])
              : double(y[i]) == expected || std::fabs(y[i] - expected) <= bound;
      INFO(std::string(f.name)
           << "(" << x[i] << ") = " << y[i] << ", expected " << expected);
      CHECK(same);
    }
  }
}

TEST_CASE("nn: softplus keeps its relative precision") {
  Guarded<float> x(80), y(80);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = -float(i);
  REQUIRE(softplus(x.data(), y.data(), 80, nullptr) == 0);
  for (size_t i = 0; i < x.size(); ++i) {
    double expected = std::log1p(std::exp(double(x[i])));
    CHECK(std::fabs(y[i] - expected) <= 2e-5 * expected);
  }
}

TEST_CASE("nn: embedding") {
  test::Random random(5);
  for (int64_t width : {1, 5, 64, 100}) {
    int64_t rows = 13;
    std::vector<int64_t> ids = {0,  12,
                                13, -1,
                                5,  std::numeric_limits<int32_t>::max(),
                                7,  std::numeric_limits<int32_t>::min()};
    Guarded<float> table(rows * width), y(ids.size() * width);
    Guarded<int32_t> narrow(ids.size());
    random.fillNormal(table);
    for (size_t i = 0; i < ids.size(); ++i)
      narrow[i] = int32_t(ids[i]);
    REQUIRE(embedding(table.data(), narrow.data(), y.data(), rows, width,
                      int64_t(ids.size()), nullptr) == 0);
    test::expectNear(
        "embedding", y,
        gyre::reference::embedding(doubles(table), ids, rows, width), 0);
  }
}

TEST_CASE("nn: cross_entropy") {
  test::Random random(6);
  for (int64_t rows : {0, 1, 9, 37})
    for (int64_t classes : {1, 10, 37, 1000}) {
      Guarded<float> x(rows * classes), y(rows);
      Guarded<int64_t> labels(rows);
      random.fillNormal(x, 3);
      for (int64_t &label : labels)
        label = random.below(classes);
      if (rows > 8) {
        labels[1] = -100;
        labels[2] = classes;
        labels[3] = (int64_t(1) << 32);
        for (int64_t c = 0; c < classes; ++c)
          x[4 * classes + c] = 2;
      }
      REQUIRE(cross_entropy(x.data(), labels.data(), y.data(), rows, classes,
                            nullptr) == 0);
      test::expectNear("cross_entropy", y,
                       gyre::reference::crossEntropy(
                           doubles(x),
                           std::vector<int64_t>(labels.begin(), labels.end()),
                           classes),
                       5e-6);
      if (rows > 8)
        CHECK(std::fabs(y[4] - std::log(double(classes))) < 1e-6);
    }
}

} // namespace

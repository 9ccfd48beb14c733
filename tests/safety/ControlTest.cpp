// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops and branches on tensors against plain C++.

#include "control.h"
#include "ops/Support.h"

namespace {

using test::doubles;
using test::Guarded;
using test::threads;
using Vector = std::vector<double>;

struct Data {
  Guarded<float> x, b, y, z;
  explicit Data(int64_t n) : x(n), b(n), y(n), z(n) {
    test::Random random(n + 1);
    random.fillUniform(x, 0.5, 4);
    random.fillUniform(b, -1, 1);
  }
};

Vector softmax(Vector x) {
  double largest = -INFINITY, sum = 0;
  for (double v : x)
    largest = std::fmax(largest, v);
  for (double &v : x)
    sum += v = std::exp(v - largest);
  for (double &v : x)
    v /= sum;
  return x;
}

TEST_CASE("control: scf.while until convergence") {
  for (int64_t n : {0, 1, 7, 64, 1000}) {
    Data data(n);
    Guarded<int64_t> turns(1);
    REQUIRE(square_root(data.x.data(), 1e-6f, data.y.data(), turns.data(), n,
                        nullptr) == 0);
    Vector roots;
    for (double x : data.x)
      roots.push_back(std::sqrt(x));
    test::expectNear("roots", data.y, roots, 1e-6);
    CHECK(turns[0] >= (n ? 2 : 0));
    CHECK(turns[0] <= 8);
    gyre_call call = threads(2);
    REQUIRE(square_root(data.x.data(), 1e-6f, data.z.data(), turns.data(), n,
                        &call) == 0);
    test::expectSameBits("two threads", data.z, data.y);
  }
}

TEST_CASE("control: carried tensors change places") {
  for (int64_t n : {0, 1, 9, 40})
    for (int64_t count : {0, 1, 2, 7}) {
      Data data(n);
      Vector p = doubles(data.x), q = doubles(data.b);
      for (int64_t i = 0; i < count; ++i) {
        for (int64_t j = 0; j < n; ++j)
          p[j] += q[j];
        std::swap(p, q);
      }
      for (auto *function : {fibonacci, fibonacci_for}) {
        REQUIRE(function(data.x.data(), data.b.data(), count, data.y.data(),
                         data.z.data(), n, nullptr) == 0);
        test::expectNear("last but one", data.y, p, 1e-4);
        test::expectNear("last", data.z, q, 1e-4);
      }
    }
}

TEST_CASE("control: scf.if, scf.index_switch and scf.execute_region") {
  for (int64_t n : {0, 1, 19}) {
    Data data(n);
    for (uint8_t which : {0, 1}) {
      REQUIRE(choose(data.x.data(), data.b.data(), which, data.y.data(), n,
                     nullptr) == 0);
      for (int64_t i = 0; i < n; ++i)
        CHECK(data.y[i] ==
              std::fabs(which ? data.b[i] - data.x[i] : data.b[i]));
    }
    for (int64_t which : {2, 5, 0, -1}) {
      REQUIRE(::switch_(data.x.data(), which, data.y.data(), n, nullptr) == 0);
      Vector y = doubles(data.x);
      for (double &v : y)
        v = which == 2 ? 2 * v : which == 5 ? v * v : v;
      if (which == 5)
        y = softmax(y);
      for (double &v : y)
        v = -v;
      test::expectNear("switch", data.y, y, 1e-6);
    }
    REQUIRE(region(data.x.data(), data.y.data(), n, nullptr) == 0);
    for (int64_t i = 0; i < n; ++i)
      CHECK(data.y[i] == 2 * data.x[i]);
  }
}

TEST_CASE("control: loops within branches within loops") {
  for (int64_t n : {1, 6, 50})
    for (int64_t outer : {0, 1, 4}) {
      Data data(n);
      Vector h = doubles(data.x);
      for (int64_t i = 0; i < outer; ++i) {
        if (i % 2 == 0)
          for (double &v : h)
            v = -v;
        else
          for (int64_t j = 0; j < 3; ++j) {
            h = softmax(h);
            for (int64_t k = 0; k < n; ++k)
              h[k] += data.x[k];
          }
      }
      REQUIRE(nested(data.x.data(), outer, 3, data.y.data(), n, nullptr) == 0);
      test::expectNear("nested", data.y, h, 1e-5);
    }
}

} // namespace

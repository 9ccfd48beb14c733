// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions of `math` against double precision, over all of f32: the
// errors that codegen/common/Math.cpp states.

#include "math.h"
#include "support/Full.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr float smallest = std::numeric_limits<float>::min();
constexpr float largest = std::numeric_limits<float>::max();

/// The distance of `got` from `expected` in units of the last place. Denormal
/// results may be zero; what rounds to infinity may be the largest number.
double distance(float got, double expected) {
  if (std::isnan(got) || std::isnan(expected))
    return std::isnan(got) == std::isnan(expected) ? 0 : INFINITY;
  if (std::fabs(expected) < smallest)
    return std::fabs(got) <= smallest ? 0 : INFINITY;
  if (std::fabs(expected) > largest || std::isinf(got))
    return std::fabs(expected) > largest * 0.99999988 &&
                   std::fabs(got) > largest * 0.9999998f &&
                   std::signbit(got) == std::signbit(expected)
               ? 0
               : INFINITY;
  return std::fabs(got - expected) / std::ldexp(1.0, std::ilogb(expected) - 23);
}

const std::vector<float> special = {
    0.0f,        -0.0f,       1.0f,        -1.0f,    0.5f,
    INFINITY,    -INFINITY,   NAN,         largest,  -largest,
    smallest,    88.7228f,    88.723f,     -87.337f, 32768.0f,
    88.7228317f, 88.7228394f, 127.999992f, -126.0f};

/// Every `step`th of the floats whose bits are in begin..end; no denormals.
std::vector<float> samples(uint64_t begin, uint64_t end, uint64_t step) {
  std::vector<float> all;
  for (uint64_t bits = begin; bits < end; bits += step) {
    float x = std::bit_cast<float>(static_cast<uint32_t>(bits));
    if (x == 0 || !(std::fabs(x) < smallest))
      all.push_back(x);
  }
  return all;
}

using Kernel = int32_t (*)(const float *, float *, int64_t, gyre_call *);
using Reference = double (*)(double);

struct Worst {
  double distance = 0;
  float at = 0;
};

/// The largest error among `x`.
Worst findWorst(Kernel kernel, Reference reference,
                const std::vector<float> &x) {
  std::vector<float> y(x.size());
  gyre_call call = GYRE_CALL_INIT;
  call.threads = 1;
  if (kernel(x.data(), y.data(), int64_t(x.size()), &call) != GYRE_SUCCESS)
    return {INFINITY, 0};
  Worst worst;
  for (size_t i = 0; i < x.size(); ++i)
    if (double d = distance(y[i], reference(x[i])); d > worst.distance)
      worst = {d, x[i]};
  return worst;
}

void checkUnary(const char *name, Kernel kernel, Reference reference,
                double bound) {
  const std::string function = name;
  CAPTURE(function);
  const uint64_t all = uint64_t(1) << 32, step = test::isFull() ? 1 : 4099;
  // Multiples of the step, so that parts sample what the whole would.
  const uint64_t part = step << 18;
  Worst worst = findWorst(kernel, reference, special);
  std::mutex mutex;
  std::atomic<uint64_t> next = 0;
  auto work = [&] {
    for (uint64_t begin; (begin = next.fetch_add(part)) < all;) {
      Worst found = findWorst(
          kernel, reference, samples(begin, std::min(begin + part, all), step));
      std::lock_guard lock(mutex);
      if (found.distance > worst.distance)
        worst = found;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
    threads.emplace_back(work);
  for (std::thread &thread : threads)
    thread.join();
  float at = worst.at;
  CAPTURE(at);
  CHECK(worst.distance <= bound);
}

using Kernel2 = int32_t (*)(const float *, const float *, float *, int64_t,
                            gyre_call *);

void checkBinary(const char *name, Kernel2 kernel,
                 double (*reference)(double, double), double bound) {
  const std::string function = name;
  CAPTURE(function);
  // All pairs of special and plain numbers, then pairs all over the range.
  std::vector<float> few = {0.0f,     -0.0f,       1.0f,         -1.0f, 2.0f,
                            -2.0f,    3.0f,        -3.0f,        0.5f,  -0.5f,
                            INFINITY, -INFINITY,   NAN,          1e30f, -1e30f,
                            1e-30f,   16777217.0f, -16777215.0f, 7.25f};
  std::vector<float> x, z;
  for (float a : few)
    for (float c : few) {
      x.push_back(a);
      z.push_back(c);
    }
  std::vector<float> many =
      samples(0, uint64_t(1) << 32, test::isFull() ? 257 : 65537);
  for (size_t i = 0; i < many.size(); ++i) {
    x.push_back(many[i]);
    z.push_back(many[(i * 7919 + 13) % many.size()]);
    x.push_back(0.5f + float(i) / float(many.size()));
    z.push_back(float(i % 200) - 100.5f);
  }
  std::vector<float> y(x.size());
  REQUIRE(kernel(x.data(), z.data(), y.data(), int64_t(x.size()), nullptr) ==
          0);
  double worst = 0;
  float atX = 0, atZ = 0;
  for (size_t i = 0; i < x.size(); ++i)
    if (double d = distance(y[i], reference(x[i], z[i])); d > worst) {
      worst = d;
      atX = x[i];
      atZ = z[i];
    }
  CAPTURE(atX);
  CAPTURE(atZ);
  CHECK(worst <= bound);
}

} // namespace

/// For this machine, and for the level of x86 that has no fma: there, steps of
/// the polynomials are rounded twice.
#ifdef __x86_64__
#include "codegen-test-math-v2.gyre/math.h"
#define CHECK_ERROR(check, name, reference, bound)                             \
  check(#name, name##_of, reference, bound);                                   \
  check(#name " without fma", v2_##name##_of, reference, bound + 0.3)
#else
#define CHECK_ERROR(check, name, reference, bound)                             \
  check(#name, name##_of, reference, bound)
#endif
#define CHECK_UNARY(...) CHECK_ERROR(checkUnary, __VA_ARGS__)
#define CHECK_BINARY(...) CHECK_ERROR(checkBinary, __VA_ARGS__)

TEST_CASE("math: exponentials") {
  CHECK_UNARY(exp, [](double x) { return std::exp(x); }, 1.0);
  CHECK_UNARY(exp2, [](double x) { return std::exp2(x); }, 0.8);
  CHECK_UNARY(expm1, [](double x) { return std::expm1(x); }, 1.4);
}

TEST_CASE("math: logarithms") {
  CHECK_UNARY(log, [](double x) { return std::log(x); }, 0.9);
  CHECK_UNARY(log2, [](double x) { return std::log2(x); }, 1.6);
  CHECK_UNARY(log10, [](double x) { return std::log10(x); }, 1.5);
  CHECK_UNARY(log1p, [](double x) { return std::log1p(x); }, 1.5);
}

TEST_CASE("math: hyperbolic functions and erf") {
  CHECK_UNARY(tanh, [](double x) { return std::tanh(x); }, 1.7);
  CHECK_UNARY(sinh, [](double x) { return std::sinh(x); }, 2.7);
  CHECK_UNARY(cosh, [](double x) { return std::cosh(x); }, 2.7);
  CHECK_UNARY(atanh, [](double x) { return std::atanh(x); }, 2.3);
  CHECK_UNARY(erf, [](double x) { return std::erf(x); }, 1.2);
}

TEST_CASE("math: circular functions") {
  CHECK_UNARY(sin, [](double x) { return std::sin(x); }, 1.7);
  CHECK_UNARY(cos, [](double x) { return std::cos(x); }, 1.7);
  CHECK_UNARY(tan, [](double x) { return std::tan(x); }, 3.5);
  CHECK_UNARY(atan, [](double x) { return std::atan(x); }, 1.8);
  CHECK_UNARY(asin, [](double x) { return std::asin(x); }, 2.5);
  CHECK_UNARY(acos, [](double x) { return std::acos(x); }, 2.5);
}

TEST_CASE("math: roots") {
  CHECK_UNARY(rsqrt, [](double x) { return 1 / std::sqrt(x); }, 1.5);
}

TEST_CASE("math: powers and angles") {
  CHECK_BINARY(powf, ([](double x, double z) { return std::pow(x, z); }), 1.0);
  CHECK_BINARY(atan2, ([](double y, double x) { return std::atan2(y, x); }),
               2.2);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions of `math` and the activations against double precision, over
// all of f32: the errors that docs/accuracy.md states.

#include "math.h"
#include "MathReference.h"
#include "support/Full.h"
#ifdef __x86_64__
#include "codegen-test-math-v2.gyre/math.h"
#include "codegen-test-math-v3.gyre/math.h"
#include "codegen-test-math-v4.gyre/math.h"
#endif

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr float smallest = std::numeric_limits<float>::min();
constexpr float largest = std::numeric_limits<float>::max();

/// The distance of `got` from `expected` in units of the last place, where
/// infinity is the next number after the largest. What would be denormal may be
/// zero, also where it is only so by an error of its last places.
inline double distance(float got, double expected) {
  const double next = 0x1p128, flushed = smallest * (1 + 0x1p-21);
  double value = std::clamp<double>(got, -next, next);
  double wanted = std::clamp(expected, -next, next);
  double size = std::clamp<double>(std::fabs(wanted), smallest, 0x1p127);
  // 2^(23 - e) for a size of exponent e.
  uint64_t exponent = std::bit_cast<uint64_t>(size) >> 52;
  double perUnit = std::bit_cast<double>((1023 + 23 + 1023 - exponent) << 52);
  double error = std::fabs(value - wanted) * perUnit;
  bool isGone = std::fabs(wanted) <= flushed && std::fabs(value) <= flushed;
  error = isGone ? 0 : error;
  bool isNaN = expected != expected, gotNaN = got != got;
  return isNaN != gotNaN ? INFINITY : isNaN ? 0 : error;
}

/// Positive numbers are ordered as their bits are, whose maximum is taken lane
/// by lane; that of numbers would not be, for fear of NaN.
GYRE_WIDE double worstOf(const float *got, const double *expected,
                         int64_t count, double sign) {
  int64_t worst = 0;
  for (int64_t i = 0; i < count; ++i)
    worst = std::max(
        worst, std::bit_cast<int64_t>(distance(got[i], expected[i] * sign)));
  return std::bit_cast<double>(worst);
}

using Kernel = int32_t (*)(const float *, float *, int64_t, gyre_call *);
using Kernel2 = int32_t (*)(const float *, const float *, float *, int64_t,
                            gyre_call *);

/// A function compiled for one target.
template <typename Pointer> struct Compiled {
  const char *target;
  Pointer kernel;
  bool hasFma = true, isSupported = true;
};

/// Errors in units of the last place. Without fma, steps of the polynomials are
/// rounded twice.
struct Bounds {
  double withFma, withoutFma;
};

enum class Symmetry { none, odd, even };

struct Worst {
  double distance = 0;
  float at = 0;
};

bool run(Kernel kernel, const std::vector<float> &x, std::vector<float> &y) {
  gyre_call call = GYRE_CALL_INIT;
  call.threads = 1;
  return kernel(x.data(), y.data(), int64_t(x.size()), &call) == GYRE_SUCCESS;
}

/// Checks a function at every `step`th float, by all targets.
class Sweep {
public:
  Sweep(const std::vector<Compiled<Kernel>> &targets, reference::Function f,
        Symmetry symmetry)
      : targets(targets), f(f), symmetry(symmetry), worst(targets.size()) {}

  std::vector<Worst> over(uint64_t step) {
    // Of symmetric functions the reference is needed for one half only.
    const uint64_t all = uint64_t(1) << (symmetry == Symmetry::none ? 32 : 31);
    const uint64_t part = step * block;
    std::atomic<uint64_t> next = 0;
    auto work = [&] {
      std::vector<float> x(block);
      for (uint64_t begin; (begin = next.fetch_add(part)) < all;) {
        for (size_t i = 0; i < block; ++i)
          x[i] = std::bit_cast<float>(
              static_cast<uint32_t>(std::min(begin + i * step, all - 1)));
        check(x);
      }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
      threads.emplace_back(work);
    for (std::thread &thread : threads)
      thread.join();
    return worst;
  }

private:
  static constexpr size_t block = 4096;

  void check(std::vector<float> &x) {
    std::vector<double> expected(x.size());
    reference::forAll(f, x.data(), expected.data(), int64_t(x.size()));
    compare(x, expected, 1);
    if (symmetry == Symmetry::none)
      return;
    for (float &v : x)
      v = -v;
    compare(x, expected, symmetry == Symmetry::odd ? -1 : 1);
  }

  void compare(const std::vector<float> &x, const std::vector<double> &expected,
               double sign) {
    std::vector<float> y(x.size());
    for (size_t t = 0; t < targets.size(); ++t) {
      if (!targets[t].isSupported)
        continue;
      double found = INFINITY;
      if (run(targets[t].kernel, x, y))
        found = worstOf(y.data(), expected.data(), int64_t(x.size()), sign);
      std::lock_guard lock(mutex);
      if (found <= worst[t].distance)
        continue;
      for (size_t i = 0; i < x.size(); ++i)
        if (distance(y[i], expected[i] * sign) == found)
          worst[t] = {found, x[i]};
    }
  }

  const std::vector<Compiled<Kernel>> &targets;
  reference::Function f;
  Symmetry symmetry;
  std::vector<Worst> worst;
  std::mutex mutex;
};

/// Where the result is an f32 at these, it has to be that very number.
const std::vector<float> special = {
    0.0f,  -0.0f, 1.0f,  -1.0f,   2.0f,     -2.0f,    4.0f,      0.5f,
    -0.5f, 0.25f, 16.0f, 1024.0f, INFINITY, INFINITY, -INFINITY, NAN};

bool isExact(float got, double expected) {
  float wanted = static_cast<float>(expected);
  if (std::isnan(wanted))
    return std::isnan(got);
  return static_cast<double>(wanted) != expected ||
         std::bit_cast<uint32_t>(wanted) == std::bit_cast<uint32_t>(got);
}

void checkUnary(const char *name, const std::vector<Compiled<Kernel>> &targets,
                reference::Function f, Symmetry symmetry, Bounds bounds) {
  if (!reference::isSupported()) {
    MESSAGE("left out: the reference needs AVX2");
    return;
  }
  const std::string function = name;
  CAPTURE(function);
  std::vector<double> expected(special.size());
  reference::forAll(f, special.data(), expected.data(),
                    int64_t(special.size()));
  std::vector<float> y(special.size());
  for (const auto &target : targets)
    if (target.isSupported && run(target.kernel, special, y))
      for (size_t i = 0; i < special.size(); ++i) {
        INFO(std::string(target.target) << " at " << special[i] << ": " << y[i]
                                        << ", expected " << expected[i]);
        CHECK(isExact(y[i], expected[i]));
      }
  std::vector<Worst> worst =
      Sweep(targets, f, symmetry).over(test::everyOf(4099));
  for (size_t t = 0; t < targets.size(); ++t) {
    const std::string target = targets[t].target;
    const float at = worst[t].at;
    if (test::isFull() && targets[t].isSupported) {
      std::printf("%-10s %-5s %.3f ulp at %a\n", name, target.c_str(),
                  worst[t].distance, double(at));
      std::fflush(stdout);
    }
    CAPTURE(target);
    CAPTURE(at);
    CHECK(worst[t].distance <=
          (targets[t].hasFma ? bounds.withFma : bounds.withoutFma));
  }
}

void checkBinary(const char *name,
                 const std::vector<Compiled<Kernel2>> &targets,
                 double (*f)(double, double), Bounds bounds) {
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
  const uint64_t all = uint64_t(1) << 32, step = test::isFull() ? 257 : 65537;
  const uint64_t count = all / step;
  for (uint64_t i = 0; i < count; ++i) {
    auto at = [&](uint64_t k) {
      return std::bit_cast<float>(static_cast<uint32_t>(k % count * step));
    };
    x.push_back(at(i));
    z.push_back(at(i * 7919 + 13));
    x.push_back(0.5f + float(i) / float(count));
    z.push_back(float(i % 200) - 100.5f);
  }
  std::vector<double> expected(x.size());
  for (size_t i = 0; i < x.size(); ++i)
    expected[i] = f(x[i], z[i]);
  std::vector<float> y(x.size());
  for (const auto &compiled : targets) {
    if (!compiled.isSupported)
      continue;
    REQUIRE(compiled.kernel(x.data(), z.data(), y.data(), int64_t(x.size()),
                            nullptr) == 0);
    double worst = 0;
    float atX = 0, atZ = 0;
    for (size_t i = 0; i < x.size(); ++i)
      if (double d = distance(y[i], expected[i]); d > worst) {
        worst = d;
        atX = x[i];
        atZ = z[i];
      }
    const std::string target = compiled.target;
    if (test::isFull())
      std::printf("%-10s %-5s %.3f ulp at %a, %a\n", name, target.c_str(),
                  worst, double(atX), double(atZ));
    CAPTURE(target);
    CAPTURE(atX);
    CAPTURE(atZ);
    CHECK(worst <= (compiled.hasFma ? bounds.withFma : bounds.withoutFma));
  }
}

} // namespace

/// The function for this machine, and for each level of x86.
#ifdef __x86_64__
#define COMPILED(type, name)                                                   \
  std::vector<Compiled<type>> {                                                \
    {"host", name##_of, __builtin_cpu_supports("fma") != 0},                   \
        {"v2", v2_##name##_of, false},                                         \
        {"v3", v3_##name##_of, true,                                           \
         __builtin_cpu_supports("x86-64-v3") != 0},                            \
        {"v4", v4_##name##_of, true, __builtin_cpu_supports("x86-64-v4") != 0} \
  }
#else
#define COMPILED(type, name)                                                   \
  std::vector<Compiled<type>> {                                                \
    {                                                                          \
      "host", name##_of                                                        \
    }                                                                          \
  }
#endif
#define CHECK_ONE(name, f, symmetry, ...)                                      \
  checkUnary(#name, COMPILED(Kernel, name), reference::f, Symmetry::symmetry,  \
             Bounds{__VA_ARGS__})
#define CHECK_TWO(name, ...)                                                   \
  checkBinary(#name, COMPILED(Kernel2, name), __VA_ARGS__)

TEST_CASE("math: exponentials") {
  CHECK_ONE(exp, expOf, none, 1.1, 1.0);
  CHECK_ONE(exp2, exp2Of, none, 0.9, 1.1);
  CHECK_ONE(expm1, expm1Of, none, 1.5, 1.5);
}

TEST_CASE("math: logarithms") {
  CHECK_ONE(log, log, none, 1, 1);
  CHECK_ONE(log2, log2, none, 1.8, 2.5);
  CHECK_ONE(log10, log10, none, 2.1, 2.7);
  CHECK_ONE(log1p, log1p, none, 1.6, 1.8);
}

TEST_CASE("math: hyperbolic functions and erf") {
  CHECK_ONE(tanh, tanh, odd, 1.7, 1.7);
  CHECK_ONE(sinh, sinhOf, odd, 2.9, 3.0);
  CHECK_ONE(cosh, coshOf, even, 2.9, 3.0);
  CHECK_ONE(atanh, atanh, odd, 2.2, 2.4);
  CHECK_ONE(erf, erf, odd, 1.3, 1.6);
}

TEST_CASE("math: circular functions") {
  CHECK_ONE(sin, sinOf, odd, 1.7, 1.7);
  CHECK_ONE(cos, cosOf, even, 1.7, 1.7);
  CHECK_ONE(tan, tan, odd, 3.9, 3.9);
  CHECK_ONE(atan, atan, odd, 1.9, 2.0);
  CHECK_ONE(asin, asin, odd, 2.7, 2.8);
  CHECK_ONE(acos, acos, none, 2.7, 2.8);
}

TEST_CASE("math: roots") { CHECK_ONE(rsqrt, rsqrtOf, none, 1.5, 1.5); }

TEST_CASE("math: activations") {
  CHECK_ONE(sigmoid, sigmoidOf, none, 2.6, 2.6);
  CHECK_ONE(silu, siluOf, none, 2.5, 2.5);
  CHECK_ONE(softplus, softplusOf, none, 2.6, 2.7);
  CHECK_ONE(gelu_erf, geluErfOf, none, 3.9, 4.0);
  CHECK_ONE(gelu_tanh, geluTanhOf, none, 3.3, 3.8);
}

TEST_CASE("math: powers and angles") {
  CHECK_TWO(powf, [](double x, double z) { return std::pow(x, z); },
            {1.0, 1.3});
  CHECK_TWO(atan2, [](double y, double x) { return std::atan2(y, x); },
            {2.2, 2.5});
}

/// The vector library against the scalar one.
TEST_CASE("math: the reference itself") {
  if (!reference::isSupported())
    return;
  struct {
    reference::Function wide;
    double (*scalar)(double);
  } functions[] = {
      {reference::expOf, [](double x) { return std::exp(x); }},
      {reference::exp2Of, [](double x) { return std::exp2(x); }},
      {reference::expm1Of, [](double x) { return std::expm1(x); }},
      {reference::log, [](double x) { return std::log(x); }},
      {reference::log2, [](double x) { return std::log2(x); }},
      {reference::log10, [](double x) { return std::log10(x); }},
      {reference::log1p, [](double x) { return std::log1p(x); }},
      {reference::tanh, [](double x) { return std::tanh(x); }},
      {reference::sinhOf, [](double x) { return std::sinh(x); }},
      {reference::coshOf, [](double x) { return std::cosh(x); }},
      {reference::atanh, [](double x) { return std::atanh(x); }},
      {reference::erf, [](double x) { return std::erf(x); }},
      {reference::sinOf, [](double x) { return std::sin(x); }},
      {reference::cosOf, [](double x) { return std::cos(x); }},
      {reference::tan, [](double x) { return std::tan(x); }},
      {reference::atan, [](double x) { return std::atan(x); }},
      {reference::asin, [](double x) { return std::asin(x); }},
      {reference::acos, [](double x) { return std::acos(x); }},
      {reference::geluErfOf,
       [](double x) {
         return x < -30 ? -0.0 : x * 0.5 * std::erfc(-x * M_SQRT1_2);
       }},
  };
  std::vector<float> x;
  for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += 65537)
    x.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
  x.resize(x.size() / 4 * 4);
  std::vector<double> y(x.size());
  for (size_t f = 0; f < std::size(functions); ++f) {
    reference::forAll(functions[f].wide, x.data(), y.data(), int64_t(x.size()));
    double worst = 0;
    float at = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      double expected = functions[f].scalar(x[i]);
      bool isSame =
          std::isnan(expected) ? std::isnan(y[i])
          : std::fabs(expected) > 0x1p128
              ? std::fabs(y[i]) > 0x1p128
              : std::fabs(y[i] - expected) <=
                    std::fmax(std::fabs(expected), smallest) * 0x1p-43;
      if (!isSame) {
        worst = y[i] - expected;
        at = x[i];
      }
    }
    CAPTURE(f);
    CAPTURE(at);
    CHECK(worst == 0);
  }
}

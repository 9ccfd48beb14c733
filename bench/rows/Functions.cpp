// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of vectors against vector libraries.

#include "Rows.h"
#include "references/VectorMath.h"

#include "functions.h"
#ifdef __x86_64__
#include "gyre-bench-avx2.gyre/functions.h"
#endif

#include <map>

using namespace bench;

#ifdef __x86_64__

static const int64_t numbers = 4096;

namespace {
using Kernel = int32_t (*)(const float *, float *, gyre_call *);
struct Function {
  Kernel wide, narrow; ///< for this machine, for AVX2
  float low, high;     ///< of the arguments
};
} // namespace

#define FUNCTION(name, low, high)                                              \
  {                                                                            \
    #name, { name##_of, avx2_##name##_of, low, high }                          \
  }
static const std::map<std::string, Function> functions = {
    FUNCTION(exp, -20, 20),    FUNCTION(exp2, -20, 20),
    FUNCTION(log, 0.01f, 100), FUNCTION(log2, 0.01f, 100),
    FUNCTION(log1p, -0.5, 10), FUNCTION(tanh, -4, 4),
    FUNCTION(erf, -3, 3),      FUNCTION(sin, -10, 10),
    FUNCTION(cos, -10, 10),    FUNCTION(atan, -5, 5)};

static void row(Harness &h, const std::string &name, const char *width,
                const char *library, Kernel kernel, float low, float high,
                reference::Function theirs) {
  Case c{name, std::string("4096 ") + width + " " + library};
  c.reference = library;
  c.bar = 1.0;
  c.tolerance = 1e-6;
  c.work.read = c.work.written = 4.0 * numbers;
  c.work.operations = 20.0 * numbers;
  if (!h.wants(c))
    return;
  if (!theirs) {
    h.skip(c, std::string("no ") + library + ", or none so wide");
    return;
  }
  Array x(numbers, uniform(low, high)), y(numbers), z(numbers);
  Call call(1, 0);
  h.row(
      c, 1, [&] { check(kernel(x, y, &call), call.call); },
      [&] { theirs(x, z, numbers); },
      [&] { return relativeDifference(y, z, numbers); });
}

void bench::functionRows(Harness &h) {
  for (const reference::VectorFunction &f : reference::vectorFunctions()) {
    const Function &ours = functions.at(f.name);
    auto both = [&](const char *library, reference::Function eight,
                    reference::Function sixteen) {
      row(h, f.name, "AVX2", library, ours.narrow, ours.low, ours.high, eight);
      row(h, f.name, "AVX-512", library, ours.wide, ours.low, ours.high,
          sixteen);
    };
    both("libmvec", f.mvec8, f.mvec16);
    both("SLEEF", f.sleef8, f.sleef16);
  }
}

#else

void bench::functionRows(Harness &) {}

#endif

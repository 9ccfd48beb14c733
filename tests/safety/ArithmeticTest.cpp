// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quotients, shifts and conversions for all kinds of operands.

#include "arithmetic.h"
#include "ops/Support.h"

#include <limits>

namespace {

using test::Guarded;

const int32_t numbers[] = {0,  1,  -1, 2,  7,   -7,        31,        32,
                           33, 64, 5,  -5, 100, INT32_MIN, INT32_MAX, -32};
constexpr int64_t n = 16 * 16;

int32_t wrap(int64_t value) { return int32_t(uint32_t(uint64_t(value))); }

template <typename T> T saturate(double value) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(value))
    return 0;
  value = std::trunc(value);
  if (value <= double(Limits::min()))
    return Limits::min();
  return value >= double(Limits::max()) ? Limits::max() : T(value);
}

TEST_CASE("safety: division by anything") {
  Guarded<int32_t> x(n), y(n),
      r[6] = {Guarded<int32_t>(n), Guarded<int32_t>(n), Guarded<int32_t>(n),
              Guarded<int32_t>(n), Guarded<int32_t>(n), Guarded<int32_t>(n)};
  for (int64_t i = 0; i < n; ++i)
    x[i] = numbers[i / 16], y[i] = numbers[i % 16];
  REQUIRE(divide(x.data(), y.data(), r[0].data(), r[1].data(), r[2].data(),
                 r[3].data(), r[4].data(), r[5].data(), n, nullptr) == 0);
  for (int64_t i = 0; i < n; ++i) {
    int64_t a = x[i], b = y[i];
    uint32_t u = uint32_t(x[i]), v = uint32_t(y[i]);
    INFO(a, " by ", b);
    int64_t q = b ? a / b : a, rest = b ? a % b : 0;
    bool inexact = b && rest != 0;
    CHECK(r[0][i] == wrap(q));
    CHECK(uint32_t(r[1][i]) == (v ? u / v : u));
    CHECK(r[2][i] == wrap(rest));
    CHECK(uint32_t(r[3][i]) == (v ? u % v : 0));
    CHECK(r[4][i] == wrap(q - (inexact && (a < 0) != (b < 0))));
    CHECK(r[5][i] == wrap(q + (inexact && (a < 0) == (b < 0))));
  }
}

TEST_CASE("safety: shifts by anything") {
  Guarded<int32_t> x(n), y(n), left(n), logical(n), arithmetic(n);
  for (int64_t i = 0; i < n; ++i)
    x[i] = numbers[i / 16], y[i] = numbers[i % 16];
  REQUIRE(shift(x.data(), y.data(), left.data(), logical.data(),
                arithmetic.data(), n, nullptr) == 0);
  for (int64_t i = 0; i < n; ++i) {
    uint32_t by = uint32_t(y[i]);
    CHECK(uint32_t(left[i]) == (by < 32 ? uint32_t(x[i]) << by : 0));
    CHECK(uint32_t(logical[i]) == (by < 32 ? uint32_t(x[i]) >> by : 0));
    CHECK(arithmetic[i] == x[i] >> std::min<uint32_t>(by, 31));
  }
}

TEST_CASE("safety: floats beyond the range of integers") {
  const float values[] = {0.0f,           -0.75f,          1.5f,
                          -1.0f,          127.9f,          128.0f,
                          -128.5f,        -129.0f,         2.147483648e9f,
                          2.1474835e9f,   -2.147483648e9f, -2.1474839e9f,
                          4.294967296e9f, 4.2949670e9f,    9.2233720e18f,
                          -9.2233720e18f, 1e30f,           -1e30f,
                          INFINITY,       -INFINITY,       NAN,
                          -NAN,           3e-39f};
  int64_t count = sizeof values / sizeof *values;
  Guarded<float> x(count);
  std::copy(std::begin(values), std::end(values), x.begin());
  Guarded<int32_t> i32(count), u32(count);
  Guarded<int8_t> i8(count);
  Guarded<int64_t> i64(count);
  REQUIRE(convert(x.data(), i32.data(), u32.data(), i8.data(), i64.data(),
                  count, nullptr) == 0);
  for (int64_t i = 0; i < count; ++i) {
    INFO(x[i]);
    CHECK(i32[i] == saturate<int32_t>(x[i]));
    CHECK(uint32_t(u32[i]) == saturate<uint32_t>(x[i]));
    CHECK(i8[i] == saturate<int8_t>(x[i]));
    CHECK(i64[i] == saturate<int64_t>(x[i]));
  }
  Guarded<uint16_t> half(4);
  half[0] = 0x7c00, half[1] = 0xfc00, half[2] = 0x7e00, half[3] = 0x7bff;
  Guarded<int32_t> whole(4);
  REQUIRE(convert_half(half.data(), whole.data(), 4, nullptr) == 0);
  CHECK(whole[0] == INT32_MAX);
  CHECK(whole[1] == INT32_MIN);
  CHECK(whole[2] == 0);
  CHECK(whole[3] == 65504);
}

TEST_CASE("safety: shares of scalar arguments") {
  Guarded<float> x(12), y(1);
  for (int64_t parts : {int64_t(0), int64_t(1), int64_t(5), int64_t(-1),
                        std::numeric_limits<int64_t>::min()}) {
    REQUIRE(share(x.data(), parts, y.data(), 12, nullptr) == 0);
    CHECK(y[0] == float(parts ? 12 / parts : 12));
  }
}

} // namespace

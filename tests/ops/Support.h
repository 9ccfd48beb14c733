// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the numeric tests of operators share.

#ifndef GYRE_TESTS_OPS_SUPPORT_H
#define GYRE_TESTS_OPS_SUPPORT_H

#include "gyre/runtime.h"
#include "support/Compare.h"
#include "support/Guarded.h"
#include "support/Random.h"

#include <cmath>
#include <cstring>
#include <vector>

namespace test {

/// What a reference takes.
template <typename Range> std::vector<double> doubles(const Range &r) {
  return std::vector<double>(r.begin(), r.end());
}

inline gyre_call threads(int32_t count) {
  gyre_call call = GYRE_CALL_INIT;
  call.threads = count;
  return call;
}

/// Whether weights that meet payloads of two bytes are rounded like these.
#ifdef GYRE_TEST_ON_DEVICE
inline constexpr bool roundsWeights = true;
#else
inline constexpr bool roundsWeights = false;
#endif

/// Numbers as two bytes, rounded to the nearest even one.
inline double fromBF16(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return double(value);
}
inline uint16_t toBF16(double number) {
  float value = float(number);
  uint32_t wide;
  std::memcpy(&wide, &value, sizeof wide);
  return uint16_t((wide + 0x7fff + (wide >> 16 & 1)) >> 16);
}
inline double fromF16(uint16_t bits) {
  int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  double value = exponent == 0 ? std::ldexp(mantissa, -24)
                               : std::ldexp(mantissa + 1024, exponent - 25);
  return bits >> 15 ? -value : value;
}
/// For numbers in the range of f16.
inline uint16_t toF16(double number) {
  uint16_t sign = std::signbit(number) ? 0x8000 : 0;
  double value = std::fabs(number);
  int exponent = value < 0x1p-14 ? -14 : std::ilogb(value);
  // A mantissa of 2048 carries into the exponent as it should.
  int mantissa = int(std::nearbyint(std::ldexp(value, 10 - exponent)));
  return uint16_t(sign + (exponent + 14) * 1024 + mantissa);
}

} // namespace test

#endif // GYRE_TESTS_OPS_SUPPORT_H

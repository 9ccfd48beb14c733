// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results against a reference in double precision, with a bound that follows
// from the arithmetic and messages that say where and by how much.

#ifndef GYRE_TESTS_SUPPORT_COMPARE_H
#define GYRE_TESTS_SUPPORT_COMPARE_H

#include <cmath>
#include <cstring>
#include <doctest/doctest.h>
#include <sstream>
#include <string>

namespace test {

/// Half a unit in the last place of 1.0.
constexpr double epsilonF32 = 0x1p-24;
constexpr double epsilonF16 = 0x1p-11;
constexpr double epsilonBF16 = 0x1p-8;

/// The error of a sum of `length` terms of at most `magnitude` in absolute
/// value, each of them the result of `steps` roundings. Roundings are
/// independent, so that errors of a sum grow with the root of its length; the
/// factor 4 makes four standard deviations of it.
inline double roundingBound(double length, double magnitude, double steps = 4,
                            double epsilon = epsilonF32) {
  return epsilon * magnitude *
         (steps + 4 * std::sqrt(length) * std::sqrt(steps));
}

/// What is wrong with `actual`, or an empty string. Infinities have to agree in
/// sign, and NaN is equal to NaN only.
template <typename Actual, typename Expected>
std::string compare(const Actual &actual, const Expected &expected,
                    double bound) {
  size_t wrong = 0, worst = 0;
  double largest = -1;
  if (actual.size() != expected.size())
    return "expected " + std::to_string(expected.size()) + " elements, got " +
           std::to_string(actual.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    double a = double(actual[i]), e = double(expected[i]);
    double difference = std::fabs(a - e);
    bool isEqual = a == e || (std::isnan(a) && std::isnan(e));
    if (isEqual || difference <= bound)
      continue;
    ++wrong;
    if (!std::isfinite(difference))
      difference = INFINITY;
    if (difference > largest) {
      largest = difference;
      worst = i;
    }
  }
  if (wrong == 0)
    return "";
  std::ostringstream text;
  text.precision(9);
  text << wrong << " of " << expected.size() << " elements differ by more than "
       << bound << ", most at [" << worst << "]: expected "
       << double(expected[worst]) << ", got " << double(actual[worst])
       << ", difference " << largest;
  return text.str();
}

/// Fails the test case where `actual` is further than `bound` from `expected`.
template <typename Actual, typename Expected>
void expectNear(const char *what, const Actual &actual,
                const Expected &expected, double bound) {
  std::string difference = compare(actual, expected, bound);
  INFO(std::string(what) << ": " << difference);
  CHECK(difference.empty());
}

/// Fails the test case unless both hold the same bits.
template <typename Actual, typename Expected>
void expectSameBits(const char *what, const Actual &actual,
                    const Expected &expected) {
  REQUIRE(actual.size() == expected.size());
  static_assert(sizeof(actual[0]) == sizeof(expected[0]));
  size_t i = 0;
  while (i < actual.size() &&
         std::memcmp(&actual[i], &expected[i], sizeof(actual[0])) == 0)
    ++i;
  INFO(std::string(what) << ": bits differ first at [" << i << "]");
  CHECK(i == actual.size());
}

} // namespace test

#endif // GYRE_TESTS_SUPPORT_COMPARE_H

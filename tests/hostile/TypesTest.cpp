// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators compute in f32 whatever they store: on numbers that f16 or bf16
// hold, a function of these types gives what the function of f32 gives (which
// the families' tests compare with references in double precision), rounded.

#include "hostile/Hostile.h"
#include "ops/Support.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <map>
#include <string>

namespace {

using namespace hostile;

/// A type of floats in memory.
struct Format {
  const char *name;
  double epsilon, smallest, largest;
  double (*read)(const void *);
  void (*write)(void *, double);
};

template <typename T> T load(const void *from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <typename T> void store(void *to, T value) {
  std::memcpy(to, &value, sizeof value);
}

const Format formats[] = {
    {"f32", test::epsilonF32, 0x1p-149, 0x1.fffffep127,
     [](const void *p) { return double(load<float>(p)); },
     [](void *p, double v) { store(p, float(v)); }},
    {"f16", test::epsilonF16, 0x1p-24, 65504,
     [](const void *p) {
       uint16_t bits = load<uint16_t>(p);
       double sign = bits >> 15 ? -1 : 1;
       if ((bits & 0x7c00) == 0x7c00)
         return bits & 0x3ff ? double(NAN) : sign * double(INFINITY);
       return test::fromF16(bits);
     },
     [](void *p, double v) { store(p, test::toF16(v)); }},
    {"bf16", test::epsilonBF16, 0x1p-133, 0x1.fep127,
     [](const void *p) { return test::fromBF16(load<uint16_t>(p)); },
     [](void *p, double v) { store(p, test::toBF16(v)); }}};

const Format *findFormat(const std::string &type) {
  for (const Format &format : formats)
    if (type == format.name)
      return &format;
  return nullptr;
}

size_t bytesOf(const std::string &type) {
  if (type == "index")
    return 8;
  return size_t(
      std::max(1, std::atoi(&type[type.find_first_of("0123456789")]) / 8));
}

/// The arguments of one call, whose floats are the same numbers in each type.
struct Call {
  const Function &function;
  std::vector<int64_t> sizes;
  std::vector<std::vector<unsigned char>> arrays;
  std::vector<Value> values;

  /// `narrow` is the type that all numbers are rounded to.
  Call(const Function &function, int64_t size, const Format &narrow)
      : function(function), sizes(size_t(function.sizeCount), size) {
    test::Random random(1);
    for (const Argument &argument : function.arguments) {
      size_t count = 1, width = bytesOf(argument.type);
      for (auto dim : argument.dims)
        count *= size_t(dim(sizes.data()));
      std::vector<unsigned char> array(argument.isArray ? count * width : 8);
      for (size_t i = 0; i < count && !argument.isOutput; ++i)
        fill(&array[i * width], argument, narrow, random);
      arrays.push_back(std::move(array));
    }
    for (size_t i = 0; i < arrays.size(); ++i) {
      Value value;
      if (function.arguments[i].isArray)
        value.pointer = arrays[i].data();
      else
        std::memcpy(&value.bits, arrays[i].data(), 8);
      values.push_back(value);
    }
  }

  static void fill(unsigned char *to, const Argument &argument,
                   const Format &narrow, test::Random &random) {
    unsigned char bytes[8] = {};
    const Format *format = findFormat(argument.type);
    if (!format) {
      store(to, uint8_t(random.below(3)));
      return;
    }
    // Levels and times are scalars.
    narrow.write(bytes,
                 argument.isArray ? random.normal() : random.uniform(0.5, 0.9));
    format->write(to, narrow.read(bytes));
  }
};

/// How many roundings a name allows for: `.._8_roundings`, else 1.
double roundingsOf(const std::string &name) {
  size_t end = name.find("_roundings");
  return end == std::string::npos
             ? 1
             : std::atof(&name[name.rfind('_', end - 1) + 1]);
}

void compareOutput(const Call &narrow, const Call &wide, size_t i,
                   double roundings) {
  const std::string type = narrow.function.arguments[i].type;
  INFO(std::string(narrow.function.arguments[i].name));
  const Format *from = findFormat(type),
               *to = findFormat(wide.function.arguments[i].type);
  if (!from) {
    CHECK(narrow.arrays[i] == wide.arrays[i]);
    return;
  }
  size_t width = bytesOf(type), wideWidth = bytesOf(to->name);
  size_t count = wide.arrays[i].size() / wideWidth;
  double largest = 0;
  for (size_t j = 0; j < count; ++j)
    largest =
        std::max(largest, std::fabs(to->read(&wide.arrays[i][j * wideWidth])));
  for (size_t j = 0; j < count; ++j) {
    double actual = from->read(&narrow.arrays[i][j * width]);
    double expected = to->read(&wide.arrays[i][j * wideWidth]);
    if (actual == expected || (std::isnan(actual) && std::isnan(expected)))
      continue;
    // What is too large for the type is infinite in it.
    if (std::isinf(actual) && std::fabs(expected) > from->largest)
      continue;
    // What is rounded once has an error of its own size, and f32's before.
    double magnitude = roundings > 1 ? largest + 1 : std::fabs(expected);
    double bound = roundings * from->epsilon * magnitude + from->smallest +
                   test::roundingBound(100, largest);
    if (!(std::fabs(actual - expected) <= bound)) {
      INFO("[" << j << "]: " << actual << " of " << type << ", " << expected
               << " of f32");
      CHECK(std::fabs(actual - expected) <= bound);
      return;
    }
  }
}

TEST_CASE("types: f16 and bf16 are f32, rounded") {
  std::map<std::string, const Function *> byName;
  for (const Function &f : functions())
    byName[f.name] = &f;
  int compared = 0;
  for (const auto &[name, wide] : byName) {
    size_t at = name.find("_f32_");
    if (at == std::string::npos)
      continue;
    for (const Format &format : {formats[1], formats[2]}) {
      std::string narrowName = name;
      auto found = byName.find(narrowName.replace(at + 1, 3, format.name));
      if (found == byName.end())
        continue;
      for (int64_t size : {1, 5, 33}) {
        INFO(narrowName << ", N = " << size);
        Call expected(*wide, size, format),
            actual(*found->second, size, format);
        REQUIRE(expected.function.call(expected.values.data(),
                                       expected.sizes.data(), nullptr) == 0);
        REQUIRE(actual.function.call(actual.values.data(), actual.sizes.data(),
                                     nullptr) == 0);
        for (size_t i = 0; i < wide->arguments.size(); ++i)
          if (wide->arguments[i].isOutput)
            compareOutput(actual, expected, i, roundingsOf(name));
        ++compared;
      }
    }
  }
  // As many as families have graphs for it.
  CHECK(compared >= 100);
}

} // namespace

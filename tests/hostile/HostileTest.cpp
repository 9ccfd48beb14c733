// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every entry point of every operator's graphs with arguments and data that
// nobody should pass: the sanitizers watch each access, and a call that is
// refused has written nothing.

#include "hostile/Hostile.h"

#include "support/Random.h"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <limits>
#include <memory>
#include <string>

namespace {

using namespace hostile;
using Bytes = std::vector<unsigned char>;

constexpr int64_t least = std::numeric_limits<int64_t>::min();
constexpr int64_t most = std::numeric_limits<int64_t>::max();

int64_t elementBytes(const std::string &type) {
  if (type == "index")
    return 8;
  int bits = std::atoi(type.c_str() + type.find_first_of("0123456789"));
  return std::max(1, bits / 8);
}

/// Exactly as many bytes as a call may touch, from malloc, so that the address
/// sanitizer stands at both ends.
struct Array {
  explicit Array(size_t count) : count(count), data(std::malloc(count)) {}
  ~Array() { std::free(data); }
  Array(const Array &) = delete;
  Array &operator=(const Array &) = delete;
  unsigned char *begin() const { return static_cast<unsigned char *>(data); }
  Bytes copy() const { return Bytes(begin(), begin() + count); }

  size_t count;
  void *data;
};

/// Bits of a number of `type` that a kernel may stumble over, now and then of
/// a harmless one.
uint64_t hostileBits(const std::string &type, test::Random &random) {
  if (random.below(3) == 0) {
    float harmless = float(random.uniform(-4, 4));
    uint32_t bits;
    std::memcpy(&bits, &harmless, sizeof bits);
    if (type == "f32")
      return bits;
    if (type == "bf16")
      return bits >> 16;
    return type[0] == 'i' ? uint64_t(random.below(8)) : random.bits();
  }
  static const uint32_t floats[] = {
      0x7fc00000, 0xffc00001, 0x7f800001, 0x7f800000, 0xff800000, 0x7f7fffff,
      0xff7fffff, 0x00000001, 0x80000000, 0x4f000000, 0xdf000000, 0x00800000};
  static const uint16_t halves[] = {0x7e00, 0xfc01, 0x7c00, 0xfc00,
                                    0x7bff, 0x0001, 0x8000};
  static const int64_t integers[] = {-1,
                                     least,
                                     most,
                                     1 << 20,
                                     int64_t(1) << 31,
                                     -(int64_t(1) << 31),
                                     0x7f,
                                     -0x80,
                                     most - 1,
                                     255,
                                     (int64_t(1) << 31) - 1,
                                     -2,
                                     1 << 15,
                                     65535};
  if (type == "f32")
    return floats[random.below(std::size(floats))];
  if (type == "bf16")
    return floats[random.below(std::size(floats))] >> 16;
  if (type == "f16")
    return halves[random.below(std::size(halves))];
  if (type == "f64")
    return uint64_t(floats[random.below(std::size(floats))]) << 32;
  return uint64_t(integers[random.below(std::size(integers))]);
}

/// A scalar argument. What counts steps stays below what takes forever.
uint64_t hostileScalar(const std::string &type, test::Random &random) {
  static const int64_t counts[] = {0, 1, 2, 5, -1, least, 40};
  if (type == "index")
    return uint64_t(counts[random.below(std::size(counts))]);
  return hostileBits(type, random);
}

/// The arguments of one call.
struct Call {
  const Function &function;
  std::vector<int64_t> sizes;
  std::vector<std::unique_ptr<Array>> arrays;
  std::vector<Value> values;
  std::vector<Bytes> before;

  Call(const Function &function, std::vector<int64_t> sizes,
       test::Random &random)
      : function(function), sizes(std::move(sizes)) {
    for (const Argument &argument : function.arguments) {
      Value value;
      if (!argument.isArray)
        value.bits = hostileScalar(argument.type, random);
      arrays.push_back(
          std::make_unique<Array>(argument.isArray ? countBytes(argument) : 0));
      fill(*arrays.back(), argument, random);
      value.pointer = arrays.back()->data;
      values.push_back(value);
    }
    remember();
  }

  size_t countBytes(const Argument &argument) const {
    Wide bytes = elementBytes(argument.type);
    for (auto dim : argument.dims)
      bytes = multiply(bytes, std::max<Wide>(0, dim(sizes.data())));
    return size_t(bytes);
  }
  static void fill(Array &array, const Argument &argument,
                   test::Random &random) {
    int64_t width = elementBytes(argument.type);
    for (size_t at = 0; at + size_t(width) <= array.count;
         at += size_t(width)) {
      uint64_t bits = argument.isOutput ? 0xa5a5a5a5a5a5a5a5
                                        : hostileBits(argument.type, random);
      if (std::string(argument.type) == "i1")
        bits &= 1;
      std::memcpy(array.begin() + at, &bits, size_t(width));
    }
  }
  void remember() {
    before.clear();
    for (auto &array : arrays)
      before.push_back(array->copy());
  }
  int32_t run(gyre_call *call = nullptr) {
    return function.call(values.data(), sizes.data(), call);
  }
  /// Whether memory is as it was, but for outputs where `mayWrite`.
  bool isUntouched(bool mayWrite) const {
    for (size_t i = 0; i < arrays.size(); ++i)
      if (!(mayWrite && function.arguments[i].isOutput) &&
          arrays[i]->copy() != before[i])
        return false;
    return true;
  }
  int findArray(test::Random &random, bool output) const {
    std::vector<int> found;
    for (size_t i = 0; i < arrays.size(); ++i)
      if (function.arguments[i].isArray &&
          function.arguments[i].isOutput == output && arrays[i]->count)
        found.push_back(int(i));
    return found.empty() ? -1
                         : found[size_t(random.below(int64_t(found.size())))];
  }
};

/// Sizes that requirements often like: equal ones, and small ones.
std::vector<int64_t> smallSizes(const Function &f, test::Random &random) {
  static const int64_t some[] = {0, 1, 2, 3, 4, 5, 8, 16, 17, 33};
  bool equal = random.below(2) == 0;
  int64_t common = some[random.below(std::size(some))];
  std::vector<int64_t> sizes;
  for (int i = 0; i < f.sizeCount; ++i)
    sizes.push_back(equal ? common : some[random.below(std::size(some))]);
  return sizes;
}

/// A call that succeeds, or null.
std::unique_ptr<Call> findGoodCall(const Function &f, test::Random &random) {
  for (int attempt = 0; attempt < 300; ++attempt) {
    auto call = std::make_unique<Call>(f, smallSizes(f, random), random);
    if (call->run() == GYRE_SUCCESS && call->findArray(random, true) >= 0)
      return call;
  }
  return nullptr;
}

TEST_CASE("hostile: data of all kinds") {
  for (const Function &f : functions()) {
    INFO(f.name);
    test::Random random(1);
    int successes = 0;
    for (int round = 0; round < 12; ++round) {
      Call call(f, smallSizes(f, random), random);
      gyre_call options = GYRE_CALL_INIT;
      options.threads = 1;
      int32_t status = call.run(&options);
      CHECK(call.isUntouched(status == GYRE_SUCCESS));
      CHECK((status == GYRE_SUCCESS) == (options.message[0] == 0));
      if (status != GYRE_SUCCESS)
        continue;
      ++successes;
      // The same with two threads, in a workspace of just the right size.
      std::vector<Bytes> results;
      for (size_t i = 0; i < call.arrays.size(); ++i) {
        results.push_back(call.arrays[i]->copy());
        if (f.arguments[i].mayOverwrite < 0 && f.arguments[i].isOutput)
          std::copy(call.before[i].begin(), call.before[i].end(),
                    call.arrays[i]->begin());
      }
      size_t bytes = f.workspace(call.sizes.data());
      REQUIRE(bytes < size_t(1) << 40);
      void *workspace = nullptr;
      REQUIRE(posix_memalign(&workspace, 64, bytes) == 0);
      options.threads = 2;
      options.workspace = workspace;
      options.workspace_bytes = bytes;
      status = call.run(&options);
      std::free(workspace);
      INFO(options.message);
      CHECK(status == GYRE_SUCCESS);
      for (size_t i = 0; i < call.arrays.size(); ++i)
        CHECK(call.arrays[i]->copy() == results[i]);
    }
    CHECK_MESSAGE((successes > 0 || findGoodCall(f, random)),
                  "no sizes suit the function");
  }
}

TEST_CASE("hostile: sizes of all kinds") {
  const int64_t bad[] = {-1,
                         least,
                         most,
                         int64_t(1) << 31,
                         (int64_t(1) << 31) + 1,
                         int64_t(1) << 32,
                         int64_t(1) << 61,
                         int64_t(1) << 62,
                         (int64_t(1) << 62) + 1};
  for (const Function &f : functions()) {
    INFO(f.name);
    test::Random random(2);
    for (int round = 0; round < 12 && f.sizeCount; ++round) {
      Call call(f, smallSizes(f, random), random);
      for (int i = 0, e = 1 + int(random.below(f.sizeCount)); i < e; ++i)
        call.sizes[size_t(random.below(f.sizeCount))] =
            bad[random.below(std::size(bad))];
      // Nothing is there, so only calls without results may succeed.
      bool anything = false;
      for (size_t i = 0; i < call.values.size(); ++i) {
        call.values[i].pointer = nullptr;
        bool empty = !f.arguments[i].isArray;
        for (auto dim : f.arguments[i].dims)
          empty |= dim(call.sizes.data()) == 0;
        anything |= !empty;
      }
      gyre_call options = GYRE_CALL_INIT;
      int32_t status = call.run(&options);
      bool negative = std::any_of(call.sizes.begin(), call.sizes.end(),
                                  [](int64_t size) { return size < 0; });
      if (anything || negative) {
        CHECK(status != GYRE_SUCCESS);
        CHECK(options.message[0] != 0);
      }
      f.workspace(call.sizes.data());
    }
  }
}

TEST_CASE("hostile: pointers of all kinds") {
  for (const Function &f : functions()) {
    INFO(f.name);
    test::Random random(3);
    std::unique_ptr<Call> call = findGoodCall(f, random);
    if (!call)
      continue; // reported above
    call->remember();
    auto refuse = [&](int32_t expected) {
      gyre_call options = GYRE_CALL_INIT;
      int32_t status = call->run(&options);
      CHECK(status == expected);
      CHECK(call->isUntouched(false));
      CHECK(options.message[0] != 0);
    };
    for (size_t i = 0; i < call->values.size(); ++i) {
      const Argument &argument = f.arguments[i];
      if (!argument.isArray || call->arrays[i]->count == 0)
        continue;
      INFO(argument.name);
      void *good = call->values[i].pointer;
      call->values[i].pointer = nullptr;
      refuse(GYRE_ERROR_NULL_ARGUMENT);
      if (elementBytes(argument.type) > 1) {
        call->values[i].pointer = static_cast<char *>(good) + 1;
        refuse(GYRE_ERROR_MISALIGNED);
      }
      call->values[i].pointer = good;
      int output = call->findArray(random, true);
      if (argument.isOutput || output < 0)
        continue;
      // The result over the first elements of an input, or its last.
      Array &input = *call->arrays[i], &result = *call->arrays[size_t(output)];
      int64_t width = elementBytes(f.arguments[size_t(output)].type);
      void *own = call->values[size_t(output)].pointer;
      for (size_t at :
           {size_t(0), (input.count - 1) / size_t(width) * size_t(width)}) {
        if (at == 0 && f.arguments[size_t(output)].mayOverwrite == int(i) &&
            input.count == result.count)
          continue;
        call->values[size_t(output)].pointer = input.begin() + at;
        refuse(GYRE_ERROR_OVERLAP);
      }
      call->values[size_t(output)].pointer = own;
    }
  }
}

TEST_CASE("hostile: options of all kinds") {
  for (const Function &f : functions()) {
    INFO(f.name);
    test::Random random(4);
    std::unique_ptr<Call> call = findGoodCall(f, random);
    if (!call)
      continue; // reported above
    call->remember();
    auto refuse = [&](gyre_call options, int32_t expected) {
      CHECK(call->run(&options) == expected);
      CHECK(call->isUntouched(false));
    };
    gyre_call options = GYRE_CALL_INIT;
    options.threads = -1;
    refuse(options, GYRE_ERROR_BAD_CALL);
    options = GYRE_CALL_INIT;
    options.size -= 1;
    refuse(options, GYRE_ERROR_ABI);
    size_t bytes = f.workspace(call->sizes.data());
    alignas(64) char little[128];
    options = GYRE_CALL_INIT;
    options.workspace = little + 1;
    options.workspace_bytes = 0;
    refuse(options, GYRE_ERROR_WORKSPACE);
    if (bytes == 0)
      continue;
    options.workspace = little;
    refuse(options, GYRE_ERROR_WORKSPACE);
  }
}

} // namespace

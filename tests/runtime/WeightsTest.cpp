// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Safetensors files, good ones and all kinds of bad ones.

#include "gyre/abi.h"

#include "support/Random.h"

#include <cstdio>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <unistd.h>

namespace {

/// A file that goes away with the test.
class File {
public:
  explicit File(const std::string &content) {
    int file = mkstemp(path);
    REQUIRE(file >= 0);
    REQUIRE(write(file, content.data(), content.size()) ==
            ssize_t(content.size()));
    close(file);
  }
  ~File() { unlink(path); }

  char path[64] = "/tmp/gyre-weights-XXXXXX";
};

std::string prefixed(const std::string &header) {
  std::string file;
  for (int i = 0; i < 8; ++i)
    file += char(header.size() >> 8 * i & 0xff);
  return file + header;
}

/// A header padded to whole words, then `bytes` bytes 0, 1, 2...
std::string content(std::string header, int64_t bytes) {
  while (header.size() % 8)
    header += ' ';
  std::string file = prefixed(header);
  for (int64_t i = 0; i < bytes; ++i)
    file += char(i);
  return file;
}

const int64_t shapeA[] = {2, 3}, shapeB[] = {5};
const gyre_weight_info weights[] = {{"layer.a", "F32", shapeA, 2, 4},
                                    {"b", "BF16", shapeB, 1, 2}};
const gyre_weights_info model = {GYRE_ABI_VERSION, 2, "model", weights};

const char good[] =
    R"({"__metadata__":{"format":"pt"},)"
    R"("b":{"dtype":"BF16","shape":[5],"data_offsets":[24,34]},)"
    R"("layer.a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})";
constexpr int64_t goodBytes = 34;

/// Binds `file` and returns the message without the file's path; slots and
/// mapping have to stay as they were.
std::string refuse(const std::string &file,
                   int32_t expected = GYRE_ERROR_BAD_WEIGHTS) {
  File stored(file);
  const void *slots[2] = {&model, &model};
  gyre_mapping mapping = {nullptr, 7};
  gyre_call call = GYRE_CALL_INIT;
  int32_t status =
      gyre_weights_bind(&model, stored.path, slots, &mapping, &call);
  CHECK(status == expected);
  CHECK(slots[0] == &model);
  CHECK(slots[1] == &model);
  CHECK(mapping.bytes == 7);
  std::string message = call.message;
  std::string where = std::string("model: ") + stored.path + ": ";
  CHECK(message.find(where) == 0);
  return message.substr(std::min(where.size(), message.size()));
}

/// The good file with one part of the header replaced.
std::string with(const std::string &from, const std::string &to,
                 int64_t bytes = goodBytes) {
  std::string header = good;
  size_t at = header.find(from);
  REQUIRE(at != std::string::npos);
  return content(header.replace(at, from.size(), to), bytes);
}

TEST_CASE("weights: a good file") {
  File file(content(good, goodBytes));
  const void *slots[2] = {};
  gyre_mapping mapping = {};
  gyre_call call = GYRE_CALL_INIT;
  REQUIRE(gyre_weights_bind(&model, file.path, slots, &mapping, &call) ==
          GYRE_SUCCESS);
  CHECK(std::string(call.message) == "");
  unsigned char first[2];
  std::memcpy(&first[0], slots[0], 1);
  std::memcpy(&first[1], slots[1], 1);
  CHECK(first[0] == 0);
  CHECK(first[1] == 24);
  gyre_weights_unbind(&mapping);
  CHECK(mapping.data == nullptr);
  gyre_weights_unbind(&mapping);
  CHECK(gyre_weights_bind(&model, file.path, slots, &mapping, nullptr) ==
        GYRE_SUCCESS);
  gyre_weights_unbind(&mapping);
}

TEST_CASE("weights: escapes, spaces and tensors that nobody asked for") {
  std::string file = content(
      " { \"\\u0062\" : { \"shape\" : [ 5 ] , \"data_offsets\":[24,34],"
      "\"dtype\":\"BF16\"},\n\"layer\\u002ea\":{\"dtype\":\"F32\",\"shape\":"
      "[2,3],\"data_offsets\":[0,24]},\"\\ud83d\\ude00\\n\":{\"dtype\":\"F4\","
      "\"shape\":[],\"data_offsets\":[34,35]}} ",
      35);
  File stored(file);
  const void *slots[2] = {};
  gyre_mapping mapping = {};
  CHECK(gyre_weights_bind(&model, stored.path, slots, &mapping, nullptr) ==
        GYRE_SUCCESS);
  gyre_weights_unbind(&mapping);
}

TEST_CASE("weights: files that cannot be read") {
  const void *slots[2] = {};
  gyre_mapping mapping = {};
  gyre_call call = GYRE_CALL_INIT;
  CHECK(gyre_weights_bind(&model, "/nowhere", slots, &mapping, &call) ==
        GYRE_ERROR_FILE);
  CHECK(std::string(call.message) == "model: /nowhere: expected a readable "
                                     "file, got 'No such file or directory'");
  CHECK(gyre_weights_bind(&model, "/tmp", slots, &mapping, &call) ==
        GYRE_ERROR_FILE);
  CHECK(gyre_weights_bind(&model, nullptr, slots, &mapping, &call) ==
        GYRE_ERROR_NULL_ARGUMENT);
  CHECK(refuse("", GYRE_ERROR_FILE) ==
        "expected a regular file that is not empty");
}

TEST_CASE("weights: tensors that are not what the model wants") {
  CHECK(refuse(with("layer.a", "layer.c")) ==
        "expected a tensor 'layer.a', got none of that name among 2");
  CHECK(refuse(with("[2,3]", "[3,2]")) ==
        "expected 'layer.a' to be F32[2, 3], got F32[3, 2]");
  CHECK(refuse(with("[2,3]", "[6]")) ==
        "expected 'layer.a' to be F32[2, 3], got F32[6]");
  CHECK(refuse(with("F32", "I32")) ==
        "expected 'layer.a' to be F32[2, 3], got I32[2, 3]");
}

TEST_CASE("weights: data off its alignment") {
  std::string header = good;
  while (header.size() % 8 != 1)
    header += ' ';
  CHECK(refuse(prefixed(header) + std::string(goodBytes, 'x')) ==
        "expected 'layer.a' to be aligned to 4 bytes in the file");
}

TEST_CASE("weights: lies about sizes and places") {
  CHECK(refuse(content(good, goodBytes - 1)) ==
        "expected 34 bytes of data, got 33");
  CHECK(refuse(content(good, goodBytes + 1)) ==
        "expected 34 bytes of data, got 35");
  CHECK(refuse(with("[0,24]", "[0,20]")) ==
        "expected the bytes of tensor 'layer.a' to be those of its shape, got "
        "20");
  CHECK(refuse(with("[24,34]", "[20,30]")) ==
        "expected tensor 'b' to start at byte 24 of the data, got 20");
  CHECK(refuse(with("[24,34]", "[26,36]", 36)) ==
        "expected tensor 'b' to start at byte 24 of the data, got 26");
  CHECK(refuse(with("[24,34]", "[34,24]")).find("two ascending offsets") !=
        std::string::npos);
  CHECK(refuse(with("[2,3]", "[4611686018427387904,4]")) != "");
  CHECK(refuse(with("[24,34]", "[24,9223372036854775808]"))
            .find("expected an integer of 63 bits") == 0);
  CHECK(refuse(with("\"b\"", "\"layer.a\"")) != "");
  CHECK(
      refuse(content(R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                     R"("b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                     2)) == "expected one tensor 'b', got two");
}

TEST_CASE("weights: headers that are cut or no JSON") {
  std::string whole = content(good, goodBytes);
  for (size_t length = 1; length < whole.size(); ++length)
    CHECK(refuse(whole.substr(0, length)) != "");
  // The same with a length that fits, so that the reader sees the cut text.
  std::string header = good;
  for (size_t length = 0; length < header.size(); ++length)
    CHECK(refuse(prefixed(header.substr(0, length))) != "");

  for (auto [from, to] : {std::pair{"[2,3]", "[2,]"},
                          {"[2,3]", "[02,3]"},
                          {"[2,3]", "[-2,3]"},
                          {"[2,3]", "[2.0,3]"},
                          {"[2,3]", "[2 3]"},
                          {"[2,3]", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2,3]"},
                          {"\"F32\"", "null"},
                          {"\"F32\"", "\"F32"},
                          {"layer.a", "layer\\x"},
                          {"layer.a", "\\ud800"},
                          {"layer.a", "\\ud800\\u0041"},
                          {"layer.a", "\\udc00"},
                          {"layer.a", "\\u12g4"},
                          {"layer.a", "tab\there"},
                          {"\"pt\"", "{}"},
                          {"\"dtype\":\"F32\"", "\"shape\":[2]"},
                          {"\"dtype\":\"F32\",", ""},
                          {"\"dtype\":\"F32\"", "\"kind\":\"F32\""},
                          {"}}", "}}}"},
                          {"}}", "},}"}})
    CHECK(refuse(with(from, to)).find("expected ") == 0);
  CHECK(refuse(prefixed("").replace(0, 8, std::string(8, '\xff')) + good)
            .find("expected a safetensors header inside the file") == 0);
}

TEST_CASE("weights: random damage is refused or harmless") {
  test::Random random(1);
  std::string whole = content(good, goodBytes);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string file = whole;
    for (int64_t changes = 1 + random.below(3); changes > 0; --changes)
      file[size_t(random.below(int64_t(file.size())))] = char(random.bits());
    File stored(file);
    const void *slots[2] = {};
    gyre_mapping mapping = {};
    gyre_call call = GYRE_CALL_INIT;
    if (gyre_weights_bind(&model, stored.path, slots, &mapping, &call) !=
        GYRE_SUCCESS) {
      CHECK(call.message[0] != 0);
      continue;
    }
    auto *end = static_cast<char *>(mapping.data) + mapping.bytes;
    CHECK(static_cast<const char *>(slots[0]) + 24 <= end);
    CHECK(static_cast<const char *>(slots[1]) + 10 <= end);
    gyre_weights_unbind(&mapping);
  }
}

TEST_CASE("weights: versions") {
  gyre_weights_info later = model;
  later.abi_version = GYRE_ABI_VERSION + 1;
  gyre_mapping mapping = {};
  gyre_call call = GYRE_CALL_INIT;
  CHECK(gyre_weights_bind(&later, "/nowhere", nullptr, &mapping, &call) ==
        GYRE_ERROR_ABI);
  CHECK(std::string(call.message) ==
        "model: expected an object of ABI version 2, got 3");
  call.size = 8;
  CHECK(gyre_weights_bind(&model, "/nowhere", nullptr, &mapping, &call) ==
        GYRE_ERROR_ABI);
}

} // namespace

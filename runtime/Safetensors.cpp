// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A strict reader: whatever a file says, only bytes inside it are looked at.

#include "Safetensors.h"

#include <algorithm>
#include <cinttypes>
#include <cstdlib>
#include <cstring>

using namespace gyre;

namespace gyre {

/// Reads the JSON of the header. Escapes are decoded in place, so that a name
/// is a view of the text.
class HeaderReader {
public:
  HeaderReader(char *begin, char *end, TensorTable &table, Message &message)
      : begin(begin), at(begin), end(end), table(table), message(message) {}

  int32_t read();

private:
  bool readTensor(Tensor &tensor);
  bool readMetadata();
  bool readString(std::string_view &string);
  bool readEscape(char *&out);
  bool readHex(unsigned &unit);
  bool readInteger(int64_t &value);
  bool readIntegers(int64_t *values, int capacity, int &count);

  void skipSpace() {
    while (at != end &&
           (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
      ++at;
  }
  bool next(char c) {
    skipSpace();
    if (at == end || *at != c)
      return false;
    ++at;
    return true;
  }
  bool expect(char c) {
    if (next(c))
      return true;
    message.add("expected '%c' at byte %td of the header", c, at - begin);
    return false;
  }
  bool fail(const char *expectation) {
    message.add("expected %s at byte %td of the header", expectation,
                at - begin);
    return false;
  }

  char *begin, *at, *end;
  TensorTable &table;
  Message &message;
};

} // namespace gyre

int32_t HeaderReader::read() {
  if (!expect('{'))
    return GYRE_ERROR_BAD_WEIGHTS;
  for (bool first = true; !next('}'); first = false) {
    std::string_view name;
    if ((!first && !expect(',')) || !readString(name) || !expect(':'))
      return GYRE_ERROR_BAD_WEIGHTS;
    if (name == "__metadata__") {
      if (!readMetadata())
        return GYRE_ERROR_BAD_WEIGHTS;
      continue;
    }
    Tensor *tensor = table.append();
    if (!tensor) {
      message.add("expected memory for a table of tensors");
      return GYRE_ERROR_OUT_OF_MEMORY;
    }
    tensor->name = name;
    if (!readTensor(*tensor))
      return GYRE_ERROR_BAD_WEIGHTS;
  }
  skipSpace();
  if (at != end) {
    fail("nothing but spaces");
    return GYRE_ERROR_BAD_WEIGHTS;
  }
  return GYRE_SUCCESS;
}

bool HeaderReader::readTensor(Tensor &tensor) {
  if (!expect('{'))
    return false;
  bool hasType = false, hasShape = false, hasOffsets = false;
  for (int field = 0; field < 3; ++field) {
    std::string_view key;
    if ((field && !expect(',')) || !readString(key) || !expect(':'))
      return false;
    if (key == "dtype" && !hasType) {
      hasType = true;
      if (!readString(tensor.type))
        return false;
    } else if (key == "shape" && !hasShape) {
      hasShape = true;
      if (!readIntegers(tensor.shape, Tensor::maxRank, tensor.rank))
        return false;
    } else if (key == "data_offsets" && !hasOffsets) {
      hasOffsets = true;
      int64_t offsets[2];
      int number = 0;
      if (!readIntegers(offsets, 2, number))
        return false;
      if (number != 2 || offsets[0] > offsets[1])
        return fail("two ascending offsets before");
      tensor.begin = offsets[0];
      tensor.end = offsets[1];
    } else {
      return fail("each of dtype, shape and data_offsets once before");
    }
  }
  return expect('}');
}

/// Strings by name; they mean nothing to us.
bool HeaderReader::readMetadata() {
  if (!expect('{'))
    return false;
  for (bool first = true; !next('}'); first = false) {
    std::string_view key, value;
    if ((!first && !expect(',')) || !readString(key) || !expect(':') ||
        !readString(value))
      return false;
  }
  return true;
}

bool HeaderReader::readString(std::string_view &string) {
  if (!expect('"'))
    return false;
  char *first = at, *out = at;
  while (at != end && *at != '"') {
    if (static_cast<unsigned char>(*at) < ' ')
      return fail("no control character");
    if (*at != '\\')
      *out++ = *at++;
    else if (!readEscape(out))
      return false;
  }
  string = std::string_view(first, size_t(out - first));
  return expect('"');
}

/// Never writes more bytes than the escape itself has.
bool HeaderReader::readEscape(char *&out) {
  if (++at == end)
    return fail("an escape");
  char c = *at++;
  static constexpr char escapes[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  if (const char *found = c ? std::strchr(escapes, c) : nullptr) {
    *out++ = values[found - escapes];
    return true;
  }
  unsigned unit = 0, low = 0;
  if (c != 'u' || !readHex(unit))
    return fail("an escape");
  if (unit >= 0xd800 && unit < 0xe000) {
    bool isPair = unit < 0xdc00 && end - at >= 2 && at[0] == '\\' &&
                  at[1] == 'u' && (at += 2, readHex(low)) && low >= 0xdc00 &&
                  low < 0xe000;
    if (!isPair)
      return fail("a surrogate pair");
    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  }
  if (unit < 0x80) {
    *out++ = char(unit);
    return true;
  }
  int tail = unit < 0x800 ? 1 : unit < 0x10000 ? 2 : 3;
  static constexpr unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
  *out++ = char(lead[tail] | unit >> 6 * tail);
  while (tail-- > 0)
    *out++ = char(0x80 | (unit >> 6 * tail & 0x3f));
  return true;
}

bool HeaderReader::readHex(unsigned &unit) {
  unit = 0;
  for (int i = 0; i < 4; ++i, ++at) {
    if (at == end)
      return false;
    char c = *at;
    char letter = char(c | 0x20);
    if (c >= '0' && c <= '9')
      unit = unit * 16 + unsigned(c - '0');
    else if (letter >= 'a' && letter <= 'f')
      unit = unit * 16 + unsigned(letter - 'a' + 10);
    else
      return false;
  }
  return true;
}

bool HeaderReader::readInteger(int64_t &value) {
  skipSpace();
  char *first = at;
  value = 0;
  for (; at != end && *at >= '0' && *at <= '9'; ++at)
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, *at - '0', &value))
      return fail("an integer of 63 bits");
  if (at == first || (*first == '0' && at - first > 1))
    return fail("an integer");
  return true;
}

bool HeaderReader::readIntegers(int64_t *values, int capacity, int &count) {
  count = 0;
  if (!expect('['))
    return false;
  while (!next(']')) {
    if (count && !expect(','))
      return false;
    if (count == capacity)
      return fail("fewer integers");
    if (!readInteger(values[count++]))
      return false;
  }
  return true;
}

/// Bytes of an element, or 0 for a type that is none of ours to check.
static int64_t elementBytes(std::string_view type) {
  static constexpr struct {
    std::string_view type;
    int64_t bytes;
  } known[] = {{"F8_E4M3", 1}, {"F8_E5M2", 1}, {"BOOL", 1}, {"U8", 1},
               {"I8", 1},      {"U16", 2},     {"I16", 2},  {"F16", 2},
               {"BF16", 2},    {"U32", 4},     {"I32", 4},  {"F32", 4},
               {"U64", 8},     {"I64", 8},     {"F64", 8}};
  for (auto &entry : known)
    if (entry.type == type)
      return entry.bytes;
  return 0;
}

static int length(std::string_view string) {
  return int(std::min<size_t>(string.size(), 80));
}

static bool hasLengthOfShape(const Tensor &tensor) {
  int64_t bytes = elementBytes(tensor.type);
  if (bytes == 0)
    return true;
  for (int d = 0; d < tensor.rank; ++d)
    if (__builtin_mul_overflow(bytes, tensor.shape[d], &bytes))
      return false;
  return bytes == tensor.end - tensor.begin;
}

/// Tensors in the order of their bytes follow each other from 0 to the end.
static bool checkPlaces(Tensor *tensors, int64_t count, uint64_t dataBytes,
                        Message &message) {
  std::sort(tensors, tensors + count, [](const Tensor &a, const Tensor &b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  int64_t end = 0;
  for (int64_t i = 0; i < count; ++i) {
    const Tensor &tensor = tensors[i];
    if (!hasLengthOfShape(tensor)) {
      message.add("expected the bytes of tensor '%.*s' to be those of its "
                  "shape, got %" PRId64,
                  length(tensor.name), tensor.name.data(),
                  tensor.end - tensor.begin);
      return false;
    }
    if (tensor.begin != end) {
      message.add("expected tensor '%.*s' to start at byte %" PRId64
                  " of the data, got %" PRId64,
                  length(tensor.name), tensor.name.data(), end, tensor.begin);
      return false;
    }
    end = tensor.end;
  }
  if (uint64_t(end) == dataBytes)
    return true;
  message.add("expected %" PRId64 " bytes of data, got %" PRIu64, end,
              dataBytes);
  return false;
}

static bool checkNames(Tensor *tensors, int64_t count, Message &message) {
  std::sort(tensors, tensors + count,
            [](const Tensor &a, const Tensor &b) { return a.name < b.name; });
  for (int64_t i = 1; i < count; ++i)
    if (tensors[i].name == tensors[i - 1].name) {
      message.add("expected one tensor '%.*s', got two",
                  length(tensors[i].name), tensors[i].name.data());
      return false;
    }
  return true;
}

TensorTable::~TensorTable() {
  std::free(text);
  std::free(tensors);
}

Tensor *TensorTable::append() {
  if (count == capacity) {
    int64_t larger = capacity ? 2 * capacity : 64;
    void *grown = std::realloc(static_cast<void *>(tensors),
                               size_t(larger) * sizeof(Tensor));
    if (!grown)
      return nullptr;
    tensors = static_cast<Tensor *>(grown);
    capacity = larger;
  }
  return &tensors[count++];
}

int32_t TensorTable::read(const unsigned char *file, uint64_t bytes,
                          Message &message) {
  constexpr uint64_t prefix = 8;
  // The format's own limit; keeps a lie from becoming an allocation.
  constexpr uint64_t maxHeader = 100000000;
  uint64_t header = 0;
  for (uint64_t i = 0; i < prefix && i < bytes; ++i)
    header |= uint64_t(file[i]) << 8 * i;
  if (bytes < prefix || header > bytes - prefix || header > maxHeader) {
    message.add("expected a safetensors header inside the file of %" PRIu64
                " bytes, got a length of %" PRIu64,
                bytes, header);
    return GYRE_ERROR_BAD_WEIGHTS;
  }
  text = static_cast<char *>(std::malloc(header + 1));
  if (!text) {
    message.add("expected memory for a header of %" PRIu64 " bytes", header);
    return GYRE_ERROR_OUT_OF_MEMORY;
  }
  std::memcpy(text, file + prefix, header);
  offset = prefix + header;
  if (int32_t status = HeaderReader(text, text + header, *this, message).read())
    return status;
  bool isGood = checkPlaces(tensors, count, bytes - offset, message) &&
                checkNames(tensors, count, message);
  return isGood ? GYRE_SUCCESS : GYRE_ERROR_BAD_WEIGHTS;
}

const Tensor *TensorTable::find(std::string_view name) const {
  const Tensor *begin = tensors, *end = begin + count;
  const Tensor *found = std::lower_bound(
      begin, end, name,
      [](const Tensor &tensor, std::string_view n) { return tensor.name < n; });
  return found != end && found->name == name ? found : nullptr;
}

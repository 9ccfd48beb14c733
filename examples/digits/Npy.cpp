// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The .npy format, version 1: 10 bytes that end with the header's length, the
// header as text of a Python dictionary, then the values.

#include "Npy.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

ByteArray readNpy(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  auto fail = [&](const char *what) {
    throw std::runtime_error("expected " + path + " to be " + what);
  };
  if (bytes.size() < 10 || std::memcmp(bytes.data(), "\x93NUMPY\x01", 7) != 0)
    fail("a .npy file of version 1");
  size_t length = uint8_t(bytes[8]) + 256 * size_t(uint8_t(bytes[9]));
  std::string header = bytes.substr(10, length);
  size_t open = header.find('('), close = header.find(')');
  if (header.find("'|u1'") == std::string::npos ||
      header.find("'fortran_order': False") == std::string::npos ||
      open == std::string::npos || close == std::string::npos)
    fail("a row-major array of uint8");

  ByteArray array;
  size_t count = 1;
  std::istringstream sizes(header.substr(open + 1, close - open - 1));
  for (std::string size; std::getline(sizes, size, ',');)
    if (size.find_first_of("0123456789") != std::string::npos) {
      array.shape.push_back(std::stoll(size));
      count *= array.shape.back();
    }
  if (bytes.size() != 10 + length + count)
    fail("as long as its header says");
  array.values.assign(bytes.begin() + 10 + length, bytes.end());
  return array;
}

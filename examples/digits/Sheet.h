// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A sheet of digits, written as PNG.

#ifndef DIGITS_SHEET_H
#define DIGITS_SHEET_H

#include <cstdint>
#include <string>
#include <vector>

/// Cells in rows and columns, each for an image of 8 x 8 in [-1, 1].
class Sheet {
public:
  Sheet(int rows, int columns);
  void draw(int row, int column, const float *image);
  /// Throws std::runtime_error if the file can't be written.
  void write(const std::string &path) const;

private:
  static constexpr int zoom = 5, gap = 8, cell = 8 * zoom + gap;
  int width, height;
  std::vector<uint8_t> gray;
};

#endif // DIGITS_SHEET_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dark ink on white, each pixel a square.

#include "Sheet.h"

#include <algorithm>
#include <cmath>
#include <png.h>
#include <stdexcept>

Sheet::Sheet(int rows, int columns)
    : width(columns * cell + gap), height(rows * cell + gap),
      gray(size_t(width) * height, 255) {}

void Sheet::draw(int row, int column, const float *image) {
  for (int y = 0; y < 8 * zoom; ++y)
    for (int x = 0; x < 8 * zoom; ++x) {
      float ink = (image[y / zoom * 8 + x / zoom] + 1) / 2;
      gray[size_t(gap + row * cell + y) * width + gap + column * cell + x] =
          uint8_t(std::lround(245 * (1 - std::clamp(ink, 0.0f, 1.0f))));
    }
}

void Sheet::write(const std::string &path) const {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_GRAY;
  if (!png_image_write_to_file(&image, path.c_str(), /*convert_to_8bit=*/0,
                               gray.data(), width, /*colormap=*/nullptr))
    throw std::runtime_error("cannot write " + path + ": " + image.message);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Encodes frames with the compiled codec and decodes them, and compares both
// with a forward pass in plain double precision.

#include "../Plain.h"
#include "codec.h"

#include <cstdio>

namespace {

constexpr int frames = 37, width = 40, hidden = 64, latent = 16;
constexpr int quantizers = 4, codes = 32;

Row silu(Row x) {
  for (double &v : x)
    v = ::silu(v);
  return x;
}

} // namespace

int main() {
  std::mt19937 random(1);
  auto in = uniform(random, width * hidden, -0.3f, 0.3f);
  auto inBias = uniform(random, hidden, -0.3f, 0.3f);
  auto out = uniform(random, hidden * latent, -0.3f, 0.3f);
  auto back = uniform(random, latent * hidden, -0.3f, 0.3f);
  auto backBias = uniform(random, hidden, -0.3f, 0.3f);
  auto last = uniform(random, hidden * width, -0.3f, 0.3f);
  std::vector<float> books;
  for (int q = 0; q < quantizers; ++q) { // each finer than the one before
    float size = 0.5f / float(1 << q);
    auto book = uniform(random, codes * latent, -size, size);
    books.insert(books.end(), book.begin(), book.end());
  }
  codec_weights weights = {};
  weights.codebooks = books.data();
  weights.encoder_in = in.data();
  weights.encoder_bias = inBias.data();
  weights.encoder_out = out.data();
  weights.decoder_in = back.data();
  weights.decoder_bias = backBias.data();
  weights.decoder_out = last.data();

  auto x = uniform(random, frames * width, -1.0f, 1.0f);
  std::vector<int32_t> numbers(frames * quantizers);
  std::vector<float> decoded(frames * width);
  if (encode(&weights, x.data(), numbers.data(), frames, nullptr) != 0 ||
      decode(&weights, numbers.data(), decoded.data(), frames, nullptr) != 0) {
    std::puts("a call failed");
    return 1;
  }

  double worstChoice = 0, worstFrame = 0, left = 0, whole = 0;
  for (int t = 0; t < frames; ++t) {
    Row frame(x.begin() + t * width, x.begin() + (t + 1) * width);
    Row rest = linear(silu(linear(frame, in, inBias)), out), sum(latent, 0.0);
    for (double v : rest)
      whole += v * v;
    for (int q = 0; q < quantizers; ++q) {
      auto distance = [&](int code) {
        double square = 0;
        for (int f = 0; f < latent; ++f)
          square +=
              std::pow(rest[f] - books[(q * codes + code) * latent + f], 2);
        return square;
      };
      int number = numbers[t * quantizers + q];
      if (number < 0 || number >= codes) {
        std::printf("frame %d has number %d\n", t, number);
        return 1;
      }
      double least = distance(0);
      for (int code = 1; code < codes; ++code)
        least = std::min(least, distance(code));
      worstChoice = std::max(worstChoice, distance(number) - least);
      for (int f = 0; f < latent; ++f) {
        double code = books[(q * codes + number) * latent + f];
        rest[f] -= code;
        sum[f] += code;
      }
    }
    for (double v : rest)
      left += v * v;
    Row expected = linear(silu(linear(sum, back, backBias)), last);
    for (int f = 0; f < width; ++f)
      worstFrame =
          std::max(worstFrame, std::fabs(expected[f] - decoded[t * width + f]));
  }
  std::printf("%d frames: %d numbers each leave %.2f of the power, "
              "choices within %.1e of the best, frames within %.1e\n",
              frames, quantizers, left / whole, worstChoice, worstFrame);
  return worstChoice < 1e-4 && worstFrame < 1e-5 && left < whole ? 0 : 1;
}

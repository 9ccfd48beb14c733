// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the compiled LRU block over a sequence in pieces, states in place, and
// compares with a forward pass in plain double precision.

#include "../Plain.h"
#include "lru.h"

#include <complex>
#include <cstdio>

namespace {

constexpr int features = 48, states = 96, tokens = 60;

struct Weights {
  std::mt19937 random{1};
  std::vector<float> norm = uniform(random, features, 0.5f, 1.5f),
                     shift = uniform(random, features, -0.5f, 0.5f),
                     nu = uniform(random, states, -7, -0.5f),
                     theta = uniform(random, states, -4, 1),
                     bRe = uniform(random, features *states, -0.2f, 0.2f),
                     bIm = uniform(random, features *states, -0.2f, 0.2f),
                     cRe = uniform(random, states *features, -0.2f, 0.2f),
                     cIm = uniform(random, states *features, -0.2f, 0.2f),
                     d = uniform(random, features *features, -0.2f, 0.2f),
                     value = uniform(random, features *features, -0.2f, 0.2f),
                     gate = uniform(random, features *features, -0.2f, 0.2f);

  lru_weights pointers() const {
    lru_weights w = {};
    w.norm = norm.data();
    w.shift = shift.data();
    w.nu = nu.data();
    w.theta = theta.data();
    w.b_re = bRe.data();
    w.b_im = bIm.data();
    w.c_re = cRe.data();
    w.c_im = cIm.data();
    w.d = d.data();
    w.value = value.data();
    w.gate = gate.data();
    return w;
  }
};

/// The sequence x [tokens][features] from zero states.
Row forward(const Weights &w, const std::vector<float> &x) {
  std::vector<std::complex<double>> h(states);
  Row y;
  for (int t = 0; t < tokens; ++t) {
    const float *in = &x[t * features];
    double mean = 0, variance = 0;
    for (int i = 0; i < features; ++i)
      mean += double(in[i]) / features;
    for (int i = 0; i < features; ++i)
      variance += (in[i] - mean) * (in[i] - mean) / features;
    Row u(features);
    for (int i = 0; i < features; ++i)
      u[i] =
          (in[i] - mean) / std::sqrt(variance + 1e-5) * w.norm[i] + w.shift[i];

    Row driveRe = linear(u, w.bRe), driveIm = linear(u, w.bIm), re(states),
        im(states);
    for (int n = 0; n < states; ++n) {
      double radius = std::exp(-std::exp(double(w.nu[n])));
      double gamma = std::sqrt(1 - radius * radius);
      h[n] = std::polar(radius, std::exp(double(w.theta[n]))) * h[n] +
             gamma * std::complex<double>(driveRe[n], driveIm[n]);
      re[n] = h[n].real();
      im[n] = h[n].imag();
    }
    Row mixed = linear(re, w.cRe), minus = linear(im, w.cIm),
        through = linear(u, w.d), active(features);
    for (int i = 0; i < features; ++i) {
      double sum = mixed[i] - minus[i] + through[i];
      active[i] = sum * (1 + std::erf(sum / std::sqrt(2.0))) / 2;
    }
    Row values = linear(active, w.value), gates = linear(active, w.gate);
    for (int i = 0; i < features; ++i)
      y.push_back(in[i] + values[i] / (1 + std::exp(-gates[i])));
  }
  return y;
}

} // namespace

int main() {
  Weights weights;
  lru_weights w = weights.pointers();
  std::vector<float> x = uniform(weights.random, tokens * features, -2, 2),
                     y(x.size()), re(states), im(states);
  gyre_call call = GYRE_CALL_INIT;
  // 50 tokens, 9 more, and the last one.
  for (int from = 0, to = 50; from < tokens;
       from = to, to = std::min(to + 9, tokens))
    if (lru_block(&w, &x[from * features], re.data(), im.data(),
                  &y[from * features], re.data(), im.data(), 1, to - from,
                  &call) != GYRE_SUCCESS) {
      std::printf("lru_block: %s\n", call.message);
      return 1;
    }

  Row expected = forward(weights, x);
  Difference difference = compare(y, expected);
  std::printf("%d tokens in three calls: results up to %.3g, largest error "
              "%.2g\n",
              tokens, difference.largest, difference.worst);
  return difference.isSmall() ? 0 : 1;
}

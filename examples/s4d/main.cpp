// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the compiled S4D block over a sequence in pieces, states in place, and
// compares with its convolution in plain double precision.

#include "../Plain.h"
#include "s4d.h"

#include <complex>
#include <cstdio>

namespace {

constexpr int features = 48, states = 16, tokens = 60;

struct Weights {
  std::mt19937 random{1};
  std::vector<float> norm = uniform(random, features, 0.5f, 1.5f),
                     shift = uniform(random, features, -0.5f, 0.5f),
                     logStep = uniform(random, features, -6, -2),
                     logARe = uniform(random, features *states, -2, 0.5f),
                     aIm = uniform(random, features *states, 0, 40),
                     cRe = uniform(random, features *states, -1, 1),
                     cIm = uniform(random, features *states, -1, 1),
                     skip = uniform(random, features, -1, 1),
                     value = uniform(random, features *features, -0.2f, 0.2f),
                     valueBias = uniform(random, features, -0.2f, 0.2f),
                     gate = uniform(random, features *features, -0.2f, 0.2f),
                     gateBias = uniform(random, features, -0.2f, 0.2f);

  s4d_weights pointers() const {
    s4d_weights w = {};
    w.norm = norm.data();
    w.shift = shift.data();
    w.log_step = logStep.data();
    w.log_a_re = logARe.data();
    w.a_im = aIm.data();
    w.c_re = cRe.data();
    w.c_im = cIm.data();
    w.skip = skip.data();
    w.value = value.data();
    w.value_bias = valueBias.data();
    w.gate = gate.data();
    w.gate_bias = gateBias.data();
    return w;
  }
};

Row layerNorm(const Row &x, const Weights &w) {
  double mean = 0, variance = 1e-5;
  for (double value : x)
    mean += value / features;
  for (double value : x)
    variance += (value - mean) * (value - mean) / features;
  Row y(features);
  for (int i = 0; i < features; ++i)
    y[i] = (x[i] - mean) / std::sqrt(variance) * w.norm[i] + w.shift[i];
  return y;
}

/// The kernel of one feature: what a 1 does t tokens later.
Row kernelOf(const Weights &w, int feature) {
  double step = std::exp(double(w.logStep[feature]));
  Row kernel(tokens);
  for (int n = feature * states; n < (feature + 1) * states; ++n) {
    std::complex<double> a(-std::exp(double(w.logARe[n])), w.aIm[n]),
        c(w.cRe[n], w.cIm[n]), weight = c * (std::exp(step * a) - 1.0) / a;
    for (int t = 0; t < tokens; ++t)
      kernel[t] += 2 * (weight * std::exp(step * a * double(t))).real();
  }
  return kernel;
}

/// The sequence x [tokens][features].
Row forward(const Weights &w, const std::vector<float> &x) {
  std::vector<Row> u;
  for (int t = 0; t < tokens; ++t)
    u.push_back(layerNorm(
        Row(x.begin() + t * features, x.begin() + (t + 1) * features), w));
  std::vector<Row> active(tokens, Row(features));
  for (int i = 0; i < features; ++i) {
    Row kernel = kernelOf(w, i);
    for (int t = 0; t < tokens; ++t) {
      double sum = w.skip[i] * u[t][i];
      for (int s = 0; s <= t; ++s)
        sum += kernel[t - s] * u[s][i];
      active[t][i] = sum * (1 + std::erf(sum / std::sqrt(2.0))) / 2;
    }
  }
  Row y;
  for (int t = 0; t < tokens; ++t) {
    Row values = linear(active[t], w.value, w.valueBias),
        gates = linear(active[t], w.gate, w.gateBias);
    for (int i = 0; i < features; ++i)
      y.push_back(x[t * features + i] + values[i] / (1 + std::exp(-gates[i])));
  }
  return y;
}

} // namespace

int main() {
  Weights weights;
  s4d_weights w = weights.pointers();
  std::vector<float> x = uniform(weights.random, tokens * features, -2, 2),
                     y(x.size()), re(features * states), im(re.size());
  gyre_call call = GYRE_CALL_INIT;
  // 50 tokens, 9 more, and the last one.
  for (int from = 0, to = 50; from < tokens;
       from = to, to = std::min(to + 9, tokens))
    if (s4d_block(&w, &x[from * features], re.data(), im.data(),
                  &y[from * features], re.data(), im.data(), 1, to - from,
                  &call) != GYRE_SUCCESS) {
      std::printf("s4d_block: %s\n", call.message);
      return 1;
    }

  Difference difference = compare(y, forward(weights, x));
  std::printf("%d tokens in three calls: results up to %.3g, largest error "
              "%.2g\n",
              tokens, difference.largest, difference.worst);
  return difference.isSmall() ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a prompt with the compiled Mamba-2 block, goes on token by token, and
// compares both with a forward pass in plain double precision.

#include "../Plain.h"
#include "mamba2.h"

#include <cstdio>

namespace {

constexpr int features = 64, heads = 8, width = 16, states = 32, taps = 4;
constexpr int inner = heads * width, mixed = inner + 2 * states;
constexpr int prompt = 37, tokens = 45;

struct Weights {
  std::mt19937 random{1};
  std::vector<float> norm = uniform(random, features, 0.5f, 1.5f),
                     in = uniform(random, features *(inner + mixed + heads),
                                  -0.2f, 0.2f),
                     conv = uniform(random, mixed *taps, -0.5f, 0.5f),
                     convBias = uniform(random, mixed, -0.5f, 0.5f),
                     stepBias = uniform(random, heads, -4, -1),
                     aLog = uniform(random, heads, 0, 2.5f),
                     skip = uniform(random, heads, 0.5f, 1.5f),
                     outNorm = uniform(random, inner, 0.5f, 1.5f),
                     out = uniform(random, inner *features, -0.2f, 0.2f);

  mamba2_weights pointers() const {
    mamba2_weights w = {};
    w.norm = norm.data();
    w.in = in.data();
    w.conv = conv.data();
    w.conv_bias = convBias.data();
    w.step_bias = stepBias.data();
    w.a_log = aLog.data();
    w.skip = skip.data();
    w.out_norm = outNorm.data();
    w.out = out.data();
    return w;
  }
};

/// The sequence x [tokens][features] from zero states.
Row forward(const Weights &w, const std::vector<float> &x) {
  std::vector<Row> rows(taps - 1, Row(mixed)); // before the convolution
  Row h(inner * states), y;
  for (int t = 0; t < tokens; ++t) {
    Row token(x.begin() + t * features, x.begin() + (t + 1) * features);
    Row all = linear(rmsNorm(token, w.norm), w.in);
    const double *gate = all.data(), *delta = gate + inner + mixed;
    rows.emplace_back(gate + inner, delta);

    Row u(mixed);
    for (int c = 0; c < mixed; ++c) {
      double sum = w.convBias[c];
      for (int k = 0; k < taps; ++k)
        sum += w.conv[c * taps + k] * rows[t + k][c];
      u[c] = silu(sum);
    }
    const double *write = &u[inner], *read = write + states;
    Row scanned(inner);
    for (int c = 0; c < inner; ++c) {
      int head = c / width;
      double step = std::log1p(std::exp(delta[head] + w.stepBias[head]));
      double decay = std::exp(-step * std::exp(double(w.aLog[head]))), sum = 0;
      for (int n = 0; n < states; ++n) {
        double &state = h[c * states + n];
        state = decay * state + step * u[c] * write[n];
        sum += read[n] * state;
      }
      scanned[c] = (sum + w.skip[head] * u[c]) * silu(gate[c]);
    }
    Row projected = linear(rmsNorm(scanned, w.outNorm), w.out);
    for (int i = 0; i < features; ++i)
      y.push_back(token[i] + projected[i]);
  }
  return y;
}

} // namespace

int main() {
  Weights weights;
  mamba2_weights w = weights.pointers();
  std::vector<float> x = uniform(weights.random, tokens * features, -2, 2),
                     y(x.size()), rows((taps - 1) * mixed),
                     state(inner * states);
  gyre_call call = GYRE_CALL_INIT;
  // The prompt at once, what follows one token at a time.
  for (int from = 0, to = prompt; from < tokens; from = to++)
    if (mamba2(&w, &x[from * features], rows.data(), state.data(),
               &y[from * features], rows.data(), state.data(), 1, to - from,
               &call) != GYRE_SUCCESS) {
      std::printf("mamba2: %s\n", call.message);
      return 1;
    }

  Difference difference = compare(y, forward(weights, x));
  std::printf("%d tokens at once, then %d one by one: results up to %.3g, "
              "largest error %.2g\n",
              prompt, tokens - prompt, difference.largest, difference.worst);
  return difference.isSmall() ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a prompt with the compiled Mamba block, goes on token by token, and
// compares both with a forward pass in plain double precision.

#include "../Plain.h"
#include "mamba.h"

#include <cstdio>

namespace {

constexpr int features = 64, channels = 128, states = 16, rank = 4, taps = 4;
constexpr int batch = 2, prompt = 37, tokens = 45;

struct Weights {
  std::mt19937 random{1};
  std::vector<float> norm, in, conv, convBias, select, step, stepBias, aLog,
      skip, out;

  Weights()
      : norm(uniform(random, features, 0.5f, 1.5f)),
        in(uniform(random, features * 2 * channels, -0.2f, 0.2f)),
        conv(uniform(random, channels * taps, -0.5f, 0.5f)),
        convBias(uniform(random, channels, -0.5f, 0.5f)),
        select(uniform(random, channels * (rank + 2 * states), -0.2f, 0.2f)),
        step(uniform(random, rank * channels, -0.5f, 0.5f)),
        stepBias(uniform(random, channels, -4.0f, -1.0f)),
        aLog(uniform(random, channels * states, -1.0f, 2.5f)),
        skip(uniform(random, channels, 0.5f, 1.5f)),
        out(uniform(random, channels * features, -0.2f, 0.2f)) {}

  mamba_weights pointers() const {
    mamba_weights w = {};
    w.norm = norm.data();
    w.in = in.data();
    w.conv = conv.data();
    w.conv_bias = convBias.data();
    w.select = select.data();
    w.step = step.data();
    w.step_bias = stepBias.data();
    w.a_log = aLog.data();
    w.skip = skip.data();
    w.out = out.data();
    return w;
  }
};

/// One sequence through the block, from zero states; adds the results to `y`.
void forward(const Weights &w, const float *x, std::vector<double> &y) {
  std::vector<Row> rows(taps - 1, Row(channels)); // before the convolution
  Row h(channels * states);
  for (int t = 0; t < tokens; ++t, x += features) {
    Row normed = rmsNorm(Row(x, x + features), w.norm);
    Row both = linear(normed, w.in);
    rows.emplace_back(both.begin(), both.begin() + channels);

    Row u(channels);
    for (int d = 0; d < channels; ++d) {
      double sum = w.convBias[d];
      for (int k = 0; k < taps; ++k)
        sum += w.conv[d * taps + k] * rows[t + k][d];
      u[d] = silu(sum);
    }
    Row selected = linear(u, w.select);
    Row delta = linear(Row(selected.begin(), selected.begin() + rank), w.step);
    const double *write = &selected[rank], *read = write + states;
    Row scanned(channels);
    for (int d = 0; d < channels; ++d) {
      double dt = std::log1p(std::exp(delta[d] + w.stepBias[d])), sum = 0;
      for (int n = 0; n < states; ++n) {
        double &state = h[d * states + n];
        double rate = -std::exp(double(w.aLog[d * states + n]));
        state = std::exp(dt * rate) * state + dt * u[d] * write[n];
        sum += read[n] * state;
      }
      scanned[d] = (sum + w.skip[d] * u[d]) * silu(both[channels + d]);
    }
    Row projected = linear(scanned, w.out);
    for (int i = 0; i < features; ++i)
      y.push_back(x[i] + projected[i]);
  }
}

/// The block over tokens [from, to) of x [batch][tokens][features]; the states
/// are replaced by those after it.
bool run(const mamba_weights &w, const std::vector<float> &x, int from, int to,
         std::vector<float> &rows, std::vector<float> &state,
         std::vector<float> &y) {
  int count = to - from;
  std::vector<float> in(batch * count * features), out(in.size()),
      nextRows(rows.size()), nextState(state.size());
  auto part = [&](int b) { return (b * tokens + from) * features; };
  for (int b = 0; b < batch; ++b)
    std::copy_n(&x[part(b)], count * features, &in[b * count * features]);
  gyre_call call = GYRE_CALL_INIT;
  if (mamba(&w, in.data(), rows.data(), state.data(), out.data(),
            nextRows.data(), nextState.data(), batch, count,
            &call) != GYRE_SUCCESS) {
    std::printf("mamba: %s\n", call.message);
    return false;
  }
  for (int b = 0; b < batch; ++b)
    std::copy_n(&out[b * count * features], count * features, &y[part(b)]);
  rows = nextRows;
  state = nextState;
  return true;
}

} // namespace

int main() {
  Weights weights;
  mamba_weights w = weights.pointers();
  std::vector<float> x = uniform(weights.random, batch * tokens * features, -2,
                                 2),
                     y(x.size()), rows(batch * (taps - 1) * channels),
                     state(batch * channels * states);

  // The prompt at once, what follows one token at a time.
  bool ok = run(w, x, 0, prompt, rows, state, y);
  for (int t = prompt; ok && t < tokens; ++t)
    ok = run(w, x, t, t + 1, rows, state, y);
  if (!ok)
    return 1;

  std::vector<double> expected;
  for (int b = 0; b < batch; ++b)
    forward(weights, &x[b * tokens * features], expected);
  Difference difference = compare(y, expected);
  std::printf("%d tokens at once, then %d one by one: results up to %.3g, "
              "largest error %.2g\n",
              prompt, tokens - prompt, difference.largest, difference.worst);
  return difference.isSmall() ? 0 : 1;
}

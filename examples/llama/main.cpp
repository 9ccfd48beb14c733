// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a prompt with the compiled Llama block, goes on token by token with the
// cache, and compares both with a forward pass in plain double precision.

#include "../Plain.h"
#include "llama.h"

#include <cstdio>

namespace {

constexpr int features = 64, heads = 4, keyHeads = 2, width = 16, hidden = 160;
constexpr int batch = 2, prompt = 37, tokens = 45, capacity = 50;

struct Weights {
  std::mt19937 random{1};
  std::vector<float> attentionNorm, query, key, value, output, mlpNorm, gate,
      up, down;

  Weights()
      : attentionNorm(uniform(random, features, 0.5f, 1.5f)),
        query(uniform(random, features * heads * width, -0.3f, 0.3f)),
        key(uniform(random, features * keyHeads * width, -0.3f, 0.3f)),
        value(uniform(random, features * keyHeads * width, -0.3f, 0.3f)),
        output(uniform(random, heads * width * features, -0.3f, 0.3f)),
        mlpNorm(uniform(random, features, 0.5f, 1.5f)),
        gate(uniform(random, features * hidden, -0.2f, 0.2f)),
        up(uniform(random, features * hidden, -0.2f, 0.2f)),
        down(uniform(random, hidden * features, -0.2f, 0.2f)) {}

  llama_weights pointers() const {
    llama_weights w = {};
    w.attention_norm = attentionNorm.data();
    w.query = query.data();
    w.key = key.data();
    w.value = value.data();
    w.output = output.data();
    w.mlp_norm = mlpNorm.data();
    w.gate = gate.data();
    w.up = up.data();
    w.down = down.data();
    return w;
  }
};

/// Turns each head by the token's position, at the frequencies of Llama 3.1.
void rotate(Row &x, int position) {
  constexpr double pi = 3.14159265358979323846;
  for (size_t head = 0; head < x.size(); head += width)
    for (int i = 0; i < width / 2; ++i) {
      double frequency = std::pow(500000.0, -2.0 * i / width);
      double turns = 8192 * frequency / (2 * pi); // in the trained length
      double smooth = std::min(std::max((turns - 1) / (4 - 1), 0.0), 1.0);
      double angle = position * frequency * ((1 - smooth) / 8 + smooth);
      double &a = x[head + i], &b = x[head + i + width / 2], a0 = a;
      a = a0 * std::cos(angle) - b * std::sin(angle);
      b = a0 * std::sin(angle) + b * std::cos(angle);
    }
}

/// One sequence through the block; adds the results to `y`.
void forward(const Weights &w, const float *x, std::vector<double> &y) {
  std::vector<Row> keys, values;
  for (int t = 0; t < tokens; ++t, x += features) {
    Row token(x, x + features), normed = rmsNorm(token, w.attentionNorm);
    Row q = linear(normed, w.query), k = linear(normed, w.key);
    rotate(q, t);
    rotate(k, t);
    keys.push_back(k);
    values.push_back(linear(normed, w.value));
    Row mixed(heads * width);
    for (int h = 0; h < heads; ++h) {
      int from = h / (heads / keyHeads) * width;
      Row weights;
      double sum = 0;
      for (const Row &key : keys) {
        double score = 0;
        for (int i = 0; i < width; ++i)
          score += q[h * width + i] * key[from + i];
        weights.push_back(std::exp(score / std::sqrt(double(width))));
        sum += weights.back();
      }
      for (size_t j = 0; j < keys.size(); ++j)
        for (int i = 0; i < width; ++i)
          mixed[h * width + i] += weights[j] / sum * values[j][from + i];
    }
    Row projected = linear(mixed, w.output);
    for (int i = 0; i < features; ++i)
      token[i] += projected[i];
    normed = rmsNorm(token, w.mlpNorm);
    Row gate = linear(normed, w.gate), up = linear(normed, w.up);
    for (int i = 0; i < hidden; ++i)
      gate[i] *= up[i] / (1 + std::exp(-gate[i]));
    Row down = linear(gate, w.down);
    for (int i = 0; i < features; ++i)
      y.push_back(token[i] + down[i]);
  }
}

struct Caches {
  std::vector<float> keys = std::vector<float>(batch * capacity * keyHeads *
                                               width),
                     values = keys;
};

/// The block over tokens [from, to) of x [batch][tokens][features].
bool run(const llama_weights &w, const std::vector<float> &x, int from, int to,
         Caches &caches, std::vector<float> &y) {
  int count = to - from;
  std::vector<float> in(batch * count * features), out(in.size());
  auto part = [&](int b) { return (b * tokens + from) * features; };
  for (int b = 0; b < batch; ++b)
    std::copy_n(&x[part(b)], count * features, &in[b * count * features]);
  gyre_call call = GYRE_CALL_INIT;
  float *keys = caches.keys.data(), *values = caches.values.data();
  if (llama(&w, in.data(), keys, values, from, out.data(), keys, values, batch,
            count, capacity, &call) != GYRE_SUCCESS) {
    std::printf("llama: %s\n", call.message);
    return false;
  }
  for (int b = 0; b < batch; ++b)
    std::copy_n(&out[b * count * features], count * features, &y[part(b)]);
  return true;
}

} // namespace

int main() {
  Weights weights;
  llama_weights w = weights.pointers();
  std::vector<float> x = uniform(weights.random, batch * tokens * features, -2,
                                 2),
                     y(x.size());
  Caches caches;

  // The prompt at once, what follows one token at a time.
  bool ok = run(w, x, 0, prompt, caches, y);
  for (int t = prompt; ok && t < tokens; ++t)
    ok = run(w, x, t, t + 1, caches, y);
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

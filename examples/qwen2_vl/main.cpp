// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packs patches of three images, runs the compiled vision block on them, and
// compares with a forward pass in plain double precision.

#include "../Plain.h"
#include "vision.h"

#include <cstdio>

namespace {

constexpr int features = 64, width = 16, hidden = 128;
constexpr int images[][2] = {{4, 6}, {2, 2}, {8, 4}};

struct Weights {
  std::mt19937 random{1};
  std::vector<float> norm1, shift1, qkv, qkvBias, proj, projBias, norm2, shift2,
      fc1, fc1Bias, fc2, fc2Bias;

  Weights()
      : norm1(uniform(random, features, 0.5f, 1.5f)),
        shift1(uniform(random, features, -0.5f, 0.5f)),
        qkv(uniform(random, features * 3 * features, -0.3f, 0.3f)),
        qkvBias(uniform(random, 3 * features, -0.3f, 0.3f)),
        proj(uniform(random, features * features, -0.3f, 0.3f)),
        projBias(uniform(random, features, -0.3f, 0.3f)),
        norm2(uniform(random, features, 0.5f, 1.5f)),
        shift2(uniform(random, features, -0.5f, 0.5f)),
        fc1(uniform(random, features * hidden, -0.3f, 0.3f)),
        fc1Bias(uniform(random, hidden, -0.3f, 0.3f)),
        fc2(uniform(random, hidden * features, -0.3f, 0.3f)),
        fc2Bias(uniform(random, features, -0.3f, 0.3f)) {}

  vision_weights pointers() const {
    vision_weights w = {};
    w.norm1_weight = norm1.data();
    w.norm1_bias = shift1.data();
    w.qkv_weight = qkv.data();
    w.qkv_bias = qkvBias.data();
    w.proj_weight = proj.data();
    w.proj_bias = projBias.data();
    w.norm2_weight = norm2.data();
    w.norm2_bias = shift2.data();
    w.fc1_weight = fc1.data();
    w.fc1_bias = fc1Bias.data();
    w.fc2_weight = fc2.data();
    w.fc2_bias = fc2Bias.data();
    return w;
  }
};

Row layerNorm(const Row &x, const std::vector<float> &weight,
              const std::vector<float> &bias) {
  double mean = 0, variance = 1e-6;
  for (double value : x)
    mean += value / double(x.size());
  for (double value : x)
    variance += (value - mean) * (value - mean) / double(x.size());
  Row y(x);
  for (size_t i = 0; i < x.size(); ++i)
    y[i] = (x[i] - mean) / std::sqrt(variance) * double(weight[i]) +
           double(bias[i]);
  return y;
}

/// Turns the first quarter of a head's features against the third by the row
/// of a patch, the second against the fourth by its column.
void rotate(double *x, const int *place) {
  for (int head = 0; head < features; head += width)
    for (int i = 0; i < width / 2; ++i) {
      int n = width / 4;
      double angle = place[i / n] * std::pow(10000.0, -double(i % n) / n);
      double &a = x[head + i], &b = x[head + i + width / 2], a0 = a;
      a = a0 * std::cos(angle) - b * std::sin(angle);
      b = a0 * std::sin(angle) + b * std::cos(angle);
    }
}

/// The patches of one image through the block; adds the results to `y`.
void forward(const Weights &w, const float *x, const int *places, int count,
             Row &y) {
  std::vector<Row> qkv;
  for (int n = 0; n < count; ++n) {
    Row normed = layerNorm(Row(x + n * features, x + (n + 1) * features),
                           w.norm1, w.shift1);
    qkv.push_back(linear(normed, w.qkv, w.qkvBias));
    rotate(&qkv[n][0], places + 2 * n);
    rotate(&qkv[n][features], places + 2 * n);
  }
  for (int n = 0; n < count; ++n) {
    Row mixed(features);
    for (int head = 0; head < features; head += width) {
      Row weights;
      double sum = 0;
      for (const Row &other : qkv) {
        double score = 0;
        for (int i = 0; i < width; ++i)
          score += qkv[n][head + i] * other[features + head + i];
        weights.push_back(std::exp(score / std::sqrt(double(width))));
        sum += weights.back();
      }
      for (int j = 0; j < count; ++j)
        for (int i = 0; i < width; ++i)
          mixed[head + i] += weights[j] / sum * qkv[j][2 * features + head + i];
    }
    Row token = linear(mixed, w.proj, w.projBias);
    for (int i = 0; i < features; ++i)
      token[i] += double(x[n * features + i]);
    Row inner = linear(layerNorm(token, w.norm2, w.shift2), w.fc1, w.fc1Bias);
    for (double &value : inner)
      value /= 1 + std::exp(-1.702 * value);
    Row outer = linear(inner, w.fc2, w.fc2Bias);
    for (int i = 0; i < features; ++i)
      y.push_back(token[i] + outer[i]);
  }
}

} // namespace

int main() {
  std::vector<int> places, starts = {0};
  for (auto [rows, columns] : images) {
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column)
        places.insert(places.end(), {row, column});
    starts.push_back(int(places.size() / 2));
  }
  Weights weights;
  vision_weights w = weights.pointers();
  std::vector<float> x = uniform(weights.random, starts.back() * features, -2,
                                 2),
                     y(x.size());
  gyre_call call = GYRE_CALL_INIT;
  if (vision(&w, x.data(), places.data(), starts.data(), y.data(),
             starts.back(), int64_t(starts.size()) - 1,
             &call) != GYRE_SUCCESS) {
    std::printf("vision: %s\n", call.message);
    return 1;
  }

  Row expected;
  for (size_t i = 0; i + 1 < starts.size(); ++i)
    forward(weights, &x[starts[i] * features], &places[starts[i] * 2],
            starts[i + 1] - starts[i], expected);
  Difference difference = compare(y, expected);
  std::printf("%d patches of %zu images: results up to %.3g, largest error "
              "%.2g\n",
              starts.back(), starts.size() - 1, difference.largest,
              difference.worst);
  return difference.isSmall() ? 0 : 1;
}

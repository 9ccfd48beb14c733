// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How random graphs have layers, probabilities and quantizers: text of random
// sizes, and the reference.

#include "fuzz/Graph.h"

#include "dialect/ops/nn/NnReference.h"
#include "dialect/ops/probability/ProbabilityReference.h"
#include "dialect/ops/quantize/QuantizeReference.h"
#include "dialect/ops/random/RandomReference.h"

#include <algorithm>

using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;
namespace reference = ::gyre::reference;
using All = std::vector<Numbers>;

static std::vector<int64_t> integersOf(const Numbers &numbers) {
  return std::vector<int64_t>(numbers.begin(), numbers.end());
}

template <typename Function>
static Numbers mapOf(const Numbers &x, Function function) {
  Numbers y;
  for (double v : x)
    y.push_back(function(v));
  return y;
}

static auto elementwise(const char *text, double (*function)(double)) {
  return [=](Graph &g) {
    int x = g.pick();
    return g.add(text, {x}, {{g[x].shape, g.element}},
                 [=](const All &a) { return All{mapOf(a[0], function)}; });
  };
}

static auto binary(const char *text, double (*function)(double, double)) {
  return [=](Graph &g) {
    int x = g.pick(), y = g.like(g[x].shape);
    return g.add(text, {x, y}, {{g[x].shape, g.element}}, [=](const All &a) {
      Numbers z;
      for (size_t i = 0; i < a[0].size(); ++i)
        z.push_back(function(a[0][i], a[1][i]));
      return All{z};
    });
  };
}

static bool addLinear(Graph &g) {
  int x = g.pick();
  int64_t k = g[x].size(-1), n = 1 + g.random.below(20), m = g[x].rows();
  int w = g.input({{k}, {n}}, -1, 1);
  Shape shape = g[x].shape;
  shape.back() = {n};
  if (g.chance(2))
    return g.add("gyre.linear $0, $1 : #0, #1", {x, w}, {{shape, g.element}},
                 [=](const All &a) {
                   return All{reference::linear(a[0], a[1], {}, m, k, n)};
                 });
  int b = g.input({{n}}, -1, 1);
  return g.add("gyre.linear $0, $1, $2 : #0, #1, #2", {x, w, b},
               {{shape, g.element}}, [=](const All &a) {
                 return All{reference::linear(a[0], a[1], a[2], m, k, n)};
               });
}

static auto norm(const char *name, bool center) {
  return [=](Graph &g) {
    int x = g.pick();
    int64_t n = g[x].size(-1), rows = g[x].rows();
    int w = g.input({{n}}, 0.5, 1.5), b = g.input({{n}}, -1, 1);
    return g.add(
        std::string(name) + " $0, $1, $2 {eps = 0.125} : #0, #1, #2", {x, w, b},
        {{g[x].shape, g.element}}, [=](const All &a) {
          return All{reference::norm(a[0], a[1], a[2], rows, n, 0.125, center)};
        });
  };
}

static bool addGroupNorm(Graph &g) {
  int x = g.pick(3);
  const Datum &value = g[x];
  if (!value.shape[1].name.empty() || value.size(1) == 0)
    return false;
  int64_t batch = value.size(0), channels = value.size(1),
          positions =
              batch * channels == 0 ? 0 : value.count() / (batch * channels);
  int64_t groups = channels % 2 == 0 ? 2 : 1;
  int w = g.input({{channels}}, 0.5, 1.5);
  return g.add("gyre.group_norm $0, $1 {eps = 0.125, groups = " +
                   std::to_string(groups) + "} : #0, #1",
               {x, w}, {{g[x].shape, g.element}}, [=](const All &a) {
                 return All{reference::groupNorm(a[0], a[1], {}, batch,
                                                 channels, positions, groups,
                                                 0.125)};
               });
}

static bool addEmbedding(Graph &g) {
  int x = g.pick();
  int64_t rows = 1 + g.random.below(9), width = 1 + g.random.below(20);
  Shape shape = g.without(g[x].shape, -1);
  // Some out of range.
  int ids = g.integers(shape, -1, rows + 1);
  int table = g.input({{rows}, {width}}, -2, 2);
  shape.push_back({width});
  return g.add("gyre.embedding $0, $1 : #0, #1", {table, ids},
               {{shape, g.element}}, [=](const All &a) {
                 return All{
                     reference::embedding(a[0], integersOf(a[1]), rows, width)};
               });
}

static bool addCrossEntropy(Graph &g) {
  int x = g.pick(2);
  int64_t classes = g[x].size(-1);
  Shape shape = g.without(g[x].shape, -1);
  int labels = g.integers(shape, -1, classes + 1);
  return g.add("gyre.cross_entropy $0, $1 : #0, #1", {x, labels},
               {{shape, g.element}}, [=](const All &a) {
                 return All{
                     reference::crossEntropy(a[0], integersOf(a[1]), classes)};
               });
}

/// x[outer][n][stride] about a dimension.
struct Along {
  int64_t dim, outer = 1, n, stride = 1;
  Along(Graph &g, int x) : dim(g.random.below(g[x].rank())), n(g[x].size(dim)) {
    for (int64_t d = 0; d < g[x].rank(); ++d)
      (d < dim ? outer : stride) *= d == dim ? 1 : g[x].size(d);
  }
};

template <typename Function>
static auto alongDim(const char *name, const char *attribute,
                     Function function) {
  return [=](Graph &g) {
    int x = g.pick();
    Along at(g, x);
    return g.add(std::string(name) + " $0 {dim = " + std::to_string(at.dim) +
                     ", " + attribute + "} : #0",
                 {x}, {{g[x].shape, g.element}},
                 [=](const All &a) { return All{function(a[0], at)}; });
  };
}

//===----------------------------------------------------------------------===//
// Draws
//===----------------------------------------------------------------------===//

template <typename Function>
static auto draw(const char *name, Function function) {
  return [=](Graph &g) {
    Shape shape = {{1 + g.random.below(5)}, {1 + g.random.below(20)}};
    double seed = double(g.random.below(1 << 30));
    int s = g.scalar("i64", seed), o = g.scalar("i64", 7);
    int64_t count = countOf(shape);
    return g.add(std::string(name) + " seed($0) offset($1) : @0", {s, o},
                 {{shape, Element::f32}}, [=](const All &) {
                   return All{function(uint64_t(seed), 7, count)};
                 });
  };
}

static Numbers withNoise(const Numbers &x, const Numbers &seed,
                         const Numbers &offset, double temperature) {
  Numbers noise = reference::randomGumbel(
      uint64_t(seed[0]), uint64_t(offset[0]), int64_t(x.size()));
  for (size_t i = 0; i < x.size(); ++i)
    noise[i] += x[i] / temperature;
  return noise;
}

static bool addGumbelMax(Graph &g) {
  int x = g.pick(2);
  int s = g.scalar("i64", double(g.random.below(1000))), o = g.scalar("i64", 3);
  int64_t n = g[x].size(-1);
  return g.add(
      "gyre.gumbel_max $0 seed($1) offset($2) {temperature = 0.5} : "
      "#0",
      {x, s, o}, {{g.without(g[x].shape, -1), Element::i32, true}},
      [=](const All &a) {
        Numbers sums = withNoise(a[0], a[1], a[2], 0.5), best;
        for (size_t row = 0; row < sums.size(); row += n)
          best.push_back(double(
              std::max_element(sums.begin() + row, sums.begin() + row + n) -
              sums.begin() - int64_t(row)));
        return All{best};
      });
}

static bool addGumbelSoftmax(Graph &g) {
  int x = g.pick();
  int s = g.scalar("i64", double(g.random.below(1000))), o = g.scalar("i64", 3);
  int64_t n = g[x].size(-1), rows = g[x].rows();
  return g.add("gyre.gumbel_softmax $0 seed($1) offset($2) {temperature = 2.0} "
               ": #0",
               {x, s, o}, {{g[x].shape, g.element}}, [=](const All &a) {
                 return All{reference::softmax(withNoise(a[0], a[1], a[2], 1),
                                               rows, n, 1, 2)};
               });
}

//===----------------------------------------------------------------------===//
// Quantizers
//===----------------------------------------------------------------------===//

static bool addFsqEncode(Graph &g) {
  int x = g.pick(2, 4);
  return g.add("gyre.fsq_encode $0 {levels = array<i64: 8, 5, 5, 3>} : #0", {x},
               {{g[x].shape, g.element},
                {g.without(g[x].shape, -1), Element::i32, true}},
               [](const All &a) {
                 Numbers codes;
                 std::vector<int64_t> indices;
                 reference::fsqEncode(a[0], {8, 5, 5, 3}, codes, indices);
                 return All{codes, Numbers(indices.begin(), indices.end())};
               });
}

static bool addFsqDecode(Graph &g) {
  int x = g.pick();
  Shape shape = g.without(g[x].shape, -1);
  int indices = g.integers(shape, -1, 8 * 5 * 5 + 1);
  shape.push_back({3});
  return g.add("gyre.fsq_decode $0 {levels = array<i64: 8, 5, 5>} : #0",
               {indices}, {{shape, Element::f32}}, [](const All &a) {
                 return All{reference::fsqDecode(integersOf(a[0]), {8, 5, 5})};
               });
}

static std::vector<int64_t> nearest(const Numbers &x, const Numbers &book,
                                    int64_t width) {
  std::vector<int64_t> indices;
  for (size_t row = 0; row < x.size(); row += width) {
    std::vector<double> scores =
        reference::codeScores(x.data() + row, book, width);
    indices.push_back(std::min_element(scores.begin(), scores.end()) -
                      scores.begin());
  }
  return indices;
}

static bool addNearestCode(Graph &g) {
  int x = g.pick(2);
  int64_t width = g[x].size(-1), codes = 1 + g.random.below(40);
  int book = g.input({{codes}, {width}}, -2, 2);
  return g.add("gyre.nearest_code $0, $1 : #0, #1", {x, book},
               {{g.without(g[x].shape, -1), Element::i32, true}},
               [=](const All &a) {
                 std::vector<int64_t> best = nearest(a[0], a[1], width);
                 return All{Numbers(best.begin(), best.end())};
               });
}

static Numbers decode(const Numbers &indices, const Numbers &books,
                      int64_t count, int64_t codes, int64_t width) {
  Numbers y(indices.size() / count * width);
  for (size_t i = 0; i < indices.size(); ++i) {
    auto index = int64_t(indices[i]), book = int64_t(i) % count;
    if (index >= 0 && index < codes)
      for (int64_t d = 0; d < width; ++d)
        y[i / count * width + d] += books[(book * codes + index) * width + d];
  }
  return y;
}

static bool addResidualEncode(Graph &g) {
  int x = g.pick(2);
  int64_t width = g[x].size(-1), codes = 1 + g.random.below(20), count = 3;
  int books = g.input({{count}, {codes}, {width}}, -2, 2);
  Shape shape = g.without(g[x].shape, -1);
  shape.push_back({count});
  return g.add("gyre.residual_encode $0, $1 : #0, #1", {x, books},
               {{shape, Element::i32, true}, {g[x].shape, g.element}},
               [=](const All &a) {
                 Numbers rest = a[0], indices(a[0].size() / width * count);
                 for (int64_t q = 0; q < count; ++q) {
                   Numbers book(a[1].begin() + q * codes * width,
                                a[1].begin() + (q + 1) * codes * width);
                   std::vector<int64_t> best = nearest(rest, book, width);
                   for (size_t row = 0; row < best.size(); ++row) {
                     indices[row * count + q] = double(best[row]);
                     for (int64_t d = 0; d < width; ++d)
                       rest[row * width + d] -= book[best[row] * width + d];
                   }
                 }
                 return All{indices,
                            decode(indices, a[1], count, codes, width)};
               });
}

static bool addResidualDecode(Graph &g) {
  int x = g.pick();
  int64_t width = g[x].size(-1), codes = 1 + g.random.below(20), count = 2;
  Shape shape = g.without(g[x].shape, -1), results = g[x].shape;
  shape.push_back({count});
  int indices = g.integers(shape, -1, codes + 1),
      books = g.input({{count}, {codes}, {width}}, -2, 2);
  return g.add("gyre.residual_decode $0, $1 : #0, #1", {indices, books},
               {{results, g.element}}, [=](const All &a) {
                 return All{decode(a[0], a[1], count, codes, width)};
               });
}

static bool addLfqEncode(Graph &g) {
  int x = g.pick(2, 6);
  return g.add("gyre.lfq_encode $0 {scale = 0.5} : #0", {x},
               {{g[x].shape, g.element},
                {g.without(g[x].shape, -1), Element::i32, true}},
               [](const All &a) {
                 Numbers codes, indices;
                 for (size_t i = 0; i < a[0].size(); ++i) {
                   bool up = a[0][i] > 0;
                   codes.push_back(up ? 0.5 : -0.5);
                   if (i % 6 == 0)
                     indices.push_back(0);
                   indices.back() += up ? std::ldexp(1, 5 - int(i % 6)) : 0;
                 }
                 return All{codes, indices};
               });
}

static bool addLfqDecode(Graph &g) {
  int x = g.pick();
  Shape shape = g.without(g[x].shape, -1);
  int indices = g.integers(shape, -1, 17);
  shape.push_back({4});
  return g.add("gyre.lfq_decode $0 : #0 -> @0", {indices}, {{shape, g.element}},
               [](const All &a) {
                 Numbers codes;
                 for (double index : a[0])
                   for (int bit = 3; bit >= 0; --bit)
                     codes.push_back(index < 0 || index > 15 ? 0
                                     : int(index) >> bit & 1 ? 1
                                                             : -1);
                 return All{codes};
               });
}

/// A scale for each row, what it makes of the row, and back.
static bool addRounding(Graph &g) {
  int x = g.pick(2);
  int64_t n = g[x].size(-1);
  std::string block = "{block = array<i64: ";
  for (int64_t d = 0; d + 1 < g[x].rank(); ++d)
    block += "1, ";
  block += "0>, format = \"int8\"}";
  Shape rows = g.without(g[x].shape, -1);
  bool made = g.add("gyre.quantize_scale $0 " + block + " : #0", {x},
                    {{rows, Element::f32}}, [=](const All &a) {
                      Numbers scales;
                      for (size_t row = 0; row < a[0].size(); row += n) {
                        double most = 0;
                        for (int64_t i = 0; i < n; ++i)
                          most = std::fmax(most, std::fabs(a[0][row + i]));
                        scales.push_back(most / 127);
                      }
                      return All{scales};
                    });
  if (!made)
    return false;
  // Rows of their own: others are near to what a step rounds.
  int y = g.input(g[x].shape, -2, 2), scale = g.input(rows, 0.015625, 0.25);
  Shape all = g[x].shape;
  if (!g.add("gyre.quantize $0, $1 " + block + " : #0, #1", {y, scale},
             {{all, Element::i8, true}}, [=](const All &a) {
               Numbers q;
               for (size_t i = 0; i < a[0].size(); ++i)
                 q.push_back(reference::quantizeInteger(a[0][i], a[1][i / n],
                                                        -128, 127));
               return All{q};
             }))
    return true;
  int q = int(g.values.size()) - 1;
  return g.add("gyre.dequantize $0, $1 " + block + " : #0, #1 -> @0",
               {q, scale}, {{all, g.element}}, [=](const All &a) {
                 Numbers back;
                 for (size_t i = 0; i < a[0].size(); ++i)
                   back.push_back(a[0][i] * a[1][i / n]);
                 return All{back};
               });
}

static bool addRange(Graph &g) {
  int x = g.pick();
  int64_t n = g[x].size(-1);
  std::string block;
  for (int64_t d = 0; d + 1 < g[x].rank(); ++d)
    block += "1, ";
  Shape rows = g.without(g[x].shape, -1);
  return g.add(
      "gyre.quantize_range $0 {format = \"uint8\", block = array<i64: " +
          block + "0>} : #0",
      {x}, {{rows, Element::f32}, {rows, Element::i32, true}}, [=](const All &a) {
        All all(2);
        for (size_t row = 0; row < a[0].size(); row += n) {
          double low = 0, high = 0;
          for (int64_t i = 0; i < n; ++i) {
            low = std::fmin(low, a[0][row + i]);
            high = std::fmax(high, a[0][row + i]);
          }
          double scale = (high - low) / 255;
          all[0].push_back(scale);
          all[1].push_back(scale == 0 ? 0 : std::nearbyint(-low / scale));
        }
        return all;
      });
}

llvm::ArrayRef<Operator> fuzz::getLayers() {
  static const Operator table[] = {
      {"arith.addf", binary("arith.addf $0, $1 : #0",
                            [](double x, double y) { return x + y; })},
      {"arith.mulf", binary("arith.mulf $0, $1 : #0",
                            [](double x, double y) { return x * y; })},
      {"math.tanh",
       elementwise("math.tanh $0 : #0", [](double x) { return std::tanh(x); })},
      {"gyre.sigmoid", elementwise("gyre.sigmoid $0 : #0", reference::sigmoid)},
      {"gyre.silu", elementwise("gyre.silu $0 : #0", reference::silu)},
      {"gyre.gelu", elementwise("gyre.gelu $0 : #0", reference::geluErf)},
      {"gyre.gelu",
       elementwise("gyre.gelu $0 {form = \"tanh\"} : #0", reference::geluTanh)},
      {"gyre.softplus",
       elementwise("gyre.softplus $0 : #0", reference::softplus)},
      {"gyre.linear", addLinear},
      {"gyre.layer_norm", norm("gyre.layer_norm", true)},
      {"gyre.rms_norm", norm("gyre.rms_norm", false)},
      {"gyre.group_norm", addGroupNorm},
      {"gyre.embedding", addEmbedding},
      {"gyre.cross_entropy", addCrossEntropy},
      {"gyre.softmax", alongDim("gyre.softmax", "temperature = 0.5",
                                [](const Numbers &x, const Along &at) {
                                  return reference::softmax(x, at.outer, at.n,
                                                            at.stride, 0.5);
                                })},
      {"gyre.log_softmax", alongDim("gyre.log_softmax", "temperature = 2.0",
                                    [](const Numbers &x, const Along &at) {
                                      return reference::logSoftmax(
                                          x, at.outer, at.n, at.stride, 2);
                                    })},
      {"gyre.taylor_softmax", alongDim("gyre.taylor_softmax", "order = 2",
                                       [](const Numbers &x, const Along &at) {
                                         return reference::taylorSoftmax(
                                             x, at.outer, at.n, at.stride, 2);
                                       })},
      {"gyre.random_uniform",
       draw("gyre.random_uniform", reference::randomUniform)},
      {"gyre.random_normal",
       draw("gyre.random_normal", reference::randomNormal)},
      {"gyre.random_gumbel",
       draw("gyre.random_gumbel", reference::randomGumbel)},
      {"gyre.gumbel_max", addGumbelMax},
      {"gyre.gumbel_softmax", addGumbelSoftmax},
      {"gyre.fsq_encode", addFsqEncode},
      {"gyre.fsq_decode", addFsqDecode},
      {"gyre.nearest_code", addNearestCode},
      {"gyre.residual_encode", addResidualEncode},
      {"gyre.residual_decode", addResidualDecode},
      {"gyre.lfq_encode", addLfqEncode},
      {"gyre.lfq_decode", addLfqDecode},
      {"gyre.quantize_scale", addRounding},
      {"gyre.quantize_range", addRange},
      {"gyre.quantize", addRounding},
      {"gyre.dequantize", addRounding},
  };
  return table;
}

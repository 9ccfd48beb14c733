// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How random graphs have what knows of positions: rotary embedding, attention,
// scans.

#include "fuzz/Graph.h"

#include "dialect/ops/attention/AttentionReference.h"
#include "dialect/ops/positions/PositionsReference.h"
#include "dialect/ops/rotary/RotaryReference.h"
#include "dialect/ops/scan/ScanReference.h"

using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;
namespace reference = ::gyre::reference;
using All = std::vector<Numbers>;
using Complex = std::vector<std::complex<double>>;

static Complex complexOf(const Numbers &re, const Numbers &im) {
  Complex z;
  for (size_t i = 0; i < re.size(); ++i)
    z.emplace_back(re[i], im[i]);
  return z;
}
static Numbers realOf(const Complex &z) {
  Numbers re;
  for (auto &number : z)
    re.push_back(number.real());
  return re;
}
static Numbers imaginaryOf(const Complex &z) {
  Numbers im;
  for (auto &number : z)
    im.push_back(number.imag());
  return im;
}

/// [.., T, D].
struct Sequence {
  int64_t batch = 1, length, features;
  Sequence(const Datum &x) : length(x.size(-2)), features(x.size(-1)) {
    for (int64_t d = 0; d + 2 < x.rank(); ++d)
      batch *= x.size(d);
  }
};

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

static bool addRotary(Graph &g) {
  int x = g.pick(2, 8);
  Sequence at(g[x]);
  bool half = g.chance(2);
  return g.add(
      std::string("gyre.rotary $0 {dims = 6, base = 100.0, pairing = ") +
          (half ? "\"half\"} : #0" : "\"interleaved\"} : #0"),
      {x}, {{g[x].shape, g.element}}, [=](const All &a) {
        reference::Rotary rotary = {
            .features = 8, .dims = 6, .half = half, .base = 100};
        Numbers y = a[0];
        for (size_t row = 0; row * 8 < y.size(); ++row) {
          auto position = double(int64_t(row) % at.length);
          rotary.turn(y.data() + row * 8, &position);
        }
        return All{y};
      });
}

static bool addSinusoidal(Graph &g) {
  int x = g.pick();
  Shape shape = g.without(g[x].shape, -1);
  int positions = g.integers(shape, 0, 100);
  int64_t features = 2 + 2 * g.random.below(6);
  shape.push_back({features});
  return g.add("gyre.sinusoidal positions($0 : #0) {pairing = \"half\"} : @0",
               {positions}, {{shape, g.element}}, [=](const All &a) {
                 Numbers y;
                 for (double position : a[0]) {
                   Numbers row =
                       reference::sinusoidal(position, features, true);
                   y.insert(y.end(), row.begin(), row.end());
                 }
                 return All{y};
               });
}

static bool addComplexEmbedding(Graph &g) {
  int x = g.pick(2);
  Shape shape = g.without(g[x].shape, -1);
  int64_t words = 1 + g.random.below(9), width = 1 + g.random.below(9),
          length = shape.back().size;
  int ids = g.integers(shape, -1, words + 1);
  Shape table = {{words}, {width}};
  int amplitude = g.input(table, -2, 2), frequency = g.input(table, -0.5, 0.5),
      phase = g.input(table, -3, 3);
  shape.push_back({width});
  Result result = {shape, g.element};
  return g.add(
      "gyre.complex_embedding $0, $1, $2, $3 : #0, #1",
      {ids, amplitude, frequency, phase}, {result, result}, [=](const All &a) {
        All y(2);
        for (size_t i = 0; i < a[0].size(); ++i)
          for (int64_t d = 0; d < width; ++d) {
            bool valid = a[0][i] >= 0 && a[0][i] < double(words);
            size_t at = valid ? size_t(a[0][i]) * width + d : d;
            double r = valid ? a[1][at] : 0;
            double angle = a[2][at] * double(int64_t(i) % length) + a[3][at];
            y[0].push_back(r * std::cos(angle));
            y[1].push_back(r * std::sin(angle));
          }
        return y;
      });
}

static bool addTiePositions(Graph &g) {
  bool first = g.chance(2);
  return g.add(std::string("gyre.tie_positions text(3), image(2, 4), text(2) "
                           "{form = ") +
                   (first ? "\"first\"} : @0" : "\"second\"} : @0"),
               {}, {{{{13}, {2}}, Element::f32}}, [=](const All &) {
                 return All{reference::tiePositions({{3}, {2, 4}, {2}}, first)};
               });
}

static bool addMropePositions(Graph &g) {
  return g.add(
      "gyre.mrope_positions text(3), image(2, 4), video(3, 2, 1) "
      "{interval = 1.5} : @0",
      {}, {{{{17}, {3}}, Element::i32}}, [=](const All &) {
        return All{reference::mropePositions({{3}, {4, 2, 1}, {1, 2, 3}}, 1.5)};
      });
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

static bool addAttention(Graph &g) {
  Dim batch = g.dim(), queries = g.dim(), keys = g.dim();
  int64_t heads = 1 + g.random.below(2), groups = 1 + g.random.below(3);
  static constexpr int64_t widths[] = {1, 4, 8, 12, 16};
  int64_t features = widths[g.random.below(5)],
          width = widths[g.random.below(5)];
  int q = g.like({batch, {heads * groups}, queries, {features}}),
      k = g.like({batch, {heads}, keys, {features}}),
      v = g.like({batch, {heads}, keys, {width}});
  bool causal = g.chance(2), sums = g.chance(3);
  reference::Attention attention = {
      batch.size, heads * groups, heads, queries.size,
      keys.size,  features,       width, 1 / std::sqrt(double(features))};
  int64_t shift = keys.size - queries.size;
  if (causal)
    attention.mask = [=](int64_t, int64_t, int64_t i, int64_t j) {
      return j > i + shift ? -INFINITY : 0;
    };
  std::string text = "gyre.attention $0, $1, $2";
  if (causal || sums)
    text += std::string(" {") + (causal ? "causal" : "") +
            (causal && sums ? ", " : "") + (sums ? "logsumexp}" : "}");
  Shape rows = {batch, {heads * groups}, queries}, shape = rows;
  shape.push_back({width});
  std::vector<Result> results = {{shape, g.element}};
  if (sums)
    results.push_back({rows, Element::f32});
  return g.add(text + " : #0, #1, #2", {q, k, v}, results, [=](const All &a) {
    All all(1);
    if (sums)
      all.emplace_back();
    all[0] = attention(a[0], a[1], a[2], sums ? &all[1] : nullptr);
    return all;
  });
}

static bool addCacheAppend(Graph &g) {
  int cache = g.pick(2);
  Sequence all(g[cache]);
  Shape shape = g[cache].shape;
  shape[shape.size() - 2] = {g.random.below(4)};
  int x = g.input(shape, -2, 2);
  int64_t past = g.random.below(8),
          count = countOf(shape) == 0 ? 0 : shape[shape.size() - 2].size;
  int at = g.scalar("index", double(past));
  return g.add("gyre.cache_append $0, $1 at($2) : #0, #1", {cache, x, at},
               {{g[cache].shape, g.element}}, [=](const All &a) {
                 Numbers y = a[0];
                 for (int64_t b = 0; b < all.batch; ++b)
                   for (int64_t t = 0; t < count; ++t)
                     for (int64_t d = 0; d < all.features; ++d)
                       if (past + t < all.length)
                         y[(b * all.length + past + t) * all.features + d] =
                             a[1][(b * count + t) * all.features + d];
                 return All{y};
               });
}

//===----------------------------------------------------------------------===//
// Scans
//===----------------------------------------------------------------------===//

/// x[outer][length][inner] along a dimension.
struct Along {
  int64_t dim, outer = 1, length, inner = 1;
  Along(Graph &g, int x)
      : dim(g.random.below(g[x].rank())), length(g[x].size(dim)) {
    for (int64_t d = 0; d < g[x].rank(); ++d)
      (d < dim ? outer : inner) *= d == dim ? 1 : g[x].size(d);
  }
  std::string attributes(bool reverse) const {
    return " {dim = " + std::to_string(dim) + (reverse ? ", reverse}" : "}");
  }
};

static bool addLinearRecurrence(Graph &g) {
  int b = g.pick(2), a = g.input(g[b].shape, 0.2, 0.95);
  Along at(g, b);
  bool reverse = g.chance(2);
  return g.add(
      "gyre.linear_recurrence $0, $1" + at.attributes(reverse) + " : #0, #1",
      {a, b},
      {{g[b].shape, g.element}, {g.without(g[b].shape, at.dim), Element::f32}},
      [=](const All &v) {
        Numbers last(at.outer * at.inner);
        Numbers h = reference::linearRecurrence(v[0], v[1], last, at.outer,
                                                at.length, at.inner, reverse);
        return All{h, last};
      });
}

static bool addComplexRecurrence(Graph &g) {
  int b = g.pick(2), bi = g.like(g[b].shape);
  int a = g.input(g[b].shape, -0.6, 0.6), ai = g.input(g[b].shape, -0.6, 0.6);
  Along at(g, b);
  bool reverse = g.chance(2);
  Result all = {g[b].shape, g.element},
         last = {g.without(g[b].shape, at.dim), Element::f32};
  return g.add("gyre.complex_recurrence $0, $1, $2, $3" +
                   at.attributes(reverse) + " : #0, #1, #2, #3",
               {a, ai, b, bi}, {all, all, last, last}, [=](const All &v) {
                 Complex state(at.outer * at.inner);
                 if (v[0].empty())
                   return All{{}, {}, realOf(state), imaginaryOf(state)};
                 Complex h = reference::complexRecurrence(
                     complexOf(v[0], v[1]), complexOf(v[2], v[3]), state,
                     at.outer, at.length, at.inner, reverse);
                 return All{realOf(h), imaginaryOf(h), realOf(state),
                            imaginaryOf(state)};
               });
}

static bool addCausalConv(Graph &g) {
  int x = g.pick(2);
  Sequence at(g[x]);
  int64_t taps = 2 + g.random.below(4);
  int w = g.input({{at.features}, {taps}}, -1, 1);
  Shape rows = g[x].shape;
  rows[rows.size() - 2] = {taps - 1};
  bool silu = g.chance(2);
  return g.add(
      std::string("gyre.causal_conv $0, $1") +
          (silu ? " {silu} : #0, #1" : " : #0, #1"),
      {x, w}, {{g[x].shape, g.element}, {rows, g.element}}, [=](const All &a) {
        Numbers last(at.batch * (taps - 1) * at.features);
        Numbers y = reference::causalConv(a[0], a[1], {}, last, at.batch,
                                          at.length, at.features, taps, silu);
        return All{y, last};
      });
}

static bool addSelectiveScan(Graph &g) {
  int u = g.pick(2);
  Sequence at(g[u]);
  int64_t states = 1 + g.random.below(17);
  Shape shared = g[u].shape, last = g.without(g[u].shape, -2);
  shared.back() = {states};
  last.push_back({states});
  int delta = g.input(g[u].shape, 0.01, 0.5),
      a = g.input({{at.features}, {states}}, -2, -0.1),
      b = g.input(shared, -1, 1), c = g.input(shared, -1, 1);
  return g.add("gyre.selective_scan $0, $1, $2, $3, $4 : #0, #1, #2, #3, #4",
               {u, delta, a, b, c},
               {{g[u].shape, g.element}, {last, Element::f32}}, [=](const All &v) {
                 reference::SelectiveScan scan = {at.batch, at.length,
                                                  at.features, states};
                 Numbers h(at.batch * at.features * states);
                 Numbers y = scan(v[0], v[1], v[2], v[3], v[4], h);
                 return All{y, h};
               });
}

static bool addSsdScan(Graph &g) {
  Dim batch = g.dim(), length = g.dim();
  int64_t heads = 1 + g.random.below(3), channels = 1 + g.random.below(8),
          states = 1 + g.random.below(9);
  int x = g.like({batch, length, {heads}, {channels}}),
      delta = g.input({batch, length, {heads}}, 0.01, 0.5),
      a = g.input({{heads}}, -2, -0.1),
      b = g.input({batch, length, {states}}, -1, 1),
      c = g.input({batch, length, {states}}, -1, 1);
  return g.add(
      "gyre.ssd_scan $0, $1, $2, $3, $4 {chunk = 4} : #0, #1, #2, #3, #4",
      {x, delta, a, b, c},
      {{g[x].shape, g.element},
       {{batch, {heads}, {channels}, {states}}, Element::f32}},
      [=](const All &v) {
        reference::SsdScan scan = {batch.size, length.size, heads, channels,
                                   states};
        Numbers h(batch.size * heads * channels * states);
        Numbers y = scan(v[0], v[1], v[2], v[3], v[4], h);
        return All{y, h};
      });
}

static bool addDiagonalSsm(Graph &g) {
  int u = g.pick(2);
  Sequence at(g[u]);
  int64_t states = 1 + g.random.below(9);
  Shape each = {{at.features}, {states}}, last = g.without(g[u].shape, -2);
  last.push_back({states});
  int step = g.input({{at.features}}, 0.01, 0.2), a = g.input(each, -2, -0.5),
      ai = g.input(each, -3, 3), c = g.input(each, -1, 1),
      ci = g.input(each, -1, 1);
  return g.add("gyre.diagonal_ssm $0, $1, $2, $3, $4, $5 : #0, #1, #2, #3, #4, "
               "#5",
               {u, step, a, ai, c, ci},
               {{g[u].shape, g.element}, {last, Element::f32}, {last, Element::f32}},
               [=](const All &v) {
                 Complex h(at.batch * at.features * states);
                 Numbers y = reference::diagonalSsm(
                     v[0], v[1], complexOf(v[2], v[3]), complexOf(v[4], v[5]),
                     {}, h, at.batch, at.length, at.features, states, false,
                     true);
                 return All{y, realOf(h), imaginaryOf(h)};
               });
}

static bool addLru(Graph &g) {
  int u = g.pick(2);
  Sequence at(g[u]);
  int64_t states = 1 + g.random.below(9), width = 1 + g.random.below(9);
  Shape shape = g[u].shape, last = g.without(g[u].shape, -2);
  shape.back() = {width};
  last.back() = {states};
  int nu = g.input({{states}}, -2, 0.5), theta = g.input({{states}}, -2, 1),
      b = g.input({{at.features}, {states}}, -1, 1),
      bi = g.input({{at.features}, {states}}, -1, 1),
      c = g.input({{states}, {width}}, -1, 1),
      ci = g.input({{states}, {width}}, -1, 1);
  return g.add("gyre.lru $0, $1, $2, $3, $4, $5, $6 : #0, #1, #2, #3, #4, #5, "
               "#6",
               {u, nu, theta, b, bi, c, ci},
               {{shape, g.element}, {last, Element::f32}, {last, Element::f32}},
               [=](const All &v) {
                 Complex h(at.batch * states);
                 Numbers y =
                     reference::lru(v[0], v[1], v[2], complexOf(v[3], v[4]),
                                    complexOf(v[5], v[6]), {}, h, at.batch,
                                    at.length, at.features);
                 return All{y, realOf(h), imaginaryOf(h)};
               });
}

llvm::ArrayRef<Operator> fuzz::getSequences() {
  static const Operator table[] = {
      {"gyre.rotary", addRotary},
      {"gyre.sinusoidal", addSinusoidal},
      {"gyre.complex_embedding", addComplexEmbedding},
      {"gyre.tie_positions", addTiePositions},
      {"gyre.mrope_positions", addMropePositions},
      {"gyre.attention", addAttention},
      {"gyre.cache_append", addCacheAppend},
      {"gyre.linear_recurrence", addLinearRecurrence},
      {"gyre.complex_recurrence", addComplexRecurrence},
      {"gyre.causal_conv", addCausalConv},
      {"gyre.selective_scan", addSelectiveScan},
      {"gyre.ssd_scan", addSsdScan},
      {"gyre.diagonal_ssm", addDiagonalSsm},
      {"gyre.lru", addLru},
  };
  return table;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention by hand with heads of 64: tiles of 96 rows by 64 columns, six rows
// by four vectors in registers, one lead a row and lazy sums in lanes.

#include "References.h"
#include "Simd.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {
constexpr int64_t head = 64;
}

#ifdef __AVX512F__
namespace {
using namespace reference;
constexpr int64_t tileRows = 96, tileColumns = 64;

struct RowState {
  float lead;
  __m512 sum;
};

/// R rows of one tile: scores, fold, and the payload's sums.
template <int R>
void rowBlock(const float *q, const float *keys, const float *v, float *sums,
              RowState *states, int64_t firstRow, int64_t firstColumn,
              int64_t columns, bool masked, bool causal) {
  __m512 s[R][4];
  for (int r = 0; r < R; ++r)
    for (int u = 0; u < 4; ++u)
      s[r][u] = _mm512_setzero_ps();
  for (int64_t k = 0; k < head; ++k) {
    __m512 key[4];
    for (int u = 0; u < 4; ++u)
      key[u] = _mm512_load_ps(keys + k * tileColumns + 16 * u);
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r) {
      __m512 qk = _mm512_set1_ps(q[r * head + k]);
      for (int u = 0; u < 4; ++u)
        s[r][u] = _mm512_fmadd_ps(qk, key[u], s[r][u]);
    }
  }
  alignas(64) float p[R][tileColumns];
  float factor[R];
  const __m512 scale = _mm512_set1_ps(0.125f * log2e);
  for (int r = 0; r < R; ++r) {
    if (masked) {
      int64_t limit =
          causal ? std::min(columns, firstRow + r + 1 - firstColumn) : columns;
      for (int u = 0; u < 4; ++u)
        s[r][u] = _mm512_mask_mov_ps(_mm512_set1_ps(-INFINITY),
                                     firstLanes(limit - 16 * u), s[r][u]);
    }
    float lead = maxOf(_mm512_max_ps(_mm512_max_ps(s[r][0], s[r][1]),
                                     _mm512_max_ps(s[r][2], s[r][3]))) *
                 (0.125f * log2e);
    lead = std::max(lead, states[r].lead);
    // Nothing seen yet: any finite lead gives weights of zero.
    float shift = lead == -INFINITY ? 0 : lead;
    factor[r] =
        states[r].lead == -INFINITY ? 0 : std::exp2(states[r].lead - shift);
    states[r].lead = lead;
    __m512 sum = _mm512_mul_ps(states[r].sum, _mm512_set1_ps(factor[r]));
    for (int u = 0; u < 4; ++u) {
      __m512 e = exp2(_mm512_fmsub_ps(s[r][u], scale, _mm512_set1_ps(shift)));
      _mm512_store_ps(p[r] + 16 * u, e);
      sum = _mm512_add_ps(sum, e);
    }
    states[r].sum = sum;
  }
  for (int r = 0; r < R; ++r)
    for (int u = 0; u < 4; ++u)
      s[r][u] = _mm512_mul_ps(_mm512_load_ps(sums + r * head + 16 * u),
                              _mm512_set1_ps(factor[r]));
  for (int64_t j = 0; j < columns; ++j) {
    __m512 value[4];
    for (int u = 0; u < 4; ++u)
      value[u] = _mm512_loadu_ps(v + j * head + 16 * u);
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r) {
      __m512 weight = _mm512_set1_ps(p[r][j]);
      for (int u = 0; u < 4; ++u)
        s[r][u] = _mm512_fmadd_ps(weight, value[u], s[r][u]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int u = 0; u < 4; ++u)
      _mm512_store_ps(sums + r * head + 16 * u, s[r][u]);
}

void tile(const float *q, const float *packed, const float *v, float *y,
          int64_t T, int64_t row, bool causal) {
  alignas(64) float sums[tileRows * head] = {};
  RowState states[tileRows];
  for (RowState &state : states)
    state = {-INFINITY, _mm512_setzero_ps()};
  int64_t rows = std::min(tileRows, T - row);
  int64_t end = causal ? row + rows : T;
  for (int64_t column = 0; column < end; column += tileColumns) {
    int64_t columns = std::min(tileColumns, T - column);
    for (int64_t r = 0; r < rows;) {
      bool masked = columns < tileColumns ||
                    (causal && column + tileColumns > row + r + 1);
      auto run = [&]<int R>() {
        rowBlock<R>(q + (row + r) * head, packed + column * head,
                    v + column * head, sums + r * head, states + r, row + r,
                    column, columns, masked, causal);
        r += R;
      };
      if (r + 6 <= rows)
        run.template operator()<6>();
      else
        run.template operator()<1>();
    }
  }
  for (int64_t r = 0; r < rows; ++r) {
    __m512 inverse = _mm512_set1_ps(1.0f / sumOf(states[r].sum));
    for (int u = 0; u < 4; ++u)
      _mm512_storeu_ps(
          y + (row + r) * head + 16 * u,
          _mm512_mul_ps(_mm512_load_ps(sums + r * head + 16 * u), inverse));
  }
}
} // namespace

void reference::attention(const float *q, const float *k, const float *v,
                          float *y, int64_t heads, int64_t T, bool causal,
                          int threads) {
  int64_t panels = (T + tileColumns - 1) / tileColumns;
  int64_t panelSize = tileColumns * head, headSize = panels * panelSize;
  std::unique_ptr<float[], void (*)(void *)> packed(
      static_cast<float *>(
          std::aligned_alloc(64, heads * headSize * sizeof(float))),
      [](void *p) { std::free(p); });
  int64_t tiles = (T + tileRows - 1) / tileRows;
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static)
    for (int64_t panel = 0; panel < heads * panels; ++panel) {
      int64_t h = panel / panels, first = panel % panels * tileColumns;
      float *to = packed.get() + panel * panelSize;
      for (int64_t c = 0; c < head; ++c)
        for (int64_t j = 0; j < tileColumns; ++j)
          to[c * tileColumns + j] =
              first + j < T ? k[(h * T + first + j) * head + c] : 0;
    }
#pragma omp for schedule(dynamic)
    for (int64_t i = 0; i < heads * tiles; ++i) {
      int64_t h = i / tiles, at = h * T * head;
      tile(q + at, packed.get() + h * headSize, v + at, y + at, T,
           i % tiles * tileRows, causal);
    }
  }
}
#else
void reference::attention(const float *q, const float *k, const float *v,
                          float *y, int64_t heads, int64_t T, bool causal,
                          int threads) {
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (int64_t row = 0; row < heads * T; ++row) {
    int64_t h = row / T, end = causal ? row % T + 1 : T;
    std::vector<float> p(end);
    float lead = -INFINITY, sum = 0;
    for (int64_t j = 0; j < end; ++j) {
      float score = 0;
      for (int64_t c = 0; c < head; ++c)
        score += q[row * head + c] * k[(h * T + j) * head + c];
      lead = std::max(lead, p[j] = score * 0.125f);
    }
    for (float &e : p)
      sum += e = std::exp(e - lead);
    for (int64_t c = 0; c < head; ++c) {
      float total = 0;
      for (int64_t j = 0; j < end; ++j)
        total += p[j] * v[(h * T + j) * head + c];
      y[row * head + c] = total / sum;
    }
  }
}
#endif

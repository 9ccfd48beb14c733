// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax by hand: long rows in three passes that stay in cache, rows of up to
// three vectors in registers, rows of five across lanes.

#include "References.h"
#include "Simd.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace {
#ifdef __AVX512F__
using namespace reference;

void longRow(const float *x, float *y, int64_t columns) {
  const __m512 low = _mm512_set1_ps(-INFINITY);
  __m512 top[4] = {low, low, low, low};
  int64_t j = 0;
  for (; j + 64 <= columns; j += 64)
    for (int u = 0; u < 4; ++u)
      top[u] = _mm512_max_ps(top[u], _mm512_loadu_ps(x + j + 16 * u));
  for (; j < columns; j += 16)
    top[0] = _mm512_mask_max_ps(
        top[0], firstLanes(columns - j), top[0],
        _mm512_maskz_loadu_ps(firstLanes(columns - j), x + j));
  float lead = maxOf(_mm512_max_ps(_mm512_max_ps(top[0], top[1]),
                                   _mm512_max_ps(top[2], top[3])));
  const __m512 scale = _mm512_set1_ps(log2e);
  const __m512 shift = _mm512_set1_ps(-lead * log2e);
  __m512 sum[4] = {};
  for (j = 0; j + 64 <= columns; j += 64)
    for (int u = 0; u < 4; ++u) {
      __m512 e =
          exp2(_mm512_fmadd_ps(_mm512_loadu_ps(x + j + 16 * u), scale, shift));
      _mm512_storeu_ps(y + j + 16 * u, e);
      sum[u] = _mm512_add_ps(sum[u], e);
    }
  for (; j < columns; j += 16) {
    __mmask16 mask = firstLanes(columns - j);
    __m512 e =
        exp2(_mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, x + j), scale, shift));
    _mm512_mask_storeu_ps(y + j, mask, e);
    sum[0] = _mm512_mask_add_ps(sum[0], mask, sum[0], e);
  }
  float total = sumOf(_mm512_add_ps(_mm512_add_ps(sum[0], sum[1]),
                                    _mm512_add_ps(sum[2], sum[3])));
  const __m512 inverse = _mm512_set1_ps(1.0f / total);
  for (j = 0; j + 16 <= columns; j += 16)
    _mm512_storeu_ps(y + j, _mm512_mul_ps(_mm512_loadu_ps(y + j), inverse));
  if (j < columns) {
    __mmask16 mask = firstLanes(columns - j);
    _mm512_mask_storeu_ps(
        y + j, mask,
        _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, y + j), inverse));
  }
}

/// The maxima (or sums) over the lanes of sixteen vectors as one vector: 15
/// combinations instead of 16 times four.
template <typename Combine>
__m512 lanesOf16(std::array<__m512, 16> v, Combine combine) {
  for (int i = 0; i < 8; ++i) {
    __m512 a = v[i], b = v[i + 8];
    v[i] = combine(_mm512_shuffle_f32x4(a, b, 0x44),
                   _mm512_shuffle_f32x4(a, b, 0xEE));
  }
  for (int i = 0; i < 4; ++i) {
    __m512 a = v[i], b = v[i + 4];
    v[i] = combine(_mm512_shuffle_f32x4(a, b, 0x88),
                   _mm512_shuffle_f32x4(a, b, 0xDD));
  }
  for (int i = 0; i < 2; ++i) {
    __m512 a = v[i], b = v[i + 2];
    v[i] =
        combine(_mm512_shuffle_ps(a, b, 0x44), _mm512_shuffle_ps(a, b, 0xEE));
  }
  return combine(_mm512_shuffle_ps(v[0], v[1], 0x88),
                 _mm512_shuffle_ps(v[0], v[1], 0xDD));
}
/// Where row r of lanesOf16 stands: the network above permutes rows.
int laneOfRow(int r) {
  int half = r / 8, quarter = r % 8 / 4, pair = r % 4 / 2, odd = r % 2;
  return (quarter * 2 + half) * 4 + odd * 2 + pair;
}

/// Rows of at most 48 columns, sixteen at a time.
void shortRows(const float *x, float *y, int64_t rows, int64_t columns) {
  const __m512 low = _mm512_set1_ps(-INFINITY);
  const __m512 scale = _mm512_set1_ps(log2e);
  const int64_t vectors = (columns + 15) / 16;
  const __mmask16 last = firstLanes(columns - 16 * (vectors - 1));
  alignas(64) float lane[16];
  for (int64_t r = 0; r < rows; r += 16) {
    int64_t here = std::min<int64_t>(16, rows - r);
    std::array<__m512, 16> fold;
    fold.fill(low);
    for (int64_t i = 0; i < here; ++i) {
      const float *in = x + (r + i) * columns;
      __m512 v = _mm512_mask_loadu_ps(low, last, in + 16 * (vectors - 1));
      for (int64_t k = 0; k + 1 < vectors; ++k)
        v = _mm512_max_ps(v, _mm512_loadu_ps(in + 16 * k));
      fold[i] = v;
    }
    __m512 leads =
        lanesOf16(fold, [](__m512 a, __m512 b) { return _mm512_max_ps(a, b); });
    _mm512_store_ps(lane, _mm512_mul_ps(leads, _mm512_set1_ps(-log2e)));
    fold.fill(_mm512_setzero_ps());
    for (int64_t i = 0; i < here; ++i) {
      const float *in = x + (r + i) * columns;
      float *out = y + (r + i) * columns;
      __m512 shift = _mm512_set1_ps(lane[laneOfRow(i)]);
      __m512 sum = _mm512_setzero_ps();
      for (int64_t k = 0; k + 1 < vectors; ++k) {
        __m512 e =
            exp2(_mm512_fmadd_ps(_mm512_loadu_ps(in + 16 * k), scale, shift));
        _mm512_storeu_ps(out + 16 * k, e);
        sum = _mm512_add_ps(sum, e);
      }
      int64_t k = 16 * (vectors - 1);
      __m512 e = exp2(_mm512_fmadd_ps(_mm512_mask_loadu_ps(low, last, in + k),
                                      scale, shift));
      _mm512_mask_storeu_ps(out + k, last, e);
      fold[i] = _mm512_add_ps(sum, _mm512_maskz_mov_ps(last, e));
    }
    __m512 sums =
        lanesOf16(fold, [](__m512 a, __m512 b) { return _mm512_add_ps(a, b); });
    _mm512_store_ps(lane, _mm512_div_ps(_mm512_set1_ps(1.0f), sums));
    for (int64_t i = 0; i < here; ++i) {
      float *out = y + (r + i) * columns;
      __m512 inverse = _mm512_set1_ps(lane[laneOfRow(i)]);
      for (int64_t k = 0; k + 1 < vectors; ++k)
        _mm512_storeu_ps(out + 16 * k,
                         _mm512_mul_ps(_mm512_loadu_ps(out + 16 * k), inverse));
      int64_t k = 16 * (vectors - 1);
      _mm512_mask_storeu_ps(
          out + k, last,
          _mm512_mul_ps(_mm512_maskz_loadu_ps(last, out + k), inverse));
    }
  }
}

/// Permutations between sixteen rows of C columns as C vectors in memory order
/// and as C columns of sixteen lanes.
template <int C> struct Columns {
  alignas(64) int32_t toColumn[C][C][16], toMemory[C][C][16];
  __mmask16 columnFrom[C][C] = {}, memoryFrom[C][C] = {};
  Columns() : toColumn(), toMemory() {
    for (int c = 0; c < C; ++c)
      for (int r = 0; r < 16; ++r) {
        int at = r * C + c;
        toColumn[c][at / 16][r] = at % 16;
        columnFrom[c][at / 16] |= 1 << r;
        toMemory[at / 16][c][at % 16] = r;
        memoryFrom[at / 16][c] |= 1 << at % 16;
      }
  }
  static __m512 pick(const __m512 *v, const int32_t (*index)[16],
                     const __mmask16 *from) {
    __m512 result = _mm512_setzero_ps();
    for (int k = 0; k < C; ++k)
      result = _mm512_mask_permutexvar_ps(result, from[k],
                                          _mm512_load_si512(index[k]), v[k]);
    return result;
  }
};

template <int C> void acrossLanes(const float *x, float *y, int64_t rows) {
  static const Columns<C> columns;
  const __m512 scale = _mm512_set1_ps(log2e);
  int64_t r = 0;
  for (; r + 16 <= rows; r += 16) {
    __m512 memory[C], column[C];
    for (int k = 0; k < C; ++k)
      memory[k] = _mm512_loadu_ps(x + r * C + 16 * k);
    for (int c = 0; c < C; ++c)
      column[c] =
          columns.pick(memory, columns.toColumn[c], columns.columnFrom[c]);
    __m512 lead = column[0];
    for (int c = 1; c < C; ++c)
      lead = _mm512_max_ps(lead, column[c]);
    __m512 sum = _mm512_setzero_ps();
    for (int c = 0; c < C; ++c) {
      column[c] = exp2(_mm512_mul_ps(_mm512_sub_ps(column[c], lead), scale));
      sum = _mm512_add_ps(sum, column[c]);
    }
    __m512 inverse = _mm512_div_ps(_mm512_set1_ps(1.0f), sum);
    for (int c = 0; c < C; ++c)
      column[c] = _mm512_mul_ps(column[c], inverse);
    for (int k = 0; k < C; ++k)
      _mm512_storeu_ps(
          y + r * C + 16 * k,
          columns.pick(column, columns.toMemory[k], columns.memoryFrom[k]));
  }
  if (r < rows)
    shortRows(x + r * C, y + r * C, rows - r, C);
}

void someRows(const float *x, float *y, int64_t rows, int64_t columns) {
  if (columns == 5)
    return acrossLanes<5>(x, y, rows);
  if (columns <= 48)
    return shortRows(x, y, rows, columns);
  for (int64_t r = 0; r < rows; ++r)
    longRow(x + r * columns, y + r * columns, columns);
}
#else
void someRows(const float *x, float *y, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r, x += columns, y += columns) {
    float lead = *std::max_element(x, x + columns), sum = 0;
    for (int64_t j = 0; j < columns; ++j)
      sum += y[j] = std::exp(x[j] - lead);
    for (int64_t j = 0; j < columns; ++j)
      y[j] /= sum;
  }
}
#endif
} // namespace

void reference::softmax(const float *x, float *y, int64_t rows, int64_t columns,
                        int threads) {
  // Chunks of about 64 KiB, whole groups of sixteen rows.
  int64_t chunk = std::max<int64_t>(16, 16384 / columns / 16 * 16);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t r = 0; r < rows; r += chunk)
    someRows(x + r * columns, y + r * columns, std::min(chunk, rows - r),
             columns);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nearest code by hand: codes packed into panels with their norms, six rows
// by four vectors of codes in registers (twelve by two run out of addresses).

#include "References.h"
#include "Simd.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>

#ifdef __AVX512F__
namespace {
using namespace reference;
constexpr int64_t panelCodes = 64;

struct Free {
  void operator()(float *p) const { std::free(p); }
};
using Buffer = std::unique_ptr<float[], Free>;

Buffer allocate(int64_t count) {
  return Buffer(static_cast<float *>(
      std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64)));
}

struct Best {
  __m512 distance;
  __m512i code;
};

/// R rows against one panel: -2 x.e + |e|^2 and the lowest of it in each lane.
template <int R>
void block(const float *x, int64_t dim, const float *panel, const float *norms,
           int64_t firstCode, Best *best) {
  __m512 sum[R][4];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < 4; ++v)
      sum[r][v] = _mm512_load_ps(norms + 16 * v);
  for (int64_t k = 0; k < dim; ++k) {
    __m512 e[4];
    for (int v = 0; v < 4; ++v)
      e[v] = _mm512_load_ps(panel + k * panelCodes + 16 * v);
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r) {
      __m512 xk = _mm512_set1_ps(x[r * dim + k]);
      for (int v = 0; v < 4; ++v)
        sum[r][v] = _mm512_fmadd_ps(xk, e[v], sum[r][v]);
    }
  }
  const __m512i lanes =
      _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < 4; ++v) {
      __mmask16 less =
          _mm512_cmp_ps_mask(sum[r][v], best[r].distance, _CMP_LT_OQ);
      best[r].distance = _mm512_mask_mov_ps(best[r].distance, less, sum[r][v]);
      best[r].code = _mm512_mask_add_epi32(
          best[r].code, less, lanes, _mm512_set1_epi32(firstCode + 16 * v));
    }
}

int64_t lowest(const Best &best) {
  alignas(64) float distance[16];
  alignas(64) int32_t code[16];
  _mm512_store_ps(distance, best.distance);
  _mm512_store_si512(code, best.code);
  int at = 0;
  for (int i = 1; i < 16; ++i)
    if (distance[i] < distance[at] ||
        (distance[i] == distance[at] && code[i] < code[at]))
      at = i;
  return code[at];
}
} // namespace

void reference::nearestCode(const float *x, const float *codes, int64_t *index,
                            int64_t rows, int64_t count, int64_t dim,
                            int threads) {
  int64_t panels = (count + panelCodes - 1) / panelCodes;
  Buffer packed = allocate(panels * panelCodes * dim);
  Buffer norms = allocate(panels * panelCodes);
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static)
    for (int64_t p = 0; p < panels; ++p)
      for (int64_t j = 0; j < panelCodes; ++j) {
        int64_t code = p * panelCodes + j;
        float norm = 0;
        for (int64_t k = 0; k < dim; ++k) {
          float e = code < count ? codes[code * dim + k] : 0;
          packed[(p * dim + k) * panelCodes + j] = -2 * e;
          norm += e * e;
        }
        norms[code] =
            code < count ? norm : std::numeric_limits<float>::infinity();
      }
#pragma omp for schedule(static)
    for (int64_t tile = 0; tile < rows; tile += 96) {
      int64_t here = std::min<int64_t>(96, rows - tile);
      Best best[96];
      for (Best &b : best)
        b = {_mm512_set1_ps(std::numeric_limits<float>::infinity()),
             _mm512_setzero_si512()};
      for (int64_t p = 0; p < panels; ++p) {
        const float *panel = &packed[p * dim * panelCodes];
        int64_t r = 0;
        for (; r + 6 <= here; r += 6)
          block<6>(x + (tile + r) * dim, dim, panel, &norms[p * panelCodes],
                   p * panelCodes, best + r);
        for (; r < here; ++r)
          block<1>(x + (tile + r) * dim, dim, panel, &norms[p * panelCodes],
                   p * panelCodes, best + r);
      }
      for (int64_t r = 0; r < here; ++r)
        index[tile + r] = lowest(best[r]);
    }
  }
}
#else
void reference::nearestCode(const float *x, const float *codes, int64_t *index,
                            int64_t rows, int64_t count, int64_t dim,
                            int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t i = 0; i < rows; ++i) {
    float best = std::numeric_limits<float>::infinity();
    index[i] = 0;
    for (int64_t j = 0; j < count; ++j) {
      float distance = 0;
      for (int64_t k = 0; k < dim; ++k) {
        float difference = x[i * dim + k] - codes[j * dim + k];
        distance += difference * difference;
      }
      if (distance < best) {
        best = distance;
        index[i] = j;
      }
    }
  }
}
#endif

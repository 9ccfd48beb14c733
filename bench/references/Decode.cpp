// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention of one query a head by hand: keys are read once, then values, each
// in blocks that threads share; the parts of a head are merged at the end.

#include "References.h"
#include "Simd.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace {
constexpr int64_t head = 64, block = 512;

/// What a block of keys knows.
struct Part {
  float lead, sum, values[head];
};

Part attend(const float *q, const float *k, const float *v, int64_t count) {
  alignas(64) float p[block];
  Part part{-INFINITY, 0, {}};
#ifdef __AVX512F__
  using namespace reference;
  __m512 query[4];
  for (int u = 0; u < 4; ++u)
    query[u] = _mm512_mul_ps(_mm512_loadu_ps(q + 16 * u),
                             _mm512_set1_ps(0.125f * log2e));
  for (int64_t j = 0; j < count; ++j) {
    __m512 sum = _mm512_mul_ps(query[0], _mm512_loadu_ps(k + j * head));
    for (int u = 1; u < 4; ++u)
      sum = _mm512_fmadd_ps(query[u], _mm512_loadu_ps(k + j * head + 16 * u),
                            sum);
    p[j] = sumOf(sum);
    part.lead = std::max(part.lead, p[j]);
  }
  __m512 total = _mm512_setzero_ps();
  for (int64_t j = 0; j < count; j += 16) {
    __m512 e = _mm512_maskz_mov_ps(
        firstLanes(count - j),
        exp2(_mm512_sub_ps(_mm512_load_ps(p + j), _mm512_set1_ps(part.lead))));
    _mm512_store_ps(p + j, e);
    total = _mm512_add_ps(total, e);
  }
  part.sum = sumOf(total);
  __m512 sums[4] = {}, odd[4] = {};
  for (int64_t j = 0; j + 2 <= count; j += 2)
    for (int u = 0; u < 4; ++u) {
      const float *at = v + j * head + 16 * u;
      sums[u] =
          _mm512_fmadd_ps(_mm512_set1_ps(p[j]), _mm512_loadu_ps(at), sums[u]);
      odd[u] = _mm512_fmadd_ps(_mm512_set1_ps(p[j + 1]),
                               _mm512_loadu_ps(at + head), odd[u]);
    }
  if (count % 2)
    for (int u = 0; u < 4; ++u)
      sums[u] = _mm512_fmadd_ps(
          _mm512_set1_ps(p[count - 1]),
          _mm512_loadu_ps(v + (count - 1) * head + 16 * u), sums[u]);
  for (int u = 0; u < 4; ++u)
    _mm512_storeu_ps(part.values + 16 * u, _mm512_add_ps(sums[u], odd[u]));
#else
  const float scale = 0.125f * 1.44269504f;
  for (int64_t j = 0; j < count; ++j) {
    float sum = 0;
    for (int64_t c = 0; c < head; ++c)
      sum += q[c] * k[j * head + c];
    p[j] = sum * scale;
    part.lead = std::max(part.lead, p[j]);
  }
  for (int64_t j = 0; j < count; ++j) {
    part.sum += p[j] = std::exp2(p[j] - part.lead);
    for (int64_t c = 0; c < head; ++c)
      part.values[c] += p[j] * v[j * head + c];
  }
#endif
  return part;
}
} // namespace

void reference::attentionDecode(const float *q, const float *k, const float *v,
                                float *y, int64_t heads, int64_t S,
                                int threads) {
  int64_t blocks = (S + block - 1) / block;
  std::vector<Part> parts(heads * blocks);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t i = 0; i < heads * blocks; ++i) {
    int64_t h = i / blocks, first = i % blocks * block;
    int64_t at = (h * S + first) * head;
    parts[i] = attend(q + h * head, k + at, v + at, std::min(block, S - first));
  }
  for (int64_t h = 0; h < heads; ++h) {
    const Part *own = parts.data() + h * blocks;
    float lead = own[0].lead, sum = 0, values[head] = {};
    for (int64_t i = 1; i < blocks; ++i)
      lead = std::max(lead, own[i].lead);
    for (int64_t i = 0; i < blocks; ++i) {
      float factor = std::exp2(own[i].lead - lead);
      sum += own[i].sum * factor;
      for (int64_t c = 0; c < head; ++c)
        values[c] += own[i].values[c] * factor;
    }
    for (int64_t c = 0; c < head; ++c)
      y[h * head + c] = values[c] / sum;
  }
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Selective scan by hand: sixteen channels across a vector, sixteen states of
// each in registers, the decay rates transposed once.

#include "References.h"
#include "Simd.h"

#include <algorithm>
#include <cmath>

namespace {
constexpr int64_t states = 16;

#ifdef __AVX512F__
/// Sixteen channels from d, all of which exist unless `Masked`: a masked store
/// costs several times a plain one even if no lane is off.
template <bool Masked>
void channels(const float *x, const float *dt, const float *a, const float *b,
              const float *c, const float *skip, float *y, int64_t T, int64_t D,
              int64_t d, __mmask16 mask) {
  using namespace reference;
  alignas(64) float column[16];
  __m512 rate[states], h[states];
  for (int n = 0; n < states; ++n) {
    for (int lane = 0; lane < 16; ++lane)
      column[lane] = a[std::min(d + lane, D - 1) * states + n] * log2e;
    rate[n] = _mm512_load_ps(column);
    h[n] = _mm512_setzero_ps();
  }
  auto load = [&](const float *p) {
    return Masked ? _mm512_maskz_loadu_ps(mask, p) : _mm512_loadu_ps(p);
  };
  __m512 through = load(skip + d);
  for (int64_t t = 0; t < T; ++t) {
    __m512 step = load(dt + t * D + d);
    __m512 in = load(x + t * D + d);
    __m512 drive = _mm512_mul_ps(step, in);
    __m512 even = _mm512_mul_ps(through, in), odd = _mm512_setzero_ps();
#pragma clang loop unroll(full)
    for (int n = 0; n < states; ++n) {
      __m512 decay = exp2(_mm512_mul_ps(step, rate[n]));
      h[n] = _mm512_fmadd_ps(
          decay, h[n], _mm512_mul_ps(drive, _mm512_set1_ps(b[t * states + n])));
      __m512 &sum = n % 2 ? odd : even;
      sum = _mm512_fmadd_ps(h[n], _mm512_set1_ps(c[t * states + n]), sum);
    }
    if (Masked)
      _mm512_mask_storeu_ps(y + t * D + d, mask, _mm512_add_ps(even, odd));
    else
      _mm512_storeu_ps(y + t * D + d, _mm512_add_ps(even, odd));
  }
}
#else
template <bool>
void channels(const float *x, const float *dt, const float *a, const float *b,
              const float *c, const float *skip, float *y, int64_t T, int64_t D,
              int64_t d, unsigned) {
  float h[states][16] = {};
  int64_t width = std::min<int64_t>(16, D - d);
  for (int64_t t = 0; t < T; ++t)
    for (int64_t lane = 0; lane < width; ++lane) {
      int64_t at = t * D + d + lane;
      float sum = skip[d + lane] * x[at];
      for (int64_t n = 0; n < states; ++n) {
        h[n][lane] =
            std::exp(dt[at] * a[(d + lane) * states + n]) * h[n][lane] +
            dt[at] * x[at] * b[t * states + n];
        sum += h[n][lane] * c[t * states + n];
      }
      y[at] = sum;
    }
}
#endif
} // namespace

void reference::selectiveScan(const float *x, const float *dt, const float *a,
                              const float *b, const float *c, const float *skip,
                              float *y, int64_t B, int64_t T, int64_t D,
                              int threads) {
  int64_t blocks = (D + 15) / 16;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t block = 0; block < B * blocks; ++block) {
    int64_t batch = block / blocks, d = block % blocks * 16;
    int64_t wide = batch * T * D, narrow = batch * T * states;
    auto run = D - d >= 16 ? channels<false> : channels<true>;
    run(x + wide, dt + wide, a, b + narrow, c + narrow, skip, y + wide, T, D, d,
        (1u << (D - d < 16 ? D - d : 0)) - 1);
  }
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sampler steps and quantization by hand. Results go past the caches unless
// they overwrite an operand.

#include "References.h"
#include "Simd.h"

#include <algorithm>
#include <cmath>

namespace {
/// Calls `vector(i)` for whole vectors of [0, n) and `scalar(i)` for the rest,
/// each thread in a share of its own.
template <typename Vector, typename Scalar>
void forShares(int64_t n, int threads, Vector vector, Scalar scalar) {
  int64_t vectors = n / 16;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int part = 0; part < threads; ++part) {
    for (int64_t v = vectors * part / threads;
         v < vectors * (part + 1) / threads; ++v)
      vector(v * 16);
#ifdef __AVX512F__
    _mm_sfence();
#endif
  }
  for (int64_t i = vectors * 16; i < n; ++i)
    scalar(i);
}
} // namespace

void reference::eulerStep(const float *x, const float *denoised, float *y,
                          int64_t n, float sigma, float next, int threads) {
  float share = (next - sigma) / sigma;
  auto scalar = [=](int64_t i) { y[i] = x[i] + (x[i] - denoised[i]) * share; };
#ifdef __AVX512F__
  __m512 factor = _mm512_set1_ps(share);
  auto at = [=](int64_t i) {
    __m512 v = _mm512_loadu_ps(x + i);
    return _mm512_fmadd_ps(_mm512_sub_ps(v, _mm512_loadu_ps(denoised + i)),
                           factor, v);
  };
  if (x == y)
    forShares(
        n, threads, [=](int64_t i) { _mm512_storeu_ps(y + i, at(i)); }, scalar);
  else
    forShares(
        n, threads, [=](int64_t i) { _mm512_stream_ps(y + i, at(i)); }, scalar);
#else
  forShares(
      n, threads,
      [=](int64_t i) {
        for (int64_t k = i; k < i + 16; ++k)
          scalar(k);
      },
      scalar);
#endif
}

void reference::heunStep(const float *x, const float *d, const float *euler,
                         const float *again, float *y, int64_t n, float sigma,
                         float next, int threads) {
  float half = (next - sigma) / 2, one = half / sigma, two = half / next;
  auto scalar = [=](int64_t i) {
    y[i] = x[i] + (x[i] - d[i]) * one + (euler[i] - again[i]) * two;
  };
#ifdef __AVX512F__
  __m512 first = _mm512_set1_ps(one), second = _mm512_set1_ps(two);
  forShares(
      n, threads,
      [=](int64_t i) {
        __m512 v = _mm512_loadu_ps(x + i);
        __m512 sum =
            _mm512_fmadd_ps(_mm512_sub_ps(v, _mm512_loadu_ps(d + i)), first, v);
        sum = _mm512_fmadd_ps(_mm512_sub_ps(_mm512_loadu_ps(euler + i),
                                            _mm512_loadu_ps(again + i)),
                              second, sum);
        _mm512_stream_ps(y + i, sum);
      },
      scalar);
#else
  forShares(
      n, threads,
      [=](int64_t i) {
        for (int64_t k = i; k < i + 16; ++k)
          scalar(k);
      },
      scalar);
#endif
}

void reference::flowStep(const float *x, const float *v, float *y, int64_t n,
                         float time, float next, int threads) {
  float by = next - time;
  auto scalar = [=](int64_t i) { y[i] = x[i] + v[i] * by; };
#ifdef __AVX512F__
  __m512 factor = _mm512_set1_ps(by);
  forShares(
      n, threads,
      [=](int64_t i) {
        _mm512_stream_ps(y + i, _mm512_fmadd_ps(_mm512_loadu_ps(v + i), factor,
                                                _mm512_loadu_ps(x + i)));
      },
      scalar);
#else
  forShares(
      n, threads,
      [=](int64_t i) {
        for (int64_t k = i; k < i + 16; ++k)
          scalar(k);
      },
      scalar);
#endif
}

//===----------------------------------------------------------------------===//
// Finite scalar quantization of six features
//===----------------------------------------------------------------------===//

namespace {
constexpr int features = 6, levels[features] = {8, 8, 8, 5, 5, 5};

struct Feature {
  float half, offset, shift, inverse, below, weight;
};

Feature featureOf(int j) {
  Feature f;
  f.half = (levels[j] - 1) * 1.001f / 2;
  f.offset = levels[j] % 2 == 0 ? 0.5f : 0;
  f.shift = std::atanh(f.offset / f.half);
  f.below = static_cast<float>(levels[j] / 2);
  f.inverse = 1 / f.below;
  f.weight = 1;
  for (int i = 0; i < j; ++i)
    f.weight *= levels[i];
  return f;
}

[[maybe_unused]] void encodeScalar(const float *z, float *codes,
                                   int32_t *index) {
  float sum = 0;
  for (int j = 0; j < features; ++j) {
    Feature f = featureOf(j);
    float level = std::nearbyint(std::tanh(z[j] + f.shift) * f.half - f.offset);
    codes[j] = level * f.inverse;
    sum += (level + f.below) * f.weight;
  }
  *index = static_cast<int32_t>(sum);
}
} // namespace

#ifdef __AVX512F__
namespace {
/// The constants of sixteen neighbouring elements, in three phases.
struct Phase {
  __m512 half, offset, shift, inverse, below, weight;
};

Phase phaseOf(int first) {
  alignas(64) float lanes[6][16];
  for (int l = 0; l < 16; ++l) {
    Feature f = featureOf((first + l) % features);
    const float values[] = {f.half,    f.offset, f.shift * 2 * reference::log2e,
                            f.inverse, f.below,  f.weight};
    for (int k = 0; k < 6; ++k)
      lanes[k][l] = values[k];
  }
  return {_mm512_load_ps(lanes[0]), _mm512_load_ps(lanes[1]),
          _mm512_load_ps(lanes[2]), _mm512_load_ps(lanes[3]),
          _mm512_load_ps(lanes[4]), _mm512_load_ps(lanes[5])};
}

/// tanh in two parts of 2^t: half - 2 half / (2^t + 1), clamped where 2^t
/// leaves the floats.
inline __m512 encode(__m512 z, const Phase &p, float *codes) {
  __m512 t = _mm512_fmadd_ps(z, _mm512_set1_ps(2 * reference::log2e), p.shift);
  t = _mm512_min_ps(t, _mm512_set1_ps(64));
  __m512 e = _mm512_add_ps(reference::exp2(t), _mm512_set1_ps(1));
  __m512 q = _mm512_div_ps(_mm512_set1_ps(-2), e);
  __m512 bounded = _mm512_sub_ps(_mm512_fmadd_ps(q, p.half, p.half), p.offset);
  __m512 level = _mm512_roundscale_ps(bounded, _MM_FROUND_TO_NEAREST_INT |
                                                   _MM_FROUND_NO_EXC);
  _mm512_stream_ps(codes, _mm512_mul_ps(level, p.inverse));
  return _mm512_mul_ps(_mm512_add_ps(level, p.below), p.weight);
}
} // namespace
#endif

void reference::fsqEncode(const float *z, float *codes, int32_t *index,
                          int64_t n, int threads) {
#ifdef __AVX512F__
  const Phase phases[] = {phaseOf(0), phaseOf(16), phaseOf(32)};
  alignas(64) int even[16], odd[16], third[3][2][16];
  for (int l = 0; l < 16; ++l) {
    even[l] = 2 * l;
    odd[l] = 2 * l + 1;
    // Element 3 l + k of three vectors, first from two of them.
    for (int k = 0; k < 3; ++k) {
      int at = 3 * l + k;
      third[k][0][l] = at < 32 ? at : 0;
      third[k][1][l] = at < 32 ? l : 16 + at - 32;
    }
  }
  __m512i evens = _mm512_load_si512(even), odds = _mm512_load_si512(odd);
  forShares(
      n, threads,
      [&](int64_t row) {
        __m512 part[6];
        for (int k = 0; k < 6; ++k)
          part[k] = encode(_mm512_loadu_ps(z + row * 6 + 16 * k), phases[k % 3],
                           codes + row * 6 + 16 * k);
        // Sums of pairs, then of three pairs.
        __m512 pair[3], sum = _mm512_setzero_ps();
        for (int k = 0; k < 3; ++k)
          pair[k] = _mm512_add_ps(
              _mm512_permutex2var_ps(part[2 * k], evens, part[2 * k + 1]),
              _mm512_permutex2var_ps(part[2 * k], odds, part[2 * k + 1]));
        for (int k = 0; k < 3; ++k) {
          __m512 two = _mm512_permutex2var_ps(
              pair[0], _mm512_load_si512(third[k][0]), pair[1]);
          sum = _mm512_add_ps(
              sum, _mm512_permutex2var_ps(two, _mm512_load_si512(third[k][1]),
                                          pair[2]));
        }
        _mm512_stream_si512(reinterpret_cast<__m512i *>(index + row),
                            _mm512_cvtps_epi32(sum));
      },
      [&](int64_t row) {
        encodeScalar(z + row * 6, codes + row * 6, index + row);
      });
#else
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t row = 0; row < n; ++row)
    encodeScalar(z + row * 6, codes + row * 6, index + row);
#endif
}

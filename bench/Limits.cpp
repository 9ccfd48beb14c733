// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops that do nothing but copy, read, multiply or take exponentials.

#include "Limits.h"

#include "Array.h"
#include "references/Simd.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <sstream>
#include <unistd.h>
#include <vector>

using namespace bench;

double bench::now(int threads) {
  timespec t;
  clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static double cacheBytes(int name, double otherwise) {
  long bytes = sysconf(name);
  return bytes > 0 ? bytes : otherwise;
}

/// What one program may expect of the last cache: machines report those of all
/// their cores.
static double lastCache() {
  return std::min(cacheBytes(_SC_LEVEL3_CACHE_SIZE, 32 << 20),
                  double(32 << 20));
}

Limits::Place Limits::placeOf(double bytes, int threads) {
  double l2 = cacheBytes(_SC_LEVEL2_CACHE_SIZE, 1 << 20), l3 = lastCache();
  return bytes <= l2 * threads ? near : bytes <= l3 ? far : memory;
}

const char *Limits::nameOf(Place place) {
  static const char *const names[] = {"caches of a core", "last cache",
                                      "memory"};
  return names[place];
}

namespace {
/// Keeps a value alive.
template <typename T> void keep(T value) { asm volatile("" : : "x"(value)); }

#ifdef __AVX512F__
constexpr int lanes = 16;
void copyPart(const float *x, float *y, int64_t count, bool streaming) {
  if (streaming)
    for (int64_t i = 0; i + 32 <= count; i += 32) {
      _mm512_stream_ps(y + i, _mm512_load_ps(x + i));
      _mm512_stream_ps(y + i + 16, _mm512_load_ps(x + i + 16));
    }
  else
    for (int64_t i = 0; i + 32 <= count; i += 32) {
      _mm512_store_ps(y + i, _mm512_load_ps(x + i));
      _mm512_store_ps(y + i + 16, _mm512_load_ps(x + i + 16));
    }
  _mm_sfence();
}
void readPart(const float *x, int64_t count) {
  __m512 sum[4] = {};
  for (int64_t i = 0; i + 64 <= count; i += 64)
    for (int k = 0; k < 4; ++k)
      sum[k] = _mm512_add_ps(sum[k], _mm512_load_ps(x + i + 16 * k));
  for (__m512 part : sum)
    keep(part);
}
void triadPart(const float *x, const float *z, float *y, int64_t count) {
  for (int64_t i = 0; i + 16 <= count; i += 16)
    _mm512_stream_ps(y + i, _mm512_fmadd_ps(_mm512_set1_ps(0.5f),
                                            _mm512_load_ps(x + i),
                                            _mm512_load_ps(z + i)));
  _mm_sfence();
}
void multiplyPart(int64_t count) {
  __m512 sums[16], factor = _mm512_set1_ps(0.999f);
  for (__m512 &sum : sums)
    sum = factor;
  for (int64_t i = 0; i < count; ++i)
    for (__m512 &sum : sums) {
      sum = _mm512_fmadd_ps(sum, factor, factor);
      asm("" : "+v"(sum));
    }
  for (__m512 sum : sums)
    keep(sum);
}
void exponentialPart(int64_t count) {
  __m512 z[8];
  for (int k = 0; k < 8; ++k)
    z[k] = _mm512_set1_ps(-0.1f * k);
  for (int64_t i = 0; i < count; ++i)
    for (__m512 &v : z) {
      __m512 from = v;
      asm("" : "+v"(from));
      keep(reference::exp2(from));
    }
}
#else
constexpr int lanes = 1;
void copyPart(const float *x, float *y, int64_t count, bool) {
  std::copy(x, x + count, y);
}
void readPart(const float *x, int64_t count) {
  float sums[16] = {};
  for (int64_t i = 0; i + 16 <= count; i += 16)
    for (int k = 0; k < 16; ++k)
      sums[k] += x[i + k];
  for (float sum : sums)
    keep(sum);
}
void triadPart(const float *x, const float *z, float *y, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    y[i] = 0.5f * x[i] + z[i];
}
void multiplyPart(int64_t count) {
  float sums[16] = {};
  for (int64_t i = 0; i < count; ++i)
    for (float &sum : sums)
      sum = std::fma(sum, 0.999f, 0.999f);
  for (float sum : sums)
    keep(sum);
}
void exponentialPart(int64_t count) {
  for (int64_t i = 0; i < count * 8; ++i)
    keep(std::exp2(-0.1f * (i % 8)));
}
#endif

/// The least time of one of many runs of `body(begin, end)` over shares of
/// [0, count) in multiples of 64: what disturbs makes it longer only.
template <typename Body>
double best(int threads, int64_t count, int rounds, Body body) {
  double least = 1e30;
  for (int round = 0; round < rounds; ++round) {
    double start = now(threads);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int part = 0; part < threads; ++part) {
      int64_t share = count / threads / 64 * 64;
      body(part * share, (part + 1) * share);
    }
    least = std::min(least, now(threads) - start);
  }
  return least;
}
} // namespace

Limits Limits::measure(int threads) {
  Limits limits;
  limits.threads = threads;
  double l2 = cacheBytes(_SC_LEVEL2_CACHE_SIZE, 1 << 20);
  // Two operands together.
  const double sizes[places] = {l2 / 2 * threads, lastCache() / 2,
                                double(512 << 20)};
  for (int place = 0; place < places; ++place) {
    int64_t count = static_cast<int64_t>(sizes[place] / 8) / 64 * 64;
    Array x(count, uniform(0, 1)), y(count), z(place == memory ? count : 64);
    int repeats = place == near ? 64 : place == far ? 4 : 1;
    int rounds = place == memory ? 15 : 40;
    double bytes = 8.0 * count * repeats;
    auto copy = [&](bool streaming) {
      return bytes / best(threads, count, rounds, [&](int64_t a, int64_t e) {
               for (int i = 0; i < repeats; ++i)
                 copyPart(x + a, y + a, e - a, streaming);
             });
    };
    limits.copyOrdinary[place] = copy(false);
    limits.copyStreaming[place] = copy(true);
    limits.read[place] =
        bytes / 2 / best(threads, count, rounds, [&](int64_t a, int64_t e) {
          for (int i = 0; i < repeats; ++i)
            readPart(x + a, e - a);
        });
    if (place == memory)
      limits.triad = 12.0 * count /
                     best(threads, count, rounds, [&](int64_t a, int64_t e) {
                       triadPart(x + a, z + a, y + a, e - a);
                     });
  }
  const int64_t loops = 100000;
  limits.fma = 2.0 * 16 * lanes * loops * threads /
               best(threads, 64 * threads, 20,
                    [&](int64_t, int64_t) { multiplyPart(loops); });
  limits.exp = 8.0 * lanes * loops * threads /
               best(threads, 64 * threads, 20,
                    [&](int64_t, int64_t) { exponentialPart(loops); });
  return limits;
}

double Limits::time(const Work &work, std::string &binding) const {
  Place place =
      placeOf(std::max(work.read + work.written, work.footprint), threads);
  double least = 0;
  auto bind = [&](const char *name, double time) {
    if (time > least) {
      least = time;
      binding = name;
    }
  };
  // Reading alone is slower on some machines and faster on others.
  if (work.read > 8 * work.written)
    bind("read", (work.read + work.written) / read[place]);
  else if (place == memory && work.read > 1.5 * work.written)
    bind("copy", (work.read + work.written) / triad);
  else
    bind("copy", (work.read + work.written) / copy(place));
  bind("fma", work.operations / fma);
  bind("exp", work.exponentials / exp);
  return least;
}

void Limits::print() const {
  std::printf("%d thread%s:", threads, threads == 1 ? "" : "s");
  for (int place = 0; place < places; ++place)
    std::printf(" %s copy %.0f (streaming %.0f) read %.0f;",
                nameOf(Place(place)), copyOrdinary[place] * 1e-6,
                copyStreaming[place] * 1e-6, read[place] * 1e-6);
  std::printf(" triad %.0f GB/s; %.0f GFLOP/s, %.2f exponentials a ns\n",
              triad * 1e-6, fma * 1e-6, exp * 1e-6);
}

std::string bench::describeMachine() {
  std::ifstream file("/proc/cpuinfo");
  std::string name = "unknown processor", flags;
  for (std::string row; std::getline(file, row);) {
    size_t colon = row.find(": ");
    if (colon == std::string::npos)
      continue;
    if (row.rfind("model name", 0) == 0)
      name = row.substr(colon + 2);
    else if (row.rfind("flags", 0) == 0)
      flags = row.substr(colon + 1) + " ";
  }
  for (const char *feature : {"avx2", "avx512f", "avx512_vnni", "avx512_bf16",
                              "avx512_fp16", "amx_bf16"})
    if (flags.find(std::string(" ") + feature + " ") != std::string::npos)
      name += std::string(" ") + feature;
  std::ostringstream text;
  text << name << ", " << sysconf(_SC_NPROCESSORS_ONLN) << " CPUs";
  return text.str();
}

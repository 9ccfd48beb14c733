// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyre-bench: compiled graphs against kernels written by hand.

#include "Harness.h"
#include "references/References.h"

#include "attention.h"
#ifdef GYRE_BENCH_DNNL
#include "matmul.h"
#endif
#include "nearest_code.h"
#include "rotary.h"
#include "selective_scan.h"
#include "softmax.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

#ifdef GYRE_BENCH_DNNL
#include <dnnl.h>
#include <omp.h>
#endif

using namespace bench;

/// Runs a generated function that takes a call; a status other than success
/// ends the program.
static void check(int32_t status, const gyre_call &call) {
  if (status == GYRE_SUCCESS)
    return;
  std::fprintf(stderr, "gyre-bench: %s\n", call.message);
  std::exit(1);
}

/// The options of one call with so many threads. The workspace is given, as a
/// program in a hurry would.
class Call {
public:
  Call(int threads, size_t workspace) : memory(workspace / sizeof(float) + 16) {
    call.threads = threads;
    call.workspace = static_cast<float *>(memory);
    call.workspace_bytes = workspace;
  }
  gyre_call *operator&() { return &call; }
  gyre_call call = GYRE_CALL_INIT;

private:
  Array memory;
};

static void softmaxRows(Harness &h) {
  struct Case {
    const char *name;
    int64_t rows, columns;
    int32_t (*fixed)(const float *, float *, gyre_call *);
    size_t (*workspace)(void);
  };
  const Case cases[] = {
      {"softmax 8192x1024", 8192, 1024, softmax_1024, softmax_1024_workspace},
      {"softmax 65536x37", 65536, 37, softmax_37, softmax_37_workspace},
      {"softmax 262144x5", 262144, 5, softmax_5, softmax_5_workspace}};
  for (const Case &c : cases) {
    if (!h.wants(c.name))
      continue;
    Array x(c.rows * c.columns, normal), y(x.size()), z(x.size());
    for (int threads : h.threads()) {
      auto byHand = [&] {
        reference::softmax(x, z, c.rows, c.columns, threads);
      };
      auto difference = [&] { return relativeDifference(y, z, y.size()); };
      Call fixed(threads, c.workspace());
      h.row(
          c.name, threads, 1.05,
          [&] { check(c.fixed(x, y, &fixed), fixed.call); }, byHand, difference,
          2e-6);
      Call open(threads, softmax_workspace(c.rows, c.columns));
      h.row(
          std::string(c.name) + " dynamic", threads, 1.05,
          [&] { check(softmax(x, y, c.rows, c.columns, &open), open.call); },
          byHand, difference, 2e-6);
    }
  }
}

/// The chain computes something else than the operator alone, so the numbers
/// are compared with the operator on a prepared input.
static void softmaxChain(Harness &h) {
  const char *name = "softmax chain / softmax";
  if (!h.wants(name))
    return;
  const int64_t R = 8192, C = 1024;
  Array x(R * C, normal), bias(C, normal), prepared(R * C), y(R * C), z(R * C);
  for (int64_t i = 0; i < R * C; ++i)
    prepared[i] = x[i] * 0.5f + bias[i % C];
  for (int threads : h.threads()) {
    Call chain(threads, softmax_chain_workspace()),
        alone(threads, softmax_1024_workspace());
    h.row(
        name, threads, 1.10,
        [&] { check(softmax_chain(x, bias, y, &chain), chain.call); },
        [&] { check(softmax_1024(prepared, z, &alone), alone.call); },
        [&] {
          double error = 0;
          for (int64_t i = 0; i < R * C; ++i)
            error = std::fmax(error, std::fabs(y[i] - 2 * z[i]));
          return error;
        },
        1e-6);
  }
}

static void rotaryRows(Harness &h) {
  using Fixed = int32_t (*)(const float *, const float *, const float *,
                            float *, gyre_call *);
  using Open = int32_t (*)(const float *, const float *, const float *, float *,
                           int64_t, int64_t, gyre_call *);
  struct Case {
    const char *name;
    int64_t heads, T;
    decltype(&reference::rotaryHalves) byHand;
    Fixed fixed;
    size_t (*fixedWorkspace)(void);
    Open open;
    size_t (*openWorkspace)(int64_t, int64_t);
  };
  const Case cases[] = {
      {"rotary interleaved 2x512x64", 2, 512, reference::rotaryInterleaved,
       rotary_interleaved_small, rotary_interleaved_small_workspace,
       rotary_interleaved, rotary_interleaved_workspace},
      {"rotary interleaved 32x1024x64", 32, 1024, reference::rotaryInterleaved,
       rotary_interleaved_large, rotary_interleaved_large_workspace,
       rotary_interleaved, rotary_interleaved_workspace},
      {"rotary halves 32x1024x64", 32, 1024, reference::rotaryHalves,
       rotary_halves_large, rotary_halves_large_workspace, rotary_halves,
       rotary_halves_workspace}};
  for (const Case &c : cases) {
    if (!h.wants(c.name))
      continue;
    Array x(c.heads * c.T * 64, normal), y(x.size()), z(x.size());
    Array cos(c.T * 32, normal), sin(c.T * 32, normal);
    for (int threads : h.threads()) {
      auto byHand = [&] {
        c.byHand(x, cos, sin, z, c.heads, c.T, 64, threads);
      };
      auto difference = [&] { return relativeDifference(y, z, y.size()); };
      Call call(threads, c.fixedWorkspace());
      h.row(
          c.name, threads, 1.05,
          [&] { check(c.fixed(x, cos, sin, y, &call), call.call); }, byHand,
          difference, 1e-6);
      h.row(
          std::string(c.name) + " dynamic", threads, 1.05,
          [&] {
            check(c.open(x, cos, sin, y, c.heads, c.T, &call), call.call);
          },
          byHand, difference, 1e-6);
    }
  }
}

/// The operator makes its table in each call; the reference gets one.
static void rotaryOperator(Harness &h) {
  const char *name = "rotary with its table";
  if (!h.wants(name))
    return;
  const int64_t heads = 32, T = 1024;
  Array x(heads * T * 64, normal), y(x.size()), z(x.size());
  Array cos(T * 32), sin(T * 32);
  for (int64_t t = 0; t < T; ++t)
    for (int64_t i = 0; i < 32; ++i) {
      double angle = t * std::pow(10000.0, -i / 32.0);
      cos[t * 32 + i] = std::cos(angle);
      sin[t * 32 + i] = std::sin(angle);
    }
  for (int threads : h.threads()) {
    Call call(threads, rotary_operator_workspace());
    h.row(
        name, threads, 0,
        [&] { check(rotary_operator(x, y, &call), call.call); },
        [&] {
          reference::rotaryInterleaved(x, cos, sin, z, heads, T, 64, threads);
        },
        [&] { return relativeDifference(y, z, y.size()); }, 2e-6);
  }
}

static void selectiveScan(Harness &h) {
  struct Case {
    const char *name;
    int64_t B, T, D;
    bool fixed;
  };
  for (const Case &c :
       {Case{"selective scan 2x2048x1536", 2, 2048, 1536, true},
        Case{"selective scan 1x1001x1500", 1, 1001, 1500, false}}) {
    if (!h.wants(c.name))
      continue;
    int64_t wide = c.B * c.T * c.D, narrow = c.B * c.T * 16;
    Array x(wide, normal), dt(wide, uniform(0.001f, 0.1f)),
        a(c.D * 16, uniform(-16, -0.5f)), b(narrow, normal), cc(narrow, normal),
        skip(c.D, normal), y(wide), z(wide);
    for (int threads : h.threads()) {
      auto byHand = [&] {
        reference::selectiveScan(x, dt, a, b, cc, skip, z, c.B, c.T, c.D,
                                 threads);
      };
      auto difference = [&] { return relativeDifference(y, z, wide); };
      if (c.fixed) {
        Call call(threads, selective_scan_1536_workspace());
        h.row(
            c.name, threads, 1.05,
            [&] {
              check(selective_scan_1536(x, dt, a, b, cc, skip, y, &call),
                    call.call);
            },
            byHand, difference, 5e-6);
      }
      Call open(threads, selective_scan_workspace(c.B, c.T, c.D));
      h.row(
          std::string(c.name) + " dynamic", threads, 1.05,
          [&] {
            check(
                selective_scan(x, dt, a, b, cc, skip, y, c.B, c.T, c.D, &open),
                open.call);
          },
          byHand, difference, 5e-6);
    }
  }
}

static void nearestCode(Harness &h) {
  using Fixed =
      int32_t (*)(const float *, const float *, int32_t *, gyre_call *);
  using Open = int32_t (*)(const float *, const float *, int32_t *, int64_t,
                           int64_t, gyre_call *);
  struct Case {
    const char *name;
    int64_t dim;
    Fixed fixed;
    size_t (*workspace)(void);
    Open open;
    size_t (*openWorkspace)(int64_t, int64_t);
  };
  const int64_t N = 4096, K = 1024;
  for (const Case &c :
       {Case{"nearest code 4096x1024 dim 64", 64, nearest_code_64,
             nearest_code_64_workspace, nearest_code_64_open,
             nearest_code_64_open_workspace},
        Case{"nearest code 4096x1024 dim 256", 256, nearest_code_256,
             nearest_code_256_workspace, nearest_code_256_open,
             nearest_code_256_open_workspace}}) {
    if (!h.wants(c.name))
      continue;
    Array x(N * c.dim, normal), codes(K * c.dim, normal), y(N), z(2 * N);
    // Codes at nearly one distance may swap: a share of the distance counts.
    auto difference = [&] {
      double worst = 0;
      for (int64_t i = 0; i < N; ++i) {
        auto distance = [&](int64_t code) {
          double sum = 0;
          for (int64_t k = 0; k < c.dim; ++k)
            sum +=
                std::pow(double(x[i * c.dim + k]) - codes[code * c.dim + k], 2);
          return sum;
        };
        int64_t one = y.as<int32_t>()[i], other = z.as<int64_t>()[i];
        if (one != other)
          worst =
              std::fmax(worst, std::fabs(distance(one) / distance(other) - 1));
      }
      return worst;
    };
    for (int threads : h.threads()) {
      auto byHand = [&] {
        reference::nearestCode(x, codes, z.as<int64_t>(), N, K, c.dim, threads);
      };
      Call fixed(threads, c.workspace());
      h.row(
          c.name, threads, 1.05,
          [&] {
            check(c.fixed(x, codes, y.as<int32_t>(), &fixed), fixed.call);
          },
          byHand, difference, 1e-5);
      Call open(threads, c.openWorkspace(N, K));
      h.row(
          std::string(c.name) + " dynamic", threads, 1.05,
          [&] {
            check(c.open(x, codes, y.as<int32_t>(), N, K, &open), open.call);
          },
          byHand, difference, 1e-5);
      Call all(threads, nearest_code_workspace(N, c.dim, K));
      h.row(
          std::string(c.name) + " dim too", threads, 0,
          [&] {
            check(nearest_code(x, codes, y.as<int32_t>(), N, c.dim, K, &all),
                  all.call);
          },
          byHand, difference, 1e-5);
    }
  }
}

static void attentionRows(Harness &h) {
  const int64_t H = 8, T = 1024, size = H * T * 64;
  for (bool causal : {false, true}) {
    std::string name =
        causal ? "attention causal 8x1024x64" : "attention 8x1024x64";
    if (!h.wants(name))
      continue;
    Array q(size, normal), k(size, normal), v(size, normal), y(size), z(size);
    for (int threads : h.threads()) {
      auto byHand = [&] {
        reference::attention(q, k, v, z, H, T, causal, threads);
      };
      auto difference = [&] { return relativeDifference(y, z, size); };
      Call fixed(threads, causal ? attention_causal_1024_workspace()
                                 : attention_1024_workspace());
      h.row(
          name, threads, 1.05,
          [&] {
            check((causal ? attention_causal_1024 : attention_1024)(q, k, v, y,
                                                                    &fixed),
                  fixed.call);
          },
          byHand, difference, 5e-6);
      Call open(threads, (causal ? attention_causal_workspace
                                 : attention_workspace)(1, H, T));
      h.row(
          name + " dynamic", threads, 1.05,
          [&] {
            check((causal ? attention_causal : attention)(q, k, v, y, 1, H, T,
                                                          &open),
                  open.call);
          },
          byHand, difference, 5e-6);
    }
  }
}

static void attentionChain(Harness &h) {
  const char *name = "attention chain / attention";
  if (!h.wants(name))
    return;
  const int64_t size = 8 * 1024 * 64;
  Array q(size, normal), half(size), k(size, normal), v(size, normal), y(size),
      z(size);
  for (int64_t i = 0; i < size; ++i)
    half[i] = q[i] * 0.5f;
  for (int threads : h.threads()) {
    Call chain(threads, attention_chain_workspace()),
        alone(threads, attention_1024_workspace());
    h.row(
        name, threads, 1.10,
        [&] { check(attention_chain(q, k, v, y, &chain), chain.call); },
        [&] { check(attention_1024(half, k, v, z, &alone), alone.call); },
        [&] {
          double error = 0;
          for (int64_t i = 0; i < size; ++i)
            error = std::fmax(error, std::fabs(y[i] - (2 * z[i] + q[i])));
          return error;
        },
        1e-5);
  }
}

#ifdef GYRE_BENCH_DNNL
/// The yardstick of matrix products is oneDNN.
static void matmul(Harness &h) {
  const char *name = "matmul 1024^3 / oneDNN";
  if (!h.wants(name))
    return;
  const int64_t n = 1024;
  Array a(n * n, normal), b(n * n, normal), y(n * n), z(n * n);
  for (int threads : h.threads()) {
    Call call(threads, matmul_1024_workspace());
    h.row(
        name, threads, 0,
        [&] { check(matmul_1024(a, b, y, &call), call.call); },
        [&] {
          omp_set_num_threads(threads);
          dnnl_sgemm('N', 'N', n, n, n, 1, a, n, b, n, 0, z, n);
        },
        [&] { return relativeDifference(y, z, n * n); }, 1e-5);
  }
}
#endif

static void usage() {
  std::printf(
      "usage: gyre-bench [--json] [--threads=N] [--rounds=N] [name]...\n"
      "Times kernels compiled by gyrec against kernels written by hand.\n");
}

int main(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument == "--json")
      options.json = true;
    else if (argument.rfind("--threads=", 0) == 0)
      options.threads = {std::atoi(argument.c_str() + 10)};
    else if (argument.rfind("--rounds=", 0) == 0)
      options.rounds = std::max(1, std::atoi(argument.c_str() + 9));
    else if (argument[0] == '-') {
      usage();
      return argument == "--help" ? 0 : 2;
    } else
      options.names.push_back(argument);
  }
  Harness harness(options);
  softmaxRows(harness);
  softmaxChain(harness);
  rotaryRows(harness);
  rotaryOperator(harness);
  selectiveScan(harness);
  nearestCode(harness);
  attentionRows(harness);
  attentionChain(harness);
#ifdef GYRE_BENCH_DNNL
  matmul(harness);
#endif
  return harness.finish() != 0;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products against oneDNN, alone and with passes by hand around it.

#include "Rows.h"
#include "references/References.h"

#include "matmul.h"

#ifdef GYRE_BENCH_DNNL
#include <dnnl.h>
#include <omp.h>
#endif

using namespace bench;

namespace {
struct Product {
  const char *kernel, *shape;
  int64_t M, K, N;
  int32_t (*ours)(const float *, const float *, float *, gyre_call *);
  size_t (*workspace)(void);
  double bar;
  bool norm, gelu;
};

const Product products[] = {
    {"matmul", "1024x1024x1024", 1024, 1024, 1024, matmul_1024,
     matmul_1024_workspace, 1.05, false, false},
    {"matmul", "4096x1024x1024", 4096, 1024, 1024, matmul_4096,
     matmul_4096_workspace, 1.05, false, false},
    {"matmul", "1x4096x4096", 1, 4096, 4096, matmul_row, matmul_row_workspace,
     1.05, false, false},
    {"matmul", "197x768x3072", 197, 768, 3072, matmul_vit, matmul_vit_workspace,
     1.05, false, false},
    {"matmul_gelu", "4096x1024x1024", 4096, 1024, 1024, matmul_gelu,
     matmul_gelu_workspace, 0.95, false, true},
    {"matmul_norm", "4096x1024x1024", 4096, 1024, 1024, matmul_norm,
     matmul_norm_workspace, 0.95, true, false}};
} // namespace

static Case caseOf(const Product &p) {
  Case c{p.kernel, p.shape};
  c.work.read = 4.0 * (p.M * p.K + p.K * p.N);
  c.work.written = 4.0 * p.M * p.N;
  c.work.operations = 2.0 * p.M * p.K * p.N;
  c.bar = p.bar;
  c.tolerance = 2e-5;
  c.reference = p.norm || p.gelu ? "oneDNN and a pass by hand" : "oneDNN";
  return c;
}

#ifdef GYRE_BENCH_DNNL
static void time(Harness &h, const Product &p, const Case &c) {
  Array a(p.M * p.K, normal), b(p.K * p.N, normal), y(p.M * p.N), z(p.M * p.N),
      normed(p.norm ? p.M * p.K : 0);
  for (int threads : h.threads()) {
    Call call(threads, p.workspace());
    h.row(
        c, threads, [&] { check(p.ours(a, b, y, &call), call.call); },
        [&] {
          const float *left = a;
          if (p.norm) {
            reference::layerNorm(a, normed, p.M, p.K, threads);
            left = normed;
          }
          omp_set_num_threads(threads);
          dnnl_sgemm('N', 'N', p.M, p.N, p.K, 1, left, p.K, b, p.N, 0, z, p.N);
          if (p.gelu)
            reference::geluTanh(z, p.M * p.N, threads);
        },
        [&] { return relativeDifference(y, z, p.M * p.N); });
  }
}
#endif

/// bf16 against our own f32.
static void half(Harness &h) {
  const int64_t n = 1024;
  Case c = caseOf(products[0]);
  c.type = "bf16";
  c.reference = "our f32";
  c.work.read /= 2;
  c.work.written /= 2;
  c.bar = 0;
  c.tolerance = 2e-2;
  if (!h.wants(c))
    return;
  Array a(n * n, normal), b(n * n, normal), y(n * n), as(n * n / 2),
      bs(n * n / 2), ys(n * n / 2), expected(n * n / 2);
  toBF16(a, as.as<uint16_t>(), n * n);
  toBF16(b, bs.as<uint16_t>(), n * n);
  for (int threads : h.threads()) {
    Call call(threads, matmul_1024_workspace()),
        small(threads, matmul_bf16_1024_workspace());
    h.row(
        c, threads,
        [&] {
          check(matmul_bf16_1024(as.as<uint16_t>(), bs.as<uint16_t>(),
                                 ys.as<uint16_t>(), &small),
                small.call);
        },
        [&] { check(matmul_1024(a, b, y, &call), call.call); },
        [&] {
          toBF16(y, expected.as<uint16_t>(), n * n);
          return relativeDifference(ys.as<uint16_t>(), expected.as<uint16_t>(),
                                    n * n);
        });
  }
}

void bench::productRows(Harness &h) {
  for (const Product &p : products) {
    Case c = caseOf(p);
    if (!h.wants(c))
      continue;
#ifdef GYRE_BENCH_DNNL
    time(h, p, c);
#else
    h.skip(c, "built without oneDNN (Debian: libdnnl-dev)");
#endif
  }
  half(h);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyre-gpu: checks the kernels of kernels.mlir against references in double
// precision, and times them on data larger than the caches of a GPU.
//
//   gyre-gpu [--check]     with --check nothing is timed

#include "Device.h"
#include "kernels.h"

#include "dialect/ops/attention/AttentionReference.h"
#include "dialect/ops/nn/NnReference.h"
#include "dialect/ops/probability/ProbabilityReference.h"
#include "dialect/ops/quantize/QuantizeReference.h"
#include "dialect/ops/rotary/RotaryReference.h"
#include "dialect/ops/scan/ScanReference.h"
#include "ops/Support.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <tuple>

using namespace bench;
using Doubles = std::vector<double>;
using Bits = std::vector<uint16_t>;

namespace {

/// Calls f_cuda with a workspace, which it keeps for calls of the same sizes.
template <typename Run, typename... Sizes> class Kernel {
public:
  Kernel(const Device &device, Run *run, size_t (*need)(Sizes...),
         Sizes... sizes)
      : run(run), sizes(sizes...), workspace(device, need(sizes...)) {}

  template <typename... Arguments> void operator()(const Arguments &...given) {
    gyre_call call = GYRE_CALL_INIT;
    call.workspace = workspace;
    call.workspace_bytes = workspace.size();
    int32_t status = std::apply(
        [&](auto... sizes) { return run(nullptr, given..., sizes..., &call); },
        sizes);
    if (status == 0)
      return;
    std::fprintf(stderr, "gyre-gpu: %s\n", call.message);
    std::exit(1);
  }

private:
  Run *run;
  std::tuple<Sizes...> sizes;
  Buffer workspace;
};

/// What is computed, and against what its time is held.
enum class Limit { bytes, products };

class Bench {
public:
  explicit Bench(bool onlyChecks) : onlyChecks(onlyChecks) {}

  Device device;
  test::Random random{1};

  Doubles normal(int64_t count) {
    Doubles values(count);
    for (double &value : values)
      value = float(random.normal());
    return values;
  }
  /// Rounds the values too.
  Bits narrow(Doubles &values) {
    Bits bits;
    for (double &value : values) {
      bits.push_back(test::toBF16(value));
      value = test::fromBF16(bits.back());
    }
    return bits;
  }
  static std::vector<float> floats(const Doubles &values) {
    return {values.begin(), values.end()};
  }
  static Doubles wide(const Bits &bits) {
    Doubles values;
    for (uint16_t b : bits)
      values.push_back(test::fromBF16(b));
    return values;
  }

  /// Within `relative` of the expected value and of `absolute`.
  void check(const char *name, const Doubles &actual, const Doubles &expected,
             double relative, double absolute) {
    double worst = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      double allowed = relative * std::fabs(expected[i]) + absolute;
      double error = std::fabs(actual[i] - expected[i]) / allowed;
      // NaN is the worst of all.
      worst = error <= worst ? worst : std::isnan(error) ? INFINITY : error;
    }
    bool ok = actual.size() == expected.size() && worst <= 1;
    failures += !ok;
    std::printf("check %-16s %s (%.3g of what is allowed)\n", name,
                ok ? "ok" : "WRONG", worst);
  }

  /// Random numbers of either width: blocks of one block's bits.
  std::unique_ptr<Buffer> data(size_t bytes, bool isNarrow) {
    Doubles values = normal(1 << 18);
    for (double &value : values)
      value *= 0.5;
    auto buffer = std::make_unique<Buffer>(device, bytes);
    auto repeat = [&](const auto &block) {
      char *place = *buffer;
      for (size_t at = 0, size; at < bytes; at += size) {
        size = std::min(bytes - at, block.size() * sizeof(block[0]));
        device.upload(place + at, block.data(), size);
      }
    };
    if (isNarrow)
      repeat(narrow(values));
    else
      repeat(floats(values));
    return buffer;
  }

  /// The median of calls, after three to warm up, with poisoned results.
  void time(const char *name, const char *shape, Limit limit, double work,
            const Buffer &result, const std::function<void()> &run) {
    if (onlyChecks)
      return;
    std::vector<double> times;
    for (int i = 0; i < 23; ++i) {
      result.poison();
      double ms = device.time(run);
      if (i >= 3)
        times.push_back(ms);
    }
    std::sort(times.begin(), times.end());
    double ms = times[times.size() / 2];
    double rate = 1e3 * work / ms;
    if (limit == Limit::bytes)
      std::printf("time  %-16s %-28s %9.3f ms  %8.1f GB/s  %5.1f %% of copy\n",
                  name, shape, ms, 1e-9 * rate, 100 * rate / copyRate);
    else
      std::printf("time  %-16s %-28s %9.3f ms  %8.1f TFLOP/s\n", name, shape,
                  ms, 1e-12 * rate);
    std::fflush(stdout);
  }

  void measureCopy() {
    size_t bytes = size_t(1) << 30;
    if (onlyChecks)
      return;
    auto from = data(bytes, false);
    Buffer to(device, bytes);
    copyRate = 1; // nothing to hold the first against
    std::vector<double> times;
    for (int i = 0; i < 23; ++i)
      times.push_back(device.time([&] { device.copy(to, *from, bytes); }));
    std::sort(times.begin(), times.end());
    copyRate = 1e3 * 2 * double(bytes) / times[times.size() / 2];
    std::printf("time  %-16s %-28s %9.3f ms  %8.1f GB/s\n", "copy", "1 GiB",
                times[times.size() / 2], 1e-9 * copyRate);
  }

  bool onlyChecks;
  int failures = 0;
  double copyRate = 0;
};

/// Half a unit in the last place of bf16, and of f32.
constexpr double narrowUnit = 0x1p-8, wideUnit = 0x1p-24;

#define GYRE_KERNEL(device, name, ...)                                         \
  Kernel(device, name##_cuda, name##_cuda_workspace, __VA_ARGS__)
using Size = int64_t;

void rotary(Bench &b) {
  Size batch = 2, t = 37;
  Doubles x = b.normal(batch * t * 128);
  Buffer in(b.device, b.narrow(x)), out(b.device, in.size());
  std::vector<int32_t> positions(t);
  for (Size i = 0; i < t; ++i)
    positions[i] = int32_t(1000 * i);
  Buffer places(b.device, positions);
  GYRE_KERNEL(b.device, rotary, batch, t)(in, places, out);
  for (Size i = 0; i < batch * t; ++i) {
    double at[] = {double(positions[i % t])};
    gyre::reference::Rotary{128, 128}.turn(x.data() + i * 128, at);
  }
  b.check("rotary", Bench::wide(out.read<uint16_t>()), x, narrowUnit, 2e-5);
  if (b.onlyChecks)
    return;
  batch = 1024, t = 4096;
  auto large = b.data(size_t(batch * t * 128 * 2), true);
  Buffer result(b.device, large->size());
  positions.resize(t, 7);
  Buffer where(b.device, positions);
  auto kernel = GYRE_KERNEL(b.device, rotary, batch, t);
  b.time("rotary", "1024 x 4096 x 128 bf16", Limit::bytes,
         2.0 * double(large->size()), result,
         [&] { kernel(*large, where, result); });
}

void elements(Bench &b) {
  Size n = 100003;
  Doubles x = b.normal(n), y = b.normal(n);
  Buffer in(b.device, Bench::floats(x)), other(b.device, Bench::floats(y)),
      out(b.device, in.size());
  GYRE_KERNEL(b.device, chain, n)(in, other, out);
  Doubles expected(n);
  for (Size i = 0; i < n; ++i)
    expected[i] = gyre::reference::silu(x[i] * y[i]) + x[i];
  b.check("chain", test::doubles(out.read<float>()), expected, 8 * wideUnit,
          1e-6);
  GYRE_KERNEL(b.device, step, n)(in, other, 2.0f, 1.5f, out);
  for (Size i = 0; i < n; ++i)
    expected[i] = x[i] + (x[i] - y[i]) / 2.0 * (1.5 - 2.0);
  b.check("step", test::doubles(out.read<float>()), expected, 8 * wideUnit,
          1e-6);
  if (b.onlyChecks)
    return;
  n = Size(1) << 28;
  auto left = b.data(size_t(n) * 4, false),
       right = b.data(size_t(n) * 4, false);
  Buffer result(b.device, size_t(n) * 4);
  auto chained = GYRE_KERNEL(b.device, chain, n);
  b.time("chain", "2^28 f32", Limit::bytes, 12.0 * double(n), result,
         [&] { chained(*left, *right, result); });
  auto stepped = GYRE_KERNEL(b.device, step, n);
  b.time("step", "2^28 f32", Limit::bytes, 12.0 * double(n), result,
         [&] { stepped(*left, *right, 2.0f, 1.5f, result); });
}

void fsq(Bench &b) {
  Size n = 10007;
  Doubles z = b.normal(n * 6), codes;
  std::vector<int64_t> indices;
  Buffer in(b.device, Bench::floats(z)), out(b.device, in.size()),
      places(b.device, size_t(n) * 4);
  GYRE_KERNEL(b.device, fsq, n)(in, out, places);
  gyre::reference::fsqEncode(z, {8, 8, 8, 5, 5, 5}, codes, indices);
  b.check("fsq", test::doubles(out.read<float>()), codes, wideUnit, 1e-7);
  b.check("fsq indices", test::doubles(places.read<int32_t>()),
          {indices.begin(), indices.end()}, 0, 0.5);
  if (b.onlyChecks)
    return;
  n = Size(1) << 25;
  auto large = b.data(size_t(n) * 24, false);
  Buffer result(b.device, large->size()), found(b.device, size_t(n) * 4);
  auto kernel = GYRE_KERNEL(b.device, fsq, n);
  b.time("fsq", "2^25 x 6 f32", Limit::bytes, 52.0 * double(n), result,
         [&] { kernel(*large, result, found); });
}

void softmax(Bench &b) {
  Size rows = 37;
  Doubles x = b.normal(rows * 1024);
  Buffer in(b.device, Bench::floats(x)), out(b.device, in.size());
  GYRE_KERNEL(b.device, softmax, rows)(in, out);
  b.check("softmax", test::doubles(out.read<float>()),
          gyre::reference::softmax(x, rows, 1024, 1, 1), 64 * wideUnit, 1e-9);
  if (b.onlyChecks)
    return;
  rows = Size(1) << 18;
  auto large = b.data(size_t(rows) * 4096, false);
  Buffer result(b.device, large->size());
  auto kernel = GYRE_KERNEL(b.device, softmax, rows);
  b.time("softmax", "2^18 x 1024 f32", Limit::bytes,
         2.0 * double(large->size()), result, [&] { kernel(*large, result); });
}

void scans(Bench &b) {
  Size batch = 2, d = 33, t = 200;
  Doubles a = b.normal(batch * d * t), x = b.normal(batch * d * t);
  for (double &value : a)
    value = float(std::fabs(std::sin(value)));
  Buffer decay(b.device, Bench::floats(a)), in(b.device, Bench::floats(x)),
      out(b.device, in.size());
  GYRE_KERNEL(b.device, recurrence, batch, d, t)(decay, in, out);
  Doubles state(batch * d);
  b.check(
      "recurrence", test::doubles(out.read<float>()),
      gyre::reference::linearRecurrence(a, x, state, batch * d, t, 1, false),
      256 * wideUnit, 1e-5);

  Doubles u = b.normal(batch * t * d), delta = b.normal(batch * t * d),
          rates = b.normal(d * 16), left = b.normal(batch * t * 16),
          right = b.normal(batch * t * 16), h(batch * d * 16);
  for (double &value : rates)
    value = -std::fabs(value);
  Buffer us(b.device, b.narrow(u)), deltas(b.device, b.narrow(delta)),
      as(b.device, Bench::floats(rates)), bs(b.device, b.narrow(left)),
      cs(b.device, b.narrow(right)), ys(b.device, us.size());
  GYRE_KERNEL(b.device, scan, batch, t, d)(us, deltas, as, bs, cs, ys);
  gyre::reference::SelectiveScan reference{batch, t, d, 16};
  reference.softplus = true;
  b.check("scan", Bench::wide(ys.read<uint16_t>()),
          reference(u, delta, rates, left, right, h), 1.02 * narrowUnit, 2e-4);
  if (b.onlyChecks)
    return;
  batch = 8, d = 1536, t = 8192;
  size_t bytes = size_t(batch * d * t) * 4;
  {
    auto first = b.data(bytes, false), second = b.data(bytes, false);
    Buffer result(b.device, bytes);
    auto kernel = GYRE_KERNEL(b.device, recurrence, batch, d, t);
    b.time("recurrence", "8 x 1536 x 8192 f32", Limit::bytes,
           3.0 * double(bytes), result,
           [&] { kernel(*first, *second, result); });
  }
  batch = 8, t = 4096, d = 2048;
  bytes = size_t(batch * d * t) * 2;
  auto first = b.data(bytes, true), second = b.data(bytes, true),
       third = b.data(size_t(batch * t) * 32, true);
  Buffer rate(b.device, std::vector<float>(size_t(d) * 16, -1.0f)),
      result(b.device, bytes);
  auto kernel = GYRE_KERNEL(b.device, scan, batch, t, d);
  b.time("scan", "B8 T4096 D2048 N16 bf16", Limit::bytes, 3.0 * double(bytes),
         result,
         [&] { kernel(*first, *second, rate, *third, *third, result); });
}

void nearest(Bench &b) {
  Size n = 201, k = 423;
  Doubles x = b.normal(n * 64), codes = b.normal(k * 64);
  Buffer in(b.device, b.narrow(x)), book(b.device, b.narrow(codes)),
      out(b.device, size_t(n) * 4);
  GYRE_KERNEL(b.device, nearest, n, k)(in, book, out);
  // As good as the best, to what sums in f32 can tell apart.
  Doubles chosen, best;
  std::vector<int32_t> indices = out.read<int32_t>();
  for (Size i = 0; i < n; ++i) {
    Doubles scores = gyre::reference::codeScores(x.data() + i * 64, codes, 64);
    bool exists = indices[i] >= 0 && indices[i] < k;
    chosen.push_back(exists ? scores[indices[i]] : NAN);
    best.push_back(*std::min_element(scores.begin(), scores.end()));
  }
  b.check("nearest", chosen, best, 0, 1e-4);
  if (b.onlyChecks)
    return;
  n = 262144, k = 16384;
  auto rows = b.data(size_t(n) * 128, true),
       columns = b.data(size_t(k) * 128, true);
  Buffer result(b.device, size_t(n) * 4);
  auto kernel = GYRE_KERNEL(b.device, nearest, n, k);
  b.time("nearest", "262144 x 16384 x 64 bf16", Limit::products,
         128.0 * double(n) * double(k), result,
         [&] { kernel(*rows, *columns, result); });
}

void matmul(Bench &b) {
  Size m = 200, k = 136, n = 136;
  Doubles x = b.normal(m * k), w = b.normal(k * n);
  Buffer left(b.device, b.narrow(x)), right(b.device, b.narrow(w)),
      out(b.device, size_t(m * n) * 2);
  GYRE_KERNEL(b.device, matmul, m, k, n)(left, right, out);
  b.check("matmul", Bench::wide(out.read<uint16_t>()),
          gyre::reference::linear(x, w, {}, m, k, n), 1.02 * narrowUnit, 1e-4);
  if (b.onlyChecks)
    return;
  m = k = n = 8192;
  auto first = b.data(size_t(m * k) * 2, true),
       second = b.data(size_t(k * n) * 2, true);
  Buffer result(b.device, size_t(m * n) * 2);
  auto kernel = GYRE_KERNEL(b.device, matmul, m, k, n);
  b.time("matmul", "8192^3 bf16", Limit::products,
         2.0 * double(m) * double(k) * double(n), result,
         [&] { kernel(*first, *second, result); });
}

template <typename Make>
void attention(Bench &b, const char *name, Size width, bool causal, Make make) {
  Size heads = 2, t = 150;
  Doubles values[3];
  std::unique_ptr<Buffer> in[3];
  for (int i = 0; i < 3; ++i) {
    values[i] = b.normal(heads * t * width);
    in[i] = std::make_unique<Buffer>(b.device, b.narrow(values[i]));
  }
  Buffer out(b.device, in[0]->size());
  make(heads, t)(*in[0], *in[1], *in[2], out);
  gyre::reference::Attention reference{
      1, heads, heads, t, t, width, width, 1 / std::sqrt(double(width))};
  if (causal)
    reference.mask = [](int64_t, int64_t, int64_t i, int64_t j) {
      return j <= i ? 0 : -INFINITY;
    };
  Doubles expected = reference(values[0], values[1], values[2]);
  for (double &value : values[2])
    value = std::fabs(value);
  // Weights are rounded to bf16 like the result.
  Doubles sizes = reference(values[0], values[1], values[2]);
  Doubles actual = Bench::wide(out.read<uint16_t>());
  for (size_t i = 0; i < actual.size(); ++i) {
    double allowed =
        1.02 * narrowUnit * (std::fabs(expected[i]) + sizes[i]) + 1e-5;
    actual[i] = (actual[i] - expected[i]) / allowed;
    expected[i] = 0;
  }
  b.check(name, actual, expected, 0, 1);
  if (b.onlyChecks)
    return;
  heads = 128, t = 4096;
  size_t bytes = size_t(heads * t * width) * 2;
  for (auto &buffer : in)
    buffer = b.data(bytes, true);
  Buffer result(b.device, bytes);
  auto kernel = make(heads, t);
  double products = 4.0 * double(heads) * double(t) * double(t) * double(width);
  b.time(name, "B4 H32 T4096 bf16", Limit::products,
         causal ? products / 2 : products, result,
         [&] { kernel(*in[0], *in[1], *in[2], result); });
}

void attentions(Bench &b) {
#define GYRE_ATTENTION(name, width, causal)                                    \
  attention(b, #name, width, causal, [&](Size heads, Size t) {                 \
    return GYRE_KERNEL(b.device, name, heads, t);                              \
  });
  GYRE_ATTENTION(attention_64, 64, false)
  GYRE_ATTENTION(causal_64, 64, true)
  GYRE_ATTENTION(attention_128, 128, false)
  GYRE_ATTENTION(causal_128, 128, true)
}

} // namespace

int main(int argc, char **argv) {
  bool onlyChecks = argc == 2 && std::string(argv[1]) == "--check";
  if (argc > 2 || (argc == 2 && !onlyChecks)) {
    std::fprintf(stderr, "usage: gyre-gpu [--check]\n");
    return 2;
  }
  Bench b(onlyChecks);
  std::printf("device %s\n", b.device.getName().c_str());
  b.measureCopy();
  for (auto *part :
       {rotary, elements, fsq, softmax, scans, nearest, matmul, attentions})
    part(b);
  if (b.failures)
    std::printf("%d checks failed\n", b.failures);
  return b.failures != 0;
}

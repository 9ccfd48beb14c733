// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Hostile positions, sizes and numbers: a status or a defined result, between
// pages that may not be touched.

#include "accesses.h"
#include "ops/Support.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace {

using test::Guarded;

constexpr int64_t least = std::numeric_limits<int64_t>::min();
constexpr int64_t most = std::numeric_limits<int64_t>::max();
const int64_t places[] = {0,
                          1,
                          3,
                          6,
                          7,
                          -1,
                          -2,
                          10,
                          1 << 20,
                          most,
                          least,
                          most - 3,
                          least + 1,
                          int64_t(1) << 31,
                          int64_t(1) << 32,
                          -(int64_t(1) << 31),
                          (int64_t(1) << 62) + 1};

template <typename T> void countUp(Guarded<T> &x) {
  std::iota(x.begin(), x.end(), T(1));
}
int64_t clamp(int64_t at, int64_t last) {
  return std::max<int64_t>(0, std::min(at, last));
}

TEST_CASE("safety: slices at scalar arguments are refused out of range") {
  Guarded<float> x(10), y(4);
  countUp(x);
  for (int64_t at : places) {
    gyre_call call = GYRE_CALL_INIT;
    y[0] = -1;
    int32_t status = slice_argument(x.data(), at, y.data(), 10, &call);
    if (at < 0 || at > 6) {
      CHECK(status != GYRE_SUCCESS);
      CHECK(y[0] == -1);
      CHECK(std::string(call.message).find("at") != std::string::npos);
      continue;
    }
    REQUIRE(status == GYRE_SUCCESS);
    for (int64_t i = 0; i < 4; ++i)
      CHECK(y[i] == 2 * x[at + i]);
  }
  CHECK(slice_argument(x.data(), 0, y.data(), 3, nullptr) ==
        GYRE_ERROR_BAD_SIZE);

  Guarded<float> cache(5 * 3), fresh(2 * 3);
  countUp(fresh);
  for (int32_t at : {0, 2, 3, 4, -1, 5, INT32_MIN, INT32_MAX}) {
    std::fill(cache.begin(), cache.end(), 0.0f);
    int32_t status =
        append(cache.data(), fresh.data(), at, cache.data(), 5, 2, nullptr);
    CHECK((status == GYRE_SUCCESS) == (at >= 0 && at <= 3));
    for (int64_t i = 0; i < 15; ++i) {
      int64_t from = i - 3 * int64_t(at);
      bool isNew = status == GYRE_SUCCESS && from >= 0 && from < 6;
      CHECK(cache[i] == (isNew ? fresh[from] : 0.0f));
    }
  }
}

TEST_CASE("safety: slices that data places are moved to where they fit") {
  for (int64_t n : {0, 1, 6}) {
    Guarded<float> x(n + 4), y(4), next(n + 2), patch(2);
    Guarded<int64_t> at(1);
    countUp(x);
    patch[0] = -5, patch[1] = -6;
    for (int64_t place : places) {
      at[0] = place;
      REQUIRE(slice_data(x.data(), at.data(), y.data(), n, nullptr) == 0);
      int64_t from = clamp(place, n);
      for (int64_t i = 0; i < 4; ++i)
        CHECK(y[i] == 2 * x[from + i]);
      REQUIRE(insert_data(x.data(), patch.data(), at.data(), next.data(), n,
                          nullptr) == 0);
      for (int64_t i = 0; i < n + 2; ++i)
        CHECK(next[i] == (i == from ? -5 : i == from + 1 ? -6 : x[i]));
    }
  }
  Guarded<float> x(10), y(4);
  Guarded<int64_t> at(1);
  countUp(x);
  for (int64_t place : places) {
    at[0] = place;
    REQUIRE(strided_data(x.data(), at.data(), y.data(), nullptr) == 0);
    for (int64_t i = 0; i < 4; ++i)
      CHECK(y[i] == x[clamp(place, 3) + 2 * i]);
  }
}

TEST_CASE("safety: a size that data decides stays within its limits") {
  Guarded<float> x(9), y(1);
  Guarded<int64_t> size(1);
  std::fill(x.begin(), x.end(), 1.0f);
  for (int64_t wanted : places) {
    size[0] = wanted;
    REQUIRE(size_data(x.data(), size.data(), y.data(), 9, nullptr) == 0);
    CHECK(y[0] == float(clamp(wanted, 9)));
  }
}

TEST_CASE("safety: look-ups out of range give zeros") {
  for (int64_t rows : {0, 1, 5})
    for (int64_t columns : {0, 1, 7, 33}) {
      int64_t n = 17 * 17;
      Guarded<float> table(rows * columns), y(n);
      Guarded<int64_t> row(n);
      Guarded<int32_t> column(n);
      countUp(table);
      for (int64_t i = 0; i < n; ++i) {
        row[i] = places[i / 17];
        column[i] = int32_t(places[i % 17]);
      }
      REQUIRE(gather(table.data(), row.data(), column.data(), y.data(), rows,
                     columns, n, nullptr) == 0);
      for (int64_t i = 0; i < n; ++i) {
        bool inside = row[i] >= 0 && row[i] < rows && column[i] >= 0 &&
                      column[i] < columns;
        CHECK(y[i] == (inside ? table[row[i] * columns + column[i]] : 0.0f));
      }
      Guarded<float> rowsOf(17 * columns);
      REQUIRE(embed(table.data(), row.data(), rowsOf.data(), rows, columns, 17,
                    nullptr) == 0);
      CHECK(embed(rows * columns ? table.data() : nullptr, row.data(),
                  rowsOf.data(), rows, columns, 17, nullptr) == 0);
    }
}

TEST_CASE("safety: inserts out of range do nothing") {
  for (int64_t bins : {0, 1, 8}) {
    Guarded<int64_t> x(17);
    std::copy(std::begin(places), std::end(places), x.begin());
    Guarded<float> zeros(bins), y(bins);
    std::fill(zeros.begin(), zeros.end(), 0.0f);
    REQUIRE(count(x.data(), zeros.data(), y.data(), 17, bins, nullptr) == 0);
    for (int64_t b = 0; b < bins; ++b)
      CHECK(y[b] == float(std::count(x.begin(), x.end(), b)));
  }
}

TEST_CASE("safety: loops and windows reach what is there") {
  Guarded<float> x(4 * 3), y(3), like(6);
  countUp(x);
  REQUIRE(rows_of_loop(x.data(), like.data(), y.data(), 4, 4, nullptr) == 0);
  CHECK(y[0] == 22);
  gyre_call call = GYRE_CALL_INIT;
  CHECK(rows_of_loop(x.data(), like.data(), y.data(), 4, 5, &call) ==
        GYRE_ERROR_BAD_SIZE);
  CHECK(std::string(call.message) ==
        "rows_of_loop: expected 'T' to be at most 'S', got 5 and 4");

  Guarded<float> w(3), out(4), zeros(4);
  std::fill(w.begin(), w.end(), 1.0f);
  std::fill(zeros.begin(), zeros.end(), 0.0f);
  REQUIRE(window(like.data(), w.data(), zeros.data(), out.data(), 6, 3, 4,
                 nullptr) == 0);
  CHECK(window(like.data(), w.data(), zeros.data(), out.data(), 5, 3, 4,
               nullptr) == GYRE_ERROR_BAD_SIZE);
}

TEST_CASE("safety: loops get ahead at any step") {
  Guarded<float> x(10), y(1);
  std::fill(x.begin(), x.end(), 1.0f);
  for (int64_t step : places) {
    REQUIRE(steps(x.data(), step, y.data(), 10, nullptr) == 0);
    int64_t each = std::max<int64_t>(step, 1);
    CHECK(y[0] == float(each >= 10 ? 1 : (10 + each - 1) / each));
  }
}

} // namespace

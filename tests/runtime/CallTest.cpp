// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The checks of the contract with the caller, one test case each, and the
// workspace.

#include "Entry.h"

#include <cstdint>
#include <cstdlib>
#include <doctest/doctest.h>
#include <set>

using test::Entry;
using test::Unary;

// A request that no machine can serve is part of these tests.
extern "C" const char *__asan_default_options() {
  return "allocator_may_return_null=1";
}

namespace {

alignas(64) float memory[64];
float *const x = memory, *const out = memory + 32;

gyre_expr sizeB(Entry &entry) { return entry.expr({Entry::size(0)}, "B"); }

TEST_CASE("call: good arguments, with and without options") {
  Unary f(x, out);
  REQUIRE(f.enter(2, 3) == GYRE_SUCCESS);
  gyre_leave(&f.frame);
  gyre_call call = GYRE_CALL_INIT;
  std::strcpy(call.message, "an earlier one");
  REQUIRE(f.enter(2, 3, &call) == GYRE_SUCCESS);
  CHECK(std::string(call.message) == "");
  gyre_leave(&f.frame);
}

TEST_CASE("call: null arguments") {
  Unary f(nullptr, out);
  CHECK(f.refuse(2, 3, GYRE_ERROR_NULL_ARGUMENT) ==
        "f: expected 'x' to point to 24 bytes, got null");
  CHECK(f.enter(2, 3) == GYRE_ERROR_NULL_ARGUMENT);
  SUBCASE("are legal where there are no elements") {
    f.pointers[1] = nullptr;
    CHECK(f.enter(0, 3) == GYRE_SUCCESS);
    CHECK(f.enter(2, 0) == GYRE_SUCCESS);
  }
}

TEST_CASE("call: negative sizes") {
  Unary f(x, out);
  CHECK(f.refuse(-1, 3, GYRE_ERROR_BAD_SIZE) ==
        "f: expected size 'B' to be at least 0, got -1");
  CHECK(f.refuse(1, INT64_MIN, GYRE_ERROR_BAD_SIZE) ==
        "f: expected size 'T' to be at least 0, got -9223372036854775808");
}

TEST_CASE("call: a result of negative size") {
  Entry f;
  auto shrunk = f.expr(
      {Entry::size(1), Entry::constant(3), Entry::op(GYRE_EXPR_SUB)}, "T - 3");
  f.add("out", GYRE_ARG_OUTPUT, {sizeB(f), shrunk}, out);
  CHECK(f.enter(1, 3) == GYRE_SUCCESS);
  CHECK(f.refuse(1, 2, GYRE_ERROR_BAD_SIZE) ==
        "f: expected dimension 1 of 'out', 'T - 3', to be at least 0, got -1");
}

TEST_CASE("call: overflow") {
  Unary f(x, out);
  int64_t large = int64_t(1) << 31;
  CHECK(f.refuse(large, large, GYRE_ERROR_SIZE_OVERFLOW) ==
        "f: expected the bytes of 'x' to fit in 63 bits; dimension 1 is "
        "2147483648");
  CHECK(f.refuse(large, large / 2, GYRE_ERROR_SIZE_OVERFLOW) != "");
  SUBCASE("of inner dimensions, though an outer one is 0") {
    Entry g;
    g.add("x", GYRE_ARG_INPUT,
          {g.expr({Entry::constant(0)}, "0"), sizeB(g), sizeB(g)}, x);
    CHECK(g.enter(1000, 0) == GYRE_SUCCESS);
    CHECK(g.enter(large * 2, 0) == GYRE_ERROR_SIZE_OVERFLOW);
  }
  SUBCASE("inside an expression") {
    Entry g;
    auto square = g.expr(
        {Entry::size(0), Entry::size(0), Entry::op(GYRE_EXPR_MUL)}, "B * B");
    g.add("x", GYRE_ARG_INPUT, {square}, x);
    CHECK(g.refuse(large * 2, 0, GYRE_ERROR_SIZE_OVERFLOW) ==
          "f: expected 'B * B' to fit in 63 bits");
  }
  SUBCASE("of the workspace") {
    f.info.workspace = [](const int64_t *, int64_t *shared, int64_t *scratch) {
      *shared = INT64_MAX - 64;
      *scratch = 1;
    };
    CHECK(f.refuse(1, 1, GYRE_ERROR_SIZE_OVERFLOW) ==
          "f: expected the bytes of the workspace to fit in 63 bits");
    f.info.workspace = [](const int64_t *, int64_t *shared, int64_t *) {
      *shared = -1;
    };
    CHECK(f.enter(1, 1) == GYRE_ERROR_SIZE_OVERFLOW);
  }
}

TEST_CASE("call: sizes that disagree") {
  Unary f(x, out);
  gyre_requirement even = {
      f.expr({Entry::size(1), Entry::constant(2), Entry::op(GYRE_EXPR_MOD)},
             "T mod 2"),
      f.expr({Entry::constant(0)}, "0")};
  f.info.requirements = &even;
  f.info.requirement_count = 1;
  CHECK(f.enter(1, 4) == GYRE_SUCCESS);
  CHECK(f.refuse(1, 3, GYRE_ERROR_BAD_SIZE) ==
        "f: expected 'T mod 2' and '0' to be equal, got 1 and 0");
}

TEST_CASE("call: overlap") {
  SUBCASE("of a result and an input") {
    Unary f(x, x + 5);
    CHECK(f.refuse(2, 3, GYRE_ERROR_OVERLAP)
              .find("f: expected 'out' not to overlap 'x', got 24 bytes at") ==
          0);
    CHECK(f.enter(1, 5) == GYRE_SUCCESS);
    CHECK(f.enter(0, 5) == GYRE_SUCCESS);
  }
  SUBCASE("from below") {
    Unary f(x + 5, x);
    CHECK(f.enter(2, 3) == GYRE_ERROR_OVERLAP);
    CHECK(f.enter(1, 5) == GYRE_SUCCESS);
  }
  SUBCASE("of the same array") {
    Unary f(x, x);
    CHECK(f.enter(2, 3) == GYRE_ERROR_OVERLAP);
  }
  SUBCASE("that a result may have, on the same array only") {
    Unary f(x, x, /*mayOverwrite=*/0);
    CHECK(f.enter(2, 3) == GYRE_SUCCESS);
    f.pointers[1] = x + 1;
    CHECK(f.enter(2, 3) == GYRE_ERROR_OVERLAP);
    CHECK(f.enter(1, 1) == GYRE_SUCCESS);
  }
  SUBCASE("with an array of another length than it may overwrite") {
    Entry f;
    f.add("x", GYRE_ARG_INPUT, {f.expr({Entry::size(1)}, "T")}, x);
    f.add("out", GYRE_ARG_OUTPUT, {sizeB(f)}, x, 4, 0);
    CHECK(f.enter(3, 3) == GYRE_SUCCESS);
    CHECK(f.enter(2, 3) == GYRE_ERROR_OVERLAP);
  }
  SUBCASE("of two results") {
    Entry f;
    f.add("y", GYRE_ARG_OUTPUT, {sizeB(f)}, x);
    f.add("z", GYRE_ARG_OUTPUT, {sizeB(f)}, x + 2);
    CHECK(f.enter(2, 0) == GYRE_SUCCESS);
    CHECK(f.refuse(3, 0, GYRE_ERROR_OVERLAP).find("'y' not to overlap 'z'") !=
          std::string::npos);
  }
  SUBCASE("of two inputs is nobody's concern") {
    Unary f(x, out);
    f.add("again", GYRE_ARG_INPUT, {sizeB(f)}, x);
    CHECK(f.enter(2, 3) == GYRE_SUCCESS);
  }
  SUBCASE("of a result and a weight") {
    Unary f(x, out);
    f.add("w", GYRE_ARG_WEIGHT, {sizeB(f)}, out);
    CHECK(f.enter(2, 3) == GYRE_ERROR_OVERLAP);
  }
  SUBCASE("of a result and the workspace") {
    Unary f(x, out);
    gyre_call call = GYRE_CALL_INIT;
    call.workspace = out;
    call.workspace_bytes = 64;
    CHECK(f.enter(2, 3, &call) == GYRE_ERROR_OVERLAP);
    CHECK(std::string(call.message) ==
          "f: expected 'out' not to overlap the workspace");
  }
}

TEST_CASE("call: alignment of elements") {
  Unary f(reinterpret_cast<char *>(x) + 2, out);
  CHECK(f.refuse(1, 1, GYRE_ERROR_MISALIGNED)
            .find("f: expected 'x' to be aligned to its elements of 4 bytes") ==
        0);
  f.pointers[0] = x + 1;
  CHECK(f.enter(1, 1) == GYRE_SUCCESS);
}

/// 100 bytes in all and 65 for each thread.
void needs(const int64_t *, int64_t *shared, int64_t *scratch) {
  *shared = 100;
  *scratch = 65;
}

TEST_CASE("call: workspace") {
  Unary f(x, out);
  f.info.workspace = needs;
  int64_t sizes[] = {2, 3};
  constexpr size_t least = 128 + 128, all = 128 + 3 * 128;
  CHECK(gyre_workspace_bytes(&f.info, sizes) == all);
  alignas(64) static char space[all + 64];
  gyre_call call = GYRE_CALL_INIT;

  SUBCASE("is allocated where none is given") {
    REQUIRE(f.enter(2, 3) == GYRE_SUCCESS);
    CHECK(uintptr_t(f.frame.workspace) % 64 == 0);
    CHECK(f.frame.workspace_bytes == 100);
    CHECK(f.frame.scratch == static_cast<char *>(f.frame.workspace) + 128);
    CHECK(f.frame.scratch_bytes == 3 * 128);
    std::memset(f.frame.workspace, 1, all);
    gyre_leave(&f.frame);
  }
  SUBCASE("is allocated for as many threads as asked for") {
    call.threads = 5;
    REQUIRE(f.enter(2, 3, &call) == GYRE_SUCCESS);
    CHECK(f.frame.scratch_bytes == 5 * 128);
    CHECK(f.frame.threads == 5);
    gyre_leave(&f.frame);
    f.info.max_threads = nullptr;
    REQUIRE(f.enter(2, 3, &call) == GYRE_SUCCESS);
    CHECK(f.frame.scratch_bytes == 128);
    CHECK(f.frame.threads == 1);
    gyre_leave(&f.frame);
  }
  SUBCASE("of the caller") {
    call.workspace = space;
    call.workspace_bytes = all + 64;
    REQUIRE(f.enter(2, 3, &call) == GYRE_SUCCESS);
    CHECK(f.frame.workspace == space);
    CHECK(f.frame.scratch_bytes == 3 * 128);
    CHECK(f.frame.owned == nullptr);
    gyre_leave(&f.frame);
  }
  SUBCASE("that holds fewer threads") {
    call.workspace = space;
    call.workspace_bytes = least;
    REQUIRE(f.enter(2, 3, &call) == GYRE_SUCCESS);
    CHECK(f.frame.scratch_bytes == 128);
    gyre_leave(&f.frame);
  }
  SUBCASE("too small") {
    call.workspace = space;
    call.workspace_bytes = least - 1;
    CHECK(f.enter(2, 3, &call) == GYRE_ERROR_WORKSPACE);
    CHECK(std::string(call.message) ==
          "f: expected a workspace of at least 256 bytes (512 for all "
          "threads), got 255");
  }
  SUBCASE("misaligned") {
    call.workspace = space + 32;
    call.workspace_bytes = all;
    CHECK(f.enter(2, 3, &call) == GYRE_ERROR_WORKSPACE);
    CHECK(std::string(call.message)
              .find("f: expected the workspace to be aligned to 64 bytes") ==
          0);
  }
  SUBCASE("that no machine has") {
    f.info.workspace = [](const int64_t *, int64_t *shared, int64_t *) {
      *shared = INT64_MAX / 2;
    };
    CHECK(f.refuse(2, 3, GYRE_ERROR_OUT_OF_MEMORY) ==
          "f: expected to allocate a workspace of 4611686018427387904 bytes");
  }
  SUBCASE("large ones come on huge pages") {
    f.info.workspace = [](const int64_t *, int64_t *shared, int64_t *) {
      *shared = 5 << 20;
    };
    REQUIRE(f.enter(2, 3) == GYRE_SUCCESS);
    CHECK(uintptr_t(f.frame.workspace) % (2 << 20) == 0);
    std::memset(f.frame.workspace, 1, 5 << 20);
    gyre_leave(&f.frame);
  }
  SUBCASE("of sizes that cannot be") {
    int64_t bad[] = {-1, 3};
    CHECK(gyre_workspace_bytes(&f.info, bad) == SIZE_MAX);
    f.info.workspace = [](const int64_t *, int64_t *shared, int64_t *) {
      *shared = INT64_MAX;
    };
    CHECK(gyre_workspace_bytes(&f.info, sizes) == SIZE_MAX);
  }
}

TEST_CASE("call: features of the CPU") {
  Unary f(x, out);
  f.info.cpu_features = gyre_cpu_features();
  CHECK(f.enter(1, 1) == GYRE_SUCCESS);
  f.info.cpu_features |= uint64_t(1) << 40;
  CHECK(f.refuse(1, 1, GYRE_ERROR_CPU) ==
        "f: this CPU lacks features 0x10000000000 unknown to this runtime");
}

TEST_CASE("call: options out of range") {
  Unary f(x, out);
  gyre_call call = GYRE_CALL_INIT;
  call.threads = -1;
  CHECK(f.enter(1, 1, &call) == GYRE_ERROR_BAD_CALL);
  CHECK(std::string(call.message).find("got -1 and 0") != std::string::npos);
}

TEST_CASE("call: versions") {
  Unary f(x, out);
  gyre_call call = GYRE_CALL_INIT;
  call.size = sizeof(gyre_call) - 8;
  CHECK(f.enter(1, 1, &call) == GYRE_ERROR_ABI);

  struct {
    gyre_call call = GYRE_CALL_INIT;
    int64_t later = 0;
  } grown;
  grown.call.size = sizeof(grown);
  CHECK(f.enter(1, 1, &grown.call) == GYRE_SUCCESS);
  grown.later = 1;
  CHECK(f.enter(1, 1, &grown.call) == GYRE_ERROR_ABI);

  f.info.abi_version = GYRE_ABI_VERSION + 1;
  CHECK(f.refuse(1, 1, GYRE_ERROR_ABI) ==
        "f: expected an object of ABI version 2, got 3");
}

TEST_CASE("call: expressions of no known version") {
  using Ops = Entry::Ops;
  for (const Ops &ops :
       {Ops{}, Ops{Entry::size(2)}, Ops{Entry::size(-1)},
        Ops{Entry::op(GYRE_EXPR_ADD)}, Ops{Entry::size(0), Entry::size(0)},
        Ops{Entry::size(0), Entry::size(0), Entry::op(99)},
        Ops(GYRE_EXPR_DEPTH + 1, Entry::size(0))}) {
    Entry f;
    f.add("x", GYRE_ARG_INPUT, {f.expr(ops, "?")}, x);
    CHECK(f.enter(1, 1) == GYRE_ERROR_ABI);
  }
}

TEST_CASE("call: arithmetic of expressions") {
  struct {
    int64_t left, right, code, expected;
  } cases[] = {{7, 2, GYRE_EXPR_ADD, 9},        {7, 2, GYRE_EXPR_SUB, 5},
               {7, 2, GYRE_EXPR_MUL, 14},       {7, 2, GYRE_EXPR_FLOORDIV, 3},
               {7, 2, GYRE_EXPR_CEILDIV, 4},    {7, 2, GYRE_EXPR_MOD, 1},
               {-7, 2, GYRE_EXPR_FLOORDIV, -4}, {-7, 2, GYRE_EXPR_CEILDIV, -3},
               {-7, 2, GYRE_EXPR_MOD, 1},       {8, 2, GYRE_EXPR_CEILDIV, 4},
               {-8, 2, GYRE_EXPR_MOD, 0},       {0, 5, GYRE_EXPR_CEILDIV, 0}};
  for (auto &c : cases) {
    Entry f;
    gyre_requirement equal = {
        f.expr({Entry::constant(c.left), Entry::constant(c.right),
                Entry::op(c.code)},
               "computed"),
        f.expr({Entry::constant(c.expected)}, "known")};
    f.info.requirements = &equal;
    f.info.requirement_count = 1;
    CHECK(f.refuse(0, 0, GYRE_SUCCESS) == "");
  }
  for (int64_t code : {GYRE_EXPR_FLOORDIV, GYRE_EXPR_CEILDIV, GYRE_EXPR_MOD}) {
    Entry f;
    f.add("x", GYRE_ARG_INPUT,
          {f.expr({Entry::constant(7), Entry::size(0), Entry::op(code)},
                  "7 by B")},
          x);
    CHECK(f.refuse(0, 0, GYRE_ERROR_BAD_SIZE) ==
          "f: expected positive divisors in '7 by B'");
  }
}

TEST_CASE("call: a long message is cut") {
  std::string name(1000, 'n');
  Unary f(nullptr, out);
  f.info.name = name.c_str();
  CHECK(f.refuse(1, 1, GYRE_ERROR_NULL_ARGUMENT) == std::string(255, 'n'));
}

TEST_CASE("call: each status has its name") {
  std::set<std::string> names;
  for (int32_t status = GYRE_SUCCESS; status <= GYRE_ERROR_ABI; ++status)
    names.insert(gyre_status_string(status));
  CHECK(names.size() == GYRE_ERROR_ABI + 1);
  CHECK(names.count("unknown status") == 0);
  CHECK(std::string(gyre_status_string(-1)) == "unknown status");
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler emits for an entry point, built by hand.

#ifndef GYRE_TESTS_RUNTIME_ENTRY_H
#define GYRE_TESTS_RUNTIME_ENTRY_H

#include "gyre/abi.h"

#include <cstring>
#include <deque>
#include <initializer_list>
#include <string>
#include <vector>

namespace test {

/// Describes a function over sizes B and T; calls gyre_enter with it.
struct Entry {
  using Ops = std::vector<gyre_expr_op>;

  explicit Entry(const char *name = "f") {
    info.abi_version = GYRE_ABI_VERSION;
    info.name = name;
    info.sizes = names;
    info.size_count = 2;
    info.max_threads = [] { return int32_t(3); };
  }

  static gyre_expr_op size(int64_t i) { return {GYRE_EXPR_SIZE, i}; }
  static gyre_expr_op constant(int64_t c) { return {GYRE_EXPR_CONST, c}; }
  static gyre_expr_op op(int64_t code) { return {code, 0}; }

  gyre_expr expr(Ops ops, const char *text) {
    programs.push_back(std::move(ops));
    return {programs.back().data(), int64_t(programs.back().size()), text};
  }

  /// Appends an argument and returns its index.
  int32_t add(const char *name, int32_t kind, std::vector<gyre_expr> dims,
              void *pointer, int32_t elementBytes = 4,
              int32_t mayOverwrite = -1) {
    dimensions.push_back(std::move(dims));
    args.push_back({name, dimensions.back().data(),
                    int32_t(dimensions.back().size()), elementBytes, kind,
                    mayOverwrite});
    pointers.push_back(pointer);
    return int32_t(args.size()) - 1;
  }

  int32_t enter(int64_t b, int64_t t, gyre_call *call = nullptr) {
    info.args = args.data();
    info.arg_count = int32_t(args.size());
    int64_t sizes[] = {b, t};
    return gyre_enter(&info, pointers.data(), sizes, call, &frame);
  }

  /// As enter, for the message of a refused call.
  std::string refuse(int64_t b, int64_t t, int32_t expected) {
    gyre_call call = GYRE_CALL_INIT;
    int32_t status = enter(b, t, &call);
    if (status == GYRE_SUCCESS)
      gyre_leave(&frame);
    if (status != expected)
      return std::string("status: ") + gyre_status_string(status) + ", " +
             call.message;
    return call.message;
  }

  gyre_entry_info info{};
  gyre_frame frame{};
  std::vector<gyre_arg_info> args;
  std::vector<void *> pointers;
  const char *names[2] = {"B", "T"};

private:
  std::deque<Ops> programs;
  std::deque<std::vector<gyre_expr>> dimensions;
};

/// f(x: B x T floats, out: B x T floats).
struct Unary : Entry {
  Unary(void *x, void *out, int32_t mayOverwrite = -1) {
    gyre_expr b = expr({size(0)}, "B"), t = expr({size(1)}, "T");
    add("x", GYRE_ARG_INPUT, {b, t}, x);
    add("out", GYRE_ARG_OUTPUT, {b, t}, out, 4, mayOverwrite);
  }
};

} // namespace test

#endif // GYRE_TESTS_RUNTIME_ENTRY_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A test of f that calls f_cuda instead: device memory is this machine's, and
// the workspace is exactly as large as f_cuda_workspace asks for.

#ifndef GYRE_TESTS_EMULATOR_ONDEVICE_H
#define GYRE_TESTS_EMULATOR_ONDEVICE_H

#include "gyre/runtime.h"

#include <cstdlib>
#include <tuple>
#include <utility>

namespace test {

template <typename... Parameters, typename... Sizes, typename... Arguments>
int32_t onDevice(int32_t (*function)(void *, Parameters...),
                 size_t (*workspace)(Sizes...), Arguments... given) {
  constexpr size_t count = sizeof...(Arguments), sizes = sizeof...(Sizes);
  std::tuple<Parameters...> arguments(given...);
  size_t bytes = [&]<size_t... I>(std::index_sequence<I...>) {
    return workspace(std::get<count - 1 - sizes + I>(arguments)...);
  }(std::make_index_sequence<sizes>());
  gyre_call own = GYRE_CALL_INIT;
  gyre_call *&call = std::get<count - 1>(arguments);
  if (!call)
    call = &own;
  void *memory = nullptr;
  if (bytes != 0 && bytes != SIZE_MAX) {
    memory = std::aligned_alloc(GYRE_WORKSPACE_ALIGNMENT, bytes);
    call->workspace = memory;
    call->workspace_bytes = bytes;
  }
  int32_t status = std::apply(
      [&](auto... all) { return function(nullptr, all...); }, arguments);
  if (memory)
    call->workspace = nullptr;
  std::free(memory);
  return status;
}

} // namespace test

#endif // GYRE_TESTS_EMULATOR_ONDEVICE_H

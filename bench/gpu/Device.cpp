// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The driver's functions by name: the program starts, and says what is missing,
// on machines without a driver.

#include "Device.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

using namespace bench;

[[noreturn]] static void fail(const char *what, const char *why) {
  std::fprintf(stderr, "gyre-gpu: %s: %s\n", what, why);
  std::exit(1);
}

template <typename... Arguments>
static void call(const char *name, Arguments... arguments) {
  static void *const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL);
  if (!library)
    fail("libcuda.so.1", "the NVIDIA driver's library was not found");
  auto *function =
      reinterpret_cast<int (*)(Arguments...)>(dlsym(library, name));
  if (!function)
    fail(name, "libcuda.so.1 lacks it");
  int result = function(arguments...);
  if (result == 0)
    return;
  const char *text = "unknown error";
  if (auto *describe = reinterpret_cast<int (*)(int, const char **)>(
          dlsym(library, "cuGetErrorString")))
    describe(result, &text);
  fail(name, text);
}

Device::Device() {
  int device = 0;
  void *context = nullptr;
  call("cuInit", 0u);
  call("cuDeviceGet", &device, 0);
  call("cuDevicePrimaryCtxRetain", &context, device);
  call("cuCtxSetCurrent", context);
  call("cuEventCreate", &start, 0u);
  call("cuEventCreate", &end, 0u);
}

std::string Device::getName() const {
  char name[128] = "";
  call("cuDeviceGetName", static_cast<char *>(name), int(sizeof name), 0);
  return name;
}

void *Device::allocate(size_t bytes) const {
  void *memory = nullptr;
  call("cuMemAlloc_v2", &memory, std::max<size_t>(bytes, 1));
  return memory;
}
void Device::release(void *memory) const { call("cuMemFree_v2", memory); }
void Device::upload(void *to, const void *from, size_t bytes) const {
  call("cuMemcpyHtoD_v2", to, from, bytes);
}
void Device::download(void *to, const void *from, size_t bytes) const {
  call("cuMemcpyDtoH_v2", to, from, bytes);
}
void Device::copy(void *to, const void *from, size_t bytes) const {
  call("cuMemcpyDtoDAsync_v2", to, from, bytes, static_cast<void *>(nullptr));
}
void Device::fill(void *memory, uint8_t byte, size_t bytes) const {
  call("cuMemsetD8_v2", memory, byte, bytes);
}
void Device::wait() const { call("cuCtxSynchronize"); }
void Device::record(void *event) const {
  call("cuEventRecord", event, static_cast<void *>(nullptr));
}
double Device::elapsed() const {
  float milliseconds = 0;
  call("cuEventSynchronize", end);
  call("cuEventElapsedTime", &milliseconds, start, end);
  return double(milliseconds);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emulator as libcuda.so.1: device memory is this machine's, kernels are
// found by name in the running program, and a launch runs at once.

#include "Emulator.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

using namespace emulator;

#define GYRE_EXPORT extern "C" __attribute__((visibility("default")))

/// Results of the driver's functions.
enum { success = 0, invalidValue = 1, invalidImage = 200, notFound = 500 };

namespace {
struct Function {
  void (*kernel)(void **);
  char name[256];
  bool alone;
  int threads;
};
} // namespace

static unsigned launches = 0;

/// Each launch takes the next, or all take the one that GYRE_EMULATOR_ORDER
/// names by its number.
static Order nextOrder() {
  const char *fixed = std::getenv("GYRE_EMULATOR_ORDER");
  return Order((fixed ? unsigned(std::atoi(fixed)) : launches++) % 3);
}

/// A function of the library that GYRE_EMULATOR_KERNELS names, or else of the
/// running program.
static void *findFunction(const char *name) {
  static void *const library = [] {
    const char *path = std::getenv("GYRE_EMULATOR_KERNELS");
    return path ? dlopen(path, RTLD_NOW) : nullptr;
  }();
  void *found = library ? dlsym(library, name) : nullptr;
  return found ? found : dlsym(RTLD_DEFAULT, name);
}

GYRE_EXPORT int cuInit(unsigned) { return success; }

GYRE_EXPORT int cuGetErrorString(int error, const char **text) {
  *text = error == invalidImage ? "device kernel image is invalid"
          : error == notFound   ? "named symbol not found"
                                : "invalid argument";
  return success;
}

GYRE_EXPORT int cuCtxGetCurrent(void **context) {
  static int only;
  *context = &only;
  return success;
}

GYRE_EXPORT int cuCtxGetDevice(int *device) {
  *device = 0;
  return success;
}

GYRE_EXPORT int cuDeviceGet(int *device, int number) {
  *device = number;
  return number == 0 ? success : invalidValue;
}

GYRE_EXPORT int cuDevicePrimaryCtxRetain(void **context, int) {
  return cuCtxGetCurrent(context);
}

GYRE_EXPORT int cuCtxSetCurrent(void *) { return success; }
GYRE_EXPORT int cuCtxSynchronize() { return success; }

GYRE_EXPORT int cuMemAlloc_v2(void **memory, size_t bytes) {
  *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  return *memory ? success : invalidValue;
}

// Events are not timed: a launch is over when it returns.
GYRE_EXPORT int cuEventCreate(void **event, unsigned) {
  static int any;
  *event = &any;
  return success;
}

GYRE_EXPORT int cuDeviceGetName(char *name, int bytes, int) {
  std::snprintf(name, size_t(bytes), "emulator");
  return success;
}

GYRE_EXPORT int cuMemFree_v2(void *memory) {
  std::free(memory);
  return success;
}

GYRE_EXPORT int cuMemcpyHtoD_v2(void *to, const void *from, size_t bytes) {
  std::memcpy(to, from, bytes);
  return success;
}

GYRE_EXPORT int cuMemcpyDtoH_v2(void *to, const void *from, size_t bytes) {
  std::memcpy(to, from, bytes);
  return success;
}

/// A machine of capability 8.0, or what GYRE_EMULATOR_CAPABILITY says.
GYRE_EXPORT int cuDeviceGetAttribute(int *value, int attribute, int) {
  const char *set = std::getenv("GYRE_EMULATOR_CAPABILITY");
  int capability = set ? std::atoi(set) : 80;
  if (attribute != 75 && attribute != 76)
    return invalidValue;
  *value = attribute == 75 ? capability / 10 : capability % 10;
  return success;
}

GYRE_EXPORT int cuModuleLoadDataEx(void **module, const void *image, unsigned,
                                   int *, void **) {
  const char *text = static_cast<const char *>(image);
  if (!std::strstr(text, ".version") || !std::strstr(text, ".target sm_"))
    return invalidImage;
  *module = const_cast<char *>(text);
  return success;
}

GYRE_EXPORT int cuModuleUnload(void *) { return success; }

GYRE_EXPORT int cuModuleGetFunction(void **function, void *module,
                                    const char *name) {
  char entry[300];
  std::snprintf(entry, sizeof entry, ".entry %s(", name);
  const char *place = std::strstr(static_cast<char *>(module), entry);
  void *kernel = findFunction(name);
  if (!place || !kernel)
    return notFound;
  auto *found = new Function();
  found->kernel = reinterpret_cast<void (*)(void **)>(kernel);
  std::snprintf(found->name, sizeof found->name, "%s", name);
  std::snprintf(entry, sizeof entry, "%s$alone", name);
  found->alone = findFunction(entry) != nullptr;
  const char *threads = std::strstr(place, ".maxntid ");
  found->threads = threads ? std::atoi(threads + std::strlen(".maxntid ")) : 0;
  *function = found;
  return success;
}

GYRE_EXPORT int cuFuncSetAttribute(void *, int, int) { return success; }

GYRE_EXPORT int cuLaunchKernel(void *function, unsigned gridX, unsigned gridY,
                               unsigned gridZ, unsigned blockX, unsigned blockY,
                               unsigned blockZ, unsigned, void *,
                               void **parameters, void **) {
  auto *known = static_cast<Function *>(function);
  if (gridX == 0 || gridX > 0x7fffffff || gridY != 1 || gridZ != 1 ||
      blockX == 0 || blockX % warpThreads || blockY != 1 || blockZ != 1 ||
      int(blockX) > known->threads)
    return invalidValue;
  run({known->kernel, parameters, gridX, blockX, known->name, known->alone},
      nextOrder());
  return success;
}

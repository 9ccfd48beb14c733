// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mock driver's library.

#include "MockDriver.h"

#include <cstdio>
#include <cstring>
#include <string>

extern "C" MockDriver *mockDriver() {
  static MockDriver driver;
  return &driver;
}

static MockDriver &mock() { return *mockDriver(); }

extern "C" {
int cuInit(unsigned) {
  ++mock().inits;
  return mock().failInit;
}

int cuGetErrorString(int error, const char **text) {
  *text = error == 218 ? "a PTX JIT compilation failed" : "some error";
  return 0;
}

int cuCtxGetCurrent(void **context) {
  *context = mock().context;
  return 0;
}

int cuCtxGetDevice(int *device) {
  *device = 3;
  return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
  *value = attribute == 75 ? mock().capability / 10 : mock().capability % 10;
  return device == 3 ? 0 : 101;
}

int cuModuleLoadDataEx(void **module, const void *image, unsigned count,
                       int *options, void **values) {
  if (mock().failLoad) {
    for (unsigned i = 0; i < count; ++i)
      if (options[i] == 5)
        std::strcpy(static_cast<char *>(values[i]), "ptxas: line 7");
    return mock().failLoad;
  }
  ++mock().loads;
  const char *text = static_cast<const char *>(image);
  const char *target = std::strstr(text, ".target ");
  std::sscanf(target, ".target %15s", mock().target);
  *module = const_cast<char *>(text);
  return 0;
}

int cuModuleUnload(void *) {
  ++mock().unloads;
  return 0;
}

int cuModuleGetFunction(void **function, void *module, const char *name) {
  std::string entry = std::string(".entry ") + name + "(";
  *function = std::strstr(static_cast<char *>(module), entry.c_str());
  return *function ? 0 : 500;
}

int cuFuncSetAttribute(void *, int, int) { return 0; }

int cuLaunchKernel(void *function, unsigned gridX, unsigned gridY,
                   unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned shared, void *stream,
                   void **parameters, void **extra) {
  if (mock().failLaunch && mock().launches >= mock().failAfter)
    return mock().failLaunch;
  if (gridY != 1 || gridZ != 1 || blockY != 1 || blockZ != 1 || extra)
    return 1;
  ++mock().launches;
  mock().grid = gridX;
  mock().threads = blockX;
  mock().shared = shared;
  mock().stream = stream;
  const char *text = static_cast<const char *>(function);
  std::sscanf(text, ".entry %63[^(]", mock().kernel);
  // Parameters of 32 and 64 bits, as the image declares them.
  const char *end = std::strchr(text, ')');
  for (unsigned i = 0; i < 16; ++i) {
    text = std::strstr(text, ".param .");
    if (!text || text > end)
      break;
    text += std::strlen(".param .");
    bool wide = std::strncmp(text + 1, "64", 2) == 0;
    mock().parameters[i] = 0;
    std::memcpy(&mock().parameters[i], parameters[i], wide ? 8 : 4);
  }
  return 0;
}
}

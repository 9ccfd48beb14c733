// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory of a GPU through the driver's library.

#include "codegen/driver/CudaDevice.h"

#include "llvm/ADT/Twine.h"

#include <algorithm>
#include <dlfcn.h>

using namespace mlir::gyre;

/// A function of the driver; absent ones make the call fail as the driver's own
/// "not found" does.
template <typename... Arguments>
static int callDriver(void *library, const char *name, Arguments... arguments) {
  constexpr int notFound = 500;
  auto *function =
      reinterpret_cast<int (*)(Arguments...)>(dlsym(library, name));
  return function ? function(arguments...) : notFound;
}

llvm::Error CudaDevice::check(int result, const char *what) const {
  if (result == 0)
    return llvm::Error::success();
  const char *text = nullptr;
  if (callDriver(library, "cuGetErrorString", result, &text) != 0 || !text)
    text = "unknown error";
  return llvm::createStringError(llvm::Twine("the GPU failed in ") + what +
                                 ": " + text + " (" + llvm::Twine(result) +
                                 ")");
}

llvm::Expected<CudaDevice> CudaDevice::open() {
  CudaDevice device;
  device.library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL);
  if (!device.library)
    return llvm::createStringError(
        "libcuda.so.1, the NVIDIA driver's library, was not found");
  int number = 0;
  void *context = nullptr;
  if (auto error =
          device.check(callDriver(device.library, "cuInit", 0u), "cuInit"))
    return error;
  if (auto error = device.check(
          callDriver(device.library, "cuDeviceGet", &number, 0), "cuDeviceGet"))
    return error;
  if (auto error =
          device.check(callDriver(device.library, "cuDevicePrimaryCtxRetain",
                                  &context, number),
                       "cuDevicePrimaryCtxRetain"))
    return error;
  if (auto error =
          device.check(callDriver(device.library, "cuCtxSetCurrent", context),
                       "cuCtxSetCurrent"))
    return error;
  return device;
}

llvm::Expected<void *> CudaDevice::allocate(size_t bytes) const {
  void *memory = nullptr;
  if (auto error = check(callDriver(library, "cuMemAlloc_v2", &memory,
                                    std::max<size_t>(bytes, 1)),
                         "cuMemAlloc"))
    return error;
  return memory;
}

llvm::Expected<void *> CudaDevice::upload(const void *data,
                                          size_t bytes) const {
  llvm::Expected<void *> memory = allocate(bytes);
  if (!memory || bytes == 0)
    return memory;
  if (auto error =
          check(callDriver(library, "cuMemcpyHtoD_v2", *memory, data, bytes),
                "cuMemcpyHtoD"))
    return error;
  return memory;
}

llvm::Error CudaDevice::download(void *data, const void *from,
                                 size_t bytes) const {
  if (bytes == 0)
    return llvm::Error::success();
  return check(callDriver(library, "cuMemcpyDtoH_v2", data, from, bytes),
               "cuMemcpyDtoH");
}

llvm::Error CudaDevice::wait() const {
  return check(callDriver(library, "cuCtxSynchronize"), "cuCtxSynchronize");
}

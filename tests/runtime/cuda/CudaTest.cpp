// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of f_cuda against a mock of the driver: when it is opened, what is
// loaded and launched, and what becomes of its errors.

#include "MockDriver.h"
#include "device.h"
#include "gyre/runtime.h"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <string>

namespace {

MockDriver &mock() {
  static auto *driver = reinterpret_cast<MockDriver *(*)()>(
      dlsym(dlopen("libcuda.so.1", RTLD_NOW), "mockDriver"))();
  return *driver;
}

/// Device pointers: nothing on the host looks behind them.
float *const x = reinterpret_cast<float *>(0x10000000),
             *const w = reinterpret_cast<float *>(0x18000000),
             *const y = reinterpret_cast<float *>(0x20000000);
void *const stream = reinterpret_cast<void *>(0x5000);

struct WorkspaceCall {
  explicit WorkspaceCall(size_t bytes) {
    call.workspace = reinterpret_cast<void *>(0x40000000);
    call.workspace_bytes = bytes;
  }
  gyre_call call = GYRE_CALL_INIT;
};

TEST_CASE("cuda: the driver is opened by the first call") {
  CHECK(dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD) == nullptr);
  CHECK(scale_cuda_workspace(3, 5) == 0);
  CHECK(dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD) == nullptr);
  CHECK(scale_cuda(stream, x, 2, y, 3, 5, nullptr) == GYRE_SUCCESS);
  CHECK(dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD) != nullptr);
  CHECK(scale_cuda(stream, x, 2, y, 3, 5, nullptr) == GYRE_SUCCESS);
  CHECK(mock().inits == 1);
  CHECK(mock().loads == 1);
  CHECK(mock().launches == 2);
}

TEST_CASE("cuda: geometry, stream and parameters of a launch") {
  gyre_call call = GYRE_CALL_INIT;
  REQUIRE(scale_cuda(stream, x, 2.5f, y, 1000, 4096, &call) == GYRE_SUCCESS);
  CHECK(std::string(mock().kernel) == "scale_kernel0");
  CHECK(mock().stream == stream);
  CHECK(mock().threads == 128);
  CHECK(mock().shared == 0);
  // As many blocks as tiles, which the kernel is told too.
  CHECK(mock().parameters[0] == mock().grid);
  CHECK(int64_t(mock().grid) * 2048 >= 1000 * 4096);
  CHECK(int64_t(mock().grid) * 1024 <= 1000 * 4096 + 4096);
  bool sawX = false, sawY = false, sawScale = false;
  for (uint64_t parameter : mock().parameters) {
    sawX |= parameter == uint64_t(x);
    sawY |= parameter == uint64_t(y);
    sawScale |= parameter == 0x40200000; // 2.5
  }
  CHECK(sawX);
  CHECK(sawY);
  CHECK(sawScale);
}

TEST_CASE("cuda: nothing is launched where there is nothing to do") {
  CHECK(scale_cuda(stream, nullptr, 1, nullptr, 0, 5, nullptr) == GYRE_SUCCESS);
  CHECK(mock().launches == 0);
}

TEST_CASE("cuda: the best image that the device runs") {
  auto imageFor = [](int capability) {
    mock().capability = capability;
    // Another context each time, so that something is loaded.
    mock().context = static_cast<char *>(mock().context) + 8;
    gyre_call call = GYRE_CALL_INIT;
    int32_t status = scale_cuda(stream, x, 1, y, 3, 5, &call);
    return status == GYRE_SUCCESS ? std::string(mock().target)
                                  : std::string(call.message);
  };
  CHECK(imageFor(80) == "sm_80");
  CHECK(imageFor(86) == "sm_80");
  CHECK(imageFor(90) == "sm_90a");
  CHECK(imageFor(100) == "sm_90");
  CHECK(imageFor(75) ==
        "scale_cuda: expected a device for sm_80, sm_90, sm_90a, got compute "
        "capability 7.5");
  CHECK(mock().loads == 4);
  CHECK(scale_cuda(stream, x, 1, y, 3, 5, nullptr) == GYRE_ERROR_DEVICE);
}

TEST_CASE("cuda: kernels are loaded once a context") {
  for (int i = 0; i < 3; ++i)
    CHECK(scale_cuda(stream, x, 1, y, 3, 5, nullptr) == GYRE_SUCCESS);
  CHECK(mock().loads == 1);
  void *first = mock().context;
  mock().context = &first;
  CHECK(scale_cuda(stream, x, 1, y, 3, 5, nullptr) == GYRE_SUCCESS);
  CHECK(mock().loads == 2);
  mock().context = first;
  CHECK(scale_cuda(stream, x, 1, y, 3, 5, nullptr) == GYRE_SUCCESS);
  CHECK(mock().loads == 2);
}

TEST_CASE("cuda: the workspace is required") {
  size_t bytes = twice_cuda_workspace(100);
  CHECK(bytes >= 100 * 16 * 4);
  gyre_call none = GYRE_CALL_INIT;
  CHECK(twice_cuda(stream, x, w, y, 100, &none) == GYRE_ERROR_WORKSPACE);
  CHECK(std::string(none.message).find("expected a workspace of") !=
        std::string::npos);
  CHECK(twice_cuda(stream, x, w, y, 100, nullptr) == GYRE_ERROR_WORKSPACE);
  WorkspaceCall less(64), enough(bytes);
  CHECK(twice_cuda(stream, x, w, y, 100, &less.call) == GYRE_ERROR_WORKSPACE);
  CHECK(mock().launches == 0);
  CHECK(twice_cuda(stream, x, w, y, 100, &enough.call) == GYRE_SUCCESS);
  CHECK(mock().launches == 2);
}

TEST_CASE("cuda: arguments are checked as on the CPU") {
  gyre_call call = GYRE_CALL_INIT;
  CHECK(scale_cuda(stream, nullptr, 1, y, 3, 5, &call) ==
        GYRE_ERROR_NULL_ARGUMENT);
  CHECK(std::string(call.message) ==
        "scale_cuda: expected 'x' to point to 60 bytes, got null");
  CHECK(scale_cuda(stream, x, 1, y, -3, 5, &call) == GYRE_ERROR_BAD_SIZE);
  CHECK(scale_cuda(stream, x, 1, x + 1, 3, 5, &call) == GYRE_ERROR_OVERLAP);
  CHECK(mock().launches == 0);
}

TEST_CASE("cuda: no context") {
  mock().context = nullptr;
  gyre_call call = GYRE_CALL_INIT;
  CHECK(scale_cuda(stream, x, 1, y, 3, 5, &call) == GYRE_ERROR_DRIVER);
  CHECK(std::string(call.message) == "scale_cuda: expected a current CUDA "
                                     "context (cudaSetDevice makes one)");
}

TEST_CASE("cuda: a driver without a device") {
  mock().failInit = 100;
  gyre_call call = GYRE_CALL_INIT;
  CHECK(scale_cuda(stream, x, 1, y, 3, 5, &call) == GYRE_ERROR_DRIVER);
  CHECK(std::string(call.message) == "scale_cuda: the NVIDIA driver found no "
                                     "device that it can use");
}

TEST_CASE("cuda: an image that the driver refuses") {
  mock().failLoad = 218;
  gyre_call call = GYRE_CALL_INIT;
  CHECK(scale_cuda(stream, x, 1, y, 3, 5, &call) == GYRE_ERROR_LAUNCH);
  CHECK(std::string(call.message) ==
        "scale_cuda: loading the kernels of sm_90a failed: a PTX JIT "
        "compilation failed (218) ptxas: line 7");
  // It may work another time.
  mock().failLoad = 0;
  CHECK(scale_cuda(stream, x, 1, y, 3, 5, &call) == GYRE_SUCCESS);
}

TEST_CASE("cuda: nothing follows a launch that failed") {
  mock().failLaunch = 701;
  gyre_call call = GYRE_CALL_INIT;
  CHECK(scale_cuda(stream, x, 1, y, 3, 5, &call) == GYRE_ERROR_LAUNCH);
  CHECK(std::string(call.message) ==
        "scale_cuda: launching scale_kernel0 failed: some error (701)");
  WorkspaceCall enough(twice_cuda_workspace(100));
  mock().failAfter = 1;
  CHECK(twice_cuda(stream, x, w, y, 100, &enough.call) == GYRE_ERROR_LAUNCH);
  CHECK(mock().launches == 1);
  mock().failLaunch = 0;
  CHECK(twice_cuda(stream, x, w, y, 100, &enough.call) == GYRE_SUCCESS);
  CHECK(mock().launches == 3);
}

} // namespace

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls on NVIDIA GPUs. The driver is reached by dlopen and nothing else: a
// program links, starts and runs its CPU functions on machines without it.

#include "Loop.h"
#include "Message.h"

#include <algorithm>
#include <cinttypes>
#include <cstdlib>
#include <dlfcn.h>

using namespace gyre;

static_assert(sizeof(gyre_cuda_frame) == 184,
              "generated code reserves 184 bytes");
static_assert(sizeof(gyre_cuda_kernel) == 16 &&
                  sizeof(gyre_cuda_module) == 48 &&
                  sizeof(gyre_cuda_variant) == 16,
              "generated code writes these layouts");

namespace {

/// The part of the driver's interface that is used, under the names that its
/// library exports. A result of 0 is success.
#define GYRE_DRIVER_FUNCTIONS(X)                                               \
  X(Init, "cuInit", int(unsigned flags))                                       \
  X(GetErrorString, "cuGetErrorString", int(int error, const char **text))     \
  X(CtxGetCurrent, "cuCtxGetCurrent", int(void **context))                     \
  X(CtxGetDevice, "cuCtxGetDevice", int(int *device))                          \
  X(DeviceGetAttribute, "cuDeviceGetAttribute",                                \
    int(int *value, int attribute, int device))                                \
  X(ModuleLoadDataEx, "cuModuleLoadDataEx",                                    \
    int(void **module, const void *image, unsigned count, int *options,        \
        void **values))                                                        \
  X(ModuleUnload, "cuModuleUnload", int(void *module))                         \
  X(ModuleGetFunction, "cuModuleGetFunction",                                  \
    int(void **function, void *module, const char *name))                      \
  X(FuncSetAttribute, "cuFuncSetAttribute",                                    \
    int(void *function, int attribute, int value))                             \
  X(LaunchKernel, "cuLaunchKernel",                                            \
    int(void *function, unsigned gridX, unsigned gridY, unsigned gridZ,        \
        unsigned blockX, unsigned blockY, unsigned blockZ, unsigned shared,    \
        void *stream, void **parameters, void **extra))

struct Driver {
#define GYRE_DRIVER_FUNCTION(name, symbol, ...)                                \
  std::add_pointer_t<__VA_ARGS__> name;
  GYRE_DRIVER_FUNCTIONS(GYRE_DRIVER_FUNCTION)
#undef GYRE_DRIVER_FUNCTION
};

/// Values of the driver's enumerations.
constexpr int computeMajor = 75, computeMinor = 76, maxDynamicShared = 8,
              jitErrorLog = 5, jitErrorLogBytes = 6;

/// What a context has loaded of a module. Never freed: it serves until the
/// process ends, and a context that is gone frees its modules itself.
struct Loaded {
  void *context, *module;
  Loaded *next;
  void *functions[1]; ///< one a kernel

  static Loaded *make(int64_t kernels) {
    return static_cast<Loaded *>(
        std::calloc(1, sizeof(Loaded) + size_t(kernels) * sizeof(void *)));
  }
};

/// Opening and finding what a call needs. Each step returns a status and has
/// written the message.
class DeviceCall {
public:
  DeviceCall(const char *name, gyre_call *call) : name(name), call(call) {}

  int32_t open();
  int32_t choose(const gyre_cuda_variant *variants, int32_t count,
                 int64_t &chosen);
  int32_t load(const gyre_cuda_module &module, void *const *&functions);
  int32_t refused(int result, const char *what, const char *name,
                  const char *more = "");

private:
  Message message() const { return Message(call).add("%s: ", name); }
  int32_t loadInto(Loaded &loaded, const gyre_cuda_module &module);

  const char *name;
  gyre_call *call;
  void *context = nullptr;
};

/// Written once, by whichever thread is first; the others find the same.
Driver driver;
int driverState = 0; ///< 0: not tried, 1: being opened, 2: ready, 3: absent
const char *driverProblem = nullptr;

} // namespace

/// The reason why the driver cannot be used, or null.
static const char *openDriver() {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return "libcuda.so.1, the NVIDIA driver's library, was not found";
#define GYRE_DRIVER_FUNCTION(name, symbol, ...)                                \
  driver.name =                                                                \
      reinterpret_cast<decltype(driver.name)>(dlsym(library, symbol));         \
  if (!driver.name)                                                            \
    return "libcuda.so.1 lacks " symbol;
  GYRE_DRIVER_FUNCTIONS(GYRE_DRIVER_FUNCTION)
#undef GYRE_DRIVER_FUNCTION
  if (driver.Init(0) != 0)
    return "the NVIDIA driver found no device that it can use";
  return nullptr;
}

/// `what` `name` failed, for the driver's reason and, if there is one, another.
int32_t DeviceCall::refused(int result, const char *what, const char *name,
                            const char *more) {
  const char *text = nullptr;
  if (driver.GetErrorString(result, &text) != 0 || !text)
    text = "unknown error";
  message().add("%s %s failed: %s (%d)%s%s", what, name, text, result,
                *more ? " " : "", more);
  return GYRE_ERROR_LAUNCH;
}

int32_t DeviceCall::open() {
  int state = __atomic_load_n(&driverState, __ATOMIC_ACQUIRE);
  while (state < 2) {
    if (state == 0 &&
        __atomic_compare_exchange_n(&driverState, &state, 1, /*weak=*/false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      driverProblem = openDriver();
      __atomic_store_n(&driverState, driverProblem ? 3 : 2, __ATOMIC_RELEASE);
    }
    state = __atomic_load_n(&driverState, __ATOMIC_ACQUIRE);
  }
  if (driverProblem) {
    message().add("%s", driverProblem);
    return GYRE_ERROR_DRIVER;
  }
  if (driver.CtxGetCurrent(&context) != 0 || !context) {
    message().add("expected a current CUDA context (cudaSetDevice makes one)");
    return GYRE_ERROR_DRIVER;
  }
  return GYRE_SUCCESS;
}

int32_t DeviceCall::choose(const gyre_cuda_variant *variants, int32_t count,
                           int64_t &chosen) {
  int device = 0, major = 0, minor = 0;
  int result = driver.CtxGetDevice(&device);
  if (result == 0)
    result = driver.DeviceGetAttribute(&major, computeMajor, device);
  if (result == 0)
    result = driver.DeviceGetAttribute(&minor, computeMinor, device);
  if (result != 0)
    return refused(result, "asking for", "the device");
  int capability = 10 * major + minor;
  for (int32_t i = count; i-- > 0;) {
    const gyre_cuda_module &module = *variants[i].module;
    if (module.exact ? capability == module.capability
                     : capability >= module.capability) {
      chosen = i;
      return GYRE_SUCCESS;
    }
  }
  Message line = message().add("expected a device for");
  for (int32_t i = 0; i < count; ++i)
    line.add("%s %s", i ? "," : "", variants[i].module->target);
  line.add(", got compute capability %d.%d", major, minor);
  return GYRE_ERROR_DEVICE;
}

int32_t DeviceCall::loadInto(Loaded &loaded, const gyre_cuda_module &module) {
  char log[192] = "";
  int options[] = {jitErrorLog, jitErrorLogBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof log)};
  int result =
      driver.ModuleLoadDataEx(&loaded.module, module.image, 2, options, values);
  if (result != 0)
    return refused(result, "loading the kernels of", module.target, log);
  for (int64_t i = 0; i < module.kernel_count; ++i) {
    const gyre_cuda_kernel &kernel = module.kernels[i];
    result = driver.ModuleGetFunction(&loaded.functions[i], loaded.module,
                                      kernel.name);
    if (result == 0 && kernel.shared_bytes > 0)
      result = driver.FuncSetAttribute(loaded.functions[i], maxDynamicShared,
                                       kernel.shared_bytes);
    if (result != 0) {
      driver.ModuleUnload(loaded.module);
      return refused(result, "finding", kernel.name);
    }
  }
  return GYRE_SUCCESS;
}

int32_t DeviceCall::load(const gyre_cuda_module &module,
                         void *const *&functions) {
  auto **list = reinterpret_cast<Loaded **>(module.loaded);
  Loaded *first = __atomic_load_n(list, __ATOMIC_ACQUIRE);
  auto find = [&](Loaded *from, Loaded *to) {
    while (from != to && from->context != context)
      from = from->next;
    return from == to ? nullptr : from;
  };
  if (Loaded *known = find(first, nullptr)) {
    functions = known->functions;
    return GYRE_SUCCESS;
  }
  Loaded *loaded = Loaded::make(module.kernel_count);
  if (!loaded) {
    message().add("expected to allocate a table of %" PRId64 " kernels",
                  module.kernel_count);
    return GYRE_ERROR_OUT_OF_MEMORY;
  }
  loaded->context = context;
  if (int32_t status = loadInto(*loaded, module)) {
    std::free(loaded);
    return status;
  }
  Loaded *seen = first;
  loaded->next = first;
  while (!__atomic_compare_exchange_n(list, &loaded->next, loaded,
                                      /*weak=*/false, __ATOMIC_ACQ_REL,
                                      __ATOMIC_ACQUIRE)) {
    // Another thread was faster, perhaps for this context.
    if (Loaded *known = find(loaded->next, seen)) {
      driver.ModuleUnload(loaded->module);
      std::free(loaded);
      functions = known->functions;
      return GYRE_SUCCESS;
    }
    seen = loaded->next;
  }
  functions = loaded->functions;
  return GYRE_SUCCESS;
}

int32_t gyre_cuda_max_blocks() { return 1024; }

int32_t gyre_cuda_enter(const gyre_cuda_variant *variants, int32_t count,
                        void *const *arguments, const int64_t *sizes,
                        void *stream, gyre_call *call, gyre_cuda_frame *frame) {
  *frame = gyre_cuda_frame{};
  const char *name = variants->info->name;
  // What gyre_enter says of it is said before anything is written to it.
  gyre_call *known = call && call->size >= sizeof(gyre_call) ? call : nullptr;
  if (call && !known)
    return GYRE_ERROR_ABI;
  DeviceCall device(name, call);
  if (int32_t status = device.open())
    return status;
  if (int32_t status = device.choose(variants, count, frame->variant))
    return status;
  const gyre_cuda_variant &variant = variants[frame->variant];
  size_t bytes = gyre_workspace_bytes(variant.info, sizes);
  if (bytes != 0 && bytes != SIZE_MAX && !(call && call->workspace)) {
    Message(call).add("%s: expected a workspace of %zu bytes of device memory, "
                      "got none",
                      name, bytes);
    return GYRE_ERROR_WORKSPACE;
  }
  if (int32_t status =
          gyre_enter(variant.info, arguments, sizes, call, &frame->base))
    return status;
  frame->stream = stream;
  frame->call = call;
  frame->module = variant.module;
  frame->name = name;
  return device.load(*variant.module, frame->functions);
}

void gyre_cuda_launch(gyre_cuda_frame *frame, int64_t kernel, int64_t count,
                      void **parameters, int64_t scratch_bytes) {
  if (frame->status != GYRE_SUCCESS || count <= 0)
    return;
  int64_t blocks = std::min<int64_t>(count, INT32_MAX);
  if (scratch_bytes > 0)
    blocks = std::min(blocks, frame->base.scratch_bytes / scratch_bytes);
  const gyre_cuda_kernel &info = frame->module->kernels[kernel];
  int result = driver.LaunchKernel(
      frame->functions[kernel], unsigned(blocks), 1, 1, unsigned(info.threads),
      1, 1, unsigned(info.shared_bytes), frame->stream, parameters, nullptr);
  if (result != 0)
    frame->status = DeviceCall(frame->name, frame->call)
                        .refused(result, "launching", info.name);
}

int32_t gyre_cuda_leave(gyre_cuda_frame *frame) { return frame->status; }

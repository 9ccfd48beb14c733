// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A GPU through its driver alone: memory, copies, events. Whatever goes wrong
// ends the program with the driver's reason.

#ifndef GYRE_BENCH_GPU_DEVICE_H
#define GYRE_BENCH_GPU_DEVICE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// The first device; its primary context is current from construction on.
class Device {
public:
  Device();
  std::string getName() const;

  void *allocate(size_t bytes) const;
  void release(void *memory) const;
  void upload(void *to, const void *from, size_t bytes) const;
  void download(void *to, const void *from, size_t bytes) const;
  void copy(void *to, const void *from, size_t bytes) const;
  void fill(void *memory, uint8_t byte, size_t bytes) const;
  void wait() const;
  /// Milliseconds between two points of the default stream, around `run`.
  template <typename Run> double time(Run run) const {
    record(start);
    run();
    record(end);
    return elapsed();
  }

private:
  void record(void *event) const;
  double elapsed() const;

  void *start = nullptr, *end = nullptr;
};

/// Memory of a device.
class Buffer {
public:
  Buffer(const Device &device, size_t bytes)
      : device(device), bytes(bytes), memory(device.allocate(bytes)) {}
  template <typename T>
  Buffer(const Device &device, const std::vector<T> &values)
      : Buffer(device, values.size() * sizeof(T)) {
    device.upload(memory, values.data(), bytes);
  }
  Buffer(const Buffer &) = delete;
  ~Buffer() { device.release(memory); }

  /// As an argument of any type.
  template <typename T> operator T *() const {
    return static_cast<T *>(memory);
  }
  size_t size() const { return bytes; }
  template <typename T> std::vector<T> read() const {
    std::vector<T> values(bytes / sizeof(T));
    device.download(values.data(), memory, bytes);
    return values;
  }
  /// All bits of a NaN, in any float format.
  void poison() const { device.fill(memory, 0xff, bytes); }

private:
  const Device &device;
  size_t bytes;
  void *memory;
};

} // namespace bench

#endif // GYRE_BENCH_GPU_DEVICE_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The GPU that `gyrec run --device=cuda` uses: memory and copies, through the
// driver's library, which is opened by name.

#ifndef GYRE_CODEGEN_DRIVER_CUDADEVICE_H
#define GYRE_CODEGEN_DRIVER_CUDADEVICE_H

#include "llvm/Support/Error.h"

namespace mlir::gyre {

/// The first device, with its primary context current to this thread. What is
/// allocated lives as long as the process.
class CudaDevice {
public:
  static llvm::Expected<CudaDevice> open();

  /// Memory of at least one byte, so that there is an address.
  llvm::Expected<void *> allocate(size_t bytes) const;
  /// Memory that holds a copy of `data`.
  llvm::Expected<void *> upload(const void *data, size_t bytes) const;
  llvm::Error download(void *data, const void *from, size_t bytes) const;
  /// Waits for all that was launched.
  llvm::Error wait() const;

private:
  llvm::Error check(int result, const char *what) const;

  void *library = nullptr;
};

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_DRIVER_CUDADEVICE_H

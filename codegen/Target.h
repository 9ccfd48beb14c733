// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of targets: from a name on the command line to plain data.

#ifndef GYRE_CODEGEN_TARGET_H
#define GYRE_CODEGEN_TARGET_H

#include "dialect/GyreDialect.h"

namespace mlir::gyre {

struct Target {
  std::string name;
  std::string triple;
  /// LLVM's name of the processor; empty for the triple's baseline.
  std::string cpu = {};
  /// LLVM's feature string.
  std::string features;
  int64_t vectorBytes, vectorRegisters;
  int64_t l1Bytes, l2Bytes, l3Bytes;
  bool scalef, fma;
  /// What a CPU must have, as bits of the runtime's gyre_cpu_feature.
  uint64_t cpuFeatures;
  /// Of a GPU: 10 * major + minor; 0 for CPUs. `exact` where no later one runs
  /// the code.
  int32_t capability = 0;
  bool exact = false;
  // Of a GPU, as in #gyre.target.
  int32_t threads = 1, mapPoints = 0, reducePoints = 0, scanPoints = 0,
          scanSteps = 0, productRows = 0, productColumns = 0, matrixRows = 0,
          matrixColumns = 0;

  bool isGPU() const { return capability != 0; }
  /// For people: "x86-64-v4+avx512vnni".
  std::string describe() const;
  TargetAttr toAttribute(MLIRContext *context) const;
};

/// The target called `name`; `host` is the machine that compiles, by the
/// features that it has. Failure with the reason in `error`.
FailureOr<Target> lookupTarget(StringRef name, std::string &error);

/// Names for help texts and messages.
SmallVector<StringRef> getTargetNames();

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_TARGET_H

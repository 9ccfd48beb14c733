// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The whole order of the compiler, and how a target takes part in it.

#ifndef GYRE_PASSES_PIPELINE_H
#define GYRE_PASSES_PIPELINE_H

#include "mlir/Support/LLVM.h"

#include <functional>
#include <optional>

namespace mlir {
class OpPassManager;
}

namespace mlir::gyre {

/// What a graph is after each part of the pipeline, in order.
enum class Stage { graph, structures, kernels, buffers, code, llvm };

/// The stage that `name` spells, or nothing.
std::optional<Stage> parseStage(StringRef name);
ArrayRef<StringRef> getStageNames();

struct PipelineOptions {
  using AddPasses = std::function<void(OpPassManager &)>;

  Stage last = Stage::llvm;

  // What a target adds; passes/ knows none. An empty one adds nothing.
  /// Structures and maps on memrefs become code of the target.
  AddPasses emit;
  /// The dialect that is translated.
  AddPasses lower;
};

/// Adds all passes up to the stage `options.last`, to run on a module.
void buildPipeline(OpPassManager &pm, const PipelineOptions &options);

} // namespace mlir::gyre

#endif // GYRE_PASSES_PIPELINE_H

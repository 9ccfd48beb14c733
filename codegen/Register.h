// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every tool needs before it reads a graph.

#ifndef GYRE_CODEGEN_REGISTER_H
#define GYRE_CODEGEN_REGISTER_H

namespace mlir {
class DialectRegistry;
}

namespace mlir::gyre {

struct PipelineOptions;

/// The dialects of a graph and of every level below it, with the external
/// models that tiling and bufferization need.
void registerDialects(DialectRegistry &registry);

/// Gyre's passes and pipelines, and the upstream passes they are mixed with
/// on a command line.
void registerPasses();

/// The pipeline's options with what the CPU adds to it.
PipelineOptions getCPUPipeline();
/// The same for NVIDIA GPUs.
PipelineOptions getNvptxPipeline();

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_REGISTER_H

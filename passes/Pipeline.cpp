// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pipeline, from a graph on tensors to what a target translates. Read it
// from top to bottom.

#include "passes/Pipeline.h"

#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

using namespace mlir;
using namespace mlir::gyre;

static constexpr StringRef stageNames[] = {"graph",   "structures", "kernels",
                                           "buffers", "code",       "llvm"};

ArrayRef<StringRef> gyre::getStageNames() { return stageNames; }

std::optional<Stage> gyre::parseStage(StringRef name) {
  auto known = llvm::find(stageNames, name);
  if (known == std::end(stageNames))
    return std::nullopt;
  return static_cast<Stage>(known - std::begin(stageNames));
}

static void addCleanup(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// From what a user wrote to one function an entry point.
static void addGraph(OpPassManager &pm) {
  // First, so that mistakes are reported on what the user wrote.
  pm.addPass(createCheckGraph());
  // A loop around a function becomes calls of it, which are inlined next.
  pm.addNestedPass<func::FuncOp>(createDecompose({/*callers=*/true}));
  // One function an entry point: kernels are formed within a function.
  pm.addPass(createInlinerPass());
  pm.addPass(createSymbolDCEPass());
  // The operators' laws are folds; they need to see their neighbours.
  addCleanup(pm);
  // After inlining: a weight is loaded wherever a layer is.
  pm.addPass(createBindSizes());
  addCleanup(pm);
}

static void addStructures(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createDecompose());
  pm.addNestedPass<func::FuncOp>(createLowerReductions());
  // What a user wrote with arith, math and tensor are maps like those of
  // decomposed operators.
  pm.addNestedPass<func::FuncOp>(createExpandTensors());
  // Floats of one byte are stored, and computed with in f32.
  pm.addPass(arith::createArithEmulateUnsupportedFloats(
      {/*sourceTypeStrs=*/{"f8E4M3FN", "f8E5M2"}, /*targetTypeStr=*/"f32"}));
  pm.addPass(math::createMathExtendToSupportedTypes(
      {/*extraTypeStrs=*/{"f16", "bf16", "f64"}, /*targetTypeStr=*/"f32"}));
  // While each operand is still what a user wrote.
  pm.addNestedPass<func::FuncOp>(createCheckSizes());
  pm.addNestedPass<func::FuncOp>(createCheckAccesses());
  // Before canonicalization reasons from what has no result.
  pm.addNestedPass<func::FuncOp>(createDefineArithmetic());
  pm.addNestedPass<func::FuncOp>(createResolveDims());
  addCleanup(pm);
  // A sampler's loop makes tables that no step changes.
  pm.addNestedPass<func::FuncOp>(createLoopInvariantCodeMotionPass());
  // Before kernels: one map a chain leaves fewer candidates to choose among.
  pm.addNestedPass<func::FuncOp>(createFuseMaps());
  // After that: each side of a reduction is one map.
  pm.addNestedPass<func::FuncOp>(createFuseReductions());
  // Chains hid what a loop's step does to extents.
  pm.addNestedPass<func::FuncOp>(createResolveDims());
  addCleanup(pm);
  // After that: a chain on a product's values goes into it as a whole.
  pm.addNestedPass<func::FuncOp>(createLowerProducts());
  addCleanup(pm);
}

static void addKernels(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createSelectTiling());
  pm.addNestedPass<func::FuncOp>(createFormKernels());
  // Tiling asks for dimensions of whatever it slices.
  pm.addNestedPass<func::FuncOp>(createResolveDims());
  addCleanup(pm);
}

static void addBuffers(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createBindResults());
  // Kernels write their results where these belong; without it each would go
  // to a buffer first.
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  // After it: a buffer that a step copies at its end is none to write to.
  pm.addNestedPass<func::FuncOp>(createBindLoops());
  // One slice that is read and written, not two that seem to conflict.
  pm.addPass(createCSEPass());
  pm.addPass(bufferization::createOneShotBufferizePass());
  addCleanup(pm);
  // Self-copies fold only now that equal subviews are one value.
  pm.addPass(createCanonicalizerPass());
  // The plan is made of the named sizes.
  pm.addNestedPass<func::FuncOp>(createResolveDims());
  pm.addPass(createPlanWorkspace());
  addCleanup(pm);
}

/// Code has long loops. From the top, an operation that goes has the loop that
/// fed it looked through once more: 2.3 s of 3.6 for a product of bf16.
static void addCodeCleanup(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass(
      GreedyRewriteConfig().setUseTopDownTraversal(false)));
  pm.addPass(createCSEPass());
}

static void addCode(OpPassManager &pm, const PipelineOptions &options) {
  // Before outlining: an emitter sees the tile sizes as what they are, not as
  // arguments.
  if (options.emit)
    options.emit(pm);
  addCodeCleanup(pm);
  pm.addPass(createOutline());
  addCodeCleanup(pm);
}

void gyre::buildPipeline(OpPassManager &pm, const PipelineOptions &options) {
  addGraph(pm);
  if (options.last == Stage::graph)
    return;
  addStructures(pm);
  if (options.last == Stage::structures)
    return;
  addKernels(pm);
  if (options.last == Stage::kernels)
    return;
  addBuffers(pm);
  if (options.last == Stage::buffers)
    return;
  addCode(pm, options);
  if (options.last == Stage::code)
    return;
  if (options.lower)
    options.lower(pm);
}

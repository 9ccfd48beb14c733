// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From vector code on memrefs to the LLVM dialect: upstream's conversions.

#include "codegen/common/Conversions.h"

#include "codegen/common/Passes.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void gyre::addConversions(OpPassManager &pm, std::unique_ptr<Pass> expose) {
  // From the bottom: see addCodeCleanup in passes/Pipeline.cpp.
  GreedyRewriteConfig upwards;
  upwards.setUseTopDownTraversal(false);
  OpPassManager &perFunction = pm.nest<func::FuncOp>();
  perFunction.addPass(vector::createLowerVectorMaskPass());
  perFunction.addPass(createCanonicalizerPass(upwards));
  perFunction.addPass(createCSEPass());
  perFunction.addPass(vector::createLowerVectorMultiReductionPass());
  VectorTransferToSCFOptions toSCF;
  toSCF.enableFullUnroll();
  perFunction.addPass(createConvertVectorToSCFPass(toSCF));
  perFunction.addPass(createExpandShapes());
  // Strides become plain arithmetic, so that what does not move leaves the
  // loops.
  perFunction.addPass(memref::createExpandStridedMetadataPass());
  perFunction.addPass(affine::createAffineExpandIndexOpsPass());
  perFunction.addPass(createLowerAffinePass());
  perFunction.addPass(arith::createArithExpandOpsPass());
  perFunction.addPass(createDefineIntegers());
  perFunction.addPass(createLoopInvariantCodeMotionPass());
  perFunction.addPass(createCSEPass());
  pm.addPass(std::move(expose));
  // The sizes of arguments are expressions too.
  pm.addNestedPass<func::FuncOp>(createLowerAffinePass());
  pm.addNestedPass<func::FuncOp>(createSCFToControlFlowPass());
  ConvertVectorToLLVMPassOptions toLLVM;
  toLLVM.vectorTransposeLowering =
      vector::VectorTransposeLowering::Shuffle16x16;
  pm.addPass(createConvertVectorToLLVMPass(toLLVM));
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  // Reading beyond a tile's edge pads with poison.
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCanonicalizerPass(upwards));
  pm.addPass(createCSEPass());
}

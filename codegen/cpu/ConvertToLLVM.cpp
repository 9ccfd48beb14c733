// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From vector code on memrefs to the LLVM dialect. Upstream's conversions do
// nearly all of it; the pass here gives functions and launches the form that
// the C side knows: plain pointers and sizes.

#include "codegen/cpu/ConvertToLLVM.h"

#include "codegen/cpu/Passes.h"

#include "dialect/structures/Structures.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "passes/EntryPoint.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_EXPOSEPOINTERS
#include "codegen/cpu/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

namespace {
/// Functions at this point still take memrefs. Afterwards
///
///   @f.body(pointers and scalars, sizes, workspace, frame)
///   @f.kernelN(begin, end, scratch, captured)
///
/// and a launch is a call of gyre_parallel_for (runtime/include/gyre/abi.h).
struct ExposePointers : gyre::impl::ExposePointersBase<ExposePointers> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    LLVMTypeConverter converter(&getContext());
    types = &converter;
    pointer = LLVM::LLVMPointerType::get(&getContext());
    for (auto func : module.getOps<func::FuncOp>()) {
      if (func->hasAttr("gyre.kernel"))
        exposeKernel(func);
      else if (func->hasAttr(entryAttrName) && failed(exposeEntry(func)))
        return signalPassFailure();
    }
  }

  /// A value of a type of this level as one of LLVM's, or back; the
  /// conversions that follow make the cast disappear.
  static Value cast(OpBuilder &b, Location loc, Type type, Value value) {
    if (value.getType() == type)
      return value;
    return UnrealizedConversionCastOp::create(b, loc, type, value).getResult(0);
  }

  /// A memref with identity layout at `data`, with `sizes` for its dimensions.
  Value makeMemRef(OpBuilder &b, Location loc, MemRefType type, Value data,
                   ArrayRef<Value> sizes) {
    auto desc = MemRefDescriptor::poison(b, loc, types->convertType(type));
    desc.setAllocatedPtr(b, loc, data);
    desc.setAlignedPtr(b, loc, data);
    desc.setConstantOffset(b, loc, 0);
    Value stride;
    for (unsigned i = type.getRank(); i-- > 0;) {
      desc.setSize(b, loc, i, sizes[i]);
      stride = stride ? stride
                      : LLVM::ConstantOp::create(b, loc, b.getI64Type(),
                                                 b.getI64IntegerAttr(1));
      desc.setStride(b, loc, i, stride);
      stride = LLVM::MulOp::create(b, loc, stride, sizes[i]);
    }
    return cast(b, loc, type, desc);
  }

  LogicalResult exposeEntry(func::FuncOp func) {
    FailureOr<EntryPoint> entry = EntryPoint::of(func);
    if (failed(entry))
      return func.emitError("expected a well-formed ") << entryAttrName;
    Block &body = func.getBody().front();
    OpBuilder b(&body, body.begin());
    Location loc = func.getLoc();
    unsigned numArguments = entry->arguments.size();
    unsigned numSizes = entry->sizes.size();
    if (body.getNumArguments() != numArguments + numSizes + 1)
      return func.emitError("expected arguments, sizes and a workspace");
    SmallVector<OpFoldResult> sizes;
    for (BlockArgument size : body.getArguments().slice(numArguments, numSizes))
      sizes.push_back(size);

    for (auto [i, argument] : llvm::enumerate(entry->arguments)) {
      BlockArgument value = body.getArgument(i);
      auto type = dyn_cast<MemRefType>(value.getType());
      if (!type)
        continue;
      SmallVector<Value> extents;
      for (AffineExpr dim : entry->getDims(argument, &getContext())) {
        OpFoldResult size = affine::makeComposedFoldedAffineApply(
            b, loc, AffineMap::get(0, numSizes, dim), sizes);
        extents.push_back(cast(b, loc, b.getI64Type(),
                               getValueOrCreateConstantIndexOp(b, loc, size)));
      }
      value.setType(pointer);
      Value memref = makeMemRef(b, loc, type, value, extents);
      value.replaceUsesWithIf(memref, [&](OpOperand &use) {
        return !isa<LLVM::LLVMDialect>(use.getOwner()->getDialect());
      });
    }
    Value workspace = body.getArguments().back();
    auto memory = mlir::cast<MemRefType>(workspace.getType());
    workspace.setType(pointer);
    Value memref = makeMemRef(b, loc, memory, workspace, {anySize(b, loc)});
    workspace.replaceUsesWithIf(memref, [&](OpOperand &use) {
      return !isa<LLVM::LLVMDialect>(use.getOwner()->getDialect());
    });
    Value frame = body.addArgument(pointer, loc);
    func.setFunctionType(
        FunctionType::get(&getContext(), body.getArgumentTypes(), {}));
    setNoAlias(func, *entry);
    setInternal(func);
    lowerLaunches(func, frame);
    if (failed(SymbolTable::replaceAllSymbolUses(
            func, b.getStringAttr(func.getName() + ".body"), getOperation())))
      return failure();
    func.setSymName((func.getName() + ".body").str());
    return success();
  }

  static void setInternal(func::FuncOp func) {
    func->setAttr(
        "llvm.linkage",
        LLVM::LinkageAttr::get(func.getContext(), LLVM::Linkage::Internal));
  }

  /// Memory whose size nothing asks for.
  static Value anySize(OpBuilder &b, Location loc) {
    return LLVM::ConstantOp::create(
        b, loc, b.getI64Type(),
        b.getI64IntegerAttr(std::numeric_limits<int64_t>::max()));
  }

  /// Overlap is refused at entry, but where a result may overwrite an argument.
  void setNoAlias(func::FuncOp func, const EntryPoint &entry) {
    func.setArgAttrsAttr(nullptr);
    llvm::SmallDenseSet<int64_t> shared;
    for (auto [i, argument] : llvm::enumerate(entry.arguments))
      if (argument.mayOverwrite >= 0) {
        shared.insert(i);
        shared.insert(argument.mayOverwrite);
      }
    // Two inputs may be the same memory: nothing is written there.
    for (auto [i, argument] : llvm::enumerate(entry.arguments))
      if (!argument.isScalar() && !shared.contains(i))
        func.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                        UnitAttr::get(&getContext()));
  }

  void exposeKernel(func::FuncOp kernel) {
    Block &body = kernel.getBody().front();
    OpBuilder b(&body, body.begin());
    Location loc = kernel.getLoc();
    SmallVector<Type> fields =
        fieldTypes(TypeRange(kernel.getArgumentTypes()).drop_front(3));
    auto frame = LLVM::LLVMStructType::getLiteral(&getContext(), fields);
    Value captured = body.addArgument(pointer, loc);
    unsigned numFields = fields.size();
    for (auto [i, field] : llvm::enumerate(fields)) {
      BlockArgument value = body.getArgument(3 + i);
      Value place = LLVM::GEPOp::create(
          b, loc, pointer, frame, captured,
          ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
      Value loaded = LLVM::LoadOp::create(b, loc, field, place);
      value.replaceAllUsesWith(cast(b, loc, value.getType(), loaded));
    }
    BlockArgument scratch = body.getArgument(2);
    auto memory = mlir::cast<MemRefType>(scratch.getType());
    scratch.setType(pointer);
    Value memref = makeMemRef(b, loc, memory, scratch, {anySize(b, loc)});
    scratch.replaceUsesWithIf(memref, [&](OpOperand &use) {
      return !isa<LLVM::LLVMDialect>(use.getOwner()->getDialect());
    });
    orderStreams(kernel);
    body.eraseArguments(3, numFields);
    kernel.setFunctionType(
        FunctionType::get(&getContext(), body.getArgumentTypes(), {}));
    setInternal(kernel);
  }

  /// What went past the caches has to be seen by whoever waits for the kernel.
  static void orderStreams(func::FuncOp kernel) {
    WalkResult found = kernel.walk([](vector::StoreOp store) {
      return store.getNontemporal() ? WalkResult::interrupt()
                                    : WalkResult::advance();
    });
    if (!found.wasInterrupted())
      return;
    OpBuilder b(kernel.getBody().back().getTerminator());
    LLVM::FenceOp::create(b, kernel.getLoc(), LLVM::AtomicOrdering::seq_cst,
                          /*syncscope=*/StringRef());
  }

  SmallVector<Type> fieldTypes(TypeRange captured) {
    return llvm::map_to_vector(
        captured, [&](Type type) { return types->convertType(type); });
  }

  void lowerLaunches(func::FuncOp func, Value frame) {
    SmallVector<LaunchOp> launches;
    func.walk([&](LaunchOp launch) { launches.push_back(launch); });
    if (launches.empty())
      return;
    LLVM::LLVMFuncOp parallelFor = declareParallelFor();
    OpBuilder entry(&func.getBody().front(), func.getBody().front().begin());
    for (LaunchOp launch : launches) {
      Location loc = launch.getLoc();
      OpBuilder b(launch);
      SmallVector<Type> fields = fieldTypes(launch.getCaptured().getTypes());
      auto type = LLVM::LLVMStructType::getLiteral(&getContext(), fields);
      // In the entry block: a launch in a loop must not grow the stack.
      Value one = LLVM::ConstantOp::create(entry, loc, entry.getI64Type(),
                                           entry.getI64IntegerAttr(1));
      Value captured = LLVM::AllocaOp::create(entry, loc, pointer, type, one);
      for (auto [i, value] : llvm::enumerate(launch.getCaptured())) {
        Value place = LLVM::GEPOp::create(
            b, loc, pointer, type, captured,
            ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
        LLVM::StoreOp::create(b, loc, cast(b, loc, fields[i], value), place);
      }
      auto kernel = getOperation().lookupSymbol<func::FuncOp>(
          launch.getKernelAttr().getAttr());
      Type index = b.getIndexType();
      Value code = func::ConstantOp::create(
          b, loc, b.getFunctionType({index, index, pointer, pointer}, {}),
          kernel.getName());
      LLVM::CallOp::create(
          b, loc, parallelFor,
          ValueRange{frame, cast(b, loc, b.getI64Type(), launch.getCount()),
                     cast(b, loc, pointer, code), captured,
                     cast(b, loc, b.getI64Type(), launch.getScratch())});
      launch.erase();
    }
  }

  LLVM::LLVMFuncOp declareParallelFor() {
    constexpr StringLiteral name = "gyre_parallel_for";
    if (auto known = getOperation().lookupSymbol<LLVM::LLVMFuncOp>(name))
      return known;
    OpBuilder b(getOperation().getBodyRegion());
    Type i64 = b.getI64Type();
    return LLVM::LLVMFuncOp::create(
        b, getOperation().getLoc(), name,
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                    {pointer, i64, pointer, pointer, i64}));
  }

  LLVMTypeConverter *types = nullptr;
  Type pointer;
};
} // namespace

void gyre::buildConvertToLLVM(OpPassManager &pm) {
  OpPassManager &perFunction = pm.nest<func::FuncOp>();
  perFunction.addPass(vector::createLowerVectorMaskPass());
  perFunction.addPass(createCanonicalizerPass());
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
  pm.addPass(createExposePointers());
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
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass that gives functions and launches the form that the C side knows:
// plain pointers and sizes.

#include "codegen/cpu/ConvertToLLVM.h"

#include "codegen/common/Conversions.h"
#include "codegen/common/EntryBody.h"
#include "codegen/cpu/Passes.h"

#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
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
    EntryBody exposed(&getContext());
    entries = &exposed;
    pointer = exposed.pointer;
    for (auto func : module.getOps<func::FuncOp>()) {
      if (func->hasAttr("gyre.kernel"))
        exposeKernel(func);
      else if (func->hasAttr(entryAttrName)) {
        FailureOr<Value> frame = exposed.expose(func, func.getName() + ".body");
        if (failed(frame))
          return signalPassFailure();
        lowerLaunches(func, *frame);
      }
    }
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
      value.replaceAllUsesWith(
          EntryBody::cast(b, loc, value.getType(), loaded));
    }
    entries->exposeArgument(b, body.getArgument(2),
                            {EntryBody::anySize(b, loc)});
    orderStreams(kernel);
    body.eraseArguments(3, numFields);
    kernel.setFunctionType(
        FunctionType::get(&getContext(), body.getArgumentTypes(), {}));
    EntryBody::setInternal(kernel);
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
        captured, [&](Type type) { return entries->types.convertType(type); });
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
        LLVM::StoreOp::create(b, loc, EntryBody::cast(b, loc, fields[i], value),
                              place);
      }
      auto kernel = getOperation().lookupSymbol<func::FuncOp>(
          launch.getKernelAttr().getAttr());
      Type index = b.getIndexType();
      Value code = func::ConstantOp::create(
          b, loc, b.getFunctionType({index, index, pointer, pointer}, {}),
          kernel.getName());
      LLVM::CallOp::create(
          b, loc, parallelFor,
          ValueRange{
              frame, EntryBody::cast(b, loc, b.getI64Type(), launch.getCount()),
              EntryBody::cast(b, loc, pointer, code), captured,
              EntryBody::cast(b, loc, b.getI64Type(), launch.getScratch())});
      launch.erase();
    }
  }

  LLVM::LLVMFuncOp declareParallelFor() {
    Type i64 = IntegerType::get(&getContext(), 64);
    return EntryBody::declare(getOperation(), "gyre_parallel_for",
                              {pointer, i64, pointer, pointer, i64});
  }

  EntryBody *entries = nullptr;
  Type pointer;
};
} // namespace

void gyre::buildConvertToLLVM(OpPassManager &pm) {
  addConversions(pm, createExposePointers());
}

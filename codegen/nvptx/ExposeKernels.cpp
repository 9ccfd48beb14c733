// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the ExposeKernels pass: functions and launches in the
// form that the driver and the runtime see.

#include "codegen/common/EntryBody.h"
#include "codegen/nvptx/Passes.h"
#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "gyre/abi.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/EntryPoint.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_EXPOSEKERNELS
#include "codegen/nvptx/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// Arguments of an outlined kernel before those that it captured.
constexpr unsigned beginArgument = 0, endArgument = 1, scratchArgument = 2,
                   firstCaptured = 3;

namespace {
struct ExposeKernels : gyre::impl::ExposeKernelsBase<ExposeKernels> {
  void runOnOperation() override {
    EntryBody exposed(&getContext());
    entries = &exposed;
    pointer = exposed.pointer;
    int64_t next = 0;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (func->hasAttr("gyre.kernel")) {
        numbers[func.getName()] = next++;
        if (failed(exposeKernel(func)))
          return signalPassFailure();
      }
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (func->hasAttr(entryAttrName)) {
        FailureOr<Value> frame = exposed.expose(func, func.getName() + ".body");
        if (failed(frame) || failed(lowerLaunches(func, *frame)))
          return signalPassFailure();
      }
    // PTX knows no dots.
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (func->hasAttr("gyre.kernel")) {
        std::string name = func.getName().str();
        llvm::replace(name, '.', '_');
        func.setSymName(name);
      }
  }

  //===------------------------------------------------------------------===//
  // Kernels
  //===------------------------------------------------------------------===//

  static Value readIndex(OpBuilder &b, Location loc, Value special) {
    return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), special);
  }

  /// Block b walks tiles b, b + gridDim, ...
  LogicalResult exposeKernel(func::FuncOp kernel) {
    Block &body = kernel.getBody().front();
    OpBuilder b(&body, body.begin());
    Location loc = kernel.getLoc();
    // What does not move has left it, and may hold loops of its own.
    BlockArgument end = body.getArgument(endArgument);
    scf::ForOp tiles =
        end.hasOneUse() ? dyn_cast<scf::ForOp>(*end.user_begin()) : nullptr;
    if (!tiles)
      return kernel.emitError("expected one loop over tiles");
    Type i32 = b.getI32Type(), i64 = b.getI64Type();
    Value block = readIndex(b, loc, NVVM::BlockIdXOp::create(b, loc, i32));
    Value blocks = readIndex(b, loc, NVVM::GridDimXOp::create(b, loc, i32));
    tiles.setLowerBound(block);
    tiles.setStep(blocks);

    // Behind the captured: their pieces, then what replaces the first three.
    SmallVector<BlockArgument> captured(
        body.getArguments().drop_front(firstCaptured));
    Value count = body.addArgument(i64, loc);
    Value scratch = body.addArgument(pointer, loc);
    Value scratchBytes = body.addArgument(i64, loc);
    tiles.setUpperBound(EntryBody::cast(b, loc, b.getIndexType(), count));
    if (!body.getArgument(scratchArgument).use_empty()) {
      Value offset = LLVM::MulOp::create(
          b, loc, EntryBody::cast(b, loc, i64, block), scratchBytes);
      Value mine = LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), scratch,
                                       ValueRange{offset});
      auto type = cast<MemRefType>(body.getArgument(scratchArgument).getType());
      body.getArgument(scratchArgument)
          .replaceAllUsesWith(entries->makeMemRef(
              b, loc, type, mine, {EntryBody::anySize(b, loc)}));
    }
    for (BlockArgument value : captured) {
      auto type = dyn_cast<MemRefType>(value.getType());
      if (!type) {
        Type passed = entries->types.convertType(value.getType());
        Value argument = body.addArgument(passed, loc);
        value.replaceAllUsesWith(
            EntryBody::cast(b, loc, value.getType(), argument));
        continue;
      }
      Value data = body.addArgument(pointer, loc);
      auto makeAll = [&](ArrayRef<int64_t> extents) {
        return llvm::map_to_vector(extents, [&](int64_t extent) -> Value {
          return ShapedType::isDynamic(extent)
                     ? Value(body.addArgument(i64, loc))
                     : LLVM::ConstantOp::create(b, loc, i64,
                                                b.getI64IntegerAttr(extent));
        });
      };
      SmallVector<Value> sizes = makeAll(type.getShape()), strides;
      if (!type.getLayout().isIdentity())
        strides = makeAll(type.getStridesAndOffset().first);
      value.replaceAllUsesWith(
          entries->makeMemRef(b, loc, type, data, sizes, strides));
    }
    if (!body.getArgument(beginArgument).use_empty() ||
        !body.getArgument(endArgument).use_empty())
      return kernel.emitError("expected the range of tiles to bound the loop "
                              "and nothing else");
    body.eraseArguments(0, firstCaptured + captured.size());
    kernel.setFunctionType(
        FunctionType::get(&getContext(), body.getArgumentTypes(), {}));
    kernel.setArgAttrsAttr(nullptr);
    int32_t threads = TargetAttr::of(kernel).getThreads();
    kernel->setAttr(NVVM::NVVMDialect::getMaxntidAttrName(),
                    b.getDenseI32ArrayAttr({threads}));
    kernel.setPublic();
    return success();
  }

  //===------------------------------------------------------------------===//
  // Launches
  //===------------------------------------------------------------------===//

  void appendFields(OpBuilder &b, Location loc, Value value,
                    SmallVectorImpl<Value> &fields) {
    auto type = dyn_cast<MemRefType>(value.getType());
    Type converted = entries->types.convertType(value.getType());
    Value lowered = EntryBody::cast(b, loc, converted, value);
    if (!type) {
      fields.push_back(lowered);
      return;
    }
    MemRefDescriptor desc(lowered);
    bool isPlain = type.getLayout().isIdentity();
    auto [strides, offset] = type.getStridesAndOffset();
    if (!ShapedType::isDynamic(offset))
      fields.push_back(desc.alignedPtr(b, loc));
    else // A view's first element.
      fields.push_back(LLVM::GEPOp::create(
          b, loc, pointer, entries->types.convertType(type.getElementType()),
          desc.alignedPtr(b, loc), desc.offset(b, loc)));
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim))
        fields.push_back(desc.size(b, loc, dim));
    for (auto [dim, stride] : llvm::enumerate(strides))
      if (!isPlain && ShapedType::isDynamic(stride))
        fields.push_back(desc.stride(b, loc, dim));
  }

  LogicalResult lowerLaunches(func::FuncOp func, Value frame) {
    SmallVector<LaunchOp> launches;
    func.walk([&](LaunchOp launch) { launches.push_back(launch); });
    for (LaunchOp launch : launches) {
      Location loc = launch.getLoc();
      OpBuilder b(launch);
      Type i64 = b.getI64Type();
      Value count = EntryBody::cast(b, loc, i64, launch.getCount());
      Value scratchBytes = EntryBody::cast(b, loc, i64, launch.getScratch());
      Value scratch = LLVM::LoadOp::create(
          b, loc, pointer,
          LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), frame,
                              ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(
                                  offsetof(gyre_frame, scratch))}));
      SmallVector<Value> fields = {count, scratch, scratchBytes};
      for (Value value : launch.getCaptured())
        appendFields(b, loc, value, fields);
      Value parameters = storeAll(b, loc, func, fields);
      auto number = numbers.find(launch.getKernel());
      if (number == numbers.end())
        return launch.emitError("expected a kernel to launch");
      Value kernel = LLVM::ConstantOp::create(
          b, loc, i64, b.getI64IntegerAttr(number->second));
      LLVM::CallOp::create(
          b, loc, declareLaunch(),
          ValueRange{frame, kernel, count, parameters, scratchBytes});
      launch.erase();
    }
    return success();
  }

  /// Pointers to the fields, in memory of the caller's stack frame.
  Value storeAll(OpBuilder &b, Location loc, func::FuncOp func,
                 ArrayRef<Value> fields) {
    // In the entry block: a launch in a loop must not grow the stack.
    OpBuilder entry(&func.getBody().front(), func.getBody().front().begin());
    SmallVector<Type> types;
    for (Value field : fields)
      types.push_back(field.getType());
    auto record = LLVM::LLVMStructType::getLiteral(&getContext(), types);
    auto table = LLVM::LLVMArrayType::get(pointer, fields.size());
    Value one = LLVM::ConstantOp::create(entry, loc, entry.getI64Type(),
                                         entry.getI64IntegerAttr(1));
    Value values = LLVM::AllocaOp::create(entry, loc, pointer, record, one);
    Value pointers = LLVM::AllocaOp::create(entry, loc, pointer, table, one);
    for (auto [i, field] : llvm::enumerate(fields)) {
      auto place = [&](Type type, Value base) -> Value {
        return LLVM::GEPOp::create(
            b, loc, pointer, type, base,
            ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
      };
      Value value = place(record, values);
      LLVM::StoreOp::create(b, loc, field, value);
      LLVM::StoreOp::create(b, loc, value, place(table, pointers));
    }
    return pointers;
  }

  LLVM::LLVMFuncOp declareLaunch() {
    Type i64 = IntegerType::get(&getContext(), 64);
    return EntryBody::declare(getOperation(), "gyre_cuda_launch",
                              {pointer, i64, i64, pointer, i64});
  }

  EntryBody *entries = nullptr;
  Type pointer;
  llvm::StringMap<int64_t> numbers;
};
} // namespace

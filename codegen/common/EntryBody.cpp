// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions on memrefs in the form that C and the runtime know.

#include "codegen/common/EntryBody.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/EntryPoint.h"

using namespace mlir;
using namespace mlir::gyre;

Value EntryBody::cast(OpBuilder &b, Location loc, Type type, Value value) {
  if (value.getType() == type)
    return value;
  return UnrealizedConversionCastOp::create(b, loc, type, value).getResult(0);
}

Value EntryBody::makeMemRef(OpBuilder &b, Location loc, MemRefType type,
                            Value data, ArrayRef<Value> sizes,
                            ArrayRef<Value> strides) {
  auto desc = MemRefDescriptor::poison(b, loc, types.convertType(type));
  desc.setAllocatedPtr(b, loc, data);
  desc.setAlignedPtr(b, loc, data);
  int64_t offset = type.getStridesAndOffset().second;
  desc.setConstantOffset(b, loc, ShapedType::isDynamic(offset) ? 0 : offset);
  Value stride;
  for (unsigned i = type.getRank(); i-- > 0;) {
    desc.setSize(b, loc, i, sizes[i]);
    stride = stride ? stride
                    : LLVM::ConstantOp::create(b, loc, b.getI64Type(),
                                               b.getI64IntegerAttr(1));
    desc.setStride(b, loc, i, strides.empty() ? stride : strides[i]);
    stride = LLVM::MulOp::create(b, loc, stride, sizes[i]);
  }
  return cast(b, loc, type, desc);
}

void EntryBody::exposeArgument(OpBuilder &b, BlockArgument argument,
                               ArrayRef<Value> sizes) {
  auto type = mlir::cast<MemRefType>(argument.getType());
  argument.setType(pointer);
  Value memref = makeMemRef(b, argument.getLoc(), type, argument, sizes);
  argument.replaceUsesWithIf(memref, [&](OpOperand &use) {
    return !isa<LLVM::LLVMDialect>(use.getOwner()->getDialect());
  });
}

LLVM::LLVMFuncOp EntryBody::declare(ModuleOp module, StringRef name,
                                    ArrayRef<Type> parameters) {
  if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return known;
  OpBuilder b(module.getBodyRegion());
  auto nothing = LLVM::LLVMVoidType::get(module.getContext());
  return LLVM::LLVMFuncOp::create(
      b, module.getLoc(), name,
      LLVM::LLVMFunctionType::get(nothing, parameters));
}

Value EntryBody::anySize(OpBuilder &b, Location loc) {
  return LLVM::ConstantOp::create(
      b, loc, b.getI64Type(),
      b.getI64IntegerAttr(std::numeric_limits<int64_t>::max()));
}

void EntryBody::setInternal(func::FuncOp func) {
  func->setAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(func.getContext(), LLVM::Linkage::Internal));
}

/// Overlap is refused at entry, but where a result may overwrite an argument.
static void setNoAlias(func::FuncOp func, const EntryPoint &entry) {
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
                      UnitAttr::get(func.getContext()));
}

FailureOr<Value> EntryBody::expose(func::FuncOp func, const Twine &name) {
  FailureOr<EntryPoint> entry = EntryPoint::of(func);
  if (failed(entry))
    return func.emitError("expected a well-formed ") << entryAttrName;
  MLIRContext *context = func.getContext();
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
    if (!isa<MemRefType>(body.getArgument(i).getType()))
      continue;
    SmallVector<Value> extents;
    for (AffineExpr dim : entry->getDims(argument, context)) {
      OpFoldResult size = affine::makeComposedFoldedAffineApply(
          b, loc, AffineMap::get(0, numSizes, dim), sizes);
      extents.push_back(cast(b, loc, b.getI64Type(),
                             getValueOrCreateConstantIndexOp(b, loc, size)));
    }
    exposeArgument(b, body.getArgument(i), extents);
  }
  exposeArgument(b, body.getArguments().back(), {anySize(b, loc)});
  Value frame = body.addArgument(pointer, loc);
  func.setFunctionType(FunctionType::get(context, body.getArgumentTypes(), {}));
  setNoAlias(func, *entry);
  setInternal(func);
  std::string symbol = name.str();
  if (failed(SymbolTable::replaceAllSymbolUses(
          func, StringAttr::get(context, symbol), func->getParentOp())))
    return failure();
  func.setSymName(symbol);
  return frame;
}

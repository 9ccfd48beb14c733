// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions on memrefs in the form that C and the runtime know: plain pointers
// and sizes.

#ifndef GYRE_CODEGEN_COMMON_ENTRYBODY_H
#define GYRE_CODEGEN_COMMON_ENTRYBODY_H

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlir::gyre {

class EntryBody {
public:
  explicit EntryBody(MLIRContext *context)
      : types(context), pointer(LLVM::LLVMPointerType::get(context)) {}

  /// An entry point becomes `@f.body(pointers and scalars, sizes, workspace,
  /// frame)`. Returns the frame.
  FailureOr<Value> expose(func::FuncOp func, const Twine &name);

  /// A value of a type of this level as one of LLVM's, or back; the
  /// conversions that follow make the cast disappear.
  static Value cast(OpBuilder &b, Location loc, Type type, Value value);

  /// A memref at `data`, with `sizes` for its dimensions and, where its layout
  /// is not the identity, `strides`. A dynamic offset is in `data` already.
  Value makeMemRef(OpBuilder &b, Location loc, MemRefType type, Value data,
                   ArrayRef<Value> sizes, ArrayRef<Value> strides = {});

  /// A memref argument becomes a pointer; `sizes` are its dimensions.
  void exposeArgument(OpBuilder &b, BlockArgument argument,
                      ArrayRef<Value> sizes);

  /// A function of the runtime, which gives nothing back.
  static LLVM::LLVMFuncOp declare(ModuleOp module, StringRef name,
                                  ArrayRef<Type> parameters);

  /// For memory whose size nothing asks for.
  static Value anySize(OpBuilder &b, Location loc);
  static void setInternal(func::FuncOp func);

  LLVMTypeConverter types;
  Type pointer;
};

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_ENTRYBODY_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verification and effects of gyre.launch and gyre.scratch.

#include "dialect/structures/Structures.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace mlir::gyre;

void ScratchOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  effects.emplace_back(MemoryEffects::Read::get());
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel = symbols.lookupNearestSymbolFrom<FunctionOpInterface>(
      *this, getKernelAttr());
  if (!kernel) // (C1)
    return emitOpError("expected a kernel function ") << getKernelAttr();
  // begin, end and the scratch come first.
  ArrayRef<Type> arguments = kernel.getArgumentTypes();
  if (arguments.size() != getCaptured().size() + 3 ||
      TypeRange(arguments.drop_front(3)) != getCaptured().getTypes()) // (C2)
    return emitOpError("expected the operands that ")
           << getKernelAttr() << " takes behind its range and scratch, got ("
           << getCaptured().getTypes() << ")";
  return success();
}

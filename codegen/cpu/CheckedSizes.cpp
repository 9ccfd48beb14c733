// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Intermediates may be larger than all arguments together, so the bytes of a
// workspace can overflow where the checks of arguments pass.

#include "codegen/cpu/CheckedSizes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

static Intrinsic::ID getChecked(unsigned opcode) {
  switch (opcode) {
  case Instruction::Add:
    return Intrinsic::sadd_with_overflow;
  case Instruction::Sub:
    return Intrinsic::ssub_with_overflow;
  case Instruction::Mul:
    return Intrinsic::smul_with_overflow;
  default:
    return Intrinsic::not_intrinsic;
  }
}

void mlir::gyre::checkOverflow(Function &function) {
  IRBuilder<> b(function.getContext());
  // A flag in memory, which later passes turn into values, serves any control
  // flow.
  b.SetInsertPointPastAllocas(&function);
  AllocaInst *overflow = b.CreateAlloca(b.getInt1Ty());
  b.CreateStore(b.getFalse(), overflow);
  for (Instruction &op : make_early_inc_range(instructions(function))) {
    Intrinsic::ID checked = getChecked(op.getOpcode());
    if (checked == Intrinsic::not_intrinsic || !op.getType()->isIntegerTy(64))
      continue;
    b.SetInsertPoint(&op);
    llvm::Value *both =
        b.CreateBinaryIntrinsic(checked, op.getOperand(0), op.getOperand(1));
    b.CreateStore(b.CreateOr(b.CreateLoad(b.getInt1Ty(), overflow),
                             b.CreateExtractValue(both, 1)),
                  overflow);
    op.replaceAllUsesWith(b.CreateExtractValue(both, 0));
    op.eraseFromParent();
  }
  for (BasicBlock &block : function) {
    auto *end = dyn_cast<ReturnInst>(block.getTerminator());
    if (!end)
      continue;
    b.SetInsertPoint(end);
    auto *type = cast<StructType>(function.getReturnType());
    SmallVector<llvm::Constant *> negative(type->getNumElements(),
                                           b.getInt64(-1));
    end->setOperand(0, b.CreateSelect(b.CreateLoad(b.getInt1Ty(), overflow),
                                      ConstantStruct::get(type, negative),
                                      end->getReturnValue()));
  }
}

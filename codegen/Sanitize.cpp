// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks of what LLVM IR leaves undefined. Clang's undefined-behaviour
// sanitizer works on C's types before there is IR; graphs never had those.

#include "codegen/Sanitize.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/ModuleSlotTracker.h"
#include "llvm/IR/Operator.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Instrumentation/AddressSanitizer.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace {

/// Writes the checks of one instruction in front of it.
class Checker {
public:
  Checker(Module &module)
      : layout(module.getDataLayout()), b(module.getContext()),
        report(module.getOrInsertFunction("gyre_undefined", b.getVoidTy(),
                                          b.getPtrTy(), b.getPtrTy())) {
    auto *function = cast<Function>(report.getCallee());
    function->setDoesNotReturn();
    function->setDoesNotThrow();
    function->addFnAttr(Attribute::Cold);
  }

  /// `name` is the function's, `where` the instruction's text.
  void check(Instruction &op, Constant *name, StringRef where);

private:
  void checkArithmetic(BinaryOperator &op);
  void checkWrap(OverflowingBinaryOperator &op);
  void checkShift(BinaryOperator &op);
  void checkDivision(BinaryOperator &op);
  void checkFloat(Instruction &op);
  void checkCast(CastInst &op);
  void checkToInteger(CastInst &op);
  void checkAddress(GetElementPtrInst &op);
  void checkAlignment(Value *pointer, MaybeAlign align, Value *mask = nullptr);
  void checkIntrinsic(IntrinsicInst &op);
  void checkAssumption(AssumeInst &op);
  void checkLane(Value *vector, Value *index);

  /// Reports `reason` where a bit of `bad` is set.
  void failIf(Value *bad, StringRef reason);
  Constant *getText(const Twine &text);

  Value *zero(Value *like) { return Constant::getNullValue(like->getType()); }
  Value *overflows(Intrinsic::ID id, Value *left, Value *right) {
    return b.CreateExtractValue(b.CreateBinaryIntrinsic(id, left, right), 1);
  }
  /// Adds to a sum and to what is known of its wrapping.
  void accumulate(Intrinsic::ID id, Value *&left, Value *right, Value *&wraps);

  const DataLayout &layout;
  IRBuilder<> b;
  FunctionCallee report;
  Instruction *current = nullptr;
  Constant *function = nullptr;
  StringRef text;
};

} // namespace

Constant *Checker::getText(const Twine &text) {
  return b.CreateGlobalString(text.str(), "gyre.undefined");
}

void Checker::failIf(Value *bad, StringRef reason) {
  if (bad->getType()->isVectorTy())
    bad = b.CreateOrReduce(bad);
  if (auto *known = dyn_cast<Constant>(bad); known && known->isNullValue())
    return;
  // A lane that nobody has written must not decide where control goes.
  bad = b.CreateFreeze(bad);
  auto *rarely = MDBuilder(b.getContext()).createUnlikelyBranchWeights();
  Instruction *end = SplitBlockAndInsertIfThen(bad, current->getIterator(),
                                               /*Unreachable=*/true, rarely);
  b.SetInsertPoint(end);
  b.CreateCall(report, {function, getText(reason + ": " + text)});
  b.SetInsertPoint(current);
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

void Checker::checkWrap(OverflowingBinaryOperator &op) {
  Value *left = op.getOperand(0), *right = op.getOperand(1);
  Intrinsic::ID isSigned, isUnsigned;
  switch (op.getOpcode()) {
  case Instruction::Add:
    isSigned = Intrinsic::sadd_with_overflow;
    isUnsigned = Intrinsic::uadd_with_overflow;
    break;
  case Instruction::Sub:
    isSigned = Intrinsic::ssub_with_overflow;
    isUnsigned = Intrinsic::usub_with_overflow;
    break;
  case Instruction::Mul:
    isSigned = Intrinsic::smul_with_overflow;
    isUnsigned = Intrinsic::umul_with_overflow;
    break;
  default: // A shift to the left: what has left the width must not matter.
    Value *shifted = b.CreateShl(left, right);
    if (op.hasNoSignedWrap())
      failIf(b.CreateICmpNE(b.CreateAShr(shifted, right), left),
             "signed overflow");
    if (op.hasNoUnsignedWrap())
      failIf(b.CreateICmpNE(b.CreateLShr(shifted, right), left),
             "unsigned overflow");
    return;
  }
  if (op.hasNoSignedWrap())
    failIf(overflows(isSigned, left, right), "signed overflow");
  if (op.hasNoUnsignedWrap())
    failIf(overflows(isUnsigned, left, right), "unsigned overflow");
}

void Checker::checkShift(BinaryOperator &op) {
  Value *left = op.getOperand(0), *right = op.getOperand(1);
  unsigned width = op.getType()->getScalarSizeInBits();
  failIf(b.CreateICmpUGE(right, ConstantInt::get(right->getType(), width)),
         "shift by the width or more");
  if (isa<PossiblyExactOperator>(op) && op.isExact()) {
    Value *shifted = op.getOpcode() == Instruction::LShr
                         ? b.CreateLShr(left, right)
                         : b.CreateAShr(left, right);
    failIf(b.CreateICmpNE(b.CreateShl(shifted, right), left), "inexact result");
  }
}

void Checker::checkDivision(BinaryOperator &op) {
  Value *left = op.getOperand(0), *right = op.getOperand(1);
  bool isSigned = op.getOpcode() == Instruction::SDiv ||
                  op.getOpcode() == Instruction::SRem;
  failIf(b.CreateICmpEQ(right, zero(right)), "division by zero");
  if (isSigned) {
    auto least =
        APInt::getSignedMinValue(left->getType()->getScalarSizeInBits());
    Value *bad = b.CreateAnd(
        b.CreateICmpEQ(left, ConstantInt::get(left->getType(), least)),
        b.CreateICmpEQ(right, Constant::getAllOnesValue(right->getType())));
    failIf(bad, "the least number divided by -1");
  }
  if (isa<PossiblyExactOperator>(op) && op.isExact()) {
    Value *rest =
        isSigned ? b.CreateSRem(left, right) : b.CreateURem(left, right);
    failIf(b.CreateICmpNE(rest, zero(rest)), "inexact result");
  }
}

void Checker::checkArithmetic(BinaryOperator &op) {
  switch (op.getOpcode()) {
  case Instruction::Shl:
  case Instruction::LShr:
  case Instruction::AShr:
    checkShift(op);
    break;
  case Instruction::UDiv:
  case Instruction::SDiv:
  case Instruction::URem:
  case Instruction::SRem:
    checkDivision(op);
    break;
  case Instruction::Or:
    if (cast<PossiblyDisjointInst>(op).isDisjoint()) {
      Value *common = b.CreateAnd(op.getOperand(0), op.getOperand(1));
      failIf(b.CreateICmpNE(common, zero(common)), "bits in common");
    }
    break;
  default:
    break;
  }
  if (auto *wrapping = dyn_cast<OverflowingBinaryOperator>(&op))
    checkWrap(*wrapping);
}

//===----------------------------------------------------------------------===//
// Floats and conversions
//===----------------------------------------------------------------------===//

void Checker::checkFloat(Instruction &op) {
  FastMathFlags flags = op.getFastMathFlags();
  if (!flags.noNaNs() && !flags.noInfs())
    return;
  SmallVector<Value *> values;
  for (Value *operand : op.operands())
    if (operand->getType()->isFPOrFPVectorTy())
      values.push_back(operand);
  // The result without the flags, by which the optimizer knows it is neither.
  if (op.getType()->isFPOrFPVectorTy() &&
      isa<UnaryOperator, BinaryOperator, IntrinsicInst>(op)) {
    Instruction *result = b.Insert(op.clone());
    result->dropPoisonGeneratingFlags();
    values.push_back(result);
  }
  for (Value *value : values) {
    if (flags.noNaNs())
      failIf(b.CreateFCmpUNO(value, value), "NaN");
    if (flags.noInfs()) {
      Value *size = b.CreateUnaryIntrinsic(Intrinsic::fabs, value);
      failIf(b.CreateFCmpOEQ(size, ConstantFP::getInfinity(value->getType())),
             "infinity");
    }
  }
}

void Checker::checkToInteger(CastInst &op) {
  Value *from = op.getOperand(0);
  unsigned width = op.getType()->getScalarSizeInBits();
  bool isSigned = op.getOpcode() == Instruction::FPToSI;
  // Between -1 below the least and 1 above the greatest, both excluded, since
  // what is behind the point is dropped.
  APInt least = isSigned ? APInt::getSignedMinValue(width).sext(width + 2)
                         : APInt(width + 2, 0);
  APInt greatest = isSigned ? APInt::getSignedMaxValue(width).sext(width + 2)
                            : APInt::getMaxValue(width).zext(width + 2);
  const fltSemantics &semantics =
      from->getType()->getScalarType()->getFltSemantics();
  APFloat low(semantics), high(semantics);
  low.convertFromAPInt(least - 1, true, APFloat::rmTowardNegative);
  high.convertFromAPInt(greatest + 1, true, APFloat::rmTowardPositive);
  Value *fits = b.CreateAnd(
      b.CreateFCmpOGT(from, ConstantFP::get(from->getType(), low)),
      b.CreateFCmpOLT(from, ConstantFP::get(from->getType(), high)));
  failIf(b.CreateNot(fits), "conversion out of range");
}

void Checker::checkCast(CastInst &op) {
  Value *from = op.getOperand(0);
  switch (op.getOpcode()) {
  case Instruction::FPToSI:
  case Instruction::FPToUI:
    return checkToInteger(op);
  case Instruction::ZExt:
  case Instruction::UIToFP:
    if (op.hasNonNeg())
      failIf(b.CreateICmpSLT(from, zero(from)), "negative number");
    return;
  case Instruction::Trunc: {
    auto &narrow = cast<TruncInst>(op);
    Value *kept = b.CreateTrunc(from, op.getType());
    if (narrow.hasNoSignedWrap())
      failIf(b.CreateICmpNE(b.CreateSExt(kept, from->getType()), from),
             "signed overflow");
    if (narrow.hasNoUnsignedWrap())
      failIf(b.CreateICmpNE(b.CreateZExt(kept, from->getType()), from),
             "unsigned overflow");
    return;
  }
  default:
    return;
  }
}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

void Checker::accumulate(Intrinsic::ID id, Value *&left, Value *right,
                         Value *&wraps) {
  Value *pair = b.CreateBinaryIntrinsic(id, left, right);
  left = b.CreateExtractValue(pair, 0);
  Value *more = b.CreateExtractValue(pair, 1);
  wraps = wraps ? b.CreateOr(wraps, more) : more;
}

void Checker::checkAddress(GetElementPtrInst &op) {
  GEPNoWrapFlags flags = op.getNoWrapFlags();
  if (flags == GEPNoWrapFlags::none() || op.hasAllZeroIndices())
    return;
  Type *integers = layout.getIndexType(op.getType());
  auto *vector = dyn_cast<VectorType>(integers);
  auto spread = [&](Value *value) {
    return vector && !value->getType()->isVectorTy()
               ? b.CreateVectorSplat(vector->getElementCount(), value)
               : value;
  };
  auto sum = [&](Intrinsic::ID mul, Intrinsic::ID add, Value *&wraps) {
    Value *offset = Constant::getNullValue(integers);
    for (auto it = gep_type_begin(op), end = gep_type_end(op); it != end;
         ++it) {
      if (StructType *record = it.getStructTypeOrNull()) {
        uint64_t field = cast<ConstantInt>(it.getOperand())->getZExtValue();
        auto bytes = layout.getStructLayout(record)->getElementOffset(field);
        accumulate(add, offset, ConstantInt::get(integers, bytes), wraps);
        continue;
      }
      Value *index = b.CreateSExtOrTrunc(spread(it.getOperand()), integers);
      uint64_t stride = it.getSequentialElementStride(layout);
      accumulate(mul, index, ConstantInt::get(integers, stride), wraps);
      accumulate(add, offset, index, wraps);
    }
    return offset;
  };
  Value *base = b.CreatePtrToInt(spread(op.getPointerOperand()), integers);
  if (flags.hasNoUnsignedSignedWrap()) {
    Value *wraps = nullptr;
    Value *offset = sum(Intrinsic::smul_with_overflow,
                        Intrinsic::sadd_with_overflow, wraps);
    Value *address = b.CreateAdd(base, offset);
    Value *isBehind = b.CreateICmpUGE(address, base);
    Value *goesBack = b.CreateICmpSLT(offset, zero(offset));
    failIf(b.CreateOr(wraps, b.CreateICmpEQ(isBehind, goesBack)),
           "address wraps");
    if (flags.isInBounds()) {
      Value *leaves = b.CreateICmpNE(offset, zero(offset));
      failIf(b.CreateAnd(b.CreateICmpEQ(base, zero(base)), leaves),
             "address from null");
    }
  }
  if (flags.hasNoUnsignedWrap()) {
    Value *wraps = nullptr;
    Value *offset = sum(Intrinsic::umul_with_overflow,
                        Intrinsic::uadd_with_overflow, wraps);
    accumulate(Intrinsic::uadd_with_overflow, base, offset, wraps);
    failIf(wraps, "address wraps");
  }
}

void Checker::checkAlignment(Value *pointer, MaybeAlign align, Value *mask) {
  if (!align || *align == 1)
    return;
  Value *address =
      b.CreatePtrToInt(pointer, layout.getIntPtrType(pointer->getType()));
  Value *rest = b.CreateAnd(
      address, ConstantInt::get(address->getType(), align->value() - 1));
  Value *bad = b.CreateICmpNE(rest, zero(rest));
  if (mask)
    bad = b.CreateAnd(
        bad, bad->getType()->isVectorTy() ? mask : b.CreateOrReduce(mask));
  failIf(bad, "misaligned address");
}

//===----------------------------------------------------------------------===//
// The rest
//===----------------------------------------------------------------------===//

void Checker::checkLane(Value *vector, Value *index) {
  auto *type = cast<FixedVectorType>(vector->getType());
  if (auto *known = dyn_cast<ConstantInt>(index);
      known && known->getValue().ult(type->getNumElements()))
    return;
  // The index may be of a type that cannot say how many there are.
  Value *wide = b.CreateZExtOrTrunc(index, b.getInt64Ty());
  failIf(b.CreateICmpUGE(wide, b.getInt64(type->getNumElements())),
         "element behind the end of a vector");
}

void Checker::checkAssumption(AssumeInst &op) {
  failIf(b.CreateNot(op.getArgOperand(0)), "false assumption");
  for (unsigned i = 0; i < op.getNumOperandBundles(); ++i) {
    OperandBundleUse bundle = op.getOperandBundleAt(i);
    if (bundle.getTagName() == "align") {
      Value *address = b.CreatePtrToInt(bundle.Inputs[0], b.getInt64Ty());
      if (bundle.Inputs.size() > 2)
        address = b.CreateSub(
            address, b.CreateZExtOrTrunc(bundle.Inputs[2], b.getInt64Ty()));
      Value *align = b.CreateZExtOrTrunc(bundle.Inputs[1], b.getInt64Ty());
      Value *rest = b.CreateURem(address, align);
      failIf(b.CreateICmpNE(rest, zero(rest)), "misaligned address");
    } else if (bundle.getTagName() == "nonnull") {
      failIf(b.CreateIsNull(bundle.Inputs[0]), "null address");
    }
  }
}

void Checker::checkIntrinsic(IntrinsicInst &op) {
  switch (op.getIntrinsicID()) {
  case Intrinsic::assume:
    return checkAssumption(cast<AssumeInst>(op));
  case Intrinsic::masked_load:
  case Intrinsic::masked_gather:
    return checkAlignment(op.getArgOperand(0), op.getParamAlign(0),
                          op.getArgOperand(1));
  case Intrinsic::masked_store:
  case Intrinsic::masked_scatter:
    return checkAlignment(op.getArgOperand(1), op.getParamAlign(1),
                          op.getArgOperand(2));
  case Intrinsic::masked_expandload:
    return checkAlignment(op.getArgOperand(0), op.getParamAlign(0),
                          op.getArgOperand(1));
  case Intrinsic::masked_compressstore:
    return checkAlignment(op.getArgOperand(1), op.getParamAlign(1),
                          op.getArgOperand(2));
  case Intrinsic::memcpy:
  case Intrinsic::memmove:
    checkAlignment(op.getArgOperand(1), op.getParamAlign(1));
    [[fallthrough]];
  case Intrinsic::memset:
    return checkAlignment(op.getArgOperand(0), op.getParamAlign(0));
  case Intrinsic::ctlz:
  case Intrinsic::cttz: {
    Value *operand = op.getArgOperand(0);
    if (cast<ConstantInt>(op.getArgOperand(1))->isOne())
      failIf(b.CreateICmpEQ(operand, zero(operand)), "zero");
    return;
  }
  case Intrinsic::abs: {
    Type *type = op.getType();
    auto least = APInt::getSignedMinValue(type->getScalarSizeInBits());
    if (cast<ConstantInt>(op.getArgOperand(1))->isOne())
      failIf(b.CreateICmpEQ(op.getArgOperand(0), ConstantInt::get(type, least)),
             "signed overflow");
    return;
  }
  default:
    return;
  }
}

void Checker::check(Instruction &op, Constant *name, StringRef where) {
  current = &op;
  function = name;
  text = where;
  b.SetInsertPoint(&op);
  if (auto *arithmetic = dyn_cast<BinaryOperator>(&op))
    checkArithmetic(*arithmetic);
  else if (auto *cast = dyn_cast<CastInst>(&op))
    checkCast(*cast);
  else if (auto *address = dyn_cast<GetElementPtrInst>(&op))
    checkAddress(*address);
  else if (auto *load = dyn_cast<LoadInst>(&op))
    checkAlignment(load->getPointerOperand(), load->getAlign());
  else if (auto *store = dyn_cast<StoreInst>(&op))
    checkAlignment(store->getPointerOperand(), store->getAlign());
  else if (auto *extract = dyn_cast<ExtractElementInst>(&op))
    checkLane(extract->getVectorOperand(), extract->getIndexOperand());
  else if (auto *insert = dyn_cast<InsertElementInst>(&op))
    checkLane(insert, insert->getOperand(2));
  else if (auto *intrinsic = dyn_cast<IntrinsicInst>(&op))
    checkIntrinsic(*intrinsic);
  else if (auto *compare = dyn_cast<ICmpInst>(&op);
           compare && compare->hasSameSign()) {
    Value *signs = b.CreateXor(compare->getOperand(0), compare->getOperand(1));
    failIf(b.CreateICmpSLT(signs, zero(signs)), "different signs");
  } else if (isa<UnreachableInst>(op)) {
    failIf(b.getTrue(), "code that is never to be reached");
  }
  if (isa<FPMathOperator>(op))
    checkFloat(op);
}

void mlir::gyre::checkUndefined(Module &module) {
  Checker checker(module);
  IRBuilder<> b(module.getContext());
  ModuleSlotTracker slots(&module);
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    // Their text as it was before any check.
    SmallVector<std::pair<Instruction *, std::string>> ops;
    slots.incorporateFunction(function);
    for (BasicBlock &block : function)
      for (Instruction &op : block) {
        std::string text;
        raw_string_ostream os(text);
        op.print(os, slots);
        ops.emplace_back(&op, StringRef(text).trim().str());
      }
    Constant *name = b.CreateGlobalString(function.getName(), "gyre.undefined",
                                          /*AddressSpace=*/0, &module);
    for (auto &[op, text] : ops)
      checker.check(*op, name, text);
  }
}

void mlir::gyre::checkAddresses(Module &module, PassBuilder &builder) {
  for (Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr(llvm::Attribute::SanitizeAddress);
  builder.registerOptimizerLastEPCallback(
      [](ModulePassManager &passes, OptimizationLevel, ThinOrFullLTOPhase) {
        passes.addPass(AddressSanitizerPass(AddressSanitizerOptions()));
      });
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instructions of AVX-512 on exponents.

#include "codegen/common/MathAvx512.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

bool gyre::hasAvx512(Expr x) {
  auto type = dyn_cast<VectorType>(x.getType());
  return x.target().getScalef() && type && type.getRank() == 1 &&
         type.getNumElements() % 16 == 0;
}

/// Calls `intrinsic` for each register of `values`. The operands behind the
/// register's are for `others`, given a register to keep where the mask is 0.
static Expr forRegisters(Expr like, StringRef intrinsic, ValueRange values,
                         function_ref<SmallVector<Value>(Value)> others) {
  OpBuilder &b = like.builder();
  Location loc = like.getLoc();
  auto type = cast<VectorType>(like.getType());
  auto part = VectorType::get(16, b.getF32Type());
  auto call = [&](SmallVector<Value> operands) -> Value {
    operands.append(others(operands[0]));
    return LLVM::CallIntrinsicOp::create(b, loc, part,
                                         b.getStringAttr(intrinsic), operands)
        .getResult(0);
  };
  if (type.getNumElements() == 16)
    return like.with(call(SmallVector<Value>(values)));
  Value all = like.number(0.0);
  for (int64_t at = 0; at < type.getNumElements(); at += 16) {
    SmallVector<Value> slices;
    for (Value value : values)
      slices.push_back(
          vector::ExtractStridedSliceOp::create(b, loc, value, at, 16, 1));
    all =
        vector::InsertStridedSliceOp::create(b, loc, call(slices), all, at, 1);
  }
  return like.with(all);
}

static Value integer(Expr x, unsigned width, int64_t value) {
  OpBuilder &b = x.builder();
  return arith::ConstantOp::create(
      b, x.getLoc(), b.getIntegerAttr(b.getIntegerType(width), value));
}
static Value allLanes(Expr x) { return integer(x, 16, -1); }
/// Rounds to nearest even, as the current mode does.
static Value rounding(Expr x) { return integer(x, 32, 4); }

Expr gyre::scalef(Expr p, Expr n) {
  return forRegisters(p, "llvm.x86.avx512.mask.scalef.ps.512",
                      {Value(p), Value(n)},
                      [&](Value kept) -> SmallVector<Value> {
                        return {kept, allLanes(p), rounding(p)};
                      });
}

Expr gyre::getexp(Expr x) {
  return forRegisters(x, "llvm.x86.avx512.mask.getexp.ps.512", {Value(x)},
                      [&](Value kept) -> SmallVector<Value> {
                        return {kept, allLanes(x), rounding(x)};
                      });
}

Expr gyre::getmant(Expr x) {
  // To [1, 2) by bits 0 and 1; by 2 and 3 without a sign, NaN for one.
  return forRegisters(x, "llvm.x86.avx512.mask.getmant.ps.512", {Value(x)},
                      [&](Value kept) -> SmallVector<Value> {
                        return {integer(x, 32, 12), kept, allLanes(x),
                                rounding(x)};
                      });
}

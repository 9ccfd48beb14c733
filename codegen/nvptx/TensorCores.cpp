// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instructions around tensor cores, as operations of NVVM.

#include "codegen/nvptx/TensorCores.h"

#include "codegen/common/Access.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::nvptx;

/// Rows of the matrices that one load brings.
constexpr int64_t matrixRows = 8;
/// NVPTX's numbers of address spaces.
constexpr unsigned globalSpace = 1, sharedSpace = 3;

int64_t SharedTiles::countBytes(int64_t stages, int64_t places, int64_t depth,
                                bool alongDepth) {
  int64_t rows = alongDepth ? places : depth;
  int64_t elements = alongDepth ? depth : places;
  return 2 * stages * rows * (elements + wideElements);
}

SharedTiles SharedTiles::make(OpBuilder &b, Location loc,
                              const Threads &threads, int64_t stages,
                              int64_t places, int64_t depth, bool alongDepth) {
  Value bytes = threads.shared(
      b, loc, {countBytes(stages, places, depth, alongDepth)}, b.getI8Type());
  return over(b, loc, bytes, stages, places, depth, alongDepth);
}

SharedTiles SharedTiles::over(OpBuilder &b, Location loc, Value bytes,
                              int64_t stages, int64_t places, int64_t depth,
                              bool alongDepth) {
  int64_t rows = alongDepth ? places : depth;
  int64_t elements = alongDepth ? depth : places;
  auto type = MemRefType::get(
      {stages, rows, elements + wideElements}, b.getI16Type(), AffineMap(),
      cast<MemRefType>(bytes.getType()).getMemorySpace());
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  return {bytes,
          memref::ViewOp::create(b, loc, type, bytes, zero, ValueRange()),
          alongDepth};
}

TensorCores::TensorCores(OpBuilder &b, Location loc, const Threads &threads,
                         Type element)
    : b(b), loc(loc), element(element) {
  lane = arith::RemUIOp::create(b, loc, threads.getId(), constant(warpThreads));
  warp = arith::DivUIOp::create(b, loc, threads.getId(), constant(warpThreads));
}

Value TensorCores::constant(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}
Value TensorCores::add(Value x, Value y) {
  return b.createOrFold<arith::AddIOp>(loc, x, y);
}

static Value pointerTo(OpBuilder &b, Location loc, Value address,
                       unsigned space) {
  Value number = arith::IndexCastOp::create(b, loc, b.getI64Type(), address);
  return LLVM::IntToPtrOp::create(
      b, loc, LLVM::LLVMPointerType::get(b.getContext(), space), number);
}

Value TensorCores::addressOf(const SharedTiles &tiles, Value stage, Value row,
                             Value at) {
  auto type = cast<MemRefType>(tiles.memory.getType());
  auto times = [&](Value x, int64_t y) {
    return b.createOrFold<arith::MulIOp>(loc, x, constant(y));
  };
  Value place = add(times(stage, type.getDimSize(1)), row);
  place = add(times(place, type.getDimSize(2)), at);
  Value base =
      memref::ExtractAlignedPointerAsIndexOp::create(b, loc, tiles.memory);
  return pointerTo(b, loc, add(base, times(place, 2)), sharedSpace);
}

/// Four matrices of 8 x 8, whose rows are given by the lanes. Their order is
/// that of the registers: with `placesFirst` the second is that of the next
/// eight places, else of the next eight steps.
SmallVector<Value> TensorCores::loadMatrices(const SharedTiles &tiles,
                                             Value stage, Value place,
                                             Value depth, bool placesFirst) {
  auto part = [&](int64_t divisor, int64_t count, int64_t factor) -> Value {
    Value q = arith::DivUIOp::create(b, loc, lane, constant(divisor));
    Value r = arith::RemUIOp::create(b, loc, q, constant(count));
    return arith::MulIOp::create(b, loc, r, constant(factor));
  };
  Value row = part(1, matrixRows, 1);
  Value second = part(matrixRows, 2, matrixRows);
  Value third = part(2 * matrixRows, 2, matrixRows);
  Value morePlaces = placesFirst ? second : third;
  Value moreDepth = placesFirst ? third : second;
  Value address =
      tiles.alongDepth
          ? addressOf(tiles, stage, add(place, add(row, morePlaces)),
                      add(depth, moreDepth))
          : addressOf(tiles, stage, add(depth, add(row, moreDepth)),
                      add(place, morePlaces));
  Type i32 = b.getI32Type();
  auto type = LLVM::LLVMStructType::getLiteral(b.getContext(),
                                               SmallVector<Type>(4, i32));
  auto loaded = NVVM::LdMatrixOp::create(
      b, loc, type, address, /*num=*/4,
      tiles.alongDepth ? NVVM::MMALayout::row : NVVM::MMALayout::col,
      NVVM::LdStMatrixShapeAttr::get(b.getContext(), matrixRows, matrixRows),
      NVVM::LdStMatrixEltType::B16);
  SmallVector<Value> registers;
  for (int64_t i = 0; i < 4; ++i)
    registers.push_back(LLVM::ExtractValueOp::create(b, loc, loaded, i));
  return registers;
}

SmallVector<Value> TensorCores::loadLeft(const SharedTiles &tiles, Value stage,
                                         Value row, Value depth) {
  return loadMatrices(tiles, stage, row, depth, /*placesFirst=*/true);
}

SmallVector<Value> TensorCores::loadRight(const SharedTiles &tiles, Value stage,
                                          Value column, Value depth) {
  return loadMatrices(tiles, stage, column, depth, /*placesFirst=*/false);
}

Value TensorCores::pack(Value first, Value second) {
  auto wide = VectorType::get({2}, first.getType());
  Value both =
      vector::FromElementsOp::create(b, loc, wide, ValueRange{first, second});
  Value narrow = arith::TruncFOp::create(b, loc, wide.clone(element), both);
  Value bits = vector::BitCastOp::create(
      b, loc, VectorType::get({1}, b.getI32Type()), narrow);
  return vector::ExtractOp::create(b, loc, bits, 0);
}

SmallVector<Value> TensorCores::multiply(ValueRange left, ValueRange right,
                                         ValueRange sums) {
  // What the machine calls f16 pairs are vectors here, of bf16 plain registers.
  auto asPairs = [&](ValueRange registers) {
    SmallVector<Value> pairs(registers);
    if (element.isF16())
      for (Value &pair : pairs)
        pair = LLVM::BitcastOp::create(b, loc, VectorType::get({2}, element),
                                       pair);
    return pairs;
  };
  auto type = LLVM::LLVMStructType::getLiteral(
      b.getContext(), SmallVector<Type>(4, b.getF32Type()));
  NVVM::MMATypes kind =
      element.isF16() ? NVVM::MMATypes::f16 : NVVM::MMATypes::bf16;
  Value result = NVVM::MmaOp::create(
      b, loc, type, asPairs(left), asPairs(right), sums,
      ArrayRef<int64_t>{mmaRows, mmaColumns, mmaDepth}, std::nullopt,
      std::nullopt, std::array<NVVM::MMATypes, 2>{kind, kind},
      std::array<NVVM::MMALayout, 2>{NVVM::MMALayout::row,
                                     NVVM::MMALayout::col});
  SmallVector<Value> next;
  for (int64_t i = 0; i < 4; ++i)
    next.push_back(LLVM::ExtractValueOp::create(b, loc, result, i));
  return next;
}

void TensorCores::multiplyInto(MutableArrayRef<Value> sums, int64_t columns,
                               int64_t m, int64_t n, ValueRange left,
                               ValueRange right) {
  int64_t upper = 2 * m * columns + 2 * n, lower = upper + columns;
  int64_t places[] = {upper, upper + 1, lower, lower + 1};
  SmallVector<Value> before;
  for (int64_t place : places)
    before.push_back(sums[place]);
  for (auto [place, sum] : llvm::zip(places, multiply(left, right, before)))
    sums[place] = sum;
}

void TensorCores::copy(const SharedTiles &tiles, Value stage, Value row,
                       Value at, Value source, Value bytes) {
  Value count = arith::IndexCastOp::create(b, loc, b.getI32Type(), bytes);
  NVVM::CpAsyncOp::create(b, loc, addressOf(tiles, stage, row, at),
                          pointerTo(b, loc, source, globalSpace), accessBytes,
                          NVVM::LoadCacheModifierKind::CG, count);
}

void TensorCores::commit() { NVVM::CpAsyncCommitGroupOp::create(b, loc); }

void TensorCores::wait(int64_t pending) {
  NVVM::CpAsyncWaitGroupOp::create(b, loc, uint32_t(pending));
}

Value gyre::nvptx::byteAddress(OpBuilder &b, Location loc, Value memref,
                               ValueRange indices) {
  auto type = cast<MemRefType>(memref.getType());
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, memref);
  Value place = metadata.getOffset();
  for (auto [r, index] : llvm::enumerate(indices)) {
    int64_t known = strideOf(type, r);
    Value stride = ShapedType::isStatic(known)
                       ? Value(arith::ConstantIndexOp::create(b, loc, known))
                       : metadata.getStrides()[r];
    place = b.createOrFold<arith::AddIOp>(
        loc, place, b.createOrFold<arith::MulIOp>(loc, index, stride));
  }
  Value size = arith::ConstantIndexOp::create(
      b, loc, llvm::divideCeil(type.getElementTypeBitWidth(), 8));
  return b.createOrFold<arith::AddIOp>(
      loc, memref::ExtractAlignedPointerAsIndexOp::create(b, loc, memref),
      b.createOrFold<arith::MulIOp>(loc, place, size));
}

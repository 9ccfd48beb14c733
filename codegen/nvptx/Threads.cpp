// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The threads of a block as emitters use them.

#include "codegen/nvptx/Threads.h"

#include "codegen/common/Access.h"
#include "codegen/common/Loops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

/// NVPTX's number of the address space.
constexpr unsigned sharedSpace = 3;

void Threads::barrier(OpBuilder &b, Location loc) const {
  NVVM::BarrierOp::create(b, loc);
}

static Value constantI32(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(value));
}

Value Threads::exchange(OpBuilder &b, Location loc, Value value,
                        int64_t distance) const {
  Type type = value.getType(), i32 = b.getI32Type();
  auto shuffle = [&](Value word) -> Value {
    return NVVM::ShflOp::create(b, loc, i32, constantI32(b, loc, -1), word,
                                constantI32(b, loc, distance),
                                constantI32(b, loc, warpThreads - 1),
                                NVVM::ShflKind::bfly, UnitAttr());
  };
  if (type.isIndex()) {
    Value wide = arith::IndexCastOp::create(b, loc, b.getI64Type(), value);
    return arith::IndexCastOp::create(b, loc, type,
                                      exchange(b, loc, wide, distance));
  }
  unsigned bits = type.getIntOrFloatBitWidth();
  Type integer = b.getIntegerType(bits);
  if (type != integer)
    value = arith::BitcastOp::create(b, loc, integer, value);
  if (bits < 32)
    value = arith::ExtUIOp::create(b, loc, i32, value);
  if (bits <= 32) {
    value = shuffle(value);
  } else {
    Value half = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(32));
    Value low = shuffle(arith::TruncIOp::create(b, loc, i32, value));
    Value high = shuffle(arith::TruncIOp::create(
        b, loc, i32, arith::ShRUIOp::create(b, loc, value, half)));
    low = arith::ExtUIOp::create(b, loc, integer, low);
    high = arith::ExtUIOp::create(b, loc, integer, high);
    value = arith::OrIOp::create(b, loc, low,
                                 arith::ShLIOp::create(b, loc, high, half));
  }
  if (bits < 32)
    value = arith::TruncIOp::create(b, loc, integer, value);
  return type == integer ? value
                         : arith::BitcastOp::create(b, loc, type, value);
}

Value Threads::shared(OpBuilder &b, Location loc, ArrayRef<int64_t> shape,
                      Type element) const {
  // Booleans take a byte.
  if (element.isInteger(1))
    element = b.getI8Type();
  auto type = MemRefType::get(shape, element, MemRefLayoutAttrInterface(),
                              b.getI64IntegerAttr(sharedSpace));
  Operation *inside = b.getInsertionBlock()->getParentOp();
  auto func = isa<func::FuncOp>(inside)
                  ? cast<func::FuncOp>(inside)
                  : inside->getParentOfType<func::FuncOp>();
  Operation *module = func->getParentOp();
  std::string name;
  unsigned number = 0;
  do
    name = (func.getName() + "_shared" + Twine(number++)).str();
  while (SymbolTable::lookupSymbolIn(module, name));
  OpBuilder outside(func);
  memref::GlobalOp::create(outside, loc, name, b.getStringAttr("private"), type,
                           b.getUnitAttr(), /*constant=*/false,
                           b.getI64IntegerAttr(accessBytes));
  return memref::GetGlobalOp::create(b, loc, type, name);
}

void Threads::forPoints(
    OpBuilder &b, Location loc, ValueRange extents, Value first, Value stride,
    function_ref<void(OpBuilder &, ValueRange)> body) const {
  SmallVector<Value> positions(extents.size());
  SmallVector<unsigned> dims;
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), total;
  for (auto [dim, extent] : llvm::enumerate(extents)) {
    positions[dim] = zero;
    if (getConstantIntValue(extent) == 1)
      continue;
    dims.push_back(dim);
    total = total ? b.createOrFold<arith::MulIOp>(loc, total, extent) : extent;
  }
  if (!total)
    total = arith::ConstantIndexOp::create(b, loc, 1);
  auto loop = scf::ForOp::create(b, loc, first, total, stride);
  OpBuilder inside = OpBuilder::atBlockBegin(loop.getBody());
  Value rest = loop.getInductionVar();
  for (unsigned i = dims.size(); i-- > 1;) {
    Value extent = extents[dims[i]];
    positions[dims[i]] = arith::RemUIOp::create(inside, loc, rest, extent);
    rest = arith::DivUIOp::create(inside, loc, rest, extent);
  }
  if (!dims.empty())
    positions[dims.front()] = rest;
  body(inside, positions);
}

void Threads::forPoints(
    OpBuilder &b, Location loc, ValueRange extents,
    function_ref<void(OpBuilder &, ValueRange)> body) const {
  forPoints(b, loc, extents, id, arith::ConstantIndexOp::create(b, loc, count),
            body);
}

//===----------------------------------------------------------------------===//
// Wide accesses
//===----------------------------------------------------------------------===//

static int64_t elementBytes(Value memref) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  return element.isIndex()
             ? 8
             : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

int64_t gyre::accessWidth(ValueRange operands, ArrayRef<AffineMap> maps,
                          unsigned lane) {
  int64_t smallest = 0;
  for (auto [operand, map] : llvm::zip(operands, maps))
    if (classifyAccess(operand, map, lane) == AccessKind::contiguous) {
      int64_t bytes = elementBytes(operand);
      smallest = smallest ? std::min(smallest, bytes) : bytes;
    }
  // Eight elements of a byte in one access leave registers for the others.
  return smallest ? std::min<int64_t>(8, accessBytes / smallest) : 1;
}

Value gyre::accessesAlign(OpBuilder &b, Location loc, ValueRange operands,
                          ArrayRef<AffineMap> maps, unsigned lane,
                          int64_t width, ValueRange extents) {
  Value bad;
  auto add = [&](Value bytes, int64_t alignment) {
    Value mask = arith::ConstantIndexOp::create(b, loc, alignment - 1);
    Value low = b.createOrFold<arith::AndIOp>(loc, bytes, mask);
    bad = bad ? b.createOrFold<arith::OrIOp>(loc, bad, low) : low;
  };
  for (auto [operand, map] : llvm::zip(operands, maps)) {
    if (classifyAccess(operand, map, lane) != AccessKind::contiguous)
      continue;
    auto type = cast<MemRefType>(operand.getType());
    int64_t bytes = elementBytes(operand);
    int64_t alignment = std::min(accessBytes, width * bytes);
    Value size = arith::ConstantIndexOp::create(b, loc, bytes);
    auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, operand);
    add(memref::ExtractAlignedPointerAsIndexOp::create(b, loc, operand),
        alignment);
    add(b.createOrFold<arith::MulIOp>(loc, metadata.getOffset(), size),
        alignment);
    for (auto [r, expr] : llvm::enumerate(map.getResults())) {
      if (expr == b.getAffineDimExpr(lane))
        continue;
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (dim && getConstantIntValue(extents[dim.getPosition()]) == 1)
        continue;
      int64_t known = strideOf(type, r);
      Value stride =
          ShapedType::isStatic(known)
              ? arith::ConstantIndexOp::create(b, loc, known).getResult()
              : metadata.getStrides()[r];
      if (ShapedType::isStatic(known) && !dim && known * bytes % alignment)
        return {};
      stride = b.createOrFold<arith::MulIOp>(loc, stride, size);
      if (dim) {
        Value one = arith::ConstantIndexOp::create(b, loc, 1);
        Value alone = b.createOrFold<arith::CmpIOp>(
            loc, arith::CmpIPredicate::eq, extents[dim.getPosition()], one);
        stride = b.createOrFold<arith::SelectOp>(
            loc, alone, arith::ConstantIndexOp::create(b, loc, 0), stride);
      }
      add(stride, alignment);
    }
  }
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                       bad ? bad : zero, zero);
}

void gyre::markAligned(Region &region) {
  auto bytes = [](VectorType type) {
    int64_t element = type.getElementType().isIndex()
                          ? 8
                          : llvm::divideCeil(type.getElementTypeBitWidth(), 8);
    return std::min(accessBytes, type.getNumElements() * element);
  };
  region.walk([&](Operation *op) {
    if (auto load = dyn_cast<vector::LoadOp>(op))
      load.setAlignment(bytes(load.getVectorType()));
    else if (auto store = dyn_cast<vector::StoreOp>(op))
      store.setAlignment(bytes(store.getVectorType()));
  });
}

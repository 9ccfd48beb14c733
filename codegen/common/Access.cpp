// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How operands meet a vectorised loop dimension, and reading and writing them
// there.

#include "codegen/common/Access.h"

#include "codegen/common/Regions.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::gyre;

int64_t gyre::strideOf(MemRefType type, unsigned dim) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return ShapedType::kDynamic;
  return strides[dim];
}

AccessKind gyre::classifyAccess(Value operand, AffineMap map, unsigned dim) {
  auto type = dyn_cast<MemRefType>(operand.getType());
  return type ? classifyAccess(type, map, dim) : AccessKind::uniform;
}

AccessKind gyre::classifyAccess(MemRefType type, AffineMap map, unsigned dim) {
  auto kind = AccessKind::uniform;
  for (auto [r, expr] : llvm::enumerate(map.getResults())) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    if (!isa<AffineDimExpr>(expr) || kind != AccessKind::uniform)
      return AccessKind::irregular;
    kind =
        strideOf(type, r) == 1 ? AccessKind::contiguous : AccessKind::strided;
  }
  return kind;
}

SmallVector<Value> gyre::accessIndices(OpBuilder &b, Location loc,
                                       AffineMap map, ValueRange positions,
                                       ValueRange globals) {
  return llvm::map_to_vector(map.getResults(), [&](AffineExpr expr) {
    bool whole = !globals.empty() && !isa<AffineDimExpr>(expr);
    return expandExpr(b, loc, expr, whole ? globals : positions);
  });
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

/// The same memory as integers, where vectors of the type itself would be
/// packed bits (i1) or are not native to most targets (bf16, f16, f8).
static Value asIntegers(OpBuilder &b, Location loc, Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  Type element;
  if (type.getElementType().isInteger(1))
    element = b.getI8Type();
  else if (isa<BFloat16Type, Float16Type>(type.getElementType()))
    element = b.getI16Type();
  else if (isa<Float8E4M3FNType, Float8E5M2Type>(type.getElementType()))
    element = b.getI8Type();
  else
    return memref;
  Type integers = MemRefType::Builder(type).setElementType(element);
  return UnrealizedConversionCastOp::create(b, loc, integers, memref)
      .getResult(0);
}

namespace {
/// Where the lanes of one access are.
struct LaneAddress {
  Value memref;
  SmallVector<Value> indices; ///< of the first lane, or of the base
  Value offsets;              ///< lanes, from there; null if contiguous
  VectorType shape;           ///< of the lanes; null for a scalar access
};
} // namespace

/// The operand as one row, from its very start, with its strides.
static Value flatten(OpBuilder &b, Location loc, Value memref,
                     SmallVectorImpl<Value> &strides) {
  auto type = cast<MemRefType>(memref.getType());
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, memref);
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    int64_t stride = strideOf(type, dim);
    if (ShapedType::isDynamic(stride))
      strides.push_back(metadata.getStrides()[dim]);
    else
      strides.push_back(arith::ConstantIndexOp::create(b, loc, stride));
  }
  int64_t any = ShapedType::kDynamic;
  auto flat = MemRefType::get({any}, type.getElementType(),
                              StridedLayoutAttr::get(b.getContext(), any, {1}),
                              type.getMemorySpace());
  // Nothing reads the size of the row.
  Value size = arith::ConstantIndexOp::create(
      b, loc, std::numeric_limits<int32_t>::max());
  return memref::ReinterpretCastOp::create(
      b, loc, flat, metadata.getBaseBuffer(),
      OpFoldResult(metadata.getOffset()), ArrayRef<OpFoldResult>{size},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
}

static LaneAddress addressOf(OpBuilder &b, Location loc, Value memref,
                             ValueRange indices) {
  LaneAddress address{
      asIntegers(b, loc, memref), llvm::to_vector(indices), {}, {}};
  unsigned varying = 0, last = 0;
  for (auto [i, index] : llvm::enumerate(indices))
    if (auto type = dyn_cast<VectorType>(index.getType())) {
      address.shape = type;
      last = i;
      ++varying;
    }
  if (varying == 0)
    return address;
  auto type = cast<MemRefType>(memref.getType());
  if (varying == 1 && last + 1 == indices.size() && strideOf(type, last) == 1)
    if (Value base = contiguousBase(b, loc, indices[last])) {
      address.indices[last] = base;
      return address;
    }
  SmallVector<Value> strides;
  address.memref = flatten(b, loc, address.memref, strides);
  // Lanes that count up need their distance from the first only, which is
  // small; others are positions of any size.
  Value base = arith::ConstantIndexOp::create(b, loc, 0), lanes;
  auto addBase = [&](Value index, Value stride) {
    Value term = arith::MulIOp::create(b, loc, index, stride);
    base = arith::AddIOp::create(b, loc, base, term);
  };
  auto addLanes = [&](Value index, Value stride) {
    Value wide = broadcastLanes(b, loc, stride, address.shape.getNumElements());
    Value term = arith::MulIOp::create(b, loc, index, wide);
    lanes = lanes ? arith::AddIOp::create(b, loc, lanes, term) : term;
  };
  auto wideIndex = address.shape.clone(b.getIndexType());
  for (auto [index, stride] : llvm::zip(indices, strides)) {
    if (!isa<VectorType>(index.getType())) {
      addBase(index, stride);
      continue;
    }
    if (Value first = contiguousBase(b, loc, index)) {
      addBase(first, stride);
      Value zero = arith::ConstantIndexOp::create(b, loc, 0);
      addLanes(laneIndices(b, loc, zero, address.shape.getNumElements(),
                           b.getIndexType()),
               stride);
      continue;
    }
    if (index.getType() != wideIndex)
      index = arith::IndexCastOp::create(b, loc, wideIndex, index);
    addLanes(index, stride);
  }
  address.indices = {base};
  address.offsets = lanes;
  return address;
}

std::pair<Value, Value> gyre::linearAddress(OpBuilder &b, Location loc,
                                            Value memref, ValueRange indices) {
  SmallVector<Value> strides;
  Value flat = flatten(b, loc, memref, strides);
  Value linear = arith::ConstantIndexOp::create(b, loc, 0);
  for (auto [index, stride] : llvm::zip(indices, strides)) {
    Value term = b.createOrFold<arith::MulIOp>(loc, index, stride);
    linear = b.createOrFold<arith::AddIOp>(loc, linear, term);
  }
  return {flat, linear};
}

/// The bytes of a vector, at most a line.
static int64_t bytesOf(VectorType type) {
  Type element = type.getElementType();
  int64_t bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  return std::min<int64_t>(64, type.getNumElements() * bits / 8);
}

static Value allLanes(OpBuilder &b, Location loc, VectorType shape) {
  return arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(shape.clone(b.getI1Type()), true));
}

Value gyre::loadAt(OpBuilder &b, Location loc, Value memref, ValueRange indices,
                   Value mask) {
  LaneAddress at = addressOf(b, loc, memref, indices);
  Type element = cast<MemRefType>(at.memref.getType()).getElementType();
  Value loaded;
  if (!at.shape) {
    loaded = memref::LoadOp::create(b, loc, at.memref, at.indices);
  } else {
    VectorType type = at.shape.clone(element);
    auto zeros = [&]() -> Value {
      return arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
    };
    if (at.offsets)
      loaded = vector::GatherOp::create(
          b, loc, type, at.memref, at.indices, at.offsets,
          mask ? mask : allLanes(b, loc, type), zeros());
    else if (mask)
      loaded = vector::MaskedLoadOp::create(b, loc, type, at.memref, at.indices,
                                            mask, zeros());
    else
      loaded = vector::LoadOp::create(b, loc, type, at.memref, at.indices);
  }
  Type wanted = cast<MemRefType>(memref.getType()).getElementType();
  if (wanted == element)
    return loaded;
  if (!wanted.isInteger(1))
    return arith::BitcastOp::create(
        b, loc, at.shape ? Type(at.shape.clone(wanted)) : wanted, loaded);
  Value zero =
      arith::ConstantOp::create(b, loc, b.getZeroAttr(loaded.getType()));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, loaded, zero);
}

/// Whether 0 <= `index` < `size`, which is not negative: one comparison.
static Value isInRange(OpBuilder &b, Location loc, Value index, Value size) {
  Type element = getElementTypeOrSelf(index.getType());
  if (!element.isIndex()) {
    // Lanes of i32 hold positions below 2^31.
    Value most = arith::ConstantIndexOp::create(
        b, loc, std::numeric_limits<int32_t>::max());
    size = b.createOrFold<arith::MinUIOp>(loc, size, most);
    size = arith::IndexCastOp::create(b, loc, element, size);
  }
  if (auto lanes = dyn_cast<VectorType>(index.getType()))
    size = broadcastLanes(b, loc, size, lanes.getNumElements());
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, index, size);
}

Value gyre::lookUpAt(OpBuilder &b, Location loc, Value memref,
                     ValueRange indices, ArrayRef<int64_t> checked,
                     Value mask) {
  // What holds for all lanes is a branch, the rest goes into the mask.
  Value all, each = mask;
  auto add = [&](Value &to, Value condition) {
    to = to ? arith::AndIOp::create(b, loc, to, condition) : condition;
  };
  bool anyLanes = false;
  for (auto [dim, index] : llvm::enumerate(indices)) {
    bool lanes = isa<VectorType>(index.getType());
    anyLanes |= lanes;
    if (llvm::is_contained(checked, static_cast<int64_t>(dim)))
      continue;
    Value size = extentOf(b, loc, memref, dim);
    add(lanes ? each : all, isInRange(b, loc, index, size));
  }
  // A single element is read for all lanes: it has no use for their mask.
  if (!anyLanes)
    each = {};
  if (!all)
    return loadAt(b, loc, memref, indices, each);
  auto branch = [&](OpBuilder &b, Location loc) {
    scf::YieldOp::create(b, loc, loadAt(b, loc, memref, indices, each));
  };
  Type type = cast<MemRefType>(memref.getType()).getElementType();
  for (Value index : indices)
    if (auto lanes = dyn_cast<VectorType>(index.getType()))
      type = VectorType::get(lanes.getShape(), getElementTypeOrSelf(type));
  auto choice =
      scf::IfOp::create(b, loc, all, branch, [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(
            b, loc,
            arith::ConstantOp::create(b, loc, b.getZeroAttr(type)).getResult());
      });
  return choice.getResult(0);
}

void gyre::expandLookups(Operation *root) {
  root->walk([](LookupOp op) {
    IRRewriter rewriter(op);
    rewriter.replaceOp(op, lookUpAt(rewriter, op.getLoc(), op.getSource(),
                                    op.getIndices(), op.getChecked()));
  });
}

void gyre::storeAt(OpBuilder &b, Location loc, Value value, Value memref,
                   ValueRange indices, Value mask, bool streams) {
  LaneAddress at = addressOf(b, loc, memref, indices);
  if (at.shape)
    value = broadcastLanes(b, loc, value, at.shape.getNumElements());
  Type stored = cast<MemRefType>(at.memref.getType()).getElementType();
  Type type = at.shape ? Type(at.shape.clone(stored)) : stored;
  Type given = getElementTypeOrSelf(value.getType());
  if (given.isInteger(1))
    value = arith::ExtUIOp::create(b, loc, type, value);
  else if (given != stored && (given.isIndex() || stored.isIndex()))
    value = arith::IndexCastOp::create(b, loc, type, value);
  else if (value.getType() != type)
    value = arith::BitcastOp::create(b, loc, type, value);
  if (!at.shape)
    memref::StoreOp::create(b, loc, value, at.memref, at.indices);
  else if (at.offsets)
    vector::ScatterOp::create(b, loc, /*resultType=*/Type(), at.memref,
                              at.indices, at.offsets,
                              mask ? mask : allLanes(b, loc, at.shape), value);
  else if (mask)
    vector::MaskedStoreOp::create(b, loc, at.memref, at.indices, mask, value);
  else
    vector::StoreOp::create(
        b, loc, value, at.memref, at.indices, /*nontemporal=*/streams,
        streams ? llvm::MaybeAlign(bytesOf(cast<VectorType>(type)))
                : llvm::MaybeAlign());
}

Value gyre::convertFloat(OpBuilder &b, Location loc, Value value, Type to) {
  auto from = dyn_cast<FloatType>(getElementTypeOrSelf(value.getType()));
  auto target = dyn_cast<FloatType>(to);
  if (!from || !target || from == target)
    return value;
  Type type = to;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = vector.clone(to);
  if (from.getWidth() < target.getWidth())
    return arith::ExtFOp::create(b, loc, type, value);
  return arith::TruncFOp::create(b, loc, type, value);
}

Value gyre::loadElement(OpBuilder &b, Location loc, Value memref,
                        ValueRange indices, Value mask) {
  Value loaded = loadAt(b, loc, memref, indices, mask);
  return convertFloat(b, loc, loaded,
                      getRegionType(getElementTypeOrSelf(loaded.getType())));
}

void gyre::storeElement(OpBuilder &b, Location loc, Value value, Value memref,
                        ValueRange indices, Value mask, bool streams) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  storeAt(b, loc, convertFloat(b, loc, value, element), memref, indices, mask,
          streams);
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

Value gyre::extentOf(OpBuilder &b, Location loc, Value memref, unsigned dim) {
  auto type = cast<MemRefType>(memref.getType());
  if (!type.isDynamicDim(dim))
    return arith::ConstantIndexOp::create(b, loc, type.getDimSize(dim));
  return b.createOrFold<memref::DimOp>(loc, memref, dim);
}

SmallVector<Value> gyre::loopExtents(OpBuilder &b, Location loc,
                                     ValueRange operands,
                                     ArrayRef<AffineMap> maps) {
  SmallVector<Value> extents(maps.front().getNumDims());
  for (bool wantStatic : {true, false})
    for (auto [operand, map] : llvm::zip(operands, maps))
      for (auto [r, expr] : llvm::enumerate(map.getResults())) {
        auto dim = dyn_cast<AffineDimExpr>(expr);
        if (!dim || extents[dim.getPosition()])
          continue;
        if (!cast<MemRefType>(operand.getType()).isDynamicDim(r) == wantStatic)
          extents[dim.getPosition()] = extentOf(b, loc, operand, r);
      }
  return extents;
}

//===----------------------------------------------------------------------===//
// Rows that follow each other
//===----------------------------------------------------------------------===//

DimSet gyre::indexedDims(Operation *op, ArrayRef<AffineMap> maps) {
  DimSet indexed;
  op->walk([&](IndexOp index) { indexed.insert(index.getDim()); });
  for (AffineMap map : maps)
    for (AffineExpr expr : map.getResults())
      if (!isa<AffineDimExpr>(expr))
        for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
          if (expr.isFunctionOfDim(dim))
            indexed.insert(dim);
  return indexed;
}

bool gyre::areNeighbours(ArrayRef<AffineMap> maps, unsigned outer,
                         unsigned inner, const DimSet &indexed) {
  if (indexed.contains(outer) || indexed.contains(inner))
    return false;
  return llvm::all_of(maps, [&](AffineMap map) {
    if (!map.isFunctionOfDim(outer) && !map.isFunctionOfDim(inner))
      return true;
    MLIRContext *context = map.getContext();
    auto at = map.getResultPosition(getAffineDimExpr(outer, context));
    if (!at || *at + 1 == map.getNumResults() ||
        map.getResult(*at + 1) != getAffineDimExpr(inner, context))
      return false;
    return llvm::count_if(map.getResults(), [&](AffineExpr expr) {
             return expr.isFunctionOfDim(outer) || expr.isFunctionOfDim(inner);
           }) == 2;
  });
}

Value gyre::rowsFollow(OpBuilder &b, Location loc, Value operand,
                       unsigned dim) {
  auto type = cast<MemRefType>(operand.getType());
  if (type.getLayout().isIdentity())
    return {};
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, operand);
  auto stride = [&](unsigned r) -> Value {
    int64_t known = strideOf(type, r);
    if (ShapedType::isDynamic(known))
      return metadata.getStrides()[r];
    return arith::ConstantIndexOp::create(b, loc, known);
  };
  if (ShapedType::isStatic(strideOf(type, dim)) &&
      ShapedType::isStatic(strideOf(type, dim + 1)) &&
      !type.isDynamicDim(dim + 1) &&
      strideOf(type, dim) == strideOf(type, dim + 1) * type.getDimSize(dim + 1))
    return {};
  Value row = b.createOrFold<arith::MulIOp>(loc, stride(dim + 1),
                                            extentOf(b, loc, operand, dim + 1));
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                       stride(dim), row);
}

void gyre::collapseInto(OpBuilder &b, Location loc, ValueRange operands,
                        ArrayRef<AffineMap> maps, const DimSet &indexed,
                        unsigned inner, ArrayRef<unsigned> outer,
                        MutableArrayRef<Value> extents) {
  unsigned lane = inner;
  Value together; // null: known to be
  for (unsigned dim : outer) {
    if (!areNeighbours(maps, dim, inner, indexed))
      return;
    for (auto [operand, map] : llvm::zip(operands, maps)) {
      auto at = map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
      Value follow = at ? rowsFollow(b, loc, operand, *at) : Value();
      if (follow && together)
        follow = b.createOrFold<arith::AndIOp>(loc, together, follow);
      together = follow ? follow : together;
    }
    Value all = b.createOrFold<arith::MulIOp>(loc, extents[lane], extents[dim]);
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    if (together) {
      all = b.createOrFold<arith::SelectOp>(loc, together, all, extents[lane]);
      one = b.createOrFold<arith::SelectOp>(loc, together, one, extents[dim]);
    }
    extents[lane] = all;
    extents[dim] = one;
    inner = dim;
  }
}

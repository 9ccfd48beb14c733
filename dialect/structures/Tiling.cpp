// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tiling of the structures, from their maps and iterator kinds alone.

#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace mlir::gyre;

static OpFoldResult dimOf(OpBuilder &b, Location loc, Value value,
                          unsigned dim) {
  auto type = cast<ShapedType>(value.getType());
  if (!type.isDynamicDim(dim))
    return b.getIndexAttr(type.getDimSize(dim));
  if (isa<MemRefType>(type))
    return b.createOrFold<memref::DimOp>(loc, value, dim);
  return b.createOrFold<tensor::DimOp>(loc, value, dim);
}

static SmallVector<Value> shapedOperands(StructureOpInterface op) {
  SmallVector<Value> operands(op.getInputs());
  llvm::append_range(operands, op.getDpsInits());
  return operands;
}

SmallVector<utils::IteratorType>
gyre::structureLoopTypes(StructureOpInterface op) {
  return llvm::map_to_vector(op.getIteratorKinds(), [](IteratorKind kind) {
    return kind == IteratorKind::parallel ? utils::IteratorType::parallel
                                          : utils::IteratorType::reduction;
  });
}

SmallVector<Range> gyre::structureDomain(StructureOpInterface op,
                                         OpBuilder &b) {
  unsigned loops = op.getIteratorKinds().size();
  SmallVector<Range> domain(loops,
                            Range{b.getIndexAttr(0), {}, b.getIndexAttr(1)});
  // Static sizes first: they make better tiles.
  for (bool wantStatic : {true, false})
    for (auto [operand, map] :
         llvm::zip(shapedOperands(op), op.getIndexingMapsArray()))
      for (auto [r, expr] : llvm::enumerate(map.getResults())) {
        auto dim = dyn_cast<AffineDimExpr>(expr);
        if (!dim || domain[dim.getPosition()].size)
          continue;
        bool isStatic = !cast<ShapedType>(operand.getType()).isDynamicDim(r);
        if (isStatic == wantStatic)
          domain[dim.getPosition()].size = dimOf(b, op.getLoc(), operand, r);
      }
  return domain;
}

/// Whether the tile takes the whole of a loop dimension of size `whole`.
static bool isWhole(OpFoldResult offset, OpFoldResult size,
                    OpFoldResult whole) {
  if (!isConstantIntValue(offset, 0))
    return false;
  if (isEqualConstantIntOrValue(size, whole))
    return true;
  FailureOr<bool> equal = ValueBoundsConstraintSet::areEqual(size, whole);
  return succeeded(equal) && *equal;
}

/// Offsets and sizes of the part of `operand` that a tile touches. Compound
/// expressions (packed operands, fixed positions) stay whole.
static void tileOperand(OpBuilder &b, Location loc, Value operand,
                        AffineMap map, ArrayRef<OpFoldResult> offsets,
                        ArrayRef<OpFoldResult> sizes,
                        SmallVectorImpl<OpFoldResult> &operandOffsets,
                        SmallVectorImpl<OpFoldResult> &operandSizes) {
  for (auto [r, expr] : llvm::enumerate(map.getResults())) {
    if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
      operandOffsets.push_back(offsets[dim.getPosition()]);
      operandSizes.push_back(sizes[dim.getPosition()]);
      continue;
    }
    operandOffsets.push_back(b.getIndexAttr(0));
    operandSizes.push_back(dimOf(b, loc, operand, r));
  }
}

FailureOr<TilingResult> gyre::tileStructure(StructureOpInterface op,
                                            OpBuilder &b,
                                            ArrayRef<OpFoldResult> offsets,
                                            ArrayRef<OpFoldResult> sizes) {
  Location loc = op.getLoc();
  // Offsets are made first: nested tiling adds to values that must dominate
  // the clone.
  SmallVector<Value> newOffsets;
  AffineExpr sum = b.getAffineDimExpr(0) + b.getAffineDimExpr(1);
  for (auto [i, offset] : llvm::enumerate(offsets)) {
    OpFoldResult total = offset;
    if (!op.getOffsets().empty())
      total = affine::makeComposedFoldedAffineApply(
          b, loc, AffineMap::get(2, 0, sum),
          {OpFoldResult(op.getOffsets()[i]), offset});
    newOffsets.push_back(getValueOrCreateConstantIndexOp(b, loc, total));
  }

  SmallVector<Operation *> slices;
  SmallVector<Value> tiles;
  SmallVector<Type> resultTypes;
  unsigned numInputs = op.getInputs().size();
  for (auto [i, operand, map] :
       llvm::enumerate(shapedOperands(op), op.getIndexingMapsArray())) {
    SmallVector<OpFoldResult> operandOffsets, operandSizes;
    tileOperand(b, loc, operand, map, offsets, sizes, operandOffsets,
                operandSizes);
    SmallVector<OpFoldResult> strides(map.getNumResults(), b.getIndexAttr(1));
    Value tile;
    if (isa<MemRefType>(operand.getType()))
      tile = memref::SubViewOp::create(b, loc, operand, operandOffsets,
                                       operandSizes, strides);
    else
      tile = tensor::ExtractSliceOp::create(b, loc, operand, operandOffsets,
                                            operandSizes, strides);
    slices.push_back(tile.getDefiningOp());
    tiles.push_back(tile);
    if (i >= numInputs && isa<RankedTensorType>(tile.getType()))
      resultTypes.push_back(tile.getType());
  }

  // Operands that are neither inputs, inits nor offsets (limits) stay as they
  // are: they speak of the whole iteration space.
  IRMapping mapping;
  Operation *clone = op->clone(mapping);
  auto tiled = cast<StructureOpInterface>(clone);
  for (auto [i, tile] : llvm::enumerate(tiles)) {
    unsigned at =
        i < numInputs
            ? tiled.getInputs().getBeginOperandIndex() + i
            : tiled.getDpsInitsMutable()[i - numInputs].getOperandNumber();
    clone->setOperand(at, tile);
  }
  tiled.getOffsetsMutable().assign(newOffsets);
  for (auto [result, type] : llvm::zip(clone->getResults(), resultTypes))
    result.setType(type);
  b.insert(clone);
  return TilingResult{{clone}, SmallVector<Value>(clone->getResults()), slices};
}

LogicalResult
gyre::structureResultTile(StructureOpInterface op, OpBuilder &b,
                          unsigned result, ArrayRef<OpFoldResult> offsets,
                          ArrayRef<OpFoldResult> sizes,
                          SmallVector<OpFoldResult> &resultOffsets,
                          SmallVector<OpFoldResult> &resultSizes) {
  AffineMap map = op.getIndexingMapsArray()[op.getInputs().size() + result];
  tileOperand(b, op.getLoc(), op.getDpsInits()[result], map, offsets, sizes,
              resultOffsets, resultSizes);
  return success();
}

LogicalResult gyre::structureDomainOfResultTile(
    StructureOpInterface op, OpBuilder &b, unsigned result,
    ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
    SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  SmallVector<IteratorKind> kinds = op.getIteratorKinds();
  for (Range range : structureDomain(op, b)) {
    domainOffsets.push_back(range.offset);
    domainSizes.push_back(range.size);
  }
  AffineMap map = op.getIndexingMapsArray()[op.getInputs().size() + result];
  for (auto [r, expr] : llvm::enumerate(map.getResults())) {
    unsigned dim = cast<AffineDimExpr>(expr).getPosition();
    // A tile that cuts a dimension which is folded would need partial states.
    if (kinds[dim] != IteratorKind::parallel &&
        !isWhole(offsets[r], sizes[r], domainSizes[dim]))
      return failure();
    domainOffsets[dim] = offsets[r];
    domainSizes[dim] = sizes[r];
  }
  return success();
}

FailureOr<TilingResult>
gyre::tileStructureForResult(StructureOpInterface op, OpBuilder &b,
                             unsigned result, ArrayRef<OpFoldResult> offsets,
                             ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> domainOffsets, domainSizes;
  if (failed(structureDomainOfResultTile(op, b, result, offsets, sizes,
                                         domainOffsets, domainSizes)))
    return failure();
  FailureOr<TilingResult> tiled =
      tileStructure(op, b, domainOffsets, domainSizes);
  if (failed(tiled))
    return failure();
  tiled->tiledValues = {tiled->tiledValues[result]};
  return tiled;
}

LogicalResult gyre::reifyStructureShapes(StructureOpInterface op, OpBuilder &b,
                                         ReifiedRankedShapedTypeDims &dims) {
  for (Value init : op.getDpsInits()) {
    SmallVector<OpFoldResult> sizes;
    for (int64_t dim = 0, rank = cast<ShapedType>(init.getType()).getRank();
         dim < rank; ++dim)
      sizes.push_back(dimOf(b, op.getLoc(), init, dim));
    dims.push_back(std::move(sizes));
  }
  return success();
}

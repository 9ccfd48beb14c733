// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Emission of gyre.contract_reduce: the roles of its loops, access to its
// operands, and plain matrix products with their epilogue.

#include "codegen/cpu/Contract.h"

#include "codegen/cpu/Emitters.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::gyre;

LogicalResult gyre::emitContract(RewriterBase &rewriter, ContractReduceOp op) {
  rewriter.setInsertionPoint(op);
  if (failed(ContractEmitter(rewriter, op).emit()))
    return failure();
  rewriter.eraseOp(op);
  return success();
}

ContractEmitter::ContractEmitter(RewriterBase &b, ContractReduceOp op)
    : b(b), op(op), loc(op.getLoc()), kinds(op.getIteratorKinds()),
      maps(op.getIndexingMapsArray()) {
  TargetAttr target = TargetAttr::of(op);
  lanes = target.getLanes();
  hasFma = target.getFma();
  // Accumulators, a line of the right operand and a broadcast have to fit:
  // 6 x 4 of 32 registers, 6 x 2 of 16.
  blockVectors = target.getVectorRegisters() >= 32 ? 4 : 2;
  SmallVector<Value> operands(op.getInputs());
  llvm::append_range(operands, op.getInits());
  extents = loopExtents(b, loc, operands, maps);
  at.assign(kinds.size(), constant(0));
  staged.resize(op.getContractions());
  stagedBuffers.resize(op.getContractions());
  SmallVector<Region *> regions;
  for (Region &region : op->getRegions())
    if (!region.empty())
      regions.push_back(&region);
  laneType = laneIndexType(regions);
}

LogicalResult ContractEmitter::emit() {
  if (failed(findRoles()))
    return failure();
  if (!op.isPlainProduct()) {
    FailureOr<Fold> match = matchContractFold(op);
    if (failed(match))
      return failure();
    fold = *match;
    if (failed(planFold()))
      return failure();
  }
  emitOuterLoops(0);
  return success();
}

void ContractEmitter::emitOuterLoops(unsigned depth) {
  if (depth < outer.size()) {
    loop(constant(0), extents[outer[depth]], 1, [&](Value iv) {
      at[outer[depth]] = iv;
      emitOuterLoops(depth + 1);
    });
    return;
  }
  if (op.isPlainProduct())
    emitPlainProduct();
  else
    emitFold();
}

//===----------------------------------------------------------------------===//
// Roles
//===----------------------------------------------------------------------===//

LogicalResult ContractEmitter::findRoles() {
  for (Region &region : op->getRegions())
    if (!canWiden(region))
      return op.emitOpError("expected regions without control flow");
  FailureOr<ContractRoles> roles =
      findContractRoles(op, extents, [&](unsigned operand, unsigned dim) {
        return accessOf(operand, dim) == AccessKind::contiguous;
      });
  if (failed(roles))
    return failure();
  row = roles->row;
  column = roles->column;
  payload = roles->payload;
  outer = roles->outer;
  return success();
}

//===----------------------------------------------------------------------===//
// Values, loops and operands
//===----------------------------------------------------------------------===//

Value ContractEmitter::constant(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

Value ContractEmitter::add(Value value, int64_t amount) {
  if (amount == 0)
    return value;
  return b.createOrFold<arith::AddIOp>(loc, value, constant(amount));
}

SmallVector<Value> ContractEmitter::loop(Value begin, Value end, int64_t step,
                                         ValueRange init, Body body) {
  auto first = getConstantIntValue(begin), last = getConstantIntValue(end);
  if (first && last && *first >= *last)
    return SmallVector<Value>(init);
  if (first && last && *last - *first <= step)
    return body(begin, init);
  auto op = scf::ForOp::create(
      b, loc, begin, end, constant(step), init,
      [&](OpBuilder &, Location, Value iv, ValueRange carried) {
        scf::YieldOp::create(b, loc, body(iv, carried));
      });
  return SmallVector<Value>(op.getResults());
}

void ContractEmitter::loop(Value begin, Value end, int64_t step,
                           function_ref<void(Value)> body) {
  loop(begin, end, step, ValueRange(), [&](Value iv, ValueRange) {
    body(iv);
    return SmallVector<Value>();
  });
}

void ContractEmitter::forRowBlocks(Value begin, Value end,
                                   function_ref<void(int64_t)> body) {
  if (row < 0)
    return body(1);
  Value saved = at[row];
  auto first = getConstantIntValue(begin), last = getConstantIntValue(end);
  Value rest = arith::RemUIOp::create(
      b, loc, b.createOrFold<arith::SubIOp>(loc, end, begin),
      constant(blockRows));
  Value whole = b.createOrFold<arith::SubIOp>(loc, end, rest);
  if (first && last)
    whole = constant(*last - (*last - *first) % blockRows);
  loop(begin, whole, blockRows, [&](Value iv) {
    at[row] = iv;
    body(blockRows);
  });
  if (first && last) {
    at[row] = whole;
    if (int64_t rows = (*last - *first) % blockRows)
      body(rows);
  } else {
    loop(whole, end, 1, [&](Value iv) {
      at[row] = iv;
      body(1);
    });
  }
  at[row] = saved;
}

Value ContractEmitter::globalOf(unsigned dim, Value local) {
  if (op.getOffsets().empty())
    return local;
  return b.createOrFold<arith::AddIOp>(loc, local, op.getOffsets()[dim]);
}

Value ContractEmitter::indexAt(unsigned dim, int laneDim, Value base) {
  if (int(dim) != laneDim)
    return globalOf(dim, at[dim]);
  return laneIndices(b, loc, globalOf(dim, base), lanes, laneType);
}

SmallVector<Value>
ContractEmitter::indicesOf(unsigned operand,
                           ArrayRef<std::pair<int, Value>> replaced) {
  SmallVector<Value> positions(at);
  for (auto [dim, value] : replaced)
    if (dim >= 0)
      positions[dim] = value;
  SmallVector<Value> globals;
  // A loop that the map does not name may have ended.
  if (!mapOf(operand).isProjectedPermutation())
    for (auto [dim, local] : llvm::enumerate(positions))
      globals.push_back(
          mapOf(operand).isFunctionOfDim(dim) ? globalOf(dim, local) : local);
  return accessIndices(b, loc, mapOf(operand), positions, globals);
}

AccessKind ContractEmitter::accessOf(unsigned operand, int dim) {
  AffineMap map = mapOf(operand);
  if (dim < 0 || !map.isFunctionOfDim(dim))
    return AccessKind::uniform;
  AccessKind kind = classifyAccess(typeOf(operand), map, dim);
  if (kind != AccessKind::irregular || !typeOf(operand).isLastDimUnitStride())
    return kind;
  // Panels: (..., dim floordiv width, ..., dim mod width).
  auto position = getAffineDimExpr(dim, b.getContext());
  auto mod = dyn_cast<AffineBinaryOpExpr>(map.getResults().back());
  if (!mod || mod.getKind() != AffineExprKind::Mod || mod.getLHS() != position)
    return kind;
  auto width = dyn_cast<AffineConstantExpr>(mod.getRHS());
  if (!width || width.getValue() % lanes != 0)
    return kind;
  for (AffineExpr expr : map.getResults().drop_back())
    if (expr.isFunctionOfDim(dim) && expr != position.floorDiv(width))
      return kind;
  return AccessKind::contiguous;
}

Value ContractEmitter::loadLanes(unsigned operand, int dim, Value base,
                                 Value mask) {
  Value element = loadStored(operand, dim, base, mask);
  if (operand >= op.getInputs().size())
    return element;
  auto [region, first, count] = op.getReading(operand);
  if (!region)
    return element;
  SmallVector<Value> arguments = {element};
  for (unsigned i = first; i < first + count; ++i)
    arguments.push_back(loadStored(i, dim, base, mask));
  auto index = [&](unsigned d) { return indexAt(d, dim, base); };
  Value value = cloneRegion(b, *region, arguments, index, mask).front();
  if (!mask)
    return value;
  return arith::SelectOp::create(
      b, loc, mask, splat(value),
      zeroVector(getElementTypeOrSelf(value.getType())));
}

Value ContractEmitter::loadStored(unsigned operand, int dim, Value base,
                                  Value mask) {
  AccessKind kind = accessOf(operand, dim);
  Value memref = operandAt(operand);
  if (kind == AccessKind::uniform)
    return loadElement(b, loc, memref, indicesOf(operand));
  SmallVector<Value> indices;
  if (kind == AccessKind::contiguous) {
    indices = indicesOf(operand, {{dim, base}});
    indices.back() =
        laneIndices(b, loc, indices.back(), lanes, b.getIndexType());
  } else {
    SmallVector<Value> positions(at), globals;
    positions[dim] = laneIndices(b, loc, base, lanes, b.getIndexType());
    for (auto [d, local] : llvm::enumerate(positions))
      globals.push_back(int(d) == dim ? laneIndices(b, loc, globalOf(d, base),
                                                    lanes, b.getIndexType())
                        : mapOf(operand).isFunctionOfDim(d) ? globalOf(d, local)
                                                            : local);
    indices = accessIndices(b, loc, mapOf(operand), positions, globals);
  }
  return loadElement(b, loc, memref, indices, mask);
}

void ContractEmitter::storeLanes(unsigned operand, int dim, Value base,
                                 Value value, Value mask) {
  SmallVector<Value> indices = indicesOf(
      operand, {{dim, laneIndices(b, loc, base, lanes, b.getIndexType())}});
  storeElement(b, loc, splat(value), operandAt(operand), indices, mask);
}

Value ContractEmitter::maskBelow(Value count) {
  return vector::CreateMaskOp::create(b, loc, vectorOf(b.getI1Type()),
                                      ValueRange{count});
}

Value ContractEmitter::maskOf(Span span, Value base) {
  auto below = [&](Value position) {
    return maskBelow(arith::SubIOp::create(b, loc, position, base));
  };
  Value mask = below(span.end);
  if (!op.getStart())
    return mask;
  Value all = arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(vectorOf(b.getI1Type()), true));
  Value from = arith::XOrIOp::create(b, loc, below(span.begin), all);
  return arith::AndIOp::create(b, loc, mask, from);
}

Value ContractEmitter::zeroVector(Type element) {
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(vectorOf(element)));
}

Value ContractEmitter::scratch(ArrayRef<int64_t> shape, Type element) {
  OpBuilder::InsertionGuard guard(b);
  // Each thread has its own: inside the outermost tile where there is one.
  scf::ForallOp tile;
  for (auto next = op->getParentOfType<scf::ForallOp>(); next;
       next = next->getParentOfType<scf::ForallOp>())
    tile = next;
  if (tile)
    b.setInsertionPointToStart(tile.getBody());
  else
    b.setInsertionPointToStart(
        &op->getParentOfType<FunctionOpInterface>().getFunctionBody().front());
  return memref::AllocaOp::create(b, loc, MemRefType::get(shape, element),
                                  b.getI64IntegerAttr(64));
}

//===----------------------------------------------------------------------===//
// Plain products
//===----------------------------------------------------------------------===//

void ContractEmitter::forVectors(
    Value extent, function_ref<void(Value, int64_t, bool)> body) {
  auto size = getConstantIntValue(extent);
  int64_t step = blockVectors * lanes;
  Value whole = b.createOrFold<arith::SubIOp>(
      loc, extent, b.createOrFold<arith::RemUIOp>(loc, extent, constant(step)));
  loop(constant(0), whole, step,
       [&](Value base) { body(base, blockVectors, /*masked=*/false); });
  if (!size)
    return loop(whole, extent, lanes,
                [&](Value base) { body(base, 1, /*masked=*/true); });
  if (int64_t rest = *size % step)
    body(constant(*size - rest), llvm::divideCeil(rest, lanes),
         rest % lanes != 0);
}

void ContractEmitter::emitPlainProduct() {
  // Few rows leave registers for long lines of the right operand, which come
  // from memory as streams.
  auto rows = row >= 0 ? getConstantIntValue(extents[row]) : std::nullopt;
  if (rows && *rows >= 1 && *rows < blockRows && usesPanels(0))
    blockVectors *= llvm::bit_floor<uint64_t>(blockRows / *rows);
  forVectors(extents[column], [&](Value base, int64_t vectors, bool masked) {
    at[column] = base;
    emitProductColumns(vectors, masked);
  });
}

void ContractEmitter::emitProductColumns(int64_t vectors, bool masked) {
  unsigned numInputs = op.getInputs().size(), result = numInputs;
  Value begin = constant(0), end = row >= 0 ? extents[row] : constant(1);
  SmallVector<unsigned> dims = contractionDims(0);
  auto depth = dims.size() == 1 ? getConstantIntValue(extents[dims[0]])
                                : std::optional<int64_t>(0);
  auto rows = getConstantIntValue(end);
  // Partial sums wait in the result, so that has to hold them exactly.
  bool blocked =
      (!depth || *depth > stagedDepthBlock) && (!rows || *rows > blockRows) &&
      op.getContractions() == 1 && op.getInits().size() == 1 &&
      typeOf(0).getElementType() == typeOf(result).getElementType() &&
      getRegionType(typeOf(result).getElementType()) ==
          typeOf(result).getElementType();
  bool stage = op.getContractions() == 1 && wantsStaging(0, blocked);
  if (!blocked) {
    if (stage)
      stageColumns(0, vectors * lanes, masked, blocked, begin,
                   extents[dims[0]]);
    forRowBlocks(begin, end, [&](int64_t rows) {
      SmallVector<SmallVector<Value>> products;
      for (unsigned k = 0; k < op.getContractions(); ++k)
        products.push_back(multiply(k, rows, vectors, masked));
      storeProducts(rows, vectors, products, masked);
    });
    llvm::fill(staged, Value());
    return;
  }

  int64_t block = stagedDepthBlock;
  Value total = extents[dims[0]];
  Value blocks = arith::CeilDivUIOp::create(b, loc, total, constant(block));
  blocks = arith::MaxUIOp::create(b, loc, blocks, constant(1));
  Value last = arith::MulIOp::create(b, loc, add(blocks, -1), constant(block));
  auto maskOf = [&](int64_t v) {
    return masked ? maskBelow(arith::SubIOp::create(b, loc, extents[column],
                                                    add(at[column], v * lanes)))
                  : Value();
  };
  auto multiplyBlock = [&](int64_t rows, Value from, Value to) {
    Value saved = row >= 0 ? at[row] : Value();
    Value isFirst = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                          from, constant(0));
    SmallVector<Value> partial;
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t v = 0; v < vectors; ++v) {
        at[row] = add(saved, r);
        Value sum =
            loadLanes(result, column, add(at[column], v * lanes), maskOf(v));
        partial.push_back(arith::SelectOp::create(
            b, loc, isFirst, zeroVector(getElementTypeOrSelf(sum.getType())),
            splat(sum)));
      }
    at[row] = saved;
    return multiply(0, rows, vectors, masked, partial, {{from, to}});
  };
  loop(begin, last, block, [&](Value from) {
    Value to = add(from, block);
    if (stage)
      stageColumns(0, vectors * lanes, masked, blocked, from, to);
    forRowBlocks(begin, end, [&](int64_t rows) {
      SmallVector<Value> sums = multiplyBlock(rows, from, to);
      Value saved = at[row];
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t v = 0; v < vectors; ++v) {
          at[row] = add(saved, r);
          storeLanes(result, column, add(at[column], v * lanes),
                     sums[r * vectors + v], maskOf(v));
        }
      at[row] = saved;
    });
  });
  if (stage)
    stageColumns(0, vectors * lanes, masked, blocked, last, total);
  forRowBlocks(begin, end, [&](int64_t rows) {
    storeProducts(rows, vectors, {multiplyBlock(rows, last, total)}, masked);
  });
  llvm::fill(staged, Value());
}

void ContractEmitter::storeProducts(int64_t rows, int64_t vectors,
                                    ArrayRef<SmallVector<Value>> products,
                                    bool masked) {
  unsigned numInputs = op.getInputs().size(), first = 2 * op.getContractions();
  Value saved = row >= 0 ? at[row] : Value();
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < vectors; ++v) {
      if (row >= 0)
        at[row] = add(saved, r);
      Value base = add(at[column], v * lanes), mask;
      if (masked)
        mask = maskBelow(arith::SubIOp::create(b, loc, extents[column], base));
      SmallVector<Value> arguments;
      for (ArrayRef<Value> tile : products)
        arguments.push_back(tile[r * vectors + v]);
      for (unsigned i = 0; i < op.getNumElements(); ++i)
        arguments.push_back(loadLanes(first + i, column, base, mask));
      auto index = [&](unsigned dim) { return indexAt(dim, column, base); };
      SmallVector<Value> values =
          cloneRegion(b, op.getScore(), arguments, index, mask);
      for (auto [i, value] : llvm::enumerate(values))
        storeLanes(numInputs + i, column, base, value, mask);
    }
  if (row >= 0)
    at[row] = saved;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decides by bytes and addresses whether a tile's results are streamed.

#include "codegen/common/Streaming.h"

#include "codegen/common/Access.h"
#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::gyre;

/// A line of the caches, and the widest vector.
constexpr int64_t line = 64;

/// The whole buffer that `memref` is a part of; null where a thread has one of
/// its own.
static Value wholeBuffer(Value memref) {
  while (Operation *def = memref.getDefiningOp()) {
    if (isa<memref::GetGlobalOp>(def))
      return memref;
    auto view = dyn_cast<ViewLikeOpInterface>(def);
    if (!view)
      return {};
    // A slice of the workspace.
    if (isa<memref::ViewOp>(def))
      return isa<BlockArgument>(view.getViewSource()) ? memref : Value();
    memref = view.getViewSource();
  }
  return memref;
}

static int64_t bytesPerElement(Value memref) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  return element.isIndex()
             ? 8
             : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

static Value bytesOf(OpBuilder &b, Location loc, Value buffer) {
  Value bytes = arith::ConstantIndexOp::create(b, loc, bytesPerElement(buffer));
  for (int64_t dim : llvm::seq(cast<MemRefType>(buffer.getType()).getRank()))
    bytes = b.createOrFold<arith::MulIOp>(loc, bytes,
                                          extentOf(b, loc, buffer, dim));
  return bytes;
}

static Value addressOf(OpBuilder &b, Location loc, Value memref) {
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(b, loc, memref);
  auto type = cast<MemRefType>(memref.getType());
  if (type.getLayout().isIdentity())
    return base;
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, memref);
  Value size = arith::ConstantIndexOp::create(b, loc, bytesPerElement(memref));
  Value offset = arith::MulIOp::create(b, loc, metadata.getOffset(), size);
  return arith::AddIOp::create(b, loc, base, offset);
}

static Value compare(OpBuilder &b, Location loc, arith::CmpIPredicate predicate,
                     Value x, int64_t y) {
  return b.createOrFold<arith::CmpIOp>(
      loc, predicate, x, arith::ConstantIndexOp::create(b, loc, y));
}

namespace {
/// A conjunction that leaves out what is known to hold.
struct Condition {
  OpBuilder &b;
  Location loc;
  Value value;
  void require(Value part) {
    if (!isConstantIntValue(part, 1) && !isConstantIntValue(part, -1))
      value = value ? arith::AndIOp::create(b, loc, value, part) : part;
  }
};
} // namespace

/// Whether all buffers together are more than the last cache holds, and results
/// don't overwrite what is read; null where known to be false.
static Value needsMemory(OpBuilder &b, Location loc, scf::ForallOp loop,
                         const StreamQuery &query) {
  llvm::SmallSetVector<Value, 4> written, buffers;
  for (Value output : query.outputs) {
    Value buffer = wholeBuffer(output);
    if (!buffer || loop->isAncestor(buffer.getParentBlock()->getParentOp()))
      return {};
    written.insert(buffer);
  }
  buffers = written;
  for (Value input : query.inputs) {
    Value buffer =
        isa<MemRefType>(input.getType()) ? wholeBuffer(input) : Value();
    if (written.contains(buffer))
      return {};
    if (buffer && !loop->isAncestor(buffer.getParentBlock()->getParentOp()))
      buffers.insert(buffer);
  }
  // What the kernel reads soon should be in a cache.
  WalkResult reads = loop->walk([&](Operation *other) {
    bool isTile =
        isa<StructureOpInterface, linalg::LinalgOp, memref::CopyOp>(other);
    return isTile && other != query.op &&
                   llvm::any_of(other->getOperands(),
                                [&](Value operand) {
                                  return isa<MemRefType>(operand.getType()) &&
                                         written.contains(wholeBuffer(operand));
                                })
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  if (reads.wasInterrupted())
    return {};
  Condition condition{b, loc, {}};
  Value bytes;
  for (Value buffer : buffers) {
    Value part = bytesOf(b, loc, buffer);
    bytes = bytes ? b.createOrFold<arith::AddIOp>(loc, bytes, part) : part;
    // A result may overwrite an argument.
    if (!written.contains(buffer) && isa<BlockArgument>(buffer))
      for (Value output : written)
        if (isa<BlockArgument>(output))
          condition.require(arith::CmpIOp::create(
              b, loc, arith::CmpIPredicate::ne, addressOf(b, loc, buffer),
              addressOf(b, loc, output)));
  }
  int64_t cache = TargetAttr::of(loop).getL3Bytes();
  Value large = compare(b, loc, arith::CmpIPredicate::ugt, bytes, cache);
  if (isConstantIntValue(large, 0))
    return {};
  condition.require(large);
  return condition.value ? condition.value : large;
}

std::optional<Streams> gyre::planStreams(OpBuilder &b, Location loc,
                                         const StreamQuery &query) {
  if (llvm::is_contained(query.perLane, 0))
    return std::nullopt;
  scf::ForallOp loop;
  for (Operation *op = b.getInsertionBlock()->getParentOp(); op;
       op = op->getParentOp())
    if (auto outer = dyn_cast<scf::ForallOp>(op))
      loop = outer;
  if (!loop)
    return std::nullopt;
  Value large;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(loop);
    large = needsMemory(b, loc, loop, query);
  }
  if (!large)
    return std::nullopt;

  Condition condition{b, loc, large};
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  int64_t lanes = TargetAttr::of(loop).getLanes();
  Value head = constant(0);
  for (auto [i, output] : llvm::enumerate(query.outputs)) {
    int64_t bytes = bytesPerElement(output) * query.perLane[i];
    // Vectors start where a line does, or a part of one that they fill.
    int64_t unit = std::min(line, lanes * bytes);
    auto pastLine = [&](Value address) -> Value {
      return arith::AndIOp::create(b, loc, address, constant(unit - 1));
    };
    Value address = addressOf(b, loc, output);
    if (i == 0 && query.perLane[i] == 1 && query.mayPeel) {
      Value before = pastLine(
          arith::SubIOp::create(b, loc, constant(0), pastLine(address)));
      head = arith::DivUIOp::create(b, loc, before, constant(bytes));
      head = arith::MinUIOp::create(b, loc, head, query.extents[query.lane]);
    }
    Value skipped = b.createOrFold<arith::MulIOp>(loc, head, constant(bytes));
    address = b.createOrFold<arith::AddIOp>(loc, address, skipped);
    condition.require(
        compare(b, loc, arith::CmpIPredicate::eq, pastLine(address), 0));
    // Each row starts on a line like the first.
    auto type = cast<MemRefType>(output.getType());
    SmallVector<Value> strides;
    for (auto [r, expr] : llvm::enumerate(query.outputMaps[i].getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim || dim.getPosition() == query.lane ||
          (query.perLane[i] > 1 && r + 1 == type.getRank()))
        continue;
      int64_t known = strideOf(type, r);
      if (ShapedType::isStatic(known) &&
          known * bytesPerElement(output) % unit == 0)
        continue;
      if (strides.empty())
        llvm::append_range(
            strides, memref::ExtractStridedMetadataOp::create(b, loc, output)
                         .getStrides());
      Value stride = arith::MulIOp::create(b, loc, strides[r],
                                           constant(bytesPerElement(output)));
      Value aligned =
          compare(b, loc, arith::CmpIPredicate::eq, pastLine(stride), 0);
      Value single = compare(b, loc, arith::CmpIPredicate::eq,
                             query.extents[dim.getPosition()], 1);
      condition.require(b.createOrFold<arith::OrIOp>(loc, aligned, single));
    }
  }
  if (isConstantIntValue(head, 0))
    head = {};
  return Streams{condition.value, head};
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the BindResults pass: at the boundary of an entry point
// tensors become memory that the caller owns.

#include "dialect/structures/Structures.h"
#include "passes/EntryPoint.h"
#include "passes/InPlace.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_BINDRESULTS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

static Type toMemory(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? MemRefType::get(tensor.getShape(), tensor.getElementType())
                : type;
}

/// `out` in the shape that `value`, a result of a reshape, had before; null for
/// other values and where sizes can't be told from those of `out`.
static Value undoReshape(OpBuilder &b, Value value, Value out) {
  Location loc = value.getLoc();
  if (auto expand = value.getDefiningOp<tensor::ExpandShapeOp>())
    return memref::CollapseShapeOp::create(
        b, loc, cast<MemRefType>(toMemory(expand.getSrcType())), out,
        expand.getReassociationIndices());
  auto collapse = value.getDefiningOp<tensor::CollapseShapeOp>();
  if (!collapse)
    return {};
  RankedTensorType type = collapse.getSrcType();
  SmallVector<OpFoldResult> sizes;
  for (auto [dim, group] :
       llvm::enumerate(collapse.getReassociationIndices())) {
    int64_t known = 1, unknown = 0;
    for (int64_t part : group)
      if (type.isDynamicDim(part))
        ++unknown;
      else
        known *= type.getDimSize(part);
    if (unknown > 1 || (unknown == 1 && known == 0))
      return {};
    for (int64_t part : group) {
      if (!type.isDynamicDim(part)) {
        sizes.push_back(b.getIndexAttr(type.getDimSize(part)));
        continue;
      }
      Value size = memref::DimOp::create(b, loc, out, dim);
      Value divisor = arith::ConstantIndexOp::create(b, loc, known);
      sizes.push_back(b.createOrFold<arith::DivUIOp>(loc, size, divisor));
    }
  }
  return memref::ExpandShapeOp::create(
      b, loc, toMemory(type), out, collapse.getReassociationIndices(), sizes);
}

/// Where a chain of slices put into an argument, whose last value is `result`,
/// takes that argument: each slice is written to what the argument holds.
static OpOperand *findAppended(Value result) {
  auto insert = result.getDefiningOp<tensor::InsertSliceOp>();
  while (insert && !isa<BlockArgument>(insert.getDest()))
    insert = insert.getDest().getDefiningOp<tensor::InsertSliceOp>();
  if (!insert || insert.getDest().getParentBlock() != insert->getBlock() ||
      insert->getBlock() != result.getParentBlock())
    return nullptr;
  return &insert.getDestMutable();
}

/// Whether `use` is a destination whose values its operation starts from, as a
/// scan does from its states.
static bool isStart(OpOperand &use) {
  auto structure = dyn_cast<StructureOpInterface>(use.getOwner());
  if (!structure || !structure.isDpsInit(&use))
    return false;
  unsigned first = structure.getDpsInitsMutable().begin()->getOperandNumber();
  return structure.readsInit(use.getOperandNumber() - first);
}

/// The first use of a value of which `value` is the new state; null for what is
/// made anew.
static OpOperand *findState(Value value) {
  OpOperand *start = nullptr;
  bool starts = false;
  while (auto result = dyn_cast<OpResult>(value)) {
    Operation *op = result.getOwner();
    if (auto forall = dyn_cast<scf::ForallOp>(op)) {
      start = forall.getTiedOpOperand(result);
      SmallVector<Operation *> inserts =
          forall.getCombiningOps(forall.getTiedBlockArgument(start));
      auto insert =
          inserts.size() == 1
              ? dyn_cast<tensor::ParallelInsertSliceOp>(inserts.front())
              : tensor::ParallelInsertSliceOp();
      auto tile = insert ? dyn_cast<OpResult>(insert.getSource()) : OpResult();
      auto inner = tile ? dyn_cast<DestinationStyleOpInterface>(tile.getOwner())
                        : DestinationStyleOpInterface();
      starts |= inner && isStart(*inner.getTiedOpOperand(tile));
    } else if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op)) {
      start = &op->getOpOperand(0);
    } else if (auto inner = dyn_cast<DestinationStyleOpInterface>(op)) {
      start = inner.getTiedOpOperand(result);
      starts |= isStart(*start);
    } else {
      return nullptr;
    }
    value = start->get();
  }
  return starts ? start : nullptr;
}

/// The destination in whose place `value` is made; null where there is none.
static OpOperand *findDestination(Value value) {
  auto result = dyn_cast<OpResult>(value);
  if (!result)
    return nullptr;
  Operation *op = result.getOwner();
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op))
    return &op->getOpOperand(0);
  if (auto forall = dyn_cast<scf::ForallOp>(op))
    return forall.getTiedOpOperand(result);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return loop.getTiedLoopInit(result);
  if (auto made = dyn_cast<DestinationStyleOpInterface>(op))
    return made.getTiedOpOperand(result);
  return nullptr;
}

/// What `value`, a result, is made from in place must be nobody else's: its
/// memory is overwritten with the result at the end, which bufferization does
/// not know, so it might hold what another one still needs. Who only reads it
/// has done so by then.
static void separate(Value value) {
  while (OpOperand *use = findDestination(value)) {
    value = use->get();
    bool isShared = llvm::any_of(value.getUses(), [&](OpOperand &other) {
      auto reader = dyn_cast<DestinationStyleOpInterface>(other.getOwner());
      return &other != use && !(reader && reader.isDpsInput(&other));
    });
    if (!isShared || value.getDefiningOp<tensor::EmptyOp>())
      continue;
    OpBuilder b(use->getOwner());
    if (auto fill = value.getDefiningOp<linalg::FillOp>()) {
      b.setInsertionPoint(fill);
      use->set(b.clone(*fill)->getResult(0));
      continue;
    }
    use->set(bufferization::AllocTensorOp::create(
        b, use->getOwner()->getLoc(), cast<RankedTensorType>(value.getType()),
        ValueRange{}, value));
    return;
  }
}

namespace {
struct BindResults : gyre::impl::BindResultsBase<BindResults> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    FailureOr<EntryPoint> entry = EntryPoint::of(func);
    if (failed(entry))
      return;

    Block &body = func.getBody().front();
    auto terminator = cast<func::ReturnOp>(body.getTerminator());
    // Which results go where they belong only at the end, found while the
    // arguments are tensors still.
    SmallVector<bool> direct;
    // Those that are an argument with slices put into it or the new state of
    // one, and from where on.
    SmallVector<OpOperand *> starts;
    unsigned numInputs = entry->arguments.size() - terminator.getNumOperands();
    for (auto [i, result] : llvm::enumerate(terminator.getOperands())) {
      int64_t over = entry->arguments[numInputs + i].mayOverwrite;
      starts.push_back(findStart(result, body, over));
      direct.push_back(starts.back() || over < 0 ||
                       findWriteThrough(result, body.getArgument(over)) !=
                           nullptr);
    }
    SmallVector<int64_t> sources;
    for (OpOperand *start : starts)
      sources.push_back(start ? cast<BlockArgument>(start->get()).getArgNumber()
                              : -1);

    OpBuilder b = OpBuilder::atBlockBegin(&body);
    for (BlockArgument argument : body.getArguments()) {
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      if (!type)
        continue;
      argument.setType(toMemory(type));
      auto tensor = bufferization::ToTensorOp::create(
          b, func.getLoc(), type, argument, /*restrict=*/true);
      argument.replaceAllUsesExcept(tensor, tensor);
    }

    b.setInsertionPoint(terminator);
    for (auto [i, result] : llvm::enumerate(terminator.getOperands())) {
      BlockArgument out = body.insertArgument(
          numInputs + i, toMemory(result.getType()), terminator.getLoc());
      Value value = result;
      if (starts[i]) {
        startIn(*starts[i], body.getArgument(sources[i]), out);
      } else if (direct[i]) {
        startLoopIn(b, value, out, entry->arguments[numInputs + i]);
      } else {
        // Made elsewhere and copied once nothing reads the argument any more.
        auto copy = bufferization::AllocTensorOp::create(
            b, terminator.getLoc(), cast<RankedTensorType>(value.getType()),
            ValueRange{}, value);
        value = copy;
      }
      // What a reshape returns is computed in place too. Its buffer stands
      // ahead of everything that may write there.
      Value destination = out;
      OpBuilder ahead = OpBuilder::atBlockBegin(&body);
      while (Value shaped = undoReshape(ahead, value, destination)) {
        destination = shaped;
        value = value.getDefiningOp()->getOperand(0);
      }
      auto materialize = bufferization::MaterializeInDestinationOp::create(
          b, terminator.getLoc(), value, destination);
      materialize.setRestrict(true);
      materialize.setWritable(true);
    }
    terminator->setOperands({});
    for (auto op : body.getOps<bufferization::MaterializeInDestinationOp>())
      if (isa<MemRefType>(op.getDest().getType()))
        separate(op.getSource());
    func.setFunctionType(
        FunctionType::get(&getContext(), body.getArgumentTypes(), {}));
    func.setResAttrsAttr(nullptr);
    placeArgAttrs(func, numInputs, entry->arguments.size() - numInputs);
  }

  /// Where `result` begins with what an argument holds, if it can be made in
  /// its own memory, which may be that of argument `over`.
  OpOperand *findStart(Value result, Block &body, int64_t over) {
    OpOperand *start = findAppended(result);
    if (!start && result.hasOneUse())
      start = findState(result);
    auto source =
        start ? dyn_cast<BlockArgument>(start->get()) : BlockArgument();
    if (!source || source.getOwner() != &body ||
        source.getType() != result.getType())
      return nullptr;
    if (over < 0)
      return start;
    // Nothing may read later what is overwritten.
    bool last =
        over == static_cast<int64_t>(source.getArgNumber()) &&
        llvm::all_of(source.getUses(), [&](OpOperand &use) {
          Operation *here = body.findAncestorOpInBlock(*use.getOwner());
          return &use == start || here->isBeforeInBlock(start->getOwner());
        });
    return last ? start : nullptr;
  }

  /// What begins at `start` is made in the result's memory, which begins as a
  /// copy of the argument, unless the caller passed one memory for both.
  void startIn(OpOperand &start, BlockArgument source, BlockArgument out) {
    OpBuilder b = OpBuilder::atBlockBegin(out.getOwner());
    Location loc = start.getOwner()->getLoc();
    Value from = memref::ExtractAlignedPointerAsIndexOp::create(b, loc, source);
    Value to = memref::ExtractAlignedPointerAsIndexOp::create(b, loc, out);
    Value differ =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, from, to);
    auto copy = scf::IfOp::create(b, loc, differ, /*withElse=*/false);
    OpBuilder inside = copy.getThenBodyBuilder();
    memref::CopyOp::create(inside, loc, source, out);
    start.set(bufferization::ToTensorOp::create(b, loc, start.get().getType(),
                                                out, /*restrict=*/true,
                                                /*writable=*/true));
  }

  /// A loop whose last value is the result works on the result's memory.
  void startLoopIn(OpBuilder &b, Value result, BlockArgument out,
                   const EntryArgument &argument) {
    auto loop = result.getDefiningOp<scf::ForOp>();
    if (!loop || argument.mayOverwrite >= 0 || !result.hasOneUse() ||
        loop->getBlock() != out.getOwner())
      return;
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(loop);
    OpOperand &init =
        loop.getInitArgsMutable()[cast<OpResult>(result).getResultNumber()];
    Value place = bufferization::ToTensorOp::create(
        b, loop.getLoc(), result.getType(), out, /*restrict=*/true,
        /*writable=*/true);
    init.set(bufferization::MaterializeInDestinationOp::create(
                 b, loop.getLoc(), result.getType(), init.get(), place)
                 .getResult());
  }

  /// The results' arguments stand before the sizes, whose attributes move up.
  void placeArgAttrs(func::FuncOp func, unsigned at, unsigned count) {
    ArrayAttr old = func.getArgAttrsAttr();
    if (!old)
      return;
    SmallVector<Attribute> attrs(old.begin(), old.end());
    attrs.insert(attrs.begin() + at, count, DictionaryAttr::get(&getContext()));
    func.setArgAttrsAttr(ArrayAttr::get(&getContext(), attrs));
  }
};
} // namespace

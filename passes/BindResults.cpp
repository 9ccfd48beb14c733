// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the BindResults pass: at the boundary of an entry point
// tensors become memory that the caller owns.

#include "passes/EntryPoint.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
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

/// Whether two slices cover the same part of their tensors.
static bool isSameSlice(OffsetSizeAndStrideOpInterface a,
                        OffsetSizeAndStrideOpInterface b) {
  return isEqualConstantIntOrValueArray(a.getMixedOffsets(),
                                        b.getMixedOffsets()) &&
         isEqualConstantIntOrValueArray(a.getMixedSizes(), b.getMixedSizes()) &&
         isEqualConstantIntOrValueArray(a.getMixedStrides(),
                                        b.getMixedStrides());
}

/// Whether `result` may be written over `argument` while it is computed: each
/// element of the argument is read by the operation that makes the same
/// element of the result, and by nothing else.
static bool mayWriteThrough(Value result, BlockArgument argument) {
  auto forall = result.getDefiningOp<scf::ForallOp>();
  if (!forall || forall->getBlock() != argument.getOwner() ||
      argument.getType() != result.getType())
    return false;
  BlockArgument out = forall.getTiedBlockArgument(
      forall.getTiedOpOperand(cast<OpResult>(result)));
  auto inserts = forall.getCombiningOps(out);
  if (inserts.size() != 1)
    return false;
  auto insert = dyn_cast<tensor::ParallelInsertSliceOp>(inserts.front());
  auto map = insert ? insert.getSource().getDefiningOp<linalg::GenericOp>()
                    : linalg::GenericOp();
  if (!map || map.getNumParallelLoops() != map.getNumLoops())
    return false;
  AffineMap written =
      map.getIndexingMapMatchingResult(cast<OpResult>(insert.getSource()));
  return llvm::all_of(argument.getUsers(), [&](Operation *user) {
    auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
    return slice && slice->getParentOp() == forall &&
           isSameSlice(slice, insert) &&
           llvm::all_of(slice->getUses(), [&](OpOperand &use) {
             return use.getOwner() == map &&
                    map.getMatchingIndexingMap(&use) == written;
           });
  });
}

namespace {
struct BindResults : gyre::impl::BindResultsBase<BindResults> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    FailureOr<EntryPoint> entry = EntryPoint::of(func);
    if (failed(entry))
      return;
    makeLoopsInPlace(func);

    Block &body = func.getBody().front();
    auto terminator = cast<func::ReturnOp>(body.getTerminator());
    // Which results go where they belong only at the end, found while the
    // arguments are tensors still.
    SmallVector<bool> direct;
    unsigned numInputs = entry->arguments.size() - terminator.getNumOperands();
    for (auto [i, result] : llvm::enumerate(terminator.getOperands())) {
      int64_t over = entry->arguments[numInputs + i].mayOverwrite;
      direct.push_back(over < 0 ||
                       mayWriteThrough(result, body.getArgument(over)));
    }

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
      if (!direct[i]) {
        // Made elsewhere and copied once nothing reads the argument any more.
        auto copy = bufferization::AllocTensorOp::create(
            b, terminator.getLoc(), cast<RankedTensorType>(value.getType()),
            ValueRange{}, value);
        value = copy;
      }
      auto materialize = bufferization::MaterializeInDestinationOp::create(
          b, terminator.getLoc(), value, out);
      materialize.setRestrict(true);
      materialize.setWritable(true);
    }
    terminator->setOperands({});
    func.setFunctionType(
        FunctionType::get(&getContext(), body.getArgumentTypes(), {}));
    func.setResAttrsAttr(nullptr);
    placeArgAttrs(func, numInputs, entry->arguments.size() - numInputs);
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

  /// A loop on tensors keeps each of its values in one buffer: what a step
  /// yields is brought to where the next one looks for it.
  void makeLoopsInPlace(func::FuncOp func) {
    func.walk([&](scf::ForOp loop) {
      Operation *yield = loop.getBody()->getTerminator();
      OpBuilder b(yield);
      for (auto [i, value] : llvm::enumerate(yield->getOperands())) {
        Value carried = loop.getRegionIterArgs()[i];
        if (!isa<RankedTensorType>(value.getType()) || value == carried)
          continue;
        yield->setOperand(
            i, bufferization::MaterializeInDestinationOp::create(
                   b, loop.getLoc(), carried.getType(), value, carried)
                   .getResult());
      }
    });
  }
};
} // namespace

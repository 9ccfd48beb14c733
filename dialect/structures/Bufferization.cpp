// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What structures read and write, and how they move from tensors to memrefs.

#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"

using namespace mlir;
using namespace mlir::gyre;

void gyre::getStructureEffects(
    StructureOpInterface op,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (structureReads(op, operand))
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
    if (op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
  }
}

bool gyre::structureReads(StructureOpInterface op, OpOperand &operand) {
  if (!op.isDpsInit(&operand))
    return isa<ShapedType>(operand.get().getType());
  return op.readsInit(operand.getOperandNumber() -
                      op.getDpsInitsMutable().begin()->getOperandNumber());
}

LogicalResult
gyre::bufferizeStructure(StructureOpInterface op, RewriterBase &rewriter,
                         const bufferization::BufferizationOptions &options,
                         bufferization::BufferizationState &state) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  SmallVector<Value> operands, replacements;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<TensorType>(operand.get().getType())) {
      operands.push_back(operand.get());
      continue;
    }
    FailureOr<Value> buffer =
        bufferization::getBuffer(rewriter, operand.get(), options, state);
    if (failed(buffer))
      return failure();
    operands.push_back(*buffer);
    if (op.isDpsInit(&operand))
      replacements.push_back(*buffer);
  }
  // The regions have no tensors: they move over as they are.
  OperationState newState(op.getLoc(), op->getName(), operands, TypeRange{},
                          op->getAttrs());
  newState.propertiesAttr = op->getPropertiesAsAttribute();
  for (unsigned i = 0; i < op->getNumRegions(); ++i)
    newState.addRegion();
  Operation *created = rewriter.create(newState);
  for (auto [from, to] : llvm::zip(op->getRegions(), created->getRegions()))
    to.takeBody(from);
  bufferization::replaceOpWithBufferizedValues(rewriter, op, replacements);
  return success();
}

bool gyre::structureAccessesElementwise(StructureOpInterface op,
                                        ArrayRef<OpOperand *> operands) {
  // Only a reduction may read and write one buffer: each pass over a row reads
  // an element before the same element of a result is written.
  if (!isa<ReduceOp>(op.getOperation()))
    return false;
  AffineMap first;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  for (OpOperand *operand : operands) {
    AffineMap map = maps[operand->getOperandNumber()];
    if (first && map != first)
      return false;
    first = map;
  }
  return first && first.isPermutation();
}

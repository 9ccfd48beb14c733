// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verification, effects and bufferization of gyre.lookup.

#include "dialect/structures/Structures.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::gyre;
using bufferization::AnalysisState;

LogicalResult LookupOp::verify() {
  int64_t rank = cast<ShapedType>(getSource().getType()).getRank();
  if (static_cast<int64_t>(getIndices().size()) != rank) // (C1)
    return emitOpError("expected ")
           << rank << " indices as the source has dimensions, got "
           << getIndices().size();
  for (int64_t dim : getChecked())
    if (dim < 0 || dim >= rank) // (C2)
      return emitOpError("expected dimensions below ")
             << rank << " in checked, got " << dim;
  return success();
}

void LookupOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  if (isa<MemRefType>(getSource().getType()))
    effects.emplace_back(MemoryEffects::Read::get(), &getSourceMutable());
}

bool LookupOp::bufferizesToMemoryRead(OpOperand &, const AnalysisState &) {
  return true;
}

bool LookupOp::bufferizesToMemoryWrite(OpOperand &, const AnalysisState &) {
  return false;
}

bufferization::AliasingValueList
LookupOp::getAliasingValues(OpOperand &, const AnalysisState &) {
  return {};
}

LogicalResult
LookupOp::bufferize(RewriterBase &rewriter,
                    const bufferization::BufferizationOptions &options,
                    bufferization::BufferizationState &state) {
  FailureOr<Value> buffer =
      bufferization::getBuffer(rewriter, getSource(), options, state);
  if (failed(buffer))
    return failure();
  bufferization::replaceOpWithNewBufferizedOp<LookupOp>(
      rewriter, *this, getType(), *buffer, getIndices(), getChecked());
  return success();
}

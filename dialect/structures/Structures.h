// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The structures' classes, and what is written once for all of them:
// verification, tiling, bufferization.

#ifndef GYRE_DIALECT_STRUCTURES_STRUCTURES_H
#define GYRE_DIALECT_STRUCTURES_STRUCTURES_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"

namespace mlir::gyre {

/// What a loop dimension of a structure does.
enum class IteratorKind { parallel, reduction, carried, state, contraction };

/// The kind that `name` spells, or nothing.
std::optional<IteratorKind> parseIteratorKind(StringRef name);
/// The kinds of a verified `iterator_types`.
SmallVector<IteratorKind> parseIteratorKinds(ArrayAttr names);

LogicalResult verifyStructure(Operation *op);

} // namespace mlir::gyre

#include "dialect/structures/StructureInterface.h.inc"

namespace mlir::gyre {

/// The type that a region sees for elements of `type`: f32 for the narrower
/// float types, `type` itself for others.
Type getRegionType(Type type);

void getStructureEffects(
    StructureOpInterface op,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects);
LogicalResult reifyStructureShapes(StructureOpInterface op, OpBuilder &b,
                                   ReifiedRankedShapedTypeDims &dims);

SmallVector<utils::IteratorType> structureLoopTypes(StructureOpInterface op);
SmallVector<Range> structureDomain(StructureOpInterface op, OpBuilder &b);
/// Tiles by the maps. Only parallel dimensions may be cut; the tile's offsets
/// are added to the structure's own.
FailureOr<TilingResult> tileStructure(StructureOpInterface op, OpBuilder &b,
                                      ArrayRef<OpFoldResult> offsets,
                                      ArrayRef<OpFoldResult> sizes);
LogicalResult structureResultTile(StructureOpInterface op, OpBuilder &b,
                                  unsigned result,
                                  ArrayRef<OpFoldResult> offsets,
                                  ArrayRef<OpFoldResult> sizes,
                                  SmallVector<OpFoldResult> &resultOffsets,
                                  SmallVector<OpFoldResult> &resultSizes);
LogicalResult
structureDomainOfResultTile(StructureOpInterface op, OpBuilder &b,
                            unsigned result, ArrayRef<OpFoldResult> offsets,
                            ArrayRef<OpFoldResult> sizes,
                            SmallVectorImpl<OpFoldResult> &domainOffsets,
                            SmallVectorImpl<OpFoldResult> &domainSizes);
FailureOr<TilingResult> tileStructureForResult(StructureOpInterface op,
                                               OpBuilder &b, unsigned result,
                                               ArrayRef<OpFoldResult> offsets,
                                               ArrayRef<OpFoldResult> sizes);

bool structureReads(StructureOpInterface op, OpOperand &operand);
LogicalResult
bufferizeStructure(StructureOpInterface op, RewriterBase &rewriter,
                   const bufferization::BufferizationOptions &options,
                   bufferization::BufferizationState &state);
bool structureAccessesElementwise(StructureOpInterface op,
                                  ArrayRef<OpOperand *> operands);

} // namespace mlir::gyre

#define GET_OP_CLASSES
#include "dialect/structures/Structures.h.inc"

#endif // GYRE_DIALECT_STRUCTURES_STRUCTURES_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The structures: a small closed set of loop nests that carry regions of
// scalar code, in the manner of linalg.generic. Tiling, bufferization and
// emission are written once for each of them, never for an operator.

#ifndef GYRE_STRUCTURES_TD
#define GYRE_STRUCTURES_TD

include "dialect/GyreDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/TilingInterface.td"
include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.td"

def StructureOpInterface : OpInterface<"StructureOpInterface",
    [DestinationStyleOpInterface]> {
  let cppNamespace = "::mlir::gyre";
  let description = [{
    What tiling and bufferization need to know of a structure. Operands are
    `inputs`, `inits` (destinations) and `offsets`; `indexing_maps` has a map
    for each input, then for each init, over the loop dimensions named by
    `iterator_types`.

    * (S1) iterator types are parallel, reduction, carried, state and contraction.
    * (S2) each input and init is ranked and has a map, of all loops and without
      symbols, with a result for each dimension.
    * (S3) the map of an init names each loop at most once.
    * (S4) each loop indexes a dimension of some operand by itself, which has its
      extent.
    * (S5) there are no offsets or one for each loop.
    * (S6) all operands are tensors, and each init has a result; or all are
      memrefs and there is none.
    * (S7) sizes that are known agree along each loop.
    * (S8) regions take and yield what the definition says, and end in `gyre.yield`.
  }];
  let methods = [
    InterfaceMethod<"The kind of each loop dimension.",
      "::llvm::SmallVector<::mlir::gyre::IteratorKind>", "getIteratorKinds">,
    InterfaceMethod<"A map for each input, then for each init.",
      "::llvm::SmallVector<::mlir::AffineMap>", "getIndexingMapsArray">,
    InterfaceMethod<"The operands that are read only.",
      "::mlir::OperandRange", "getInputs">,
    InterfaceMethod<[{Where this tile starts in the whole iteration space, a
      value a loop dimension, or none at all where it is the whole.}],
      "::mlir::OperandRange", "getOffsets">,
    InterfaceMethod<"The offsets, to be replaced.",
      "::mlir::MutableOperandRange", "getOffsetsMutable">,
    InterfaceMethod<[{Whether the values of the init are used (a scan's state)
      and not only its shape.}],
      "bool", "readsInit", (ins "unsigned":$init)>,
  ];
  let verify = [{ return ::mlir::gyre::verifyStructure($_op); }];
}

// What all structures share. An operation on tensors returns them, one on
// memrefs writes its inits.
class Gyre_StructureOp<string mnemonic, list<Trait> traits = []>
    : Gyre_Op<mnemonic, traits # [
        AttrSizedOperandSegments,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<DestinationStyleOpInterface>,
        DeclareOpInterfaceMethods<StructureOpInterface>,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
            ["reifyResultShapes"]>,
        DeclareOpInterfaceMethods<TilingInterface,
            ["getLoopIteratorTypes", "getIterationDomain",
             "getTiledImplementation", "getResultTilePosition",
             "getIterationDomainTileFromResultTile",
             "generateResultTileValue"]>,
        DeclareOpInterfaceMethods<BufferizableOpInterface,
            ["bufferizesToMemoryRead", "bufferizesToMemoryWrite",
             "getAliasingValues", "bufferize",
             "bufferizesToElementwiseAccess"]>,
      ]> {
  // Each method forwards to one function written for all structures.
  code structureMethods = [{
    ::llvm::SmallVector<::mlir::gyre::IteratorKind> $cppClass::getIteratorKinds() {
      return ::mlir::gyre::parseIteratorKinds(getIteratorTypes());
    }
    ::llvm::SmallVector<::mlir::AffineMap> $cppClass::getIndexingMapsArray() {
      return ::llvm::to_vector(getIndexingMapsAttr().getAsValueRange<::mlir::AffineMapAttr>());
    }
    ::mlir::MutableOperandRange $cppClass::getDpsInitsMutable() {
      return getInitsMutable();
    }
    void $cppClass::getEffects(::mlir::SmallVectorImpl<::mlir::SideEffects::EffectInstance<::mlir::MemoryEffects::Effect>> &effects) {
      ::mlir::gyre::getStructureEffects(*this, effects);
    }
    ::mlir::LogicalResult $cppClass::reifyResultShapes(::mlir::OpBuilder &b, ::mlir::ReifiedRankedShapedTypeDims &dims) {
      return ::mlir::gyre::reifyStructureShapes(*this, b, dims);
    }
    ::mlir::SmallVector<::mlir::utils::IteratorType> $cppClass::getLoopIteratorTypes() {
      return ::mlir::gyre::structureLoopTypes(*this);
    }
    ::mlir::SmallVector<::mlir::Range> $cppClass::getIterationDomain(::mlir::OpBuilder &b) {
      return ::mlir::gyre::structureDomain(*this, b);
    }
    ::mlir::FailureOr<::mlir::TilingResult> $cppClass::getTiledImplementation(::mlir::OpBuilder &b, ::mlir::ArrayRef<::mlir::OpFoldResult> offsets, ::mlir::ArrayRef<::mlir::OpFoldResult> sizes) {
      return ::mlir::gyre::tileStructure(*this, b, offsets, sizes);
    }
    ::mlir::LogicalResult $cppClass::getResultTilePosition(::mlir::OpBuilder &b, unsigned result, ::mlir::ArrayRef<::mlir::OpFoldResult> offsets, ::mlir::ArrayRef<::mlir::OpFoldResult> sizes, ::mlir::SmallVector<::mlir::OpFoldResult> &resultOffsets, ::mlir::SmallVector<::mlir::OpFoldResult> &resultSizes) {
      return ::mlir::gyre::structureResultTile(*this, b, result, offsets, sizes, resultOffsets, resultSizes);
    }
    ::mlir::LogicalResult $cppClass::getIterationDomainTileFromResultTile(::mlir::OpBuilder &b, unsigned result, ::mlir::ArrayRef<::mlir::OpFoldResult> offsets, ::mlir::ArrayRef<::mlir::OpFoldResult> sizes, ::mlir::SmallVectorImpl<::mlir::OpFoldResult> &domainOffsets, ::mlir::SmallVectorImpl<::mlir::OpFoldResult> &domainSizes) {
      return ::mlir::gyre::structureDomainOfResultTile(*this, b, result, offsets, sizes, domainOffsets, domainSizes);
    }
    ::mlir::FailureOr<::mlir::TilingResult> $cppClass::generateResultTileValue(::mlir::OpBuilder &b, unsigned result, ::mlir::ArrayRef<::mlir::OpFoldResult> offsets, ::mlir::ArrayRef<::mlir::OpFoldResult> sizes) {
      return ::mlir::gyre::tileStructureForResult(*this, b, result, offsets, sizes);
    }
    bool $cppClass::bufferizesToMemoryRead(::mlir::OpOperand &operand, const ::mlir::bufferization::AnalysisState &) {
      return ::mlir::gyre::structureReads(*this, operand);
    }
    bool $cppClass::bufferizesToMemoryWrite(::mlir::OpOperand &operand, const ::mlir::bufferization::AnalysisState &) {
      return isDpsInit(&operand);
    }
    ::mlir::bufferization::AliasingValueList $cppClass::getAliasingValues(::mlir::OpOperand &operand, const ::mlir::bufferization::AnalysisState &) {
      if (!isDpsInit(&operand))
        return {};
      return {{getTiedOpResult(&operand), ::mlir::bufferization::BufferRelation::Equivalent}};
    }
    ::mlir::LogicalResult $cppClass::bufferize(::mlir::RewriterBase &rewriter, const ::mlir::bufferization::BufferizationOptions &options, ::mlir::bufferization::BufferizationState &state) {
      return ::mlir::gyre::bufferizeStructure(*this, rewriter, options, state);
    }
    bool $cppClass::bufferizesToElementwiseAccess(const ::mlir::bufferization::AnalysisState &, ::mlir::ArrayRef<::mlir::OpOperand *> operands) {
      return ::mlir::gyre::structureAccessesElementwise(*this, operands);
    }
  }];
  let hasVerifier = 1;
}

#endif // GYRE_STRUCTURES_TD

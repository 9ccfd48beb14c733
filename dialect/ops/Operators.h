// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the families' sources share: interfaces of the generated classes, and
// the checks that many operators make.

#ifndef GYRE_DIALECT_OPS_OPERATORS_H
#define GYRE_DIALECT_OPS_OPERATORS_H

#include "dialect/GyreDialect.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::gyre {

/// The parser infers results before anything is verified: what is no tensor
/// counts as one without dimensions until then.
RankedTensorType tensorType(Type type);
inline RankedTensorType tensorType(Value value) {
  return tensorType(value.getType());
}

/// What an operator infers its results from holds when it is verified: upstream
/// infers for that only after `verify`.
template <typename ConcreteOp>
struct InfersFirst : OpTrait::TraitBase<ConcreteOp, InfersFirst> {
  static LogicalResult verifyTrait(Operation *op) {
    return isa<InferTypeOpInterface>(op)
               ? mlir::detail::verifyInferredResultTypes(op)
               : success();
  }
};

/// `dim`, counted from the end where it is negative; nothing where it is out
/// of range.
std::optional<unsigned> normalizeDim(int64_t dim, int64_t rank);

/// Whether two sizes can be the same: equal, or one of them not known here.
inline bool sizesAgree(int64_t x, int64_t y) {
  return x == y || ShapedType::isDynamic(x) || ShapedType::isDynamic(y);
}

/// The one of two agreeing sizes that is known.
inline int64_t knownSize(int64_t x, int64_t y) {
  return ShapedType::isDynamic(x) ? y : x;
}

/// Checks that `operand` called `name`, where it is given, has the sizes
/// `shape`, of which some may be dynamic.
LogicalResult verifyShape(Operation *op, Value operand, StringRef name,
                          ArrayRef<int64_t> shape);

/// An attribute during type inference. The parser infers before it moves
/// attributes into properties, where the adaptor looks for them.
template <typename AttrType, typename Adaptor>
AttrType inferenceAttr(Adaptor adaptor, StringRef name, AttrType property) {
  DictionaryAttr parsed = adaptor.getAttributes();
  if (auto attr = parsed ? parsed.getAs<AttrType>(name) : AttrType())
    return attr;
  return property;
}

/// "4x?x8": sizes for diagnostics.
std::string spellSizes(ArrayRef<int64_t> sizes);

} // namespace mlir::gyre

#endif // GYRE_DIALECT_OPS_OPERATORS_H

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dialect object: it knows that there are structures and families, not
// which operators these hold.

#include "dialect/GyreDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

// FAMILY(Name) for each folder under ops/.
#define FAMILY(name)                                                           \
  namespace mlir::gyre {                                                       \
  void register##name(GyreDialect &dialect);                                   \
  }
#include "dialect/Families.inc"
#undef FAMILY

using namespace mlir;
using namespace mlir::gyre;

#include "dialect/GyreDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialect/GyreAttrs.cpp.inc"

namespace {
/// Private functions of a graph are inlined whatever they hold.
struct GyreInlinerInterface : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Region *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void GyreDialect::initialize() {
  addInterfaces<GyreInlinerInterface>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/GyreAttrs.cpp.inc"
      >();
  registerStructures();
  registerFamilies();
}

void GyreDialect::registerFamilies() {
#define FAMILY(name) register##name(*this);
#include "dialect/Families.inc"
#undef FAMILY
}

TargetAttr TargetAttr::of(Operation *op) {
  MLIRContext *context = op->getContext();
  for (; op; op = op->getParentOp())
    if (auto target = op->getAttrOfType<TargetAttr>("gyre.target"))
      return target;
  return get(context, "generic", /*vector_bytes=*/64, /*vector_registers=*/32,
             /*l1_bytes=*/32 << 10, /*l2_bytes=*/1 << 20,
             /*l3_bytes=*/32 << 20, /*scalef=*/false, /*fma=*/true,
             /*features=*/"");
}

LogicalResult TilingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> cut, ArrayRef<int64_t> least,
                                 ArrayRef<int64_t> most, ArrayRef<int64_t>,
                                 int64_t points) {
  if (least.size() != cut.size() || most.size() != cut.size()) // (C1)
    return emitError() << "expected one least and one most size for each of "
                       << cut.size() << " cut loops, got " << least.size()
                       << " and " << most.size();
  if (points < 1) // (C2)
    return emitError() << "expected a positive number of points, got "
                       << points;
  return success();
}

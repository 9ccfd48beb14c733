// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads what a compiled module offers its callers.

#include "codegen/Model.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::gyre;

bool Model::usesWeights(const ModelFunction &function) const {
  return llvm::any_of(function.entry.arguments, [](const EntryArgument &a) {
    return a.kind == EntryArgument::Kind::Weight;
  });
}

static Type elementOf(Type type) { return getElementTypeOrSelf(type); }

ElementNames gyre::getElementNames(Type type) {
  type = elementOf(type);
  if (type.isF64())
    return {"double", "F64"};
  if (type.isF32())
    return {"float", "F32"};
  if (type.isF16())
    return {"uint16_t", "F16"};
  if (type.isBF16())
    return {"uint16_t", "BF16"};
  if (isa<Float8E4M3FNType>(type))
    return {"uint8_t", "F8_E4M3"};
  if (isa<Float8E5M2Type>(type))
    return {"uint8_t", "F8_E5M2"};
  if (type.isIndex())
    return {"int64_t", "I64"};
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return {"uint8_t", "BOOL"};
  case 8:
    return {"int8_t", "I8"};
  case 16:
    return {"int16_t", "I16"};
  case 32:
    return {"int32_t", "I32"};
  default:
    return {"int64_t", "I64"};
  }
}

int64_t gyre::getElementBytes(Type type) {
  type = elementOf(type);
  return type.isIndex() ? 8 : llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

FailureOr<Model> gyre::readModel(ModuleOp module) {
  Model model;
  for (Operation &op : *module.getBody()) {
    if (!op.hasAttr(entryAttrName))
      continue;
    FailureOr<EntryPoint> entry = EntryPoint::of(&op);
    StringRef symbol = SymbolTable::getSymbolName(&op);
    if (failed(entry))
      return op.emitError("malformed ") << entryAttrName;
    symbol.consume_back(".body");
    model.functions.push_back({symbol.str(), std::move(*entry)});
  }
  if (auto weights = module->getAttrOfType<ArrayAttr>(weightsAttrName))
    for (auto attr : weights.getAsRange<DictionaryAttr>()) {
      FailureOr<EntryArgument> weight = EntryArgument::fromAttribute(attr);
      if (failed(weight))
        return module.emitError("expected ")
               << weightsAttrName << " to hold weights, got " << attr;
      model.weights.push_back(std::move(*weight));
    }
  return model;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The description of a model as JSON, for build systems and other languages.

#include "codegen/Model.h"

#include "gyre/abi.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::gyre;

static std::string spell(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << getElementTypeOrSelf(type);
  return text;
}

static void writeArgument(llvm::json::OStream &json, const EntryPoint &entry,
                          const EntryArgument &argument) {
  static constexpr StringLiteral kinds[] = {"input", "output", "weight"};
  json.object([&] {
    json.attribute("name", argument.name);
    json.attribute("kind", kinds[static_cast<int>(argument.kind)]);
    json.attribute("type", spell(argument.type));
    if (!argument.isScalar())
      json.attributeArray("shape", [&] {
        // Numbers where they are known, else expressions of sizes.
        for (const std::string &dim : argument.dims) {
          int64_t extent;
          if (StringRef(dim).getAsInteger(10, extent))
            json.value(dim);
          else
            json.value(extent);
        }
      });
    if (argument.mayOverwrite >= 0)
      json.attribute("may_overwrite",
                     entry.arguments[argument.mayOverwrite].name);
    if (!argument.key.empty())
      json.attribute("tensor", argument.key);
  });
}

void gyre::writeDescription(const Model &model, llvm::raw_ostream &os) {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("model", model.name);
    json.attribute("prefix", model.prefix);
    json.attribute("abi_version", GYRE_ABI_VERSION);
    json.attribute("threads", model.threads);
    json.attributeArray("targets", [&] {
      for (const Target &target : model.targets)
        json.object([&] {
          json.attribute("name", target.name);
          json.attribute("triple", target.triple);
          json.attribute("features", target.features);
          json.attribute("vector_bytes", target.vectorBytes);
        });
    });
    json.attributeArray("devices", [&] {
      for (const DeviceCode &device : model.devices)
        json.object([&] { json.attribute("name", device.target.name); });
    });
    json.attributeArray("functions", [&] {
      for (const ModelFunction &function : model.functions)
        json.object([&] {
          json.attribute("name", function.name);
          json.attribute("symbol", model.getSymbol(function));
          json.attributeArray("arguments", [&] {
            for (const EntryArgument &argument : function.entry.arguments)
              writeArgument(json, function.entry, argument);
          });
          json.attributeArray("sizes", [&] {
            for (const std::string &size : function.entry.sizes)
              json.value(size);
          });
          json.attributeArray("requirements", [&] {
            for (const Requirement &r : function.entry.requirements)
              json.value(
                  (r.left + " " + r.getRelation() + " " + r.right).str());
          });
          json.attribute("workspace", model.getSymbol(function) + "_workspace");
        });
    });
    if (!model.weights.empty())
      json.attributeObject("weights", [&] {
        json.attribute("struct", model.getWeightsName());
        json.attributeArray("tensors", [&] {
          for (const EntryArgument &weight : model.weights)
            writeArgument(json, {}, weight);
        });
      });
  });
  os << '\n';
}

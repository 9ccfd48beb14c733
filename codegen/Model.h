// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the object, the header and the description have to agree on.

#ifndef GYRE_CODEGEN_MODEL_H
#define GYRE_CODEGEN_MODEL_H

#include "codegen/Target.h"
#include "passes/EntryPoint.h"

namespace llvm {
class Module;
class raw_ostream;
} // namespace llvm

namespace mlir {
class ModuleOp;
}

namespace mlir::gyre {

struct ModelFunction {
  /// As in the graph.
  std::string name;
  EntryPoint entry;

  MLIRContext *getContext() const {
    return entry.arguments.front().type.getContext();
  }
};

/// The kernels of all functions for one GPU.
struct DeviceCode {
  struct Kernel {
    std::string name;
    int32_t threads, sharedBytes;
  };
  Target target;
  /// As text.
  std::string ptx;
  /// In the order in which host code numbers them.
  std::vector<Kernel> kernels;

  /// Ends the names of its host code.
  std::string getSuffix() const { return "." + target.name; }
};

struct Model {
  /// A C identifier: names the struct of weights and the header's guard.
  std::string name;
  /// Leads all symbols: empty, or ends with '_'.
  std::string prefix;
  bool threads = true;
  /// Best last; all of one triple.
  SmallVector<Target> targets;
  /// The one that asks for most comes last.
  std::vector<DeviceCode> devices;
  std::vector<ModelFunction> functions;
  /// Weights of all functions, in the order of the struct.
  std::vector<EntryArgument> weights;

  std::string getSymbol(const ModelFunction &function) const {
    return prefix + function.name;
  }
  /// `<model>_weights`, the struct and the stem of the function that fills it.
  std::string getWeightsName() const {
    return (prefix.empty() ? name + "_" : prefix) + "weights";
  }
  bool usesWeights(const ModelFunction &function) const;
};

/// How C and safetensors write an element type.
struct ElementNames {
  StringRef c, safetensors;
};
ElementNames getElementNames(Type type);
/// Bytes of an element in memory: an i1 takes one.
int64_t getElementBytes(Type type);

/// Reads `gyre.entry` of the entry points, and `gyre.weights`, from a module
/// anywhere behind gyre-bind-sizes.
FailureOr<Model> readModel(ModuleOp module);

/// Adds the functions that C calls to a module in which the body of `f` for
/// the i-th target is called `f.body` + suffixes[i].
void emitEntryPoints(llvm::Module &module, const Model &model,
                     ArrayRef<std::string> suffixes);

void writeHeader(const Model &model, llvm::raw_ostream &os);
void writeDescription(const Model &model, llvm::raw_ostream &os);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_MODEL_H

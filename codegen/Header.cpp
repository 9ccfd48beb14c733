// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C header: what the object offers, as a person would declare it.

#include "codegen/Model.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::gyre;

/// "f32, shape (B, T, 64)", "i64" for a scalar.
static std::string describe(const EntryArgument &argument) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << getElementTypeOrSelf(argument.type);
  StringRef c = getElementNames(argument.type).c;
  if (c == "uint16_t")
    os << " as its bits";
  if (!argument.isScalar())
    os << ", shape (" << llvm::join(argument.dims, ", ")
       << (argument.dims.size() == 1 ? ",)" : ")");
  return text;
}

static std::string declare(const EntryArgument &argument) {
  StringRef type = getElementNames(argument.type).c;
  if (argument.isScalar())
    return (type + " " + argument.name).str();
  bool isConst = argument.kind != EntryArgument::Kind::Output;
  return ((isConst ? "const " : "") + type + " *" + argument.name).str();
}

/// Text of a comment cannot end the comment.
static std::string escape(StringRef text) {
  std::string result;
  for (char c : text)
    result += c == '/' && llvm::StringRef(result).ends_with("*")
                  ? "\\/"
                  : std::string(1, c);
  return result;
}

/// Writes `line` and the words with commas between, in lines of at most 80
/// columns, of which all but the first start with `indent`; room for two more
/// characters is left at the end.
static void writeList(llvm::raw_ostream &os, std::string line, StringRef indent,
                      ArrayRef<std::string> words) {
  for (auto [i, word] : llvm::enumerate(words)) {
    bool isLast = i + 1 == words.size();
    if (i && line.size() + word.size() + 3 > 80) {
      os << StringRef(line).rtrim() << '\n';
      line = indent.str();
    }
    line += word + (isLast ? "" : ", ");
  }
  os << line;
}

static void writeDeclaration(llvm::raw_ostream &os, StringRef result,
                             StringRef name, ArrayRef<std::string> parameters) {
  std::string line = (result + " " + name + "(").str();
  if (parameters.empty())
    os << line << "void";
  else
    writeList(os, line, std::string(line.size(), ' '), parameters);
  os << ");\n";
}

static void writeWeights(const Model &model, llvm::raw_ostream &os) {
  std::string name = model.getWeightsName();
  os << "/* Weights, in memory of the caller's: fill the struct, or let\n * "
     << name << "_bind map a safetensors file. */\n"
     << "typedef struct " << name << " {\n";
  for (const EntryArgument &weight : model.weights)
    os << "  " << declare(weight) << "; /* \"" << escape(weight.key)
       << "\": " << describe(weight) << " */\n";
  os << "  gyre_mapping mapping; /* of the file; gyre_weights_unbind ends it "
        "*/\n} "
     << name << ";\n\n"
     << "/* Maps `file` and points the struct at its tensors, whose names, "
        "types and\n * shapes are checked. Returns a gyre_status. */\n";
  writeDeclaration(os, "int32_t", name + "_bind",
                   {name + " *weights", "const char *file", "gyre_call *call"});
  os << '\n';
}

static void writeFunction(const Model &model, const ModelFunction &function,
                          llvm::raw_ostream &os) {
  const EntryPoint &entry = function.entry;
  std::string symbol = model.getSymbol(function);
  SmallVector<std::string> parameters, sizes;
  os << "/* " << symbol << "\n *\n";
  if (model.usesWeights(function)) {
    parameters.push_back("const " + model.getWeightsName() + " *weights");
    SmallVector<std::string> names;
    for (const EntryArgument &argument : entry.arguments)
      if (argument.kind == EntryArgument::Kind::Weight)
        names.push_back(argument.name);
    StringRef start = " *   weights  reads ";
    writeList(os, start.str(), (" *" + std::string(start.size() - 2, ' ')),
              names);
    os << '\n';
  }
  for (const EntryArgument &argument : entry.arguments) {
    if (argument.kind == EntryArgument::Kind::Weight)
      continue;
    parameters.push_back(declare(argument));
    bool isOutput = argument.kind == EntryArgument::Kind::Output;
    os << " *   " << argument.name << (isOutput ? "  out: " : "  in: ")
       << describe(argument);
    if (argument.mayOverwrite >= 0)
      os << "; may be the same memory as "
         << entry.arguments[argument.mayOverwrite].name;
    os << '\n';
  }
  for (const std::string &size : entry.sizes) {
    sizes.push_back("int64_t " + size);
    os << " *   " << size << "  size";
    StringRef separator = ": ";
    for (const EntryArgument &argument : entry.arguments)
      for (auto [i, dim] : llvm::enumerate(argument.dims))
        if (dim == size) {
          os << separator << "dimension " << i << " of " << argument.name;
          separator = ", ";
        }
    os << '\n';
  }
  for (const Requirement &r : entry.requirements)
    os << " *   " << r.left << ' ' << r.getRelation() << ' ' << r.right
       << " is required\n";
  os << " *   call  options and message; NULL: defaults\n"
     << " *\n * Arrays are contiguous and row-major. Returns a gyre_status; "
        "unless it is\n * GYRE_SUCCESS nothing has been written. */\n";
  llvm::append_range(parameters, sizes);
  parameters.push_back("gyre_call *call");
  writeDeclaration(os, "int32_t", symbol, parameters);
  os << "\n/* Bytes of workspace that let all threads work. */\n";
  writeDeclaration(os, "size_t", symbol + "_workspace", sizes);
  os << '\n';
  if (model.devices.empty())
    return;
  os << "/* " << symbol
     << " on a GPU, in the order of `stream` (a cudaStream_t or CUstream):\n"
        " * arrays"
     << (model.usesWeights(function) ? ", weights" : "")
     << " and the workspace are device memory. Launches kernels and returns. "
        "*/\n";
  parameters.insert(parameters.begin(), "void *stream");
  writeDeclaration(os, "int32_t", symbol + "_cuda", parameters);
  os << "\n/* Bytes of device memory that call->workspace has to have. */\n";
  writeDeclaration(os, "size_t", symbol + "_cuda_workspace", sizes);
  os << '\n';
}

void gyre::writeHeader(const Model &model, llvm::raw_ostream &os) {
  std::string guard =
      "GYRE_MODEL_" + StringRef(model.prefix + model.name).upper() + "_H";
  os << "/* Made by gyrec. Link with the object of the same name and gyre's "
        "runtime.\n * Targets:";
  for (const Target &target : model.targets)
    os << ' ' << target.describe()
       << (&target == &model.targets.back() && model.devices.empty() ? "."
                                                                     : ",");
  for (const DeviceCode &device : model.devices)
    os << ' ' << device.target.describe()
       << (&device == &model.devices.back() ? "." : ",");
  os << " */\n"
     << "#ifndef " << guard << "\n#define " << guard << "\n\n"
     << "#include <gyre/runtime.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  if (!model.weights.empty())
    writeWeights(model, os);
  for (const ModelFunction &function : model.functions)
    writeFunction(model, function, os);
  os << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
}

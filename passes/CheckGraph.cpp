// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the CheckGraph pass: a user's mistake is found here, at
// its place, before any other pass sees the graph. What it leaves is complete:
// every argument and result of a public function has a name and sizes.

#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "passes/EntryPoint.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/MLProgram/IR/MLProgramAttributes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_CHECKGRAPH
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Operations and types
//===----------------------------------------------------------------------===//

static bool isElementType(Type type) {
  return type.isF32() || type.isF16() || type.isBF16() || type.isF64() ||
         isa<Float8E4M3FNType, Float8E5M2Type>(type) || type.isIndex() ||
         type.isSignlessInteger(1) || type.isSignlessInteger(8) ||
         type.isSignlessInteger(16) || type.isSignlessInteger(32) ||
         type.isSignlessInteger(64);
}

static bool isGraphType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return isElementType(tensor ? tensor.getElementType() : type) &&
         !(tensor && tensor.getEncoding());
}

static bool isAccepted(Operation *op) {
  // Named operators of any dialect, structures, and what stands in regions.
  if (isa<linalg::AggregatedOpInterface, StructureOpInterface>(op))
    return true;
  if (isa<scf::ForOp, scf::IfOp, scf::YieldOp, func::FuncOp, func::CallOp,
          func::ReturnOp, ml_program::GlobalOp, ml_program::GlobalLoadConstOp,
          ModuleOp>(op))
    return true;
  StringRef dialect = op->getName().getDialectNamespace();
  return llvm::is_contained({"arith", "gyre", "linalg", "math", "tensor"},
                            dialect);
}

static LogicalResult checkOperation(Operation *op) {
  if (!isAccepted(op))
    return op->emitError("unsupported operation ") << op->getName();
  for (Type type : op->getResultTypes())
    if (!isGraphType(type))
      return op->emitError(
                 "expected ranked tensors and scalars of f64, f32, "
                 "f16, bf16, f8E4M3FN, f8E5M2, index, i1, i8, i16, i32 "
                 "or i64, got ")
             << type;
  return success();
}

static LogicalResult checkGlobal(ml_program::GlobalOp global) {
  auto type = dyn_cast<RankedTensorType>(global.getType());
  if (global.getIsMutable())
    return global.emitError("expected a constant: there is no mutable state");
  if (!type || !type.hasStaticShape() || !isGraphType(type))
    return global.emitError("expected a weight to be a tensor of known size, "
                            "got ")
           << global.getType();
  auto value = dyn_cast_or_null<TypedAttr>(global.getValue().value_or(nullptr));
  if (!isa_and_nonnull<ml_program::ExternAttr, ElementsAttr>(value))
    return global.emitError("expected a constant or #ml_program.extern");
  // An extern that does not say its type has that of the global.
  if (value.getType() != type && !isa<NoneType>(value.getType()))
    return global.emitError("expected the value to be ")
           << type << ", got " << value.getType();
  return success();
}

/// Calls are inlined, so there must be a body and no way back to a caller.
static LogicalResult checkCalls(ModuleOp module) {
  enum State { New, Open, Done };
  llvm::DenseMap<Operation *, State> states;
  SymbolTableCollection symbols;
  std::function<LogicalResult(func::FuncOp)> visit =
      [&](func::FuncOp func) -> LogicalResult {
    states[func] = Open;
    WalkResult walked = func.walk([&](func::CallOp call) {
      auto callee = dyn_cast_or_null<func::FuncOp>(
          symbols.lookupNearestSymbolFrom(call, call.getCalleeAttr()));
      if (!callee)
        return WalkResult::interrupt();
      State state = states.lookup(callee);
      if (state == Open) {
        call.emitError("recursion is not supported: @")
            << callee.getSymName() << " is still running here";
        return WalkResult::interrupt();
      }
      if (callee.isExternal()) {
        call.emitError("expected @")
            << callee.getSymName() << " to have a body";
        return WalkResult::interrupt();
      }
      return state == New && failed(visit(callee)) ? WalkResult::interrupt()
                                                   : WalkResult::advance();
    });
    states[func] = Done;
    return failure(walked.wasInterrupted());
  };
  for (auto func : module.getOps<func::FuncOp>())
    if (states.lookup(func) == New && failed(visit(func)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Public functions
//===----------------------------------------------------------------------===//

namespace {
/// Checks the signature of one public function and completes its attributes.
struct SignatureChecker {
  func::FuncOp func;
  bool hasWeights;
  Builder b;
  /// Where each name was taken, for all arguments, results and sizes.
  llvm::StringMap<std::string> taken;
  SmallVector<std::string> sizes;

  SignatureChecker(func::FuncOp func, bool hasWeights)
      : func(func), hasWeights(hasWeights), b(func.getContext()) {}

  InFlightDiagnostic error(Location loc) { return emitError(loc); }

  LogicalResult takeName(Location loc, StringRef name, const Twine &what) {
    if (!isUsableName(name))
      return error(loc) << "expected the name of " << what.str()
                        << " to be a C identifier and no keyword, got '" << name
                        << "'; gyre.name gives it another";
    if (name == "call" || (hasWeights && name == "weights"))
      return error(loc) << "name '" << name << "' of " << what.str()
                        << " stands for a parameter of every function; "
                           "gyre.name gives it another";
    auto [it, inserted] = taken.try_emplace(name, what.str());
    if (!inserted)
      return error(loc) << "name '" << name << "' of " << what.str()
                        << " is taken by " << it->second
                        << "; gyre.name gives it another";
    return success();
  }

  LogicalResult checkAttributes(Location loc, DictionaryAttr attrs,
                                ArrayRef<StringRef> known, const Twine &what) {
    for (NamedAttribute attr : attrs) {
      StringRef name = attr.getName();
      if (name.starts_with("gyre.") && !llvm::is_contained(known, name))
        return error(loc) << "unknown attribute '" << name << "' of "
                          << what.str() << ", expected one of "
                          << llvm::join(known, ", ");
    }
    return success();
  }

  /// The sizes of a tensor as an array of strings; null after an error.
  ArrayAttr checkDims(Location loc, RankedTensorType type, Attribute given,
                      const Twine &what) {
    auto dims = dyn_cast_or_null<ArrayAttr>(given);
    if (given && !dims) {
      error(loc) << "expected gyre.dims of " << what.str()
                 << " to be an array of strings and integers, got " << given;
      return {};
    }
    if (dims && static_cast<int64_t>(dims.size()) != type.getRank()) {
      error(loc) << "expected gyre.dims of " << what.str() << " to have "
                 << type.getRank() << " sizes, got " << dims.size();
      return {};
    }
    SmallVector<Attribute> result;
    for (auto [i, extent] : llvm::enumerate(type.getShape())) {
      Attribute dim = dims ? dims[i] : Attribute();
      if (!dim && ShapedType::isDynamic(extent)) {
        error(loc) << "dimension " << i << " of " << what.str()
                   << " has no name; name it, for example {gyre.dims = "
                   << suggestion(type) << "}";
        return {};
      }
      std::string text = std::to_string(extent);
      auto string = dyn_cast_or_null<StringAttr>(dim);
      auto integer = dyn_cast_or_null<IntegerAttr>(dim);
      if (dim && !string && !integer) {
        error(loc) << "expected gyre.dims of " << what.str()
                   << " to hold strings and integers, got " << dim;
        return {};
      }
      if (ShapedType::isDynamic(extent)) {
        if (!string) {
          error(loc) << "expected dimension " << i << " of " << what.str()
                     << " to have a name where its type has '?', got "
                     << integer.getInt();
          return {};
        }
        text = string.str();
        std::string reason;
        if (failed(parseSizeExpression(text, sizes, b.getContext(), reason))) {
          error(loc) << "expected dimension " << i << " of " << what.str()
                     << " to be an expression of names, got '" << text
                     << "': " << reason;
          return {};
        }
      } else if ((integer && integer.getInt() != extent) ||
                 (string && string.getValue() != text)) {
        error(loc) << "expected dimension " << i << " of " << what.str()
                   << " to be " << extent << " as in its type, got " << dim;
        return {};
      }
      result.push_back(b.getStringAttr(text));
    }
    return b.getArrayAttr(result);
  }

  std::string suggestion(RankedTensorType type) {
    std::string text;
    llvm::raw_string_ostream os(text);
    os << '[';
    for (auto [i, extent] : llvm::enumerate(type.getShape())) {
      os << (i ? ", " : "");
      if (ShapedType::isDynamic(extent))
        os << "\"N" << i << '"';
      else
        os << extent;
    }
    os << ']';
    return text;
  }

  LogicalResult checkArgument(BlockArgument argument) {
    unsigned i = argument.getArgNumber();
    Location loc = argument.getLoc();
    std::string what = "argument " + std::to_string(i);
    auto attrs = func.getArgAttrDict(i);
    if (attrs &&
        failed(checkAttributes(loc, attrs,
                               {"gyre.dims", "gyre.name", "gyre.size"}, what)))
      return failure();
    if (!isGraphType(argument.getType()))
      return error(loc) << "expected " << what
                        << " to be a ranked tensor or a scalar, got "
                        << argument.getType();
    if (Attribute size = func.getArgAttr(i, sizeAttrName)) {
      auto name = dyn_cast<StringAttr>(size);
      if (!name || !isUsableName(name) || !argument.getType().isIndex())
        return error(loc) << "expected gyre.size of " << what
                          << " to name a size, on an argument of type index";
      if (!llvm::is_contained(sizes, name.str()))
        sizes.push_back(name.str());
      return success();
    }
    auto name = func.getArgAttrOfType<StringAttr>(i, "gyre.name");
    if (!name)
      name = b.getStringAttr("arg" + Twine(i));
    func.setArgAttr(i, "gyre.name", name);
    what = ("argument '" + name.getValue() + "'").str();
    if (failed(takeName(loc, name, what)))
      return failure();
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      return success();
    ArrayAttr dims =
        checkDims(loc, type, func.getArgAttr(i, "gyre.dims"), what);
    if (!dims)
      return failure();
    func.setArgAttr(i, "gyre.dims", dims);
    return success();
  }

  LogicalResult checkResult(unsigned i) {
    Location loc = func.getLoc();
    std::string what = "result " + std::to_string(i);
    if (auto attrs = func.getResultAttrDict(i);
        attrs && failed(checkAttributes(
                     loc, attrs,
                     {"gyre.dims", "gyre.may_overwrite", "gyre.name"}, what)))
      return failure();
    auto type = dyn_cast<RankedTensorType>(func.getResultTypes()[i]);
    if (!type || !isGraphType(type))
      return error(loc) << "expected " << what << " to be a ranked tensor, got "
                        << func.getResultTypes()[i];
    auto name = func.getResultAttrOfType<StringAttr>(i, "gyre.name");
    if (!name)
      name =
          b.getStringAttr(func.getNumResults() == 1 ? "out" : "out" + Twine(i));
    func.setResultAttr(i, "gyre.name", name);
    if (name.getValue() != what)
      what += (" '" + name.getValue() + "'").str();
    if (failed(takeName(loc, name, what)))
      return failure();
    ArrayAttr dims =
        checkDims(loc, type, func.getResultAttr(i, "gyre.dims"), what);
    if (!dims)
      return failure();
    func.setResultAttr(i, "gyre.dims", dims);
    return checkOverwrite(i, type, dims, what);
  }

  LogicalResult checkOverwrite(unsigned i, RankedTensorType type,
                               ArrayAttr dims, const std::string &what) {
    Attribute attr = func.getResultAttr(i, "gyre.may_overwrite");
    if (!attr)
      return success();
    Location loc = func.getLoc();
    unsigned found = func.getNumArguments();
    if (auto position = dyn_cast<IntegerAttr>(attr)) {
      found = position.getInt();
    } else if (auto name = dyn_cast<StringAttr>(attr)) {
      for (unsigned a = 0; a < func.getNumArguments(); ++a)
        if (func.getArgAttr(a, "gyre.name") == name)
          found = a;
    }
    if (found >= func.getNumArguments())
      return error(loc) << "expected gyre.may_overwrite of " << what
                        << " to name an argument, got " << attr;
    if (func.getArgument(found).getType() != type ||
        func.getArgAttr(found, "gyre.dims") != dims)
      return error(loc) << "expected " << what
                        << " to have the type and sizes of the argument that "
                           "it may overwrite, "
                        << func.getArgument(found).getType() << ", got "
                        << type;
    func.setResultAttr(i, "gyre.may_overwrite",
                       func.getArgAttr(found, "gyre.name"));
    return success();
  }

  LogicalResult check() {
    Location loc = func.getLoc();
    if (!isUsableName(func.getSymName()) || func.getSymName() == "main")
      return error(loc) << "expected the name of a public function to be a C "
                           "identifier and no keyword, got '"
                        << func.getSymName() << "'";
    if (func.getNumResults() == 0)
      return error(loc) << "expected public function @" << func.getSymName()
                        << " to have a result";
    for (BlockArgument argument : func.getArguments())
      if (failed(checkArgument(argument)))
        return failure();
    for (unsigned i = 0; i < func.getNumResults(); ++i)
      if (failed(checkResult(i)))
        return failure();
    for (const std::string &size : sizes)
      if (failed(takeName(loc, size, "a size")))
        return failure();
    return success();
  }
};

struct CheckGraph : gyre::impl::CheckGraphBase<CheckGraph> {
  void runOnOperation() override {
    if (failed(check(getOperation())))
      signalPassFailure();
  }

  static LogicalResult check(ModuleOp module) {
    // All unsupported operations at once: people fix them together.
    bool ok = true;
    module.walk([&](Operation *op) { ok &= succeeded(checkOperation(op)); });
    bool hasWeights = false;
    llvm::StringMap<StringRef> fields = {{"mapping", "the file's mapping"}};
    for (auto global : module.getOps<ml_program::GlobalOp>()) {
      ok &= succeeded(checkGlobal(global));
      if (!isa_and_nonnull<ml_program::ExternAttr>(
              global.getValue().value_or(Attribute())))
        continue;
      hasWeights = true;
      std::string field = makeFieldName(global.getSymName());
      auto [it, inserted] = fields.try_emplace(field, global.getSymName());
      if (!inserted) {
        ok = false;
        global.emitError("weight '")
            << global.getSymName() << "' would be field '" << field
            << "' of the struct of weights, as is '" << it->second << "'";
      }
    }
    if (!ok || failed(checkCalls(module)))
      return failure();

    bool anyPublic = false;
    llvm::StringSet<> symbols;
    for (auto func : module.getOps<func::FuncOp>()) {
      if (!func.isPublic())
        continue;
      anyPublic = true;
      if (func.isExternal()) {
        ok = false;
        func.emitError("expected public function @")
            << func.getSymName() << " to have a body";
        continue;
      }
      ok &= succeeded(SignatureChecker(func, hasWeights).check());
      for (StringRef suffix : {"", "_workspace"})
        if (!symbols.insert((func.getSymName() + suffix).str()).second) {
          ok = false;
          func.emitError("name '") << func.getSymName() << suffix
                                   << "' is taken by another function";
        }
    }
    if (ok && !anyPublic)
      return module.emitError("expected a public function");
    return success(ok);
  }
};
} // namespace

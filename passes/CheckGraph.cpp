// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the CheckGraph pass: a user's mistake is found here, at
// its place, before any other pass sees the graph. What it leaves is complete:
// every argument and result of a public function has a name and sizes.

#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "passes/EntryPoint.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/MLProgram/IR/MLProgramAttributes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
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

/// Whether the elements that a type promises can be counted and addressed.
static bool isAddressable(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  int64_t bytes = 8;
  for (int64_t size : tensor ? tensor.getShape() : ArrayRef<int64_t>())
    if (ShapedType::isStatic(size) &&
        llvm::MulOverflow(bytes, std::max<int64_t>(size, 1), bytes))
      return false;
  return true;
}

/// Functions that nothing computes.
static bool isWithoutLowering(StringRef name) {
  return llvm::is_contained({"math.acosh", "math.asinh", "math.cbrt",
                             "math.erfc", "math.fpowi", "math.ipowi",
                             "math.isinf", "math.isnormal"},
                            name);
}

static bool isAccepted(Operation *op) {
  // Named operators of any dialect, structures, and what stands in regions.
  if (isa<linalg::AggregatedOpInterface, StructureOpInterface, linalg::LinalgOp,
          gyre::IndexOp, gyre::LookupOp, gyre::YieldOp, linalg::IndexOp,
          linalg::YieldOp>(op))
    return true;
  if (isa<tensor::CastOp, tensor::CollapseShapeOp, tensor::ConcatOp,
          tensor::DimOp, tensor::EmptyOp, tensor::ExpandShapeOp,
          tensor::ExtractOp, tensor::ExtractSliceOp, tensor::FromElementsOp,
          tensor::GenerateOp, tensor::InsertOp, tensor::InsertSliceOp,
          tensor::PadOp, tensor::SplatOp, tensor::YieldOp>(op))
    return true;
  if (isa<scf::ConditionOp, scf::ExecuteRegionOp, scf::ForOp, scf::IfOp,
          scf::IndexSwitchOp, scf::WhileOp, scf::YieldOp, func::FuncOp,
          func::CallOp, func::ReturnOp, ml_program::GlobalOp,
          ml_program::GlobalLoadConstOp>(op))
    return true;
  if (isa<ModuleOp>(op))
    return !op->getParentOp();
  return isa<arith::ArithDialect, math::MathDialect>(op->getDialect()) &&
         !isWithoutLowering(op->getName().getStringRef());
}

/// Whether `op` stands where a formula on scalars is: in a region that is
/// evaluated for each element.
static bool isInFormula(Operation *op) {
  for (op = op->getParentOp(); op; op = op->getParentOp())
    if (isa<linalg::LinalgOp, StructureOpInterface, tensor::GenerateOp,
            tensor::PadOp>(op))
      return true;
  return false;
}

static LogicalResult checkType(Location loc, Type type) {
  if (!isGraphType(type))
    return emitError(loc)
           << "expected ranked tensors and scalars of f64, f32, f16, bf16, "
              "f8E4M3FN, f8E5M2, index, i1, i8, i16, i32 or i64, got "
           << type;
  if (!isAddressable(type))
    return emitError(loc) << "expected a tensor of less than 2^63 bytes, got "
                          << type;
  return success();
}

/// Attributes by which passes talk to each other are not the user's.
static LogicalResult checkAttributes(Operation *op) {
  SmallVector<StringAttr> foreign;
  for (NamedAttribute attr : op->getDiscardableAttrs()) {
    if (!attr.getName().strref().starts_with("gyre.")) {
      if (isa<func::FuncOp>(op))
        foreign.push_back(attr.getName());
      continue;
    }
    if (attr.getName() != "gyre.exact" && attr.getName() != "gyre.target")
      return op->emitError("unknown attribute '")
             << attr.getName().strref() << "'";
  }
  // Others would reach LLVM.
  for (StringAttr name : foreign)
    op->removeDiscardableAttr(name);
  return success();
}

/// Each element of a result is written where it stands, by one parallel
/// iteration.
static LogicalResult checkResults(linalg::LinalgOp op) {
  SmallVector<utils::IteratorType> loops = op.getIteratorTypesArray();
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    unsigned result = init.getOperandNumber() - op.getNumDpsInputs();
    if (!map.isProjectedPermutation())
      return op->emitError("expected indexing map of result ")
             << result << " to name each dimension at most once, got "
             << AffineMapAttr::get(map);
    for (auto [dim, kind] : llvm::enumerate(loops))
      if (kind == utils::IteratorType::parallel && !map.isFunctionOfDim(dim))
        return op->emitError("expected parallel dimension ")
               << dim << " in the indexing map of result " << result << ", got "
               << AffineMapAttr::get(map);
      else if (kind == utils::IteratorType::reduction &&
               map.isFunctionOfDim(dim))
        return op->emitError("expected no reduction in the indexing map of "
                             "result ")
               << result << ", got dimension " << dim;
  }
  return success();
}

static LogicalResult checkOperation(Operation *op) {
  if (isa<scf::ForallOp, scf::ParallelOp>(op))
    return op->emitError("unsupported operation ")
           << op->getName()
           << ": linalg.generic and structures say what may run in parallel";
  if (!isAccepted(op))
    return op->emitError("unsupported operation ") << op->getName();
  if (failed(checkAttributes(op)))
    return failure();
  for (Type type : op->getResultTypes())
    if (failed(checkType(op->getLoc(), type)))
      return failure();
  auto func = dyn_cast<func::FuncOp>(op);
  for (Region &region : op->getRegions()) {
    if (!region.empty() && !region.hasOneBlock())
      return op->emitError("expected one block");
    // Those of public functions are checked by name.
    if (region.empty() || (func && func.isPublic()))
      continue;
    for (BlockArgument argument : region.getArguments())
      if (failed(checkType(argument.getLoc(), argument.getType())))
        return failure();
  }
  if (isInFormula(op)) {
    if (isa<func::CallOp>(op))
      return op->emitError("unsupported operation ")
             << op->getName()
             << " in a region that is evaluated for each "
                "element";
    for (Type type : op->getResultTypes())
      if (isa<RankedTensorType>(type))
        return op->emitError("expected scalars in a region that is evaluated "
                             "for each element, got ")
               << type;
  }
  if (auto linalg = dyn_cast<linalg::LinalgOp>(op))
    if (failed(checkResults(linalg)))
      return failure();
  // Upstream's decomposition takes them for floats.
  if (isa<linalg::AggregatedOpInterface>(op) &&
      isa<linalg::LinalgDialect>(op->getDialect()))
    for (Type type : op->getOperandTypes())
      if (!isa<FloatType>(getElementTypeOrSelf(type)))
        return op->emitError("expected floats, got ") << type;
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    // Upstream compares these on memrefs only.
    ArrayRef<int64_t> given = expand.getStaticOutputShape();
    ArrayRef<int64_t> shape = expand.getResultType().getShape();
    for (auto [i, size] : llvm::enumerate(shape))
      if (ShapedType::isStatic(size) && given[i] != size)
        return op->emitError("expected output_shape to be that of ")
               << expand.getResultType() << ", got another size " << i;
  }
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    std::optional<int64_t> index = dim.getConstantIndex();
    int64_t rank = cast<RankedTensorType>(dim.getSource().getType()).getRank();
    if (!index || *index < 0 || *index >= rank)
      return op->emitError("expected a constant dimension below ") << rank;
  }
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

/// What functions may hold once everything that they call stands in them.
static constexpr int64_t maxInlined = 200000;

/// Calls are inlined, so there must be a body and no way back to a caller, by
/// calls or by operators that refer to functions.
static LogicalResult checkCalls(ModuleOp module) {
  struct State {
    bool open = false;
    int64_t size = 0;
  };
  llvm::DenseMap<Operation *, State> states;
  SymbolTableCollection symbols;
  std::function<LogicalResult(func::FuncOp)> visit =
      [&](func::FuncOp func) -> LogicalResult {
    states[func] = {true, 0};
    int64_t size = 0;
    auto follow = [&](Operation *op, SymbolRefAttr name) -> LogicalResult {
      auto callee = dyn_cast_or_null<func::FuncOp>(
          symbols.lookupNearestSymbolFrom(op, name));
      if (!callee) // a weight
        return success();
      if (states.contains(callee) && states[callee].open)
        return op->emitError("recursion is not supported: @")
               << callee.getSymName() << " is still running here";
      if (callee.isExternal())
        return op->emitError("expected @")
               << callee.getSymName() << " to have a body";
      if (!states.contains(callee) && failed(visit(callee)))
        return failure();
      size += states[callee].size;
      if (size > maxInlined)
        return op->emitError("expected at most ")
               << maxInlined << " operations once calls are inlined";
      return success();
    };
    WalkResult walked = func.getBody().walk([&](Operation *op) {
      ++size;
      bool ok = true;
      op->getAttrDictionary().walk(
          [&](SymbolRefAttr name) { ok = ok && succeeded(follow(op, name)); });
      return ok ? WalkResult::advance() : WalkResult::interrupt();
    });
    states[func] = {false, size};
    return failure(walked.wasInterrupted());
  };
  for (auto func : module.getOps<func::FuncOp>())
    if (!states.contains(func) && failed(visit(func)))
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
    if (!isAddressable(argument.getType()))
      return checkType(loc, argument.getType());
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
    if (!isAddressable(type))
      return checkType(loc, type);
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

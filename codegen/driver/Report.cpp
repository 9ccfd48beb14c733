// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The report is read off the graph after the stages structures (what is to be
// computed) and buffers (which kernels compute it, and what they touch), so it
// can't say anything that the code doesn't do.

#include "codegen/driver/Report.h"

#include "dialect/structures/Structures.h"
#include "passes/SizeTracer.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlir::gyre;

using report::Function;
using report::Kernel;
using report::Place;
using report::Places;
using report::Quantity;

namespace {
class Reporter {
public:
  Reporter(Session &session) : session(session) {}

  LogicalResult read(TimingScope &timing);
  std::string asText();
  std::string asJson();
  std::string asHtml() { return report::writeHtml(session, functions); }

private:
  void readFunction(func::FuncOp buffers, func::FuncOp structures,
                    func::FuncOp workspace);
  Kernel readKernel(scf::ForallOp loop, const EntryPoint &entry,
                    func::FuncOp func);
  AffineExpr countOperations(Operation *op, SizeTracer &tracer);
  Quantity quantity(AffineExpr expr, const SizeTracer &tracer,
                    const EntryPoint &entry);
  using Values = llvm::DenseMap<Value, Attribute>;
  Values fold(Block &block, ValueRange sizes, const EntryPoint &entry);
  void readWorkspace(func::FuncOp func, const EntryPoint &entry,
                     Function &function);
  void readIntermediate(memref::ViewOp view, const Values &values,
                        ArrayRef<Operation *> loops, Function &function);
  std::optional<int64_t> sizeOf(StringRef name);
  StringRef getWord(Place place) { return report::getWord(session, place); }

  Session &session;
  /// Where operations of the graph are that stand in no region of another's.
  Places written;
  std::vector<report::Function> functions;
};
} // namespace

/// Where the operations come from that a location tells of; of an inlined one,
/// the place in the function that was called.
static void collectPlaces(Location loc, Places &places) {
  if (auto file = dyn_cast<FileLineColLoc>(loc))
    places.insert({file.getLine(), file.getColumn()});
  else if (auto call = dyn_cast<CallSiteLoc>(loc))
    collectPlaces(call.getCallee(), places);
  else if (auto name = dyn_cast<NameLoc>(loc))
    collectPlaces(name.getChildLoc(), places);
  else if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      collectPlaces(part, places);
}

static bool isCompute(Operation *op) {
  return isa<linalg::LinalgOp, StructureOpInterface>(op);
}

std::optional<int64_t> Reporter::sizeOf(StringRef name) {
  for (StringRef given : session.options.sizes) {
    auto [key, value] = given.split('=');
    int64_t size;
    if (key == name && !value.getAsInteger(10, size))
      return size;
  }
  return std::nullopt;
}

StringRef report::getWord(Session &session, Place place) {
  llvm::SMLoc loc = session.sources.FindLocForLineAndColumn(
      session.sources.getMainFileID(), place.first, place.second);
  if (!loc.isValid())
    return "?";
  return StringRef(loc.getPointer()).take_while([](char c) {
    return llvm::isAlnum(c) || c == '_' || c == '.';
  });
}

Quantity Reporter::quantity(AffineExpr expr, const SizeTracer &tracer,
                            const EntryPoint &entry) {
  if (!expr)
    return {"?", std::nullopt};
  MLIRContext *context = expr.getContext();
  Quantity result{tracer.print(expr), std::nullopt};
  SmallVector<Attribute> sizes, values;
  for (const std::string &name : entry.sizes) {
    std::optional<int64_t> size = sizeOf(name);
    sizes.push_back(size ? IntegerAttr::get(IndexType::get(context), *size)
                         : Attribute());
  }
  AffineMap map = AffineMap::get(0, sizes.size(), expr);
  bool known = map.getNumSymbols() == 0 ||
               llvm::all_of(sizes, [](Attribute a) { return bool(a); });
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    result.value = constant.getValue();
  else if (known && succeeded(map.constantFold(sizes, values)))
    result.value = cast<IntegerAttr>(values.front()).getInt();
  return result;
}

static int64_t countFloatOps(Region &region) {
  int64_t count = 0;
  region.walk([&](Operation *op) {
    StringRef dialect = op->getName().getDialectNamespace();
    if ((dialect == "arith" || dialect == "math") && op->getNumResults() == 1 &&
        isa<FloatType>(op->getResult(0).getType()) &&
        !op->hasTrait<OpTrait::ConstantLike>())
      ++count;
  });
  return count;
}

/// Operations on floats, an exponential as one. Each element of a structure's
/// domain goes through its regions once; what happens once a row is left out.
AffineExpr Reporter::countOperations(Operation *op, SizeTracer &tracer) {
  SmallVector<AffineMap> maps;
  if (auto linalg = dyn_cast<linalg::LinalgOp>(op))
    maps = linalg.getIndexingMapsArray();
  else
    maps = cast<StructureOpInterface>(op).getIndexingMapsArray();
  SmallVector<AffineExpr> extents(maps.front().getNumDims());
  for (auto [number, map] : llvm::enumerate(maps))
    for (auto [d, expr] : llvm::enumerate(map.getResults()))
      if (auto loop = dyn_cast<AffineDimExpr>(expr);
          loop && !extents[loop.getPosition()])
        extents[loop.getPosition()] = tracer.getSize(op->getOperand(number), d);
  auto volume = [&](auto &&includes) {
    AffineExpr product = getAffineConstantExpr(1, op->getContext());
    for (auto [d, extent] : llvm::enumerate(extents))
      if (product && includes(d))
        product = extent ? product * extent : AffineExpr();
    return product;
  };
  auto contract = dyn_cast<ContractReduceOp>(op);
  if (!contract) {
    int64_t count = 0;
    for (Region &region : op->getRegions())
      count += countFloatOps(region);
    AffineExpr all = volume([](unsigned) { return true; });
    return all ? all * count : all;
  }
  unsigned scores = 2 * contract.getContractions();
  auto usedBy = [&](unsigned first, unsigned last, unsigned dim) {
    for (unsigned i = first; i < last; ++i)
      if (maps[i].isFunctionOfDim(dim))
        return true;
    return false;
  };
  SmallVector<IteratorKind> kinds = contract.getIteratorKinds();
  AffineExpr total = getAffineConstantExpr(0, op->getContext());
  auto add = [&](AffineExpr part, int64_t times) {
    total = total && part ? total + part * times : AffineExpr();
  };
  add(volume([&](unsigned d) { return usedBy(0, scores, d); }),
      2 * contract.getContractions());
  int64_t cell = countFloatOps(contract.getScore());
  if (!contract.isPlainProduct())
    cell += countFloatOps(contract.getStep());
  add(volume([&](unsigned d) {
        return kinds[d] != IteratorKind::contraction && usedBy(0, scores, d);
      }),
      cell);
  if (contract.getNumPayloads())
    add(volume(
            [&](unsigned d) { return kinds[d] != IteratorKind::contraction; }),
        2 * contract.getNumPayloads());
  return total;
}

/// The argument that a view shows, or null.
static BlockArgument findArgument(Value memref) {
  while (Operation *op = memref.getDefiningOp()) {
    auto view = dyn_cast<ViewLikeOpInterface>(op);
    if (!view)
      return {};
    memref = view.getViewSource();
  }
  auto argument = cast<BlockArgument>(memref);
  return isa<func::FuncOp>(argument.getOwner()->getParentOp())
             ? argument
             : BlockArgument();
}

Kernel Reporter::readKernel(scf::ForallOp loop, const EntryPoint &entry,
                            func::FuncOp func) {
  Kernel kernel;
  loop.walk([&](Operation *op) {
    if (!isCompute(op) && !isa<memref::CopyOp>(op))
      return;
    // Fusing maps keeps the location of one of them; their bodies tell all.
    if (isCompute(op))
      op->walk([&](Operation *inner) {
        collectPlaces(inner->getLoc(), kernel.places);
      });
    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<MemRefType>(operand.get().getType()))
        continue;
      BlockArgument argument = findArgument(operand.get());
      StringRef name = !argument ? "" : "intermediate";
      // The kernel outlives the entry point.
      if (argument && argument.getArgNumber() < entry.arguments.size())
        name = StringAttr::get(func.getContext(),
                               entry.arguments[argument.getArgNumber()].name);
      if (name.empty())
        continue;
      auto destination = dyn_cast<DestinationStyleOpInterface>(op);
      bool writes = destination ? destination.isDpsInit(&operand)
                                : operand.getOperandNumber() == 1;
      (writes ? kernel.writes : kernel.reads).insert(name);
    }
  });
  return kernel;
}

/// The value of a number, folded.
static std::optional<int64_t>
lookup(const llvm::DenseMap<Value, Attribute> &values, Value value) {
  auto known = dyn_cast_or_null<IntegerAttr>(values.lookup(value));
  return known ? std::optional(known.getInt()) : std::nullopt;
}

/// Folds what stands at the entry of a function, with `sizes` as constants.
Reporter::Values Reporter::fold(Block &block, ValueRange sizes,
                                const EntryPoint &entry) {
  Values values;
  Builder b(block.getParent()->getContext());
  for (auto [argument, name] : llvm::zip(sizes, entry.sizes))
    if (std::optional<int64_t> size = sizeOf(name))
      values[argument] = b.getIndexAttr(*size);
  for (Operation &op : block) {
    SmallVector<Attribute> operands;
    for (Value operand : op.getOperands())
      operands.push_back(values.lookup(operand));
    SmallVector<OpFoldResult> results;
    Attribute constant;
    if (matchPattern(&op, m_Constant(&constant)))
      results.push_back(constant);
    else if (op.getNumRegions() || failed(op.fold(operands, results)))
      continue;
    for (auto [result, folded] : llvm::zip(op.getResults(), results))
      values[result] = isa<Attribute>(folded)
                           ? cast<Attribute>(folded)
                           : values.lookup(cast<Value>(folded));
  }
  return values;
}

void Reporter::readWorkspace(func::FuncOp func, const EntryPoint &entry,
                             Function &function) {
  Block &block = func.getBody().front();
  Values values = fold(block, func.getArguments(), entry);
  function.shared = lookup(values, block.getTerminator()->getOperand(0));
  function.scratch = lookup(values, block.getTerminator()->getOperand(1));
}

/// All operations on a buffer, through views of it.
static void collectUsers(Value buffer, SmallVectorImpl<Operation *> &users) {
  for (Operation *user : buffer.getUsers()) {
    if (auto view = dyn_cast<ViewLikeOpInterface>(user))
      collectUsers(user->getResult(0), users);
    else
      users.push_back(user);
  }
}

/// An array of the workspace: where it lies, and from which kernel to which.
void Reporter::readIntermediate(memref::ViewOp view, const Values &values,
                                ArrayRef<Operation *> loops,
                                Function &function) {
  report::Intermediate result;
  MemRefType type = view.getType();
  result.offset = lookup(values, view.getByteShift());
  int64_t bytes = getElementBytes(type.getElementType());
  bool isKnown = true;
  for (int64_t extent : type.getShape())
    if (ShapedType::isStatic(extent))
      bytes *= extent;
  for (Value size : view.getSizes()) {
    std::optional<int64_t> extent = lookup(values, size);
    isKnown &= extent.has_value();
    bytes *= extent.value_or(0);
  }
  if (isKnown)
    result.bytes = bytes;
  SmallVector<Operation *> users;
  collectUsers(view.getResult(), users);
  result.first = loops.size();
  for (Operation *user : users)
    for (auto [i, loop] : llvm::enumerate(loops))
      if (loop->isAncestor(user)) {
        result.first = std::min<unsigned>(result.first, i);
        result.last = std::max<unsigned>(result.last, i);
      }
  if (result.first < loops.size())
    function.intermediates.push_back(result);
}

void Reporter::readFunction(func::FuncOp buffers, func::FuncOp structures,
                            func::FuncOp workspace) {
  FailureOr<EntryPoint> entry = EntryPoint::of(structures);
  if (failed(entry))
    return;
  Function function;
  function.name = structures.getSymName().str();
  SizeTracer tracer(structures, *entry);
  SmallVector<Operation *> loops;
  buffers.walk([&](scf::ForallOp loop) {
    if (loop->getParentOfType<scf::ForallOp>())
      return;
    Kernel kernel = readKernel(loop, *entry, buffers);
    // Of a region that a user wrote, the operation around it is enough.
    kernel.places.remove_if(
        [&](Place place) { return !written.contains(place); });
    SmallVector<Place> sorted = kernel.places.takeVector();
    llvm::sort(sorted);
    kernel.places.insert_range(sorted);
    kernel.name =
        function.name + ".kernel" + std::to_string(function.kernels.size());
    function.kernels.push_back(std::move(kernel));
    loops.push_back(loop);
  });
  Block &body = buffers.getBody().front();
  Values values = fold(
      body,
      body.getArguments().slice(entry->arguments.size(), entry->sizes.size()),
      *entry);
  buffers.walk([&](memref::ViewOp view) {
    if (findArgument(view.getSource()))
      readIntermediate(view, values, loops, function);
  });
  MLIRContext *context = structures.getContext();
  for (Kernel &kernel : function.kernels) {
    AffineExpr bytes = getAffineConstantExpr(0, context), operations = bytes;
    for (const EntryArgument &argument : entry->arguments) {
      int64_t touched = kernel.reads.contains(argument.name) +
                        kernel.writes.contains(argument.name);
      if (!touched || argument.isScalar())
        continue;
      AffineExpr size = getAffineConstantExpr(
          touched * getElementBytes(argument.type), context);
      for (AffineExpr dim : entry->getDims(argument, context))
        size = size * dim;
      bytes = bytes + size;
    }
    structures.walk([&](Operation *op) {
      Places places;
      collectPlaces(op->getLoc(), places);
      if (!isCompute(op) || !llvm::all_of(places, [&](Place place) {
            return kernel.places.contains(place);
          }))
        return;
      AffineExpr count = countOperations(op, tracer);
      operations = operations && count ? operations + count : AffineExpr();
    });
    auto simplify = [&](AffineExpr expr) {
      return expr ? simplifyAffineExpr(expr, 0, entry->sizes.size()) : expr;
    };
    kernel.bytes = quantity(simplify(bytes), tracer, *entry);
    kernel.operations = quantity(simplify(operations), tracer, *entry);
  }
  if (workspace)
    readWorkspace(workspace, *entry, function);
  functions.push_back(std::move(function));
}

LogicalResult Reporter::read(TimingScope &timing) {
  session.graph->walk([&](Operation *op) {
    if (op->getParentOp() && !isCompute(op->getParentOp()))
      collectPlaces(op->getLoc(), written);
  });
  const CompileOptions &options = session.options.compile;
  auto run = [&](Stage stage) {
    return runStages(*session.graph, options.targets.back(), stage, options,
                     timing);
  };
  OwningOpRef<ModuleOp> structures = run(Stage::structures);
  OwningOpRef<ModuleOp> buffers = structures ? run(Stage::buffers) : nullptr;
  if (!buffers)
    return failure();
  for (auto func : structures->getOps<func::FuncOp>())
    if (auto lowered = buffers->lookupSymbol<func::FuncOp>(func.getSymName()))
      readFunction(lowered, func,
                   buffers->lookupSymbol<func::FuncOp>(
                       (func.getSymName() + ".workspace").str()));
  return success();
}

std::string Reporter::asText() {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (const Function &function : functions) {
    os << '@' << function.name << ": " << function.kernels.size()
       << (function.kernels.size() == 1 ? " kernel, " : " kernels, ")
       << function.intermediates.size() << " intermediate arrays\n";
    for (const Kernel &kernel : function.kernels) {
      os << "  " << kernel.name << '\n';
      for (Place place : kernel.places)
        os << "    line " << place.first << ": " << getWord(place) << '\n';
      os << "    reads " << llvm::join(kernel.reads, ", ") << "; writes "
         << llvm::join(kernel.writes, ", ") << '\n'
         << "    bytes " << report::spell(kernel.bytes) << "; operations "
         << report::spell(kernel.operations) << '\n';
    }
    os << "  workspace: ";
    if (function.shared && function.scratch)
      os << *function.shared << " bytes, and " << *function.scratch
         << " a thread\n";
    else
      os << "depends on sizes; --size <name>=<number> gives them\n";
  }
  return text;
}

std::string Reporter::asJson() {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::json::OStream json(os, /*IndentSize=*/2);
  auto list = [&](StringRef key, ArrayRef<StringRef> names) {
    json.attributeArray(key, [&] {
      for (StringRef name : names)
        json.value(name);
    });
  };
  auto number = [&](StringRef key, const Quantity &quantity) {
    if (quantity.value)
      json.attribute(key, *quantity.value);
    else
      json.attribute(key, quantity.text);
  };
  json.array([&] {
    for (const Function &function : functions)
      json.object([&] {
        json.attribute("function", function.name);
        json.attribute("intermediate_arrays", function.intermediates.size());
        json.attributeArray("kernels", [&] {
          for (const Kernel &kernel : function.kernels)
            json.object([&] {
              json.attribute("name", kernel.name);
              json.attributeArray("fused", [&] {
                for (Place place : kernel.places)
                  json.object([&] {
                    json.attribute("operation", getWord(place));
                    json.attribute("line", place.first);
                  });
              });
              list("reads", kernel.reads.getArrayRef());
              list("writes", kernel.writes.getArrayRef());
              number("bytes", kernel.bytes);
              number("operations", kernel.operations);
            });
        });
        json.attributeObject("workspace", [&] {
          json.attribute("shared", function.shared);
          json.attribute("thread", function.scratch);
        });
      });
  });
  os << '\n';
  return text;
}

FailureOr<std::string> gyre::makeReport(Session &session, TimingScope &timing) {
  Reporter reporter(session);
  if (failed(reporter.read(timing)))
    return failure();
  StringRef kind = session.options.report;
  return kind == "json"   ? reporter.asJson()
         : kind == "html" ? reporter.asHtml()
                          : reporter.asText();
}

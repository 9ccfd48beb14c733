// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyrec run: the object that gyrec would write, loaded into this process and
// called through its C function.

#include "codegen/driver/CudaDevice.h"
#include "codegen/driver/Files.h"
#include "codegen/driver/Npy.h"
#include "codegen/driver/Options.h"
#include "gyre/abi.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"

#include <chrono>
#include <random>

using namespace mlir;
using namespace mlir::gyre;
namespace orc = llvm::orc;

/// The functions that take their arguments from memory: the one that is run,
/// and on a GPU that of its workspace.
static constexpr StringLiteral trampolineName = "gyre.run",
                               workspaceName = "gyre.run.workspace";

/// Adds `int32_t gyre.run(const uint64_t *cells)`, or whatever the callee's
/// result is: calls it with an argument from each cell, so that any signature
/// can be called from here.
static void addTrampoline(llvm::Module &module, const Twine &symbol,
                          StringRef name) {
  llvm::Function *callee = module.getFunction(symbol.str());
  llvm::IRBuilder<> b(module.getContext());
  auto *function = llvm::Function::Create(
      llvm::FunctionType::get(callee->getReturnType(), {b.getPtrTy()}, false),
      llvm::GlobalValue::ExternalLinkage, name, module);
  b.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "", function));
  SmallVector<llvm::Value *> arguments;
  for (llvm::Argument &argument : callee->args())
    arguments.push_back(
        b.CreateLoad(argument.getType(),
                     b.CreateConstGEP1_64(b.getInt64Ty(), function->getArg(0),
                                          argument.getArgNo())));
  b.CreateRet(b.CreateCall(callee, arguments));
}

namespace {
/// One call: its sizes, arrays and scalars.
class Call {
public:
  Call(const Options &options, const Model &model,
       const ModelFunction &function)
      : options(options), model(model), function(function),
        arrays(function.entry.arguments.size()),
        scalars(function.entry.arguments.size()),
        given(function.entry.arguments.size()) {}

  LogicalResult readInputs();
  LogicalResult findSizes();
  LogicalResult makeArrays();
  LogicalResult run(orc::LLJIT &jit);
  LogicalResult runOnGPU(orc::LLJIT &jit);
  LogicalResult writeOutputs();

private:
  LogicalResult fail(const Twine &message) {
    reportError(message);
    return failure();
  }
  /// Splits "name=value"; without a name it is the next of `kind`.
  FailureOr<unsigned> locate(StringRef &text, EntryArgument::Kind kind,
                             unsigned &next);
  LogicalResult readInput(StringRef text, unsigned &next);
  FailureOr<int64_t> evaluate(StringRef text);
  void fillRandom(Array &array, uint64_t stream);
  LogicalResult bindWeights(orc::LLJIT &jit);
  void time(llvm::function_ref<void()> run);
  uint64_t cellOf(const void *pointer) {
    return reinterpret_cast<uintptr_t>(pointer);
  }

  const Options &options;
  const Model &model;
  const ModelFunction &function;
  SmallVector<std::optional<Array>> arrays;
  SmallVector<uint64_t> scalars;
  SmallVector<bool> given;
  llvm::StringMap<int64_t> sizes;
  /// The struct of weights: pointers, then a gyre_mapping.
  std::vector<const void *> weights;
  std::vector<Array> randomWeights;
};
} // namespace

FailureOr<unsigned> Call::locate(StringRef &text, EntryArgument::Kind kind,
                                 unsigned &next) {
  ArrayRef<EntryArgument> arguments = function.entry.arguments;
  auto [name, value] = text.split('=');
  if (!value.empty() && isUsableName(name)) {
    for (auto [i, argument] : llvm::enumerate(arguments))
      if (argument.kind == kind && argument.name == name) {
        text = value;
        return i;
      }
    return fail("@" + function.name + " has no argument '" + name + "'");
  }
  while (next < arguments.size() && arguments[next].kind != kind)
    ++next;
  if (next == arguments.size())
    return fail("too many arguments for @" + function.name + ": '" + text +
                "'");
  return next++;
}

LogicalResult Call::readInput(StringRef text, unsigned &next) {
  FailureOr<unsigned> position = locate(text, EntryArgument::Kind::Input, next);
  if (failed(position))
    return failure();
  const EntryArgument &argument = function.entry.arguments[*position];
  given[*position] = true;
  if (argument.isScalar()) {
    double value;
    if (text.getAsDouble(value))
      return fail("expected a number for '" + argument.name + "', got '" +
                  text + "'");
    FailureOr<Array> cell = makeArray(argument.type, {});
    cell->set(0, value);
    std::memcpy(&scalars[*position], cell->bytes.data(), cell->bytes.size());
    return success();
  }
  std::string error;
  FailureOr<Array> array =
      readNpy(text, getElementTypeOrSelf(argument.type), error);
  if (failed(array))
    return fail(error);
  if (array->shape.size() != argument.dims.size())
    return fail("expected '" + argument.name + "' to have " +
                Twine(argument.dims.size()) + " dimensions, got " +
                array->describe());
  arrays[*position] = std::move(*array);
  return success();
}

LogicalResult Call::readInputs() {
  unsigned next = 0;
  for (const std::string &text : options.in)
    if (failed(readInput(text, next)))
      return failure();
  return success();
}

LogicalResult Call::findSizes() {
  for (StringRef text : options.sizes) {
    auto [name, value] = text.split('=');
    int64_t size;
    if (!llvm::is_contained(function.entry.sizes, name.str()) ||
        value.getAsInteger(10, size))
      return fail("expected --size to be a size of @" + function.name +
                  " and a number (" + llvm::join(function.entry.sizes, ", ") +
                  "), got '" + text + "'");
    sizes[name] = size;
  }
  // A dimension that is just a name tells it.
  for (auto [argument, array] : llvm::zip(function.entry.arguments, arrays))
    if (array)
      for (auto [dim, extent] : llvm::zip(argument.dims, array->shape))
        if (llvm::is_contained(function.entry.sizes, dim))
          sizes.try_emplace(dim, extent);
  for (const std::string &size : function.entry.sizes)
    if (!sizes.contains(size))
      return fail("size '" + size + "' is not known; give --size " + size +
                  "=<number>");
  for (auto [argument, array] : llvm::zip(function.entry.arguments, arrays)) {
    if (!array)
      continue;
    for (auto [i, dim] : llvm::enumerate(argument.dims)) {
      FailureOr<int64_t> extent = evaluate(dim);
      if (failed(extent))
        return failure();
      if (*extent != array->shape[i])
        return fail("expected dimension " + Twine(i) + " of '" + argument.name +
                    "' to be " + dim + " = " + Twine(*extent) + ", got " +
                    Twine(array->shape[i]));
    }
  }
  return success();
}

FailureOr<int64_t> Call::evaluate(StringRef text) {
  MLIRContext *context = function.getContext();
  SmallVector<Attribute> values;
  for (const std::string &size : function.entry.sizes)
    values.push_back(
        IntegerAttr::get(IndexType::get(context), sizes.lookup(size)));
  SmallVector<Attribute> results;
  AffineMap map =
      AffineMap::get(0, values.size(), function.entry.getSize(text, context));
  if (failed(map.constantFold(values, results)))
    return fail("size '" + text + "' cannot be computed");
  return cast<IntegerAttr>(results.front()).getInt();
}

/// Floats in [-1, 1), integers in [0, 8), booleans: the same on each machine.
void Call::fillRandom(Array &array, uint64_t stream) {
  std::mt19937_64 generator(*options.random * 1000003 + stream);
  bool isFloat = isa<FloatType>(array.type);
  int64_t mask = array.type.isSignlessInteger(1) ? 1 : 7;
  for (int64_t i = 0, e = array.getNumElements(); i < e; ++i) {
    uint64_t bits = generator();
    array.set(i, isFloat ? std::ldexp(static_cast<double>(bits >> 11), -52) - 1
                         : static_cast<double>((bits >> 32) & mask));
  }
}

LogicalResult Call::makeArrays() {
  for (auto [i, argument] : llvm::enumerate(function.entry.arguments)) {
    bool isInput = argument.kind == EntryArgument::Kind::Input;
    if (argument.kind == EntryArgument::Kind::Weight || given[i])
      continue;
    if (isInput && !options.random)
      return fail("input '" + argument.name +
                  "' is missing; give --in or --random=<seed>");
    SmallVector<int64_t> shape;
    for (const std::string &dim : argument.dims) {
      FailureOr<int64_t> extent = evaluate(dim);
      if (failed(extent))
        return failure();
      shape.push_back(*extent);
    }
    FailureOr<Array> array =
        makeArray(getElementTypeOrSelf(argument.type), shape);
    if (failed(array))
      return fail("the sizes of '" + argument.name + "' are out of range");
    if (isInput)
      fillRandom(*array, i);
    if (argument.isScalar())
      std::memcpy(&scalars[i], array->bytes.data(), array->bytes.size());
    else
      arrays[i] = std::move(*array);
  }
  return success();
}

LogicalResult Call::bindWeights(orc::LLJIT &jit) {
  weights.assign(model.weights.size() + 2, nullptr);
  if (!options.weights.empty()) {
    auto bind = jit.lookup(model.getWeightsName() + "_bind");
    if (!bind)
      return fail(toString(bind.takeError()));
    gyre_call call = GYRE_CALL_INIT;
    if (bind->toPtr<int32_t(const void **, const char *, gyre_call *)>()(
            weights.data(), options.weights.c_str(), &call))
      return fail(call.message);
    return success();
  }
  if (!options.random)
    return fail("weights are missing; give --weights or --random=<seed>");
  for (auto [i, weight] : llvm::enumerate(model.weights)) {
    FailureOr<Array> array =
        makeArray(getElementTypeOrSelf(weight.type),
                  cast<ShapedType>(weight.type).getShape());
    if (failed(array))
      return fail("the sizes of '" + weight.name + "' are out of range");
    fillRandom(*array, 1000 + i);
    randomWeights.push_back(std::move(*array));
    weights[i] = randomWeights.back().bytes.data();
  }
  return success();
}

LogicalResult Call::run(orc::LLJIT &jit) {
  std::vector<uint64_t> cells;
  if (model.usesWeights(function)) {
    if (failed(bindWeights(jit)))
      return failure();
    cells.push_back(cellOf(weights.data()));
  }
  for (auto [i, argument] : llvm::enumerate(function.entry.arguments))
    if (argument.kind != EntryArgument::Kind::Weight)
      cells.push_back(argument.isScalar() ? scalars[i]
                                          : cellOf(arrays[i]->bytes.data()));
  for (const std::string &size : function.entry.sizes)
    cells.push_back(sizes.lookup(size));
  gyre_call call = GYRE_CALL_INIT;
  cells.push_back(cellOf(&call));

  auto symbol = jit.lookup(trampolineName);
  if (!symbol)
    return fail(toString(symbol.takeError()));
  auto *trampoline = symbol->toPtr<int32_t(const uint64_t *)>();
  if (int32_t status = trampoline(cells.data()))
    return fail(Twine(gyre_status_string(status)) + ": " + call.message);
  if (options.benchmark)
    time([&] { trampoline(cells.data()); });
  return success();
}

/// As above, with arrays and weights in the device's memory.
LogicalResult Call::runOnGPU(orc::LLJIT &jit) {
  auto run = [&]() -> llvm::Error {
    llvm::Expected<CudaDevice> device = CudaDevice::open();
    if (!device)
      return device.takeError();
    std::vector<uint64_t> cells = {0}; // the default stream
    if (model.usesWeights(function)) {
      for (auto [i, weight] : llvm::enumerate(model.weights)) {
        auto type = cast<ShapedType>(weight.type);
        llvm::Expected<void *> copy = device->upload(
            weights[i],
            makeArray(type.getElementType(), type.getShape())->bytes.size());
        if (!copy)
          return copy.takeError();
        weights[i] = *copy;
      }
      cells.push_back(cellOf(weights.data()));
    }
    SmallVector<void *> places(arrays.size());
    for (auto [i, argument] : llvm::enumerate(function.entry.arguments)) {
      if (argument.kind == EntryArgument::Kind::Weight)
        continue;
      if (argument.isScalar()) {
        cells.push_back(scalars[i]);
        continue;
      }
      llvm::Expected<void *> copy =
          device->upload(arrays[i]->bytes.data(), arrays[i]->bytes.size());
      if (!copy)
        return copy.takeError();
      places[i] = *copy;
      cells.push_back(cellOf(*copy));
    }
    std::vector<uint64_t> extents;
    for (const std::string &size : function.entry.sizes)
      extents.push_back(sizes.lookup(size));
    llvm::append_range(cells, extents);
    gyre_call call = GYRE_CALL_INIT;
    cells.push_back(cellOf(&call));

    auto workspace = jit.lookup(workspaceName),
         body = jit.lookup(trampolineName);
    if (!workspace || !body)
      return llvm::joinErrors(workspace.takeError(), body.takeError());
    call.workspace_bytes =
        workspace->toPtr<size_t(const uint64_t *)>()(extents.data());
    if (call.workspace_bytes != 0 && call.workspace_bytes != SIZE_MAX) {
      llvm::Expected<void *> memory = device->allocate(call.workspace_bytes);
      if (!memory)
        return memory.takeError();
      call.workspace = *memory;
    }
    auto *trampoline = body->toPtr<int32_t(const uint64_t *)>();
    if (int32_t status = trampoline(cells.data()))
      return llvm::createStringError(Twine(gyre_status_string(status)) + ": " +
                                     call.message);
    if (auto error = device->wait())
      return error;
    if (options.benchmark)
      time([&] {
        trampoline(cells.data());
        llvm::consumeError(device->wait());
      });
    for (auto [i, argument] : llvm::enumerate(function.entry.arguments))
      if (argument.kind == EntryArgument::Kind::Output)
        if (auto error = device->download(arrays[i]->bytes.data(), places[i],
                                          arrays[i]->bytes.size()))
          return error;
    return llvm::Error::success();
  };
  if (model.usesWeights(function) && failed(bindWeights(jit)))
    return failure();
  if (auto error = run())
    return fail(toString(std::move(error)));
  return success();
}

/// Median and best of calls that take about a second together.
void Call::time(llvm::function_ref<void()> run) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  Clock::time_point start = Clock::now();
  auto since = [](Clock::time_point t) {
    return std::chrono::duration<double>(Clock::now() - t).count();
  };
  while (times.size() < 5 || (since(start) < 1 && times.size() < 100000)) {
    Clock::time_point before = Clock::now();
    run();
    times.push_back(since(before));
  }
  llvm::sort(times);
  double bytes = 0;
  for (const std::optional<Array> &array : arrays)
    bytes += array ? array->bytes.size() : 0;
  llvm::outs() << function.name << ": median "
               << llvm::format("%.4g", 1e3 * times[times.size() / 2])
               << " ms, best " << llvm::format("%.4g", 1e3 * times.front())
               << " ms of " << times.size() << " calls; arguments and results "
               << llvm::format("%.4g", 1e-9 * bytes / times[times.size() / 2])
               << " GB/s\n";
}

LogicalResult Call::writeOutputs() {
  std::vector<OutputFile> files;
  unsigned next = 0;
  for (StringRef text : options.out) {
    FailureOr<unsigned> position =
        locate(text, EntryArgument::Kind::Output, next);
    if (failed(position))
      return failure();
    files.push_back({text.str(), writeNpy(*arrays[*position])});
  }
  std::string error;
  if (failed(writeFiles(files, error)))
    return fail(error);
  if (!files.empty() || options.benchmark)
    return success();
  // Nowhere to go: show them.
  for (auto [argument, array] : llvm::zip(function.entry.arguments, arrays)) {
    if (argument.kind != EntryArgument::Kind::Output)
      continue;
    llvm::outs() << argument.name << ": " << array->describe() << " =";
    int64_t count = array->getNumElements();
    for (int64_t i = 0; i < std::min<int64_t>(count, 8); ++i)
      llvm::outs() << ' ' << llvm::format("%.6g", array->get(i));
    llvm::outs() << (count > 8 ? " ...\n" : "\n");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The just-in-time linker
//===----------------------------------------------------------------------===//

/// The runtime that is linked into gyrec, by address.
static orc::SymbolMap runtimeSymbols(orc::LLJIT &jit) {
  orc::SymbolMap symbols;
  auto add = [&](StringRef name, auto *function) {
    symbols[jit.mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(function),
                                          llvm::JITSymbolFlags::Exported |
                                              llvm::JITSymbolFlags::Callable};
  };
  add("gyre_cpu_features", &gyre_cpu_features);
  add("gyre_cuda_enter", &gyre_cuda_enter);
  add("gyre_cuda_launch", &gyre_cuda_launch);
  add("gyre_cuda_leave", &gyre_cuda_leave);
  add("gyre_cuda_max_blocks", &gyre_cuda_max_blocks);
  add("gyre_enter", &gyre_enter);
  add("gyre_leave", &gyre_leave);
  add("gyre_max_threads", &gyre_max_threads);
  add("gyre_parallel_for", &gyre_parallel_for);
  add("gyre_serial_for", &gyre_serial_for);
  add("gyre_undefined", &gyre_undefined);
  add("gyre_weights_bind", &gyre_weights_bind);
  add("gyre_workspace_bytes", &gyre_workspace_bytes);
  return symbols;
}

static llvm::Expected<std::unique_ptr<orc::LLJIT>> loadObject(StringRef object,
                                                              StringRef name) {
  auto jit = orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  orc::JITDylib &dylib = (*jit)->getMainJITDylib();
  if (auto error = dylib.define(orc::absoluteSymbols(runtimeSymbols(**jit))))
    return error;
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  dylib.addGenerator(std::move(*process));
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(object, name);
  if (auto error = (*jit)->addObjectFile(std::move(buffer)))
    return error;
  return jit;
}

static void printFunctions(const Model &model) {
  for (const ModelFunction &function : model.functions) {
    llvm::outs() << function.name << '\n';
    for (const EntryArgument &argument : function.entry.arguments) {
      static constexpr StringLiteral kinds[] = {"in ", "out", "weight"};
      llvm::outs() << "  " << kinds[static_cast<int>(argument.kind)] << ' '
                   << argument.name << ": "
                   << getElementTypeOrSelf(argument.type);
      if (!argument.isScalar())
        llvm::outs() << " (" << llvm::join(argument.dims, ", ") << ')';
      llvm::outs() << '\n';
    }
    if (!function.entry.sizes.empty())
      llvm::outs() << "  sizes " << llvm::join(function.entry.sizes, ", ")
                   << '\n';
  }
}

static const ModelFunction *findFunction(const Model &model,
                                         StringRef entryName) {
  if (entryName.empty() && model.functions.size() == 1)
    return &model.functions.front();
  std::string names;
  for (const ModelFunction &function : model.functions) {
    if (function.name == entryName)
      return &function;
    names += (names.empty() ? "" : ", ") + function.name;
  }
  reportError("expected --entry to be one of " + names +
              (entryName.empty() ? Twine() : ", got '" + entryName + "'"));
  return nullptr;
}

int gyre::runModel(Session &session, TimingScope &timing) {
  if (failed(session.open()))
    return 1;
  FailureOr<Model> model =
      gyre::describe(*session.graph, session.options.compile, timing);
  if (failed(model))
    return 1;
  if (session.options.describe) {
    printFunctions(*model);
    return 0;
  }
  const ModelFunction *function = findFunction(*model, session.options.entry);
  if (!function)
    return 1;
  // Whatever can be wrong with the arguments, before compiling.
  Call call(session.options, *model, *function);
  if (failed(call.readInputs()) || failed(call.findSizes()) ||
      failed(call.makeArrays()))
    return 1;
  llvm::LLVMContext context;
  bool onGPU = session.options.onGPU;
  auto addTrampolines = [&](CompiledModel &m) {
    std::string symbol = m.model.getSymbol(*function);
    if (onGPU)
      addTrampoline(*m.code, symbol + "_cuda_workspace", workspaceName);
    addTrampoline(*m.code, symbol + (onGPU ? "_cuda" : ""), trampolineName);
  };
  FailureOr<CompiledModel> compiled = compile(
      *session.graph, session.options.compile, context, timing, addTrampolines);
  if (failed(compiled))
    return 1;
  FailureOr<std::string> object =
      generateCode(*compiled, *session.graph, llvm::CodeGenFileType::ObjectFile,
                   session.options.compile, timing);
  if (failed(object))
    return 1;
  auto jit = loadObject(*object, model->name);
  if (!jit)
    return reportError(toString(jit.takeError()));
  LogicalResult done = onGPU ? call.runOnGPU(**jit) : call.run(**jit);
  return failed(done) || failed(call.writeOutputs()) ? 1 : 0;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a random graph to numbers that are compared with the references'.

// What is shared with programs of doctest is arithmetic.
#define DOCTEST_CONFIG_DISABLE
#include "ops/Support.h"

#include "fuzz/GraphRun.h"

#include "codegen/Compile.h"
#include "codegen/driver/Load.h"
#include "dialect/GyreDialect.h"
#include "gyre/abi.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

#include <memory>

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;
namespace orc = llvm::orc;

/// Functions of the first `count` steps.
static void writeText(GraphCase &made, size_t count, std::vector<int> results) {
  made.text = "// gyrec --target=" + made.target.name + "\n";
  made.functions.clear();
  auto add = [&](llvm::ArrayRef<Step> steps, std::vector<int> results) {
    GraphCase::Function function;
    function.name = "g" + std::to_string(made.functions.size());
    function.results = std::move(results);
    made.text += made.graph.print(function.name, steps, function.results,
                                  function.arguments);
    made.functions.push_back(std::move(function));
  };
  llvm::ArrayRef<Step> steps =
      llvm::ArrayRef(made.graph.steps).take_front(count);
  if (made.isFused)
    add(steps, std::move(results));
  else
    for (const Step &step : steps)
      add(step, step.results);
}

GraphCase fuzz::makeGraph(uint64_t seed, int64_t index) {
  test::Random random(seed * 0x9e3779b97f4a7c15 + uint64_t(index));
  random.bits();
  std::string error;
  Target host = *lookupTarget("host", error);
  SmallVector<Target> targets = {host, host};
  for (StringRef name : {"x86-64-v2", "x86-64-v3", "x86-64-v4"})
    if (Target target = *lookupTarget(name, error);
        target.triple == host.triple &&
        (target.cpuFeatures & ~host.cpuFeatures) == 0)
      targets.push_back(target);
  bool isDynamic = random.below(2), isFused = random.below(4) != 0;
  Target target = targets[random.below(int64_t(targets.size()))];
  GraphCase made{Graph(random, isDynamic), target, isFused, {}, {}};
  grow(made.graph);
  writeText(made, made.graph.steps.size(), made.graph.chooseResults());
  return made;
}

GraphCase fuzz::reduceGraph(const GraphCase &graph, MLIRContext *context) {
  GraphCase small = graph;
  for (size_t count = 1; count < graph.graph.steps.size(); ++count) {
    writeText(small, count, graph.graph.steps[count - 1].results);
    if (!runGraph(small, context).empty())
      return small;
  }
  return graph;
}

//===----------------------------------------------------------------------===//
// Arrays as functions take them
//===----------------------------------------------------------------------===//

static size_t bytesOf(Element element) {
  switch (element) {
  case Element::i8:
    return 1;
  case Element::f16:
  case Element::bf16:
    return 2;
  case Element::f32:
  case Element::i32:
    return 4;
  case Element::i64:
    return 8;
  }
  return 0;
}

template <typename T> static void put(char *at, T value) {
  std::memcpy(at, &value, sizeof value);
}
template <typename T> static T take(const char *at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

static void write(Element element, char *at, double number) {
  switch (element) {
  case Element::f32:
    return put(at, float(number));
  case Element::f16:
    return put(at, test::toF16(number));
  case Element::bf16:
    return put(at, test::toBF16(number));
  case Element::i8:
    return put(at, int8_t(number));
  case Element::i32:
    return put(at, int32_t(number));
  case Element::i64:
    return put(at, int64_t(number));
  }
}

static double read(Element element, const char *at) {
  switch (element) {
  case Element::f32:
    return double(take<float>(at));
  case Element::f16: {
    auto bits = take<uint16_t>(at);
    return (bits & 0x7fff) > 0x7c00    ? NAN
           : (bits & 0x7fff) == 0x7c00 ? (bits >> 15 ? -INFINITY : INFINITY)
                                       : test::fromF16(bits);
  }
  case Element::bf16:
    return test::fromBF16(take<uint16_t>(at));
  case Element::i8:
    return double(take<int8_t>(at));
  case Element::i32:
    return double(take<int32_t>(at));
  case Element::i64:
    return double(take<int64_t>(at));
  }
  return NAN;
}

/// Between pages that may not be touched.
using Memory = test::Guarded<char>;

static std::unique_ptr<Memory> memoryOf(const Datum &value) {
  size_t each = bytesOf(value.element);
  auto memory = std::make_unique<Memory>(size_t(value.count()) * each);
  for (size_t i = 0; i < size_t(value.count()); ++i)
    write(value.element, memory->data() + i * each, value.numbers.front()[i]);
  return memory;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Adds a function that calls `symbol` with an argument from each cell.
static void addTrampoline(llvm::Module &module, StringRef symbol) {
  llvm::Function *callee = module.getFunction(symbol);
  llvm::IRBuilder<> b(module.getContext());
  auto *function = llvm::Function::Create(
      llvm::FunctionType::get(b.getInt32Ty(), {b.getPtrTy()}, false),
      llvm::GlobalValue::ExternalLinkage, symbol + ".call", module);
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
/// One function: its memory, sizes and results.
class Caller {
public:
  Caller(const Graph &graph, const GraphCase::Function &function,
         const ModelFunction &model)
      : graph(graph), function(function), model(model) {}
  std::string run(int32_t (*call)(const uint64_t *));

private:
  std::string compare(int result, const Memory &memory) const;
  int64_t sizeOf(StringRef name) const;

  const Graph &graph;
  const GraphCase::Function &function;
  const ModelFunction &model;
};
} // namespace

std::string Caller::compare(int result, const Memory &memory) const {
  const Datum &value = graph[result];
  size_t each = bytesOf(value.element);
  for (size_t i = 0; i < size_t(value.count()); ++i) {
    double actual = read(value.element, memory.data() + i * each);
    double expected = value.numbers.front()[i], bound = graph.bound(result, i);
    if (std::fabs(actual - expected) <= bound)
      continue;
    return "@" + function.name + ": expected " + value.name + "[" +
           std::to_string(i) + "] to be " + std::to_string(expected) +
           " within " + std::to_string(bound) + ", got " +
           std::to_string(actual);
  }
  return "";
}

int64_t Caller::sizeOf(StringRef name) const {
  for (int value : function.arguments)
    for (const Dim &dim : graph[value].shape)
      if (dim.name == name)
        return dim.size;
  return 0;
}

std::string Caller::run(int32_t (*call)(const uint64_t *)) {
  std::vector<std::unique_ptr<Memory>> memories;
  std::vector<uint64_t> cells;
  for (int argument : function.arguments) {
    const Datum &value = graph[argument];
    if (value.scalarType.empty()) {
      memories.push_back(memoryOf(value));
      cells.push_back(reinterpret_cast<uintptr_t>(memories.back()->data()));
      continue;
    }
    std::array<char, 8> bytes = {};
    write(value.element, bytes.data(), value.numbers.front().front());
    cells.push_back(take<uint64_t>(bytes.data()));
  }
  std::vector<std::unique_ptr<Memory>> once, twice;
  for (auto *results : {&once, &twice})
    for (int result : function.results) {
      size_t bytes =
          size_t(graph[result].count()) * bytesOf(graph[result].element);
      results->push_back(std::make_unique<Memory>(bytes));
      std::memset(results->back()->data(), 0x5a, bytes);
    }
  for (int32_t threads : {1, 2}) {
    std::vector<uint64_t> all = cells;
    for (auto &memory : threads == 1 ? once : twice)
      all.push_back(reinterpret_cast<uintptr_t>(memory->data()));
    for (const std::string &name : model.entry.sizes)
      all.push_back(uint64_t(sizeOf(name)));
    gyre_call options = test::threads(threads);
    all.push_back(reinterpret_cast<uintptr_t>(&options));
    if (int32_t status = call(all.data()))
      return "@" + function.name + ": " + gyre_status_string(status) + ": " +
             options.message;
  }
  for (auto [result, one, two] :
       llvm::zip_equal(function.results, once, twice)) {
    if (std::memcmp(one->data(), two->data(), one->size()) != 0)
      return "@" + function.name + ": two threads give other bits of " +
             graph[result].name;
    if (std::string wrong = compare(result, *one); !wrong.empty())
      return wrong;
  }
  return "";
}

/// Links the object into this process.
static llvm::Expected<std::unique_ptr<orc::LLJIT>> load(StringRef object) {
  auto jit = orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  orc::SymbolMap symbols;
  auto add = [&](StringRef name, auto *function) {
    symbols[(*jit)->mangleAndIntern(name)] = {
        orc::ExecutorAddr::fromPtr(function),
        llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  };
  add("gyre_cpu_features", &gyre_cpu_features);
  add("gyre_enter", &gyre_enter);
  add("gyre_leave", &gyre_leave);
  add("gyre_max_threads", &gyre_max_threads);
  add("gyre_parallel_for", &gyre_parallel_for);
  add("gyre_workspace_bytes", &gyre_workspace_bytes);
  orc::JITDylib &dylib = (*jit)->getMainJITDylib();
  if (auto error = dylib.define(orc::absoluteSymbols(symbols)))
    return error;
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  dylib.addGenerator(std::move(*process));
  if (auto error = (*jit)->addObjectFile(
          llvm::MemoryBuffer::getMemBufferCopy(object, "graph")))
    return error;
  return jit;
}

std::string fuzz::runGraph(const GraphCase &graph, MLIRContext *context) {
  std::string messages;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    messages += diagnostic.str() + "\n";
    return success();
  });
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBufferCopy(graph.text, "graph"), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = loadGraph(sources, context);
  CompileOptions options;
  options.name = "graph";
  options.targets = {graph.target};
  if (!module || failed(checkGraph(*module, options)))
    return "refused: " + messages;
  DefaultTimingManager manager;
  TimingScope timing = manager.getRootScope();
  llvm::LLVMContext llvmContext;
  FailureOr<CompiledModel> model = gyre::compile(
      *module, options, llvmContext, timing, [](CompiledModel &m) {
        for (const ModelFunction &function : m.model.functions)
          addTrampoline(*m.code, m.model.getSymbol(function));
      });
  if (failed(model))
    return "not compiled: " + messages;
  FailureOr<std::string> object = generateCode(
      *model, *module, llvm::CodeGenFileType::ObjectFile, options, timing);
  if (failed(object))
    return "not compiled: " + messages;
  auto jit = load(*object);
  if (!jit)
    return toString(jit.takeError());
  for (const GraphCase::Function &function : graph.functions) {
    auto described =
        llvm::find_if(model->model.functions, [&](const ModelFunction &f) {
          return f.name == function.name;
        });
    auto symbol = (*jit)->lookup(function.name + ".call");
    if (!symbol)
      return toString(symbol.takeError());
    Caller caller(graph.graph, function, *described);
    std::string wrong = caller.run(symbol->toPtr<int32_t(const uint64_t *)>());
    if (!wrong.empty())
      return wrong;
  }
  return "";
}

bool fuzz::checkOperators(MLIRContext *context) {
  llvm::StringSet<> known;
  for (llvm::ArrayRef<Operator> table :
       {getLayers(), getSequences(), getSteps()})
    for (const Operator &op : table)
      known.insert(op.name);
  for (const Absent &absent : getAbsent())
    known.insert(absent.name);
  bool all = true;
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (name.getDialectNamespace() == GyreDialect::getDialectNamespace() &&
        !known.contains(name.getStringRef())) {
      llvm::errs() << name
                   << ": no random graph has it; add it to a table in "
                      "tests/fuzz/Graph*.cpp\n";
      all = false;
    }
  return all;
}

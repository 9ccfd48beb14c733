// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyre-fuzz: looks for graphs that make the compiler crash, hang or fail.

#include "codegen/Compile.h"
#include "codegen/Register.h"
#include "codegen/driver/Load.h"
#include "fuzz/GraphRun.h"
#include "fuzz/Mutate.h"
#include "fuzz/Workers.h"

#include "dialect/GyreDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/SourceMgr.h"

#include <thread>

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;
namespace cl = llvm::cl;

static cl::OptionCategory category("gyre-fuzz");
static cl::opt<int64_t> mutants("mutants", cl::desc("How many mutants to try"),
                                cl::init(1000), cl::cat(category));
static cl::opt<int64_t> graphs(
    "graphs",
    cl::desc("Instead of mutants, how many valid graphs to compile, call "
             "and compare with references"),
    cl::cat(category));
static cl::opt<uint64_t> seed("seed",
                              cl::desc("The same seed makes the same "
                                       "mutants (default: the time)"),
                              cl::cat(category));
static cl::opt<int64_t> only("only",
                             cl::desc("Print this mutant, then compile it in "
                                      "this process with all messages"),
                             cl::init(-1), cl::cat(category));
static cl::opt<int> jobs("jobs", cl::desc("Processes (default: all cores)"),
                         cl::init(0), cl::cat(category));
static cl::opt<double> seconds("seconds",
                               cl::desc("A hang is what takes longer"),
                               cl::init(20), cl::cat(category));
static cl::opt<double>
    parsing("parsing", cl::desc("Fail where fewer mutants parse, in percent"),
            cl::init(30), cl::cat(category));
static cl::opt<std::string> keep("keep", cl::desc("Folder for what was found"),
                                 cl::init("."), cl::cat(category));
static cl::opt<std::string>
    known("known", cl::desc("A document with the failures that are known"),
          cl::cat(category));
static cl::list<std::string> paths(cl::Positional,
                                   cl::desc("<graphs: files and folders>"),
                                   cl::OneOrMore, cl::cat(category));

enum Outcome { Parsed, Accepted, Translated, Compiled, Known, Failed };

namespace {
struct Mutant {
  int64_t index;
  std::string text;
  /// A CPU, for which the host's part of a GPU's code is compiled too.
  Target host;
  std::optional<Target> device;
  bool toObject, verifyEach;
};

class Fuzzer {
public:
  Fuzzer();
  int runAll();
  int runOnly();
  int runGraphs();

private:
  Mutant make(int64_t index);
  bool compileGraph(ModuleOp graph, const Mutant &mutant,
                    const CompileOptions &options);
  bool compile(const Mutant &mutant, bool quiet);
  void save(int64_t index, StringRef text, StringRef what, StringRef details);
  bool isKnown(StringRef failure) const;

  DialectRegistry registry;
  std::unique_ptr<MLIRContext> context;
  Corpus corpus;
  std::vector<std::string> knownFailures;
  std::unique_ptr<Workers> workers;
};
} // namespace

Fuzzer::Fuzzer() {
  registerDialects(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
  // One thread: workers are forked from here.
  context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->printOpOnDiagnostic(false);
  context->loadDialect<GyreDialect>();
  for (const std::string &path : paths)
    if (failed(corpus.add(path, context.get()))) {
      llvm::errs() << "cannot read '" << path << "'\n";
      std::exit(2);
    }
  corpus.index();
  // Prints one stack; a test of crashes among the graphs may have had it.
  llvm::sys::PrintStackTraceOnErrorSignal("gyre-fuzz");
  if (known.empty())
    return;
  if (auto buffer = llvm::MemoryBuffer::getFile(known))
    for (StringRef line : llvm::split((*buffer)->getBuffer(), '\n'))
      if (line = line.ltrim(); line.consume_front("failure: "))
        knownFailures.push_back(line.trim().trim('`').str());
}

bool Fuzzer::isKnown(StringRef failure) const {
  return llvm::any_of(knownFailures, [&](StringRef line) {
    SmallVector<StringRef> all;
    line.split(all, " && ");
    return llvm::all_of(all,
                        [&](StringRef text) { return failure.contains(text); });
  });
}

Mutant Fuzzer::make(int64_t index) {
  test::Random random(seed * 0x9e3779b97f4a7c15 + index);
  random.bits();
  ScopedDiagnosticHandler quiet(context.get(), [](Diagnostic &) {});
  Mutant mutant;
  mutant.index = index;
  mutant.text = random.below(4) ? mutateGraph(corpus, random)
                                : mutateText(corpus, random);
  std::string error;
  SmallVector<StringRef> names = getTargetNames();
  llvm::erase(names, "host");
  mutant.host = *lookupTarget(pick(names, random), error);
  if (mutant.host.isGPU()) {
    mutant.device = mutant.host;
    mutant.host = *lookupTarget("x86-64-v3", error);
  }
  // Code generation takes longer than everything before it.
  mutant.toObject = random.below(8) == 0;
  mutant.verifyEach = random.below(4) == 0;
  mutant.text = "// gyrec --target=" + mutant.host.name +
                (mutant.device ? "," + mutant.device->name : "") + "\n" +
                mutant.text;
  if (workers)
    workers->say(mutant.text);
  return mutant;
}

void Fuzzer::save(int64_t index, StringRef text, StringRef what,
                  StringRef details) {
  SmallString<128> path(keep);
  llvm::sys::fs::create_directories(path);
  llvm::sys::path::append(path, (graphs > 0 ? "graph-" : "mutant-") +
                                    Twine(seed) + "-" + Twine(index) + ".mlir");
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  os << "// " << what << '\n';
  for (StringRef line : llvm::split(details.trim().take_front(4000), '\n'))
    os << "// " << line << '\n';
  os << text << '\n';
  llvm::outs() << path << ": " << what << '\n';
  llvm::outs().flush();
}

bool Fuzzer::compileGraph(ModuleOp graph, const Mutant &mutant,
                          const CompileOptions &options) {
  DefaultTimingManager manager;
  TimingScope timing = manager.getRootScope();
  if (!mutant.toObject)
    return static_cast<bool>(
        runStages(graph, mutant.device ? *mutant.device : mutant.host,
                  Stage::llvm, options, timing));
  llvm::LLVMContext llvmContext;
  auto model = gyre::compile(graph, options, llvmContext, timing);
  return succeeded(model) &&
         succeeded(generateCode(*model, graph,
                                llvm::CodeGenFileType::ObjectFile, options,
                                timing));
}

/// False where the process should not go on after it.
bool Fuzzer::compile(const Mutant &mutant, bool quiet) {
  std::string messages, failure;
  ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) {
    std::string text = diagnostic.str();
    if (StringRef(text).starts_with("the compiler failed"))
      failure = text;
    messages += text + "\n";
    return success();
  });
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBufferCopy(mutant.text, "mutant"),
      llvm::SMLoc());
  auto count = [&](Outcome outcome) {
    if (workers)
      workers->count(outcome);
  };
  CompileOptions options;
  options.name = "mutant";
  options.targets = {mutant.host};
  if (mutant.device)
    options.devices = {*mutant.device};
  options.verifyEach = mutant.verifyEach;
  OwningOpRef<ModuleOp> graph;
  bool accepted = false;
  if (!guard([&] {
        graph = loadGraph(sources, context.get());
        if (!graph)
          return;
        count(Parsed);
        accepted = succeeded(checkGraph(*graph, options));
      }))
    failure = "the compiler failed in reading the graph";
  if (accepted) {
    count(Accepted);
    if (compileGraph(*graph, mutant, options))
      count(mutant.toObject ? Compiled : Translated);
  }
  if (!quiet)
    llvm::errs() << messages;
  if (failure.empty())
    return true;
  if (workers)
    messages += workers->printed();
  if (isKnown(messages + mutant.text)) {
    count(Known);
    return false;
  }
  count(Failed);
  save(mutant.index, mutant.text, failure, messages);
  return false;
}

int Fuzzer::runOnly() {
  Mutant mutant = make(only);
  llvm::outs() << mutant.text << '\n';
  llvm::outs().flush();
  compile(mutant, /*quiet=*/false);
  return 0;
}

int Fuzzer::runAll() {
  int count = jobs ? jobs : std::max(1u, std::thread::hardware_concurrency());
  workers = std::make_unique<Workers>(std::min(count, 64), seconds);
  llvm::outs() << "seed " << seed << ": " << mutants << " mutants of "
               << corpus.graphs.size() << " graphs and " << corpus.texts.size()
               << " texts\n";
  llvm::outs().flush();
  int64_t ended = 0;
  workers->run(
      0, mutants, [&](int64_t i) { return compile(make(i), /*quiet=*/true); },
      [&](const Ended &end) {
        if (isKnown(end.output + end.text)) {
          workers->count(Known);
          return;
        }
        ++ended;
        save(end.index, end.text, end.how, end.output);
      });
  auto counted = [&](Outcome outcome) { return workers->counted(outcome); };
  double percent = 100.0 * double(counted(Parsed)) / double(mutants);
  llvm::outs() << counted(Parsed) << " parsed (" << static_cast<int>(percent)
               << " %), " << counted(Accepted) << " accepted, "
               << counted(Translated) << " compiled to LLVM's dialect, "
               << counted(Compiled) << " to objects; " << counted(Known)
               << " failed as is known upstream, " << counted(Failed)
               << " failed, " << ended << " crashed or hung\n";
  if (percent < parsing)
    llvm::outs() << "expected " << parsing << " % to parse\n";
  return counted(Failed) || ended || percent < parsing;
}

int Fuzzer::runGraphs() {
  if (!checkOperators(context.get()))
    return 1;
  auto work = [&](int64_t index) {
    GraphCase graph = makeGraph(seed, index);
    if (workers)
      workers->say(graph.text);
    std::string wrong = runGraph(graph, context.get());
    if (workers)
      workers->count(wrong.empty() ? Compiled : Failed);
    if (wrong.empty())
      return true;
    GraphCase small = reduceGraph(graph, context.get());
    save(index, small.text, wrong, "");
    return false;
  };
  if (only >= 0) {
    llvm::outs() << makeGraph(seed, only).text;
    llvm::outs().flush();
    return !work(only);
  }
  int count = jobs ? jobs : std::max(1u, std::thread::hardware_concurrency());
  workers = std::make_unique<Workers>(std::min(count, 64), seconds);
  llvm::outs() << "seed " << seed << ": " << graphs << " graphs\n";
  llvm::outs().flush();
  int64_t ended = 0;
  workers->run(0, graphs, work, [&](const Ended &end) {
    ++ended;
    save(end.index, end.text, end.how, end.output);
  });
  llvm::outs() << workers->counted(Compiled) << " right, "
               << workers->counted(Failed) << " wrong, " << ended
               << " crashed or hung\n";
  return workers->counted(Failed) || ended;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  // Looking up names takes longer than a hundred mutants.
  setenv("LLVM_DISABLE_SYMBOLIZATION", "1", 0);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "fuzzing of the compiler\n");
  if (seed.getNumOccurrences() == 0)
    seed = static_cast<uint64_t>(time(nullptr));
  Fuzzer fuzzer;
  if (graphs > 0)
    return fuzzer.runGraphs();
  return only >= 0 ? fuzzer.runOnly() : fuzzer.runAll();
}

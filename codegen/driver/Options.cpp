// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the command line.

#include "codegen/driver/Options.h"

#include "codegen/driver/Load.h"
#include "gyre/abi.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace mlir::gyre;
namespace opt = llvm::opt;

namespace {
using namespace llvm::opt;

#define OPTTABLE_STR_TABLE_CODE
#include "codegen/driver/Options.inc"
#undef OPTTABLE_STR_TABLE_CODE

enum ID {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "codegen/driver/Options.inc"
#undef OPTION
};

#define OPTTABLE_PREFIXES_TABLE_CODE
#include "codegen/driver/Options.inc"
#undef OPTTABLE_PREFIXES_TABLE_CODE

constexpr opt::OptTable::Info infos[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "codegen/driver/Options.inc"
#undef OPTION
};

struct Table : opt::GenericOptTable {
  Table() : GenericOptTable(OptionStrTable, OptionPrefixesTable, infos) {}
};
} // namespace

int gyre::reportError(const Twine &message) {
  llvm::WithColor::error(llvm::errs(), "gyrec") << message << '\n';
  return 1;
}

/// A C identifier from a path.
static std::string makeIdentifier(StringRef path) {
  std::string name = llvm::sys::path::stem(path).str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  return isUsableName(name) ? name : "model_" + name;
}

std::string Options::getStem() const {
  if (output.empty() || output == "-")
    return input == "-" ? "model" : llvm::sys::path::stem(input).str();
  StringRef path = output;
  // "-o out/model.o" means out/model.
  if (emit.empty())
    path.consume_back(".o");
  return path.str();
}

static LogicalResult readTargets(StringRef names,
                                 SmallVectorImpl<Target> &targets,
                                 SmallVectorImpl<Target> &devices) {
  for (StringRef name : llvm::split(names, ',')) {
    std::string error;
    FailureOr<Target> target = lookupTarget(name, error);
    if (failed(target)) {
      reportError(error);
      return failure();
    }
    if (target->isGPU()) {
      devices.push_back(std::move(*target));
      continue;
    }
    if (!targets.empty() && targets.front().triple != target->triple) {
      reportError("targets '" + targets.front().name + "' and '" + name +
                  "' do not fit into one object: " + targets.front().triple +
                  " and " + target->triple);
      return failure();
    }
    targets.push_back(std::move(*target));
  }
  if (targets.empty()) {
    reportError("expected a CPU beside '" + devices.front().name +
                "' to launch kernels from, as in --target=host," +
                devices.front().name);
    return failure();
  }
  // A GPU gets the last that it runs; code for one capability only is better
  // there than what later ones run too.
  auto rank = [](const Target &t) { return std::pair(t.capability, t.exact); };
  llvm::sort(devices, [&](const Target &a, const Target &b) {
    return rank(a) < rank(b);
  });
  devices.erase(llvm::unique(devices,
                             [&](const Target &a, const Target &b) {
                               return rank(a) == rank(b);
                             }),
                devices.end());
  // A CPU gets the last whose features it has.
  llvm::sort(targets, [](const Target &a, const Target &b) {
    return a.cpuFeatures < b.cpuFeatures;
  });
  auto repeated = [](const Target &a, const Target &b) {
    return a.cpuFeatures == b.cpuFeatures;
  };
  targets.erase(llvm::unique(targets, repeated), targets.end());
  return success();
}

/// Whether `value` is one of a few words; else says so.
static bool checkWord(StringRef option, StringRef value,
                      ArrayRef<StringRef> words) {
  if (llvm::is_contained(words, value))
    return true;
  reportError("expected --" + option + " to be one of " +
              llvm::join(words, ", ") + ", got '" + value + "'");
  return false;
}

static LogicalResult readSanitizers(StringRef names, bool isRun,
                                    Sanitizers &sanitizers) {
  for (StringRef name : llvm::split(names, ',')) {
    if (!checkWord("sanitize", name, {"address", "undefined"}))
      return failure();
    (name == "address" ? sanitizers.address : sanitizers.undefined) = true;
  }
  if (!isRun || !sanitizers.address)
    return success();
  reportError("--sanitize=address needs a program that is linked with "
              "-fsanitize=address; gyrec run takes --sanitize=undefined only");
  return failure();
}

static bool checkEmit(StringRef what) {
  SmallVector<StringRef> words = {"obj", "header", "json",
                                  "asm", "ptx",    "nvvm"};
  llvm::append_range(words, getStageNames());
  return checkWord("emit", what, words);
}

static LogicalResult readCompileOptions(const opt::InputArgList &args,
                                        Options &options) {
  CompileOptions &compile = options.compile;
  compile.name = makeIdentifier(options.getStem());
  compile.verifyEach = args.hasArg(OPT_verify_each);
  compile.reproducer = options.getStem() + ".reproducer.mlir";
  // The folder of the output is made when there is something to put there.
  if (!llvm::sys::fs::exists(llvm::sys::path::parent_path(compile.reproducer)))
    compile.reproducer = llvm::sys::path::filename(compile.reproducer).str();
  StringRef threads = args.getLastArgValue(OPT_threads_EQ, "on");
  if (!checkWord("threads", threads, {"on", "off"}))
    return failure();
  compile.threads = threads == "on";
  if (StringRef prefix = args.getLastArgValue(OPT_prefix_EQ); !prefix.empty()) {
    if (!isUsableName(prefix)) {
      reportError("expected --prefix to be a C identifier, got '" + prefix +
                  "'");
      return failure();
    }
    compile.prefix = (prefix + "_").str();
  }
  if (StringRef names = args.getLastArgValue(OPT_sanitize_EQ); !names.empty())
    if (failed(readSanitizers(names, options.run, compile.sanitize)))
      return failure();
  return readTargets(args.getLastArgValue(OPT_target_EQ, "host"),
                     compile.targets, compile.devices);
}

static LogicalResult readRunOptions(const opt::InputArgList &args,
                                    Options &options) {
  StringRef device = args.getLastArgValue(OPT_device_EQ, "cpu");
  if (!checkWord("device", device, {"cpu", "cuda"}))
    return failure();
  options.onGPU = device == "cuda";
  std::string error;
  // Later ones run it too.
  if (options.onGPU && options.compile.devices.empty())
    options.compile.devices.push_back(*lookupTarget("sm_80", error));
  options.benchmark = args.hasArg(OPT_benchmark);
  options.describe = args.hasArg(OPT_describe);
  options.entry = args.getLastArgValue(OPT_entry_EQ);
  options.weights = args.getLastArgValue(OPT_weights_EQ);
  options.in = args.getAllArgValues(OPT_input_EQ);
  options.out = args.getAllArgValues(OPT_output_EQ);
  options.sizes = args.getAllArgValues(OPT_size_EQ);
  if (const opt::Arg *seed = args.getLastArg(OPT_random_EQ)) {
    uint64_t value;
    if (StringRef(seed->getValue()).getAsInteger(0, value)) {
      reportError("expected --random to be a number, got '" +
                  Twine(seed->getValue()) + "'");
      return failure();
    }
    options.random = value;
  }
  return success();
}

static LogicalResult readOptions(const opt::InputArgList &args,
                                 Options &options) {
  for (const opt::Arg *arg : args.filtered(OPT_UNKNOWN)) {
    reportError("unknown option '" + arg->getAsString(args) +
                "'; --help lists them");
    return failure();
  }
  // An option of the other command would be ignored in silence.
  for (const opt::Arg *arg : args) {
    opt::Option group = arg->getOption().getGroup();
    if (!group.isValid() || !group.matches(options.run ? OPT_compile : OPT_run))
      continue;
    reportError("option '" + arg->getSpelling() + "' is one of gyrec " +
                (options.run ? "<graph>" : "run") + ", not of gyrec " +
                (options.run ? "run" : "<graph>"));
    return failure();
  }
  std::vector<std::string> inputs = args.getAllArgValues(OPT_INPUT);
  if (inputs.size() != 1) {
    reportError("expected one graph, got " + Twine(inputs.size()) +
                "; --help tells more");
    return failure();
  }
  options.input = inputs.front();
  options.output = args.getLastArgValue(OPT_o);
  options.emit = args.getLastArgValue(OPT_emit_EQ);
  options.saveTemps = args.hasArg(OPT_save_temps);
  options.time = args.hasArg(OPT_time);
  options.plugins = args.getAllArgValues(OPT_load_dialect_plugin_EQ);
  options.report = args.getLastArgValue(OPT_report_EQ,
                                        args.hasArg(OPT_report) ? "text" : "");
  if (!options.emit.empty() && !checkEmit(options.emit))
    return failure();
  if (!options.report.empty() &&
      !checkWord("report", options.report, {"text", "json", "html"}))
    return failure();
  if (std::vector<std::string> more = args.getAllArgValues(OPT_mllvm);
      !more.empty()) {
    SmallVector<const char *> words = {"gyrec"};
    for (const std::string &word : more)
      words.push_back(word.c_str());
    llvm::cl::ParseCommandLineOptions(words.size(), words.data());
  }
  if (failed(readCompileOptions(args, options)) ||
      failed(readRunOptions(args, options)))
    return failure();
  if ((options.emit == "ptx" || options.emit == "nvvm") &&
      options.compile.devices.empty()) {
    reportError("expected a GPU among the targets of --emit=" + options.emit);
    return failure();
  }
  return success();
}

std::optional<int> gyre::parseOptions(int argc, char **argv, Options &options) {
  ArrayRef<const char *> words(argv + 1, argc - 1);
  options.run = !words.empty() && StringRef(words.front()) == "run";
  Table table;
  unsigned missing, count;
  opt::InputArgList args =
      table.ParseArgs(words.drop_front(options.run), missing, count);
  if (args.hasArg(OPT_help) || words.empty()) {
    table.printHelp(llvm::outs(),
                    "gyrec model.mlir [-o out/model]\n"
                    "       gyrec run model.mlir --in x.npy --out y.npy",
                    "compiles a graph of tensors to an object file and a C "
                    "header, or runs it at once");
    return 0;
  }
  if (args.hasArg(OPT_version)) {
    llvm::outs() << "gyrec " << GYRE_VERSION << ", ABI version "
                 << GYRE_ABI_VERSION << ", LLVM " << LLVM_VERSION_STRING
                 << "\nhost: ";
    std::string error;
    FailureOr<Target> host = lookupTarget("host", error);
    llvm::outs() << (succeeded(host) ? host->describe() : error) << '\n';
    return 0;
  }
  if (count)
    return reportError("expected a value after '" +
                       Twine(args.getArgString(missing)) + "'");
  if (failed(readOptions(args, options)))
    return 1;
  return std::nullopt;
}

Session::Session(const Options &options, const DialectRegistry &registry)
    // One thread: a crash on another could not be caught.
    : options(options), context(registry, MLIRContext::Threading::DISABLED) {
  context.printOpOnDiagnostic(false);
  // A graph of upstream operations only does not load it.
  context.loadDialect<GyreDialect>();
}

LogicalResult Session::open() {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(options.input,
                                                   /*IsText=*/true);
  if (!buffer) {
    reportError("cannot read '" + options.input +
                "': " + buffer.getError().message());
    return failure();
  }
  StringRef text = (*buffer)->getBuffer();
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  diagnostics = std::make_unique<SourceMgrDiagnosticHandler>(sources, &context);
  bool ok = false;
  if (!guard([&] {
        graph = loadGraph(sources, &context);
        ok = graph && succeeded(checkGraph(*graph, options.compile));
      }))
    reportFailure(FileLineColLoc::get(&context, options.input, 1, 1),
                  "reading the graph", options.compile,
                  [&](llvm::raw_ostream &os) { os << text; });
  return success(ok);
}
